// SPDX-License-Identifier: MIT
#include "forbidden.hpp"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>

namespace brood_test {

void forbid(void* begin, std::size_t size) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto from = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) / page * page;
    const auto to = (reinterpret_cast<std::uintptr_t>(begin) + size) / page * page;
    if (::mprotect(reinterpret_cast<void*>(from), to - from, PROT_NONE) != 0)
        throw std::system_error(errno, std::system_category(), "mprotect");
}

void stay_where_forbidden() {
    struct sigaction action {};
    action.sa_handler = [](int) {
        for (;;) ::pause();
    };
    for (const int which : {SIGSEGV, SIGBUS})
        if (::sigaction(which, &action, nullptr) != 0)
            throw std::system_error(errno, std::system_category(), "sigaction");
}

}  // namespace brood_test
