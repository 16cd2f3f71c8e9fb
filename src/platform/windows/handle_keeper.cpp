// SPDX-License-Identifier: MIT
// Windows: the processes of a session put handles into the keeper's table, and take them from there, themselves.
#include "platform/handle_keeper.hpp"
#include "platform/windows/win32.hpp"

namespace brood::platform {

using namespace windows;

namespace {

unique_handle open_keeper(const handle_keeper& keeper) {
    unique_handle process(OpenProcess(PROCESS_DUP_HANDLE, FALSE, static_cast<DWORD>(keeper.process)));
    if (!process)
        throw std::system_error(std::make_error_code(std::errc::owner_dead),
                                "the process that keeps handles for others");
    return process;
}

HANDLE in_keeper(const kept_handle& what) noexcept {
    return reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(what.value));
}

}  // namespace

unique_handle start_keeping_handles() { return {}; }

void keep_handle(const handle_keeper& keeper, kept_handle& what, handle_t handle) {
    const auto process = open_keeper(keeper);
    HANDLE kept = nullptr;
    if (!DuplicateHandle(GetCurrentProcess(), handle, process.get(), &kept, 0, FALSE, DUPLICATE_SAME_ACCESS))
        throw_last_error("DuplicateHandle");
    what.value = reinterpret_cast<std::uintptr_t>(kept);
}

unique_handle fetch_handle(const handle_keeper& keeper, const kept_handle& what) {
    const auto process = open_keeper(keeper);
    HANDLE fetched = nullptr;
    if (!DuplicateHandle(process.get(), in_keeper(what), GetCurrentProcess(), &fetched, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        throw_last_error("DuplicateHandle");
    return unique_handle(fetched);
}

void drop_handle(const handle_keeper& keeper, const kept_handle& what) noexcept {
    if (what.value == 0) return;
    const unique_handle process(OpenProcess(PROCESS_DUP_HANDLE, FALSE, static_cast<DWORD>(keeper.process)));
    if (process) DuplicateHandle(process.get(), in_keeper(what), nullptr, nullptr, 0, FALSE, DUPLICATE_CLOSE_SOURCE);
}

}  // namespace brood::platform
