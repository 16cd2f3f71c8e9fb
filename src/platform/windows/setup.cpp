// SPDX-License-Identifier: MIT
// What a process does to itself before it runs a target, and what it can ask about itself in the same matters.
#include "platform/windows/win32.hpp"

#include <algorithm>
#include <bit>
#include <system_error>

extern "C" int __cxa_thread_atexit(void (*destroy)(void*), void* object, void* module);

namespace brood::platform {

namespace windows {

namespace {

// With MinGW's emulated thread_local, the memory of a thread's objects and the calls of their destructors belong to two
// keys of the threads library, which lets go of them in the order in which they were made: usually the memory first.
// This makes the key of the destructors before anything else can ask for the other one.
struct destructors_first {
    destructors_first() {
        __cxa_thread_atexit([](void*) {}, nullptr, nullptr);
    }
};
[[gnu::init_priority(101)]] const destructors_first order;

DWORD priority_class(int niceness) {
    if (niceness <= -11) return HIGH_PRIORITY_CLASS;
    if (niceness <= -3) return ABOVE_NORMAL_PRIORITY_CLASS;
    if (niceness < 3) return NORMAL_PRIORITY_CLASS;
    if (niceness < 11) return BELOW_NORMAL_PRIORITY_CLASS;
    return IDLE_PRIORITY_CLASS;
}

std::size_t processors_by_affinity() {
    DWORD_PTR process = 0, system = 0;
    if (!GetProcessAffinityMask(GetCurrentProcess(), &process, &system)) throw_last_error("GetProcessAffinityMask");
    // Empty for a process whose threads run in several groups of processors: it may use all of them.
    return process != 0 ? static_cast<std::size_t>(std::popcount(process))
                        : GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
}

// The part of the machine's time that the job of this process may use at most, in 1/10000; containers set it.
DWORD processor_share() {
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION rate{};
    constexpr DWORD capped = JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP;
    const bool known =
        QueryInformationJobObject(nullptr, JobObjectCpuRateControlInformation, &rate, sizeof rate, nullptr);
    return known && (rate.ControlFlags & capped) == capped ? rate.CpuRate : 10'000;
}

}  // namespace

}  // namespace windows

using namespace windows;

process_id current_process_id() noexcept { return GetCurrentProcessId(); }

std::size_t usable_processors() {
    const std::size_t all = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    const std::size_t share = (all * processor_share() + 9'999) / 10'000;
    return std::max<std::size_t>(1, std::min(processors_by_affinity(), share));
}

void set_affinity(std::span<const unsigned> processors) {
    DWORD_PTR mask = 0;
    for (const unsigned processor : processors) {
        if (processor >= 8 * sizeof mask) throw_error(ERROR_INVALID_PARAMETER, "processor number");
        mask |= DWORD_PTR{1} << processor;
    }
    if (!SetProcessAffinityMask(GetCurrentProcess(), mask)) throw_last_error("SetProcessAffinityMask");
}

void set_niceness(int niceness) {
    if (!SetPriorityClass(GetCurrentProcess(), priority_class(niceness))) throw_last_error("SetPriorityClass");
}

// The limit stays for the rest of this process and holds for each of its children too; a later call can only lower it.
void set_memory_limit(std::uint64_t bytes) {
    const unique_handle job(CreateJobObjectW(nullptr, nullptr));
    if (!job) throw_last_error("CreateJobObjectW");
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY;
    limits.ProcessMemoryLimit = bytes;
    if (!SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits, sizeof limits))
        throw_last_error("SetInformationJobObject");
    if (!AssignProcessToJobObject(job.get(), GetCurrentProcess())) throw_last_error("AssignProcessToJobObject");
}

std::string working_directory() {
    std::wstring path(GetCurrentDirectoryW(0, nullptr), L'\0');
    const DWORD length = GetCurrentDirectoryW(static_cast<DWORD>(path.size()), path.data());
    if (length == 0 || length >= path.size()) throw_last_error("GetCurrentDirectoryW");
    path.resize(length);
    return narrow(path);
}

void set_working_directory(const std::string& directory) {
    if (!SetCurrentDirectoryW(widen(directory).c_str())) throw_last_error("SetCurrentDirectoryW");
}

// A handle cannot be given a value of one's choice here.
void place_handle(unique_handle, handle_t) {
    throw std::system_error(std::make_error_code(std::errc::not_supported), "a handle keeps its value on Windows");
}
void clear_places(handle_t, std::span<unique_handle* const>) {
    throw std::system_error(std::make_error_code(std::errc::not_supported), "a handle keeps its value on Windows");
}

}  // namespace brood::platform
