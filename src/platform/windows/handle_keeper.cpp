// SPDX-License-Identifier: MIT
// Windows: the processes of a session put handles into the keeper's table, and take them from there, themselves.
#include "platform/handle_keeper.hpp"
#include "platform/windows/win32.hpp"

namespace brood::platform {

using namespace windows;

namespace {

// The keeper's process, open for as long as this lives. Of this process it is the system's own name for it, since
// closing a handle by way of another process's is an errand for one of that process's threads in some systems (Wine).
class open_keeper {
public:
    explicit open_keeper(const handle_keeper& keeper) noexcept {
        if (keeper.process == current_process_id()) return;
        other_.reset(OpenProcess(PROCESS_DUP_HANDLE, FALSE, static_cast<DWORD>(keeper.process)));
        process_ = other_.get();
    }
    explicit operator bool() const noexcept { return process_ != no_handle(); }
    HANDLE process() const noexcept { return process_; }

private:
    unique_handle other_;
    HANDLE process_ = GetCurrentProcess();
};

void require(const open_keeper& keeper) {
    if (!keeper)
        throw std::system_error(std::make_error_code(std::errc::owner_dead),
                                "the process that keeps handles for others");
}

HANDLE in_keeper(const kept_handle& what) noexcept {
    return reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(what.value));
}

}  // namespace

unique_handle start_keeping_handles() { return {}; }

void keep_handle(const handle_keeper& keeper, kept_handle& what, handle_t handle) {
    const open_keeper there(keeper);
    require(there);
    HANDLE kept = nullptr;
    if (!DuplicateHandle(GetCurrentProcess(), handle, there.process(), &kept, 0, FALSE, DUPLICATE_SAME_ACCESS))
        throw_last_error("DuplicateHandle");
    what.value = reinterpret_cast<std::uintptr_t>(kept);
}

unique_handle fetch_handle(const handle_keeper& keeper, const kept_handle& what) {
    const open_keeper there(keeper);
    require(there);
    HANDLE fetched = nullptr;
    if (!DuplicateHandle(there.process(), in_keeper(what), GetCurrentProcess(), &fetched, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        throw_last_error("DuplicateHandle");
    return unique_handle(fetched);
}

void drop_handle(const handle_keeper& keeper, const kept_handle& what) noexcept {
    if (what.value == 0) return;
    const open_keeper there(keeper);
    HANDLE last = nullptr;  // Wine closes nothing where nothing is to come
    if (there && DuplicateHandle(there.process(), in_keeper(what), GetCurrentProcess(), &last, 0, FALSE,
                                 DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE))
        CloseHandle(last);
}

}  // namespace brood::platform
