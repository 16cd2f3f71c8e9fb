// SPDX-License-Identifier: MIT
// Named memory: a section of the page file under the very name, as CPython makes it. The system forgets the name when
// the last handle is closed, so the session's first process is given handles (it need not do anything), which end with
// it. Beside each section lies a small one, NAME.brood, that tells who keeps them, for whoever unlinks the name.
#include "platform/windows/win32.hpp"

#include <atomic>
#include <system_error>

namespace brood::platform {

namespace windows {
namespace {

// In NAME.brood; zero in a fresh one.
struct keeper {
    std::uint32_t unlinked;
    std::uint32_t process;
    std::uint64_t born;
    std::uint64_t section;  // handles of that process
    std::uint64_t companion;
};

[[noreturn]] void throw_code(std::errc code, const char* what) {
    throw std::system_error(std::make_error_code(code), what);
}

std::wstring section_name(const std::string& name) {
    if (name.size() > 255) throw_code(std::errc::filename_too_long, "shared memory");
    return widen(name);
}

std::wstring companion_name(const std::wstring& section) { return section + L".brood"; }

unique_handle open_section(const std::wstring& name) {
    return unique_handle(OpenFileMappingW(FILE_MAP_ALL_ACCESS, FALSE, name.c_str()));
}

unique_handle create_section(const std::wstring& name, std::uint64_t size, bool& existed) {
    unique_handle section(CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE,
                                             static_cast<DWORD>(size >> 32), static_cast<DWORD>(size), name.c_str()));
    existed = GetLastError() == ERROR_ALREADY_EXISTS || GetLastError() == ERROR_INVALID_HANDLE;
    if (!section && !existed) throw_last_error("CreateFileMappingW");
    return section;
}

// All of the section; its size is that of whole pages.
mapped_memory map(HANDLE section) {
    void* address = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    if (address == nullptr) throw_last_error("MapViewOfFile");
    MEMORY_BASIC_INFORMATION info{};
    VirtualQuery(address, &info, sizeof info);
    return {static_cast<std::byte*>(address), info.RegionSize};
}

keeper& keeper_in(const mapped_memory& companion) { return *reinterpret_cast<keeper*>(companion.bytes().data()); }

bool is_unlinked(const mapped_memory& companion) { return std::atomic_ref(keeper_in(companion).unlinked).load() != 0; }

// The process if it is still the one that is meant.
unique_handle open_keeper(process_id pid, std::uint64_t born) {
    if (born == 0 || process_birth(pid) != born) return {};
    return unique_handle(OpenProcess(PROCESS_DUP_HANDLE, FALSE, static_cast<DWORD>(pid)));
}

std::uint64_t give(HANDLE process, HANDLE handle) {
    HANDLE theirs = nullptr;
    if (!DuplicateHandle(GetCurrentProcess(), handle, process, &theirs, 0, FALSE, DUPLICATE_SAME_ACCESS))
        throw_last_error("DuplicateHandle of shared memory");
    return reinterpret_cast<std::uintptr_t>(theirs);
}

void take_back(HANDLE process, std::uint64_t handle) {
    HANDLE mine = nullptr;
    if (DuplicateHandle(process, reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(handle)), GetCurrentProcess(),
                        &mine, 0, FALSE, DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS))
        CloseHandle(mine);
}

// Lets the session's first process, or this one if that is not to be reached, hold both.
void keep(keeper& record, const session& owner, HANDLE section, HANDLE companion) {
    process_id pid = owner.root;
    auto process = open_keeper(owner.root, owner.born);
    if (!process) {
        pid = current_process_id();
        process = open_keeper(pid, process_birth(pid));
        if (!process) throw_last_error("OpenProcess of this process");
    }
    record.process = static_cast<std::uint32_t>(pid);
    record.born = process_birth(pid);
    record.section = give(process.get(), section);
    record.companion = give(process.get(), companion);
    std::atomic_ref(record.unlinked).store(0);
}

// Takes the handles back; false when that was done before.
bool release(keeper& record) {
    if (std::atomic_ref(record.unlinked).exchange(1) != 0) return false;
    if (const auto process = open_keeper(record.process, record.born)) {
        take_back(process.get(), record.section);
        take_back(process.get(), record.companion);
    }
    return true;
}

}  // namespace
}  // namespace windows

using namespace windows;

mapped_memory::~mapped_memory() {
    if (address_ != nullptr) UnmapViewOfFile(address_);
}

std::uint64_t process_birth(process_id pid) noexcept {
    const unique_handle process(
        OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, static_cast<DWORD>(pid)));
    FILETIME born{}, ended{}, kernel{}, user{};
    if (!process || WaitForSingleObject(process.get(), 0) != WAIT_TIMEOUT ||
        !GetProcessTimes(process.get(), &born, &ended, &kernel, &user))
        return 0;
    return (std::uint64_t{born.dwHighDateTime} << 32) | born.dwLowDateTime;
}

const char* memory_name_prefix() noexcept { return "wnsm_"; }

mapped_memory create_named_memory(const std::string& name, std::size_t size, const session& owner) {
    const std::wstring wide = section_name(name);
    bool existed = false;
    auto section = create_section(wide, size, existed);
    if (existed) throw_code(std::errc::file_exists, "there is one already");
    // One that exists is of memory whose name went a moment ago.
    auto companion = create_section(companion_name(wide), sizeof(keeper), existed);
    if (!companion) throw_code(std::errc::file_exists, "there is another object of the name");
    const mapped_memory record = map(companion.get());
    auto whole = map(section.get());
    keep(keeper_in(record), owner, section.get(), companion.get());
    whole.shrink(size);
    whole.kept = {std::move(section), std::move(companion)};
    return whole;
}

mapped_memory open_named_memory(const std::string& name) {
    const std::wstring wide = section_name(name);
    auto section = open_section(wide);
    if (!section) throw_code(std::errc::no_such_file_or_directory, "there is none");
    auto companion = open_section(companion_name(wide));  // Python makes none
    if (companion && is_unlinked(map(companion.get())))
        throw_code(std::errc::no_such_file_or_directory, "it was unlinked");
    auto whole = map(section.get());
    whole.kept = {std::move(section), std::move(companion)};
    return whole;
}

// Python's memory has no companion: its name ends with its last handle, whoever wants it to go.
void unlink_named_memory(const std::string& name, const session&) {
    const std::wstring wide = section_name(name);
    if (!open_section(wide)) throw_code(std::errc::no_such_file_or_directory, "there is none");
    const auto companion = open_section(companion_name(wide));
    if (companion && !release(keeper_in(map(companion.get()))))
        throw_code(std::errc::no_such_file_or_directory, "it was unlinked before");
}

unique_handle claim_watch(const session&) { return {}; }
void watch_session(const session&) {}
void end_session(const session&) noexcept {}
void end_dead_sessions() noexcept {}

}  // namespace brood::platform
