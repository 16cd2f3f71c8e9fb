// SPDX-License-Identifier: MIT
#include "platform/windows/win32.hpp"

#include <system_error>

namespace brood::platform::windows {

namespace {

// The numbers of winsock are not those that std::errc has here, and the standard library does not know them.
std::error_code code_of(DWORD error) {
    switch (error) {
        case 10013: return std::make_error_code(std::errc::permission_denied);
        case 10024: return std::make_error_code(std::errc::too_many_files_open);
        case 10047: return std::make_error_code(std::errc::address_family_not_supported);
        case 10048: return std::make_error_code(std::errc::address_in_use);
        case 10049: return std::make_error_code(std::errc::address_not_available);
        case 10051: return std::make_error_code(std::errc::network_unreachable);
        case 10054: return std::make_error_code(std::errc::connection_reset);
        case 10055: return std::make_error_code(std::errc::no_buffer_space);
        case 10060: return std::make_error_code(std::errc::timed_out);
        case 10061: return std::make_error_code(std::errc::connection_refused);
        case 10065: return std::make_error_code(std::errc::host_unreachable);
        default: return {static_cast<int>(error), std::system_category()};
    }
}

}  // namespace

void throw_error(DWORD code, const char* what) { throw std::system_error(code_of(code), what); }

void throw_last_error(const char* what) { throw_error(GetLastError(), what); }

}  // namespace brood::platform::windows
