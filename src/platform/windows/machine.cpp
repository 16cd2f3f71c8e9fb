// SPDX-License-Identifier: MIT
// Windows: what this machine offers and where it sets limits.
#include "platform/platform.hpp"
#include "platform/windows/win32.hpp"

#include <brood/native/machine.hpp>

namespace brood::native {
namespace {

// The version as the kernel tells it: GetVersionEx answers what the program's manifest knows.
std::string system_name() {
    using get_version = LONG(WINAPI*)(OSVERSIONINFOW*);
    const auto ask = reinterpret_cast<get_version>(
        reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion")));
    OSVERSIONINFOW version{};
    version.dwOSVersionInfoSize = sizeof version;
    if (ask == nullptr || ask(&version) != 0) return "Windows";
    return "Windows " + std::to_string(version.dwMajorVersion) + "." + std::to_string(version.dwMinorVersion) +
           ", build " + std::to_string(version.dwBuildNumber);
}

std::string architecture(const SYSTEM_INFO& system) {
    switch (system.wProcessorArchitecture) {
        case PROCESSOR_ARCHITECTURE_AMD64: return "x86-64";
        case PROCESSOR_ARCHITECTURE_ARM64: return "arm64";
        default: return "processor architecture " + std::to_string(system.wProcessorArchitecture);
    }
}

}  // namespace

machine describe_machine() {
    SYSTEM_INFO system{};
    GetNativeSystemInfo(&system);
    machine found;
    found.system = system_name();
    found.c_library = "msvcrt";
    found.architecture = architecture(system);
    found.processors = system.dwNumberOfProcessors;
    found.usable_processors = platform::usable_processors();
    MEMORYSTATUSEX memory{};
    memory.dwLength = sizeof memory;
    if (GlobalMemoryStatusEx(&memory)) {
        found.memory = memory.ullTotalPhys;
        found.memory_free = memory.ullAvailPhys;
    }
    found.process_handles = true;
    found.program_build_id = platform::loaded_modules().front().build_id;
    return found;
}

}  // namespace brood::native
