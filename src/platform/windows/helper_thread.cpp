// SPDX-License-Identifier: MIT
// brood's own threads, and how many threads the program has besides them.
#include "platform/windows/win32.hpp"

#include <atomic>
#include <memory>
#include <process.h>
#include <tlhelp32.h>

namespace brood::platform {

namespace {

std::atomic<std::size_t> helpers{0};

struct start {
    void (*entry)(void*);
    void* argument;
};

unsigned __stdcall run_helper(void* raw) {
    const start what = *std::unique_ptr<start>(static_cast<start*>(raw));
    const helper_thread mark;
    what.entry(what.argument);
    return 0;
}

std::size_t threads_in_snapshot() {
    const unique_handle snapshot(CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0));
    if (snapshot.get() == INVALID_HANDLE_VALUE) windows::throw_last_error("CreateToolhelp32Snapshot");
    THREADENTRY32 entry{};
    entry.dwSize = sizeof entry;
    std::size_t count = 0;
    for (BOOL more = Thread32First(snapshot.get(), &entry); more; more = Thread32Next(snapshot.get(), &entry))
        count += entry.th32OwnerProcessID == GetCurrentProcessId();
    return count;
}

}  // namespace

helper_thread::helper_thread() noexcept { ++helpers; }
helper_thread::~helper_thread() { --helpers; }

// Threads of the system's own pools count too: Windows does not tell them apart.
std::size_t thread_count() {
    const std::size_t own = helpers;
    const std::size_t all = threads_in_snapshot();
    return all > own ? all - own : 1;
}

namespace windows {

unique_handle start_helper_thread(void (*entry)(void*), void* argument) {
    auto what = std::make_unique<start>(start{entry, argument});
    const auto thread = _beginthreadex(nullptr, 0, run_helper, what.get(), 0, nullptr);
    if (thread == 0) throw_last_error("_beginthreadex");
    what.release();
    return unique_handle(reinterpret_cast<HANDLE>(thread));
}

}  // namespace windows

}  // namespace brood::platform
