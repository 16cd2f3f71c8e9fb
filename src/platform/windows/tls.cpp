// SPDX-License-Identifier: MIT
#include "platform/tls.hpp"

#include <system_error>

namespace brood::platform {

std::unique_ptr<tls_context> make_tls_context(const tls_settings&) {
    throw std::system_error(std::make_error_code(std::errc::function_not_supported), "TLS is not available here");
}

}  // namespace brood::platform
