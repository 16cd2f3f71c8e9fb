// SPDX-License-Identifier: MIT
// What tests ask of Windows.
#include "mailbox.hpp"
#include "program.hpp"

#include <brood/native/terminal.hpp>

#include <optional>
#include <system_error>

#define WIN32_LEAN_AND_MEAN
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

namespace brood_test {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(static_cast<int>(::GetLastError()), std::system_category(), what);
}

// Tests pass no quotes and no backslash at the end of an argument.
std::wstring command_line(const fs::path& path, const std::vector<std::string>& arguments) {
    std::wstring line = L"\"" + path.wstring() + L"\"";
    for (const auto& one : arguments) line += L" \"" + from_utf8(one).wstring() + L"\"";
    return line;
}

std::wstring name_of(const std::wstring& entry) { return entry.substr(0, entry.find(L'=', 1)); }

std::wstring environment_block(const std::map<std::string, std::string>& added) {
    std::map<std::wstring, std::wstring> all;
    wchar_t* const block = ::GetEnvironmentStringsW();
    for (const wchar_t* entry = block; *entry != 0; entry += std::wstring(entry).size() + 1)
        all[name_of(entry)] = entry;
    ::FreeEnvironmentStringsW(block);
    for (const auto& [name, value] : added) {
        const std::wstring wide = from_utf8(name).wstring();
        all[wide] = wide + L"=" + from_utf8(value).wstring();
    }
    std::wstring text;
    for (const auto& [name, entry] : all) text += entry + L'\0';
    return text + L'\0';
}

// What TerminateProcess is given where POSIX sends SIGKILL: the code by which brood kills, for a code like 9 would only
// say that the process called exit(9).
constexpr UINT killed = 0xE0B00009;

HANDLE open_output(const fs::path& path) {
    SECURITY_ATTRIBUTES inheritable{sizeof inheritable, nullptr, TRUE};
    const HANDLE file =
        ::CreateFileW(path.c_str(), FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                      &inheritable, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE) fail("creating a file");
    return file;
}

}  // namespace

// ---- pipes ----

mailbox mailbox::make() {
    HANDLE reader = nullptr, writer = nullptr;
    if (!::CreatePipe(&reader, &writer, nullptr, 1 << 16)) fail("CreatePipe");
    return {brood::handle(reader), brood::handle(writer)};
}

std::size_t read_bytes(const brood::handle& from, void* into, std::size_t size) {
    DWORD got = 0;
    if (::ReadFile(from.native_handle(), into, static_cast<DWORD>(size), &got, nullptr)) return got;
    if (::GetLastError() == ERROR_BROKEN_PIPE) return 0;
    fail("ReadFile");
}

void write_bytes(const brood::handle& to, const void* from, std::size_t size) {
    for (const auto* at = static_cast<const char*>(from); size > 0;) {
        DWORD put = 0;
        if (!::WriteFile(to.native_handle(), at, static_cast<DWORD>(size), &put, nullptr)) fail("WriteFile");
        at += put;
        size -= put;
    }
}

// ---- programs ----

struct program::state {
    temporary_folder folder;
    PROCESS_INFORMATION process{};
    std::optional<brood::exit_status> ended;
    ~state() {
        ::CloseHandle(process.hThread);
        ::CloseHandle(process.hProcess);
    }
};

program::program(const fs::path& path, std::vector<std::string> arguments, run_options options)
    : state_(std::make_unique<state>()) {
    STARTUPINFOW start{};
    start.cb = sizeof start;
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdOutput = open_output(state_->folder / "output");
    start.hStdError = open_output(state_->folder / "errors");
    std::wstring line = command_line(path, arguments);
    std::wstring variables = environment_block(options.environment);
    const BOOL made =
        ::CreateProcessW(path.has_parent_path() ? path.c_str() : nullptr, line.data(), nullptr, nullptr, TRUE,
                         CREATE_UNICODE_ENVIRONMENT, variables.data(),
                         options.directory.empty() ? nullptr : options.directory.c_str(), &start, &state_->process);
    const DWORD error = ::GetLastError();
    ::CloseHandle(start.hStdOutput);
    ::CloseHandle(start.hStdError);
    ::SetLastError(error);
    if (!made) fail("starting " + to_utf8(path));
}

program::program(program&&) noexcept = default;

program::~program() {
    if (!state_) return;
    kill();
    wait();
}

brood::process_id program::pid() const { return state_->process.dwProcessId; }

void program::kill() {
    if (!state_->ended) ::TerminateProcess(state_->process.hProcess, killed);
}

brood::exit_status program::wait() {
    if (state_->ended) return *state_->ended;
    DWORD code = 0;
    ::WaitForSingleObject(state_->process.hProcess, INFINITE);
    ::GetExitCodeProcess(state_->process.hProcess, &code);
    state_->ended = brood::exit_status::from_windows(code);
    return *state_->ended;
}

std::string program::output() const { return read_text(state_->folder / "output"); }
std::string program::errors() const { return read_text(state_->folder / "errors"); }

fs::path this_program() { return from_utf8(brood::native::program_path()); }

fs::path subject(const std::string& name) {
    return this_program().parent_path().parent_path() / "test" / "subjects" / (name + ".exe");
}

brood::process_id maker_of_this_process() { return 0; }
std::size_t marked_processes(const std::string&) { return 0; }

bool is_gone(brood::process_id pid) {
    const HANDLE process = ::OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(pid));
    if (process == nullptr) return true;
    const bool ended = ::WaitForSingleObject(process, 0) == WAIT_OBJECT_0;
    ::CloseHandle(process);
    return ended;
}

void kill_process(brood::process_id pid) {
    const HANDLE process = ::OpenProcess(PROCESS_TERMINATE, FALSE, static_cast<DWORD>(pid));
    if (process == nullptr) return;
    ::TerminateProcess(process, killed);
    ::CloseHandle(process);
}

}  // namespace brood_test
