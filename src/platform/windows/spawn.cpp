// SPDX-License-Identifier: MIT
// Starting a program. It inherits exactly what is listed for it, and is born into a job of its own that ends it and all
// its descendants when this process is gone.
#include "platform/windows/bootstrap.hpp"
#include "platform/windows/command_line.hpp"
#include "platform/windows/environment.hpp"
#include "platform/windows/inheritance.hpp"

#include <system_error>

namespace brood::platform {

namespace windows {

namespace {

class attribute_list {
public:
    explicit attribute_list(DWORD count) {
        SIZE_T size = 0;
        InitializeProcThreadAttributeList(nullptr, count, 0, &size);
        storage_.resize(size);
        if (!InitializeProcThreadAttributeList(get(), count, 0, &size))
            throw_last_error("InitializeProcThreadAttributeList");
    }
    attribute_list(const attribute_list&) = delete;
    attribute_list& operator=(const attribute_list&) = delete;
    ~attribute_list() { DeleteProcThreadAttributeList(get()); }

    // The handles must stay where they are until the process was created.
    void set(DWORD_PTR attribute, std::span<HANDLE> handles) {
        if (!UpdateProcThreadAttribute(get(), 0, attribute, handles.data(), handles.size_bytes(), nullptr, nullptr))
            throw_last_error("UpdateProcThreadAttribute");
    }
    LPPROC_THREAD_ATTRIBUTE_LIST get() { return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(storage_.data()); }

private:
    std::vector<std::byte> storage_;
};

unique_handle make_job() {
    unique_handle job(CreateJobObjectW(nullptr, nullptr));
    if (!job) throw_last_error("CreateJobObjectW");
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (!SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits, sizeof limits))
        throw_last_error("SetInformationJobObject");
    return job;
}

unique_handle own_process(DWORD rights) {
    HANDLE handle = nullptr;
    if (!DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &handle, rights, FALSE, 0))
        throw_last_error("DuplicateHandle of this process");
    return unique_handle(handle);
}

bool has_console() {
    DWORD first = 0;
    return GetConsoleProcessList(&first, 1) != 0;
}

DWORD creation_flags(const spawn_spec& spec) {
    DWORD flags = CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
    if (!spec.receive_ctrl_c) flags |= CREATE_NEW_PROCESS_GROUP;
    // The child of a program without a console window would otherwise open one.
    if (!has_console()) flags |= DETACHED_PROCESS;
    return flags;
}

STARTUPINFOEXW startup_info(const inheritance& given, attribute_list& attributes) {
    STARTUPINFOEXW info{};
    info.StartupInfo.cb = sizeof info;
    info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    info.StartupInfo.hStdInput = given.standard_stream(0);
    info.StartupInfo.hStdOutput = given.standard_stream(1);
    info.StartupInfo.hStdError = given.standard_stream(2);
    info.lpAttributeList = attributes.get();
    return info;
}

child create_process(const spawn_spec& spec, inheritance& given, std::wstring environment) {
    const std::wstring program = native_path(spec.executable);
    const std::wstring directory = widen(spec.directory);
    std::wstring line = command_line(spec.arguments);
    child made;
    made.job = make_job();
    HANDLE job = made.job.get();
    attribute_list attributes(2);
    attributes.set(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, given.handles());
    attributes.set(PROC_THREAD_ATTRIBUTE_JOB_LIST, {&job, 1});
    STARTUPINFOEXW info = startup_info(given, attributes);
    PROCESS_INFORMATION started{};
    given.open();
    const auto create = [&] {
        return CreateProcessW(program.c_str(), line.data(), nullptr, nullptr, TRUE, creation_flags(spec),
                              environment.data(), directory.empty() ? nullptr : directory.c_str(), &info.StartupInfo,
                              &started);
    };
    // Wine loses about one start in 2,000 when several threads are at work, and says so by this error.
    if (!create() && (GetLastError() != ERROR_INTERNAL_ERROR || !create())) {
        const DWORD error = GetLastError();
        throw_error(error, ("starting " + spec.executable).c_str());
    }
    close_handle(started.hThread);
    made.process = unique_handle(started.hProcess);
    made.pid = started.dwProcessId;
    return made;
}

}  // namespace

}  // namespace windows

using namespace windows;

spawned spawn_process(const spawn_spec& spec) {
    channel_pair channel = make_channel();
    auto [their_lifeline_end, our_lifeline_end] = make_lifeline();
    inheritance given(spec);
    const HANDLE their_channel = given.add(std::move(channel.theirs));
    const HANDLE their_lifeline = given.add(std::move(their_lifeline_end));
    const HANDLE parent = given.add(own_process(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION));
    HANDLE memory = no_handle();
    if (spec.session_memory != no_handle()) memory = given.add(duplicate_handle(spec.session_memory));
    const std::string value = bootstrap_value(their_channel, their_lifeline, parent, memory, spec.note);
    const std::wstring variable = std::wstring(bootstrap_name) + L"=" + widen(value);

    spawned result{create_process(spec, given, environment_block(spec.environment, {variable})),
                   std::move(channel.ours)};
    result.child.lifeline = std::move(our_lifeline_end);
    return result;
}

child fork_process(std::span<const handle_t>) {
    throw std::system_error(std::make_error_code(std::errc::not_supported), "Windows has no fork");
}

}  // namespace brood::platform
