// SPDX-License-Identifier: MIT
// A child's bond with its parent: a channel that the parent keeps open, on which requests come. The job of the child
// ends it too when the parent dies; this also works where the child was taken out of its job, and it is what serves
// interrupt and terminate, since a console event reaches whole groups only and needs a console.
#include "platform/windows/win32.hpp"

#include <csignal>

namespace brood::platform {

namespace windows {

namespace {

constexpr std::byte interrupt_request{'I'};
constexpr std::byte terminate_request{'T'};
constexpr int posix_sigint = 2, posix_sigkill = 9, posix_sigterm = 15;

// Open until this process ends; set before the helper thread starts.
unique_handle& watched_lifeline() {
    static unique_handle& handle = *new unique_handle;
    return handle;
}
unique_handle& watched_parent() {
    static unique_handle& handle = *new unique_handle;
    return handle;
}

[[noreturn]] void end_by_signal(int number) noexcept { exit_now(static_cast<int>(ended_by_signal + number)); }

// As the signal of that name: the program's handler if it has one, else the end. The C library can only tell which
// handler there is by setting another; it calls the handler with the default action restored.
void serve_signal(int number, int posix_number) {
    const auto handler = std::signal(number, SIG_IGN);
    if (handler == SIG_DFL || handler == SIG_ERR) end_by_signal(posix_number);
    std::signal(number, handler);
    std::raise(number);
}

void serve_requests(void* started) {
    SetEvent(started);
    std::byte what{};
    while (channel_read(watched_lifeline().get(), {&what, 1}, watched_parent().get(), std::nullopt) == io_result::ok) {
        if (what == interrupt_request) serve_signal(SIGINT, posix_sigint);
        if (what == terminate_request) serve_signal(SIGTERM, posix_sigterm);
    }
    end_by_signal(posix_sigkill);
}

void send(const child& process, std::byte what) {
    const std::span<const std::byte> message(&what, 1);
    // Never waits: a child that has left tens of thousands of requests unread will not serve one more.
    channel_write(process.lifeline.get(), {&message, 1}, process.process.get(), std::chrono::steady_clock::now());
}

}  // namespace

}  // namespace windows

using namespace windows;

std::pair<unique_handle, unique_handle> make_lifeline() {
    channel_pair pair = make_channel();
    return {std::move(pair.theirs), std::move(pair.ours)};
}

void obey_lifeline(unique_handle lifeline, unique_handle parent_process) {
    watched_lifeline() = std::move(lifeline);
    watched_parent() = std::move(parent_process);
    // A process that exits while a thread of it is starting makes Wine complain.
    const unique_handle started = make_event(true);
    start_helper_thread(serve_requests, started.get());
    WaitForSingleObject(started.get(), INFINITE);
}

bool lifeline_intact() noexcept {
    return watched_lifeline() && PeekNamedPipe(watched_lifeline().get(), nullptr, 0, nullptr, nullptr, nullptr);
}

void send_request(const child& process, request what) {
    if (what == request::interrupt) return send(process, interrupt_request);
    if (what == request::terminate) return send(process, terminate_request);
    if (!TerminateJobObject(process.job.get(), ended_by_signal + posix_sigkill)) throw_last_error("TerminateJobObject");
}

}  // namespace brood::platform
