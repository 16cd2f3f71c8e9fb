// SPDX-License-Identifier: MIT
// Windows: a section of the page file that is committed as it is used, and one named event for each place to sleep,
// since WaitOnAddress does not reach other processes. The events vanish with the last process that has them open.
#include "platform/session_memory.hpp"
#include "platform/windows/session_name.hpp"
#include "platform/windows/win32.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <unordered_map>

namespace brood::platform {

using namespace windows;

namespace {

constexpr std::uint64_t smallest = std::uint64_t{16} << 20;
constexpr std::uint64_t largest = std::uint64_t{16} << 30;  // the system's tables for it are paid at once

// The event of a place. Every process that used it keeps it open, so that the name means one object.
HANDLE place_event(const sleeping_place& place) {
    static std::mutex& lock = *new std::mutex;
    static auto& known = *new std::unordered_map<std::uint32_t, HANDLE>;
    const std::lock_guard guard(lock);
    HANDLE& event = known[place.index];
    if (event == nullptr) {
        wchar_t name[64];
        std::swprintf(name, std::size(name), L"Local\\brood-%016llx-%u", static_cast<unsigned long long>(place.session),
                      static_cast<unsigned>(place.index));
        event = CreateEventW(nullptr, FALSE, FALSE, name);
        if (event == nullptr) throw_last_error("CreateEventW");
    }
    return event;
}

}  // namespace

std::uint64_t session_memory_size() {
    const char* given = std::getenv("BROOD_ARENA_SIZE");
    const std::uint64_t wanted = given == nullptr ? largest : std::strtoull(given, nullptr, 10);
    return std::bit_floor(std::clamp(wanted, smallest, largest));
}

namespace {
HANDLE new_section(std::uint64_t size, const wchar_t* name) noexcept {
    return CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE | SEC_RESERVE,
                              static_cast<DWORD>(size >> 32), static_cast<DWORD>(size), name);
}
}  // namespace

// The name is for find_session_memories() alone. Where it is taken, perhaps by what an earlier process of this number
// left to its children, the memory has none.
unique_handle make_session_memory(std::uint64_t size) {
    unique_handle memory(new_section(size, session_name(GetCurrentProcessId()).text));
    if (!memory || GetLastError() == ERROR_ALREADY_EXISTS) memory.reset(new_section(size, nullptr));
    if (!memory) throw_last_error("CreateFileMappingW");
    return memory;
}

std::byte* map_session_memory(handle_t memory, std::uint64_t size) {
    void* const at = MapViewOfFile(memory, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, size);
    if (at == nullptr) throw_last_error("MapViewOfFile");
    return static_cast<std::byte*>(at);
}

void unmap_session_memory(const std::byte* base, std::uint64_t) noexcept { UnmapViewOfFile(base); }

void prepare_session_tables(std::byte* base, std::uint64_t size) {
    if (VirtualAlloc(base, size, MEM_COMMIT, PAGE_READWRITE) == nullptr)
        throw_last_error("getting memory that processes share");
}

void commit_session_memory(handle_t, std::byte* base, std::uint64_t offset, std::uint64_t size) {
    if (VirtualAlloc(base + offset, size, MEM_COMMIT, PAGE_READWRITE) == nullptr)
        throw_last_error("getting memory that processes share");
}

void sleep_in_place(const sleeping_place& place, std::uint32_t asleep, deadline until) {
    const HANDLE event = place_event(place);
    if (place.word.load() != asleep) return;
    WaitForSingleObject(event, milliseconds_until(until));
}

void wake_in_place(const sleeping_place& place) noexcept {
    try {
        SetEvent(place_event(place));
    } catch (const std::system_error&) {
        // no memory for the event: the sleeper's own has failed too, or it looks again at its deadline
    }
}

unique_handle find_process(process_id pid) {
    return unique_handle(OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(pid)));
}

bool is_gone(process_id pid) noexcept {
    const unique_handle process(OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(pid)));
    if (!process) return GetLastError() == ERROR_INVALID_PARAMETER;
    return WaitForSingleObject(process.get(), 0) == WAIT_OBJECT_0;
}

std::uint64_t process_clock_now() noexcept {
    FILETIME now{};
    GetSystemTimeAsFileTime(&now);
    return static_cast<std::uint64_t>(now.dwHighDateTime) << 32 | now.dwLowDateTime;
}

}  // namespace brood::platform
