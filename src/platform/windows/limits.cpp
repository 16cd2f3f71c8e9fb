// SPDX-License-Identifier: MIT
// The bare system calls that brood's own starts are compared with.
#include <brood/native/limits.hpp>

#include <windows.h>

#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace brood::native {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(static_cast<int>(GetLastError()), std::system_category(), what);
}

struct handle_closer {
    void operator()(void* handle) const { CloseHandle(handle); }
};
using owned_handle = std::unique_ptr<void, handle_closer>;

std::wstring widen(const std::string& text) {
    const int size = static_cast<int>(text.size());
    std::wstring wide(static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, text.data(), size, nullptr, 0)), L'\0');
    MultiByteToWideChar(CP_UTF8, 0, text.data(), size, wide.data(), static_cast<int>(wide.size()));
    return wide;
}

// One argument as the C runtime of the started program reads it back: backslashes count only before a quote.
std::string quoted(const std::string& argument) {
    if (!argument.empty() && argument.find_first_of(" \t\n\v\"") == std::string::npos) return argument;
    std::string line = "\"";
    std::size_t backslashes = 0;
    for (const char c : argument) {
        if (c == '"') line.append(backslashes + 1, '\\');
        backslashes = c == '\\' ? backslashes + 1 : 0;
        line += c;
    }
    return line.append(backslashes, '\\') + '"';
}

std::wstring command_line(const std::vector<std::string>& argv) {
    std::string line;
    for (const std::string& argument : argv) line += (line.empty() ? "" : " ") + quoted(argument);
    return widen(line);
}

// Inheritable copies of the standard streams, and a start that inherits nothing but them.
class stream_inheritance {
public:
    stream_inheritance() {
        for (const DWORD stream : {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE}) add(stream);
        SIZE_T size = 0;
        InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
        attributes_.resize(size);
        if (!InitializeProcThreadAttributeList(list(), 1, 0, &size)) fail("InitializeProcThreadAttributeList");
        if (!handles_.empty() &&
            !UpdateProcThreadAttribute(list(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(),
                                       handles_.size() * sizeof(HANDLE), nullptr, nullptr))
            fail("UpdateProcThreadAttribute");
    }
    stream_inheritance(const stream_inheritance&) = delete;
    stream_inheritance& operator=(const stream_inheritance&) = delete;
    ~stream_inheritance() { DeleteProcThreadAttributeList(list()); }

    bool any() const { return !handles_.empty(); }
    STARTUPINFOEXW startup() {
        STARTUPINFOEXW info{};
        info.StartupInfo.cb = sizeof info;
        info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        info.StartupInfo.hStdInput = streams_[0].get();
        info.StartupInfo.hStdOutput = streams_[1].get();
        info.StartupInfo.hStdError = streams_[2].get();
        info.lpAttributeList = list();
        return info;
    }

private:
    LPPROC_THREAD_ATTRIBUTE_LIST list() { return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(attributes_.data()); }
    void add(DWORD stream) {
        const HANDLE self = GetCurrentProcess();
        const HANDLE original = GetStdHandle(stream);
        HANDLE copy = nullptr;
        if (original != INVALID_HANDLE_VALUE &&
            DuplicateHandle(self, original, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS)) {
            streams_[next_].reset(copy);
            handles_.push_back(copy);
        }
        ++next_;
    }

    std::array<owned_handle, 3> streams_;
    std::size_t next_ = 0;
    std::vector<HANDLE> handles_;
    std::vector<std::byte> attributes_;
};

double seconds(const FILETIME& time) {
    const ULARGE_INTEGER ticks{{time.dwLowDateTime, time.dwHighDateTime}};
    return static_cast<double>(ticks.QuadPart) * 1e-7;
}

run_result wait_for(HANDLE process) {
    WaitForSingleObject(process, INFINITE);
    DWORD code = 0;
    FILETIME created{}, ended{}, kernel{}, user{};
    if (!GetExitCodeProcess(process, &code)) fail("GetExitCodeProcess");
    if (!GetProcessTimes(process, &created, &ended, &kernel, &user)) fail("GetProcessTimes");
    return {exit_status::from_windows(code), seconds(user), seconds(kernel)};
}

}  // namespace

void fork_wait() { throw std::system_error(std::make_error_code(std::errc::not_supported), "Windows has no fork"); }

run_result spawn_wait(const std::vector<std::string>& argv) {
    if (argv.empty()) throw std::invalid_argument("spawn_wait needs the name of a program");
    std::wstring line = command_line(argv);
    stream_inheritance streams;
    STARTUPINFOEXW startup = streams.startup();
    PROCESS_INFORMATION started{};
    if (!CreateProcessW(nullptr, line.data(), nullptr, nullptr, streams.any(), EXTENDED_STARTUPINFO_PRESENT, nullptr,
                        nullptr, &startup.StartupInfo, &started))
        fail("cannot run " + argv[0]);
    const owned_handle process(started.hProcess), thread(started.hThread);
    return wait_for(process.get());
}

std::string compatibility_layer() {
    using version_function = const char*(__cdecl*)();
    const auto address = reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version"));
    if (address == nullptr) return {};
    return std::string("Wine ") + reinterpret_cast<version_function>(address)();
}

}  // namespace brood::native
