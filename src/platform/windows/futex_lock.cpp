// SPDX-License-Identifier: MIT
#include <brood/native/limits.hpp>

#include <system_error>

namespace brood::native {
namespace {

[[noreturn]] void refuse() {
    throw std::system_error(std::make_error_code(std::errc::not_supported), "there are no futexes here");
}

}  // namespace

void futex_lock(std::uint32_t&) { refuse(); }
void futex_unlock(std::uint32_t&) { refuse(); }

}  // namespace brood::native
