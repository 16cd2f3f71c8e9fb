// SPDX-License-Identifier: MIT
// The bare system calls that brood's own starts are compared with.
#include "platform/windows/command_line.hpp"
#include "platform/windows/inheritance.hpp"

#include <brood/native/limits.hpp>

#include <cstddef>
#include <stdexcept>
#include <system_error>

namespace brood::native {
namespace {

using platform::unique_handle;
using platform::windows::inheritance;
using platform::windows::throw_error;
using platform::windows::throw_last_error;

// Limits what a new process inherits to what is listed.
class handle_list {
public:
    explicit handle_list(std::span<HANDLE> handles) {
        SIZE_T size = 0;
        InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
        storage_.resize(size);
        if (!InitializeProcThreadAttributeList(get(), 1, 0, &size))
            throw_last_error("InitializeProcThreadAttributeList");
        if (!UpdateProcThreadAttribute(get(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles.data(),
                                       handles.size_bytes(), nullptr, nullptr))
            throw_last_error("UpdateProcThreadAttribute");
    }
    handle_list(const handle_list&) = delete;
    handle_list& operator=(const handle_list&) = delete;
    ~handle_list() { DeleteProcThreadAttributeList(get()); }
    LPPROC_THREAD_ATTRIBUTE_LIST get() { return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(storage_.data()); }

private:
    std::vector<std::byte> storage_;
};

unique_handle start(const std::vector<std::string>& argv) {
    std::wstring line = platform::windows::command_line(argv);
    inheritance streams{platform::spawn_spec{}};
    handle_list listed(streams.handles());
    STARTUPINFOEXW info{};
    info.StartupInfo.cb = sizeof info;
    info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    info.StartupInfo.hStdInput = streams.standard_stream(0);
    info.StartupInfo.hStdOutput = streams.standard_stream(1);
    info.StartupInfo.hStdError = streams.standard_stream(2);
    info.lpAttributeList = listed.get();
    PROCESS_INFORMATION started{};
    streams.open();
    if (!CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, EXTENDED_STARTUPINFO_PRESENT, nullptr, nullptr,
                        &info.StartupInfo, &started))
        throw_error(GetLastError(), ("cannot run " + argv[0]).c_str());
    platform::close_handle(started.hThread);
    return unique_handle(started.hProcess);
}

double seconds(const FILETIME& time) {
    const ULARGE_INTEGER ticks{{time.dwLowDateTime, time.dwHighDateTime}};
    return static_cast<double>(ticks.QuadPart) * 1e-7;
}

run_result wait_for(HANDLE process) {
    WaitForSingleObject(process, INFINITE);
    DWORD code = 0;
    FILETIME created{}, ended{}, kernel{}, user{};
    if (!GetExitCodeProcess(process, &code)) throw_last_error("GetExitCodeProcess");
    if (!GetProcessTimes(process, &created, &ended, &kernel, &user)) throw_last_error("GetProcessTimes");
    return {exit_status::from_windows(code), seconds(user), seconds(kernel)};
}

}  // namespace

void fork_wait() { throw std::system_error(std::make_error_code(std::errc::not_supported), "Windows has no fork"); }

run_result spawn_wait(const std::vector<std::string>& argv) {
    if (argv.empty()) throw std::invalid_argument("spawn_wait needs the name of a program");
    return wait_for(start(argv).get());
}

std::string compatibility_layer() {
    using version_function = const char*(__cdecl*)();
    const auto address = reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version"));
    if (address == nullptr) return {};
    return std::string("Wine ") + reinterpret_cast<version_function>(address)();
}

}  // namespace brood::native
