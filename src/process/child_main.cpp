// SPDX-License-Identifier: MIT
#include "process/child_main.hpp"

#include "codec/function.hpp"
#include "codec/stack.hpp"
#include "process/child_session.hpp"
#include "process/launch.hpp"
#include "process/this_process.hpp"

#include <brood/serialization.hpp>

#include <array>
#include <cstdlib>
#include <cstring>

namespace brood::detail {
namespace {

using platform::stdio_target;

// ---- crashes ----

platform::handle_t crash_channel = platform::no_handle();

struct crash_record {
    frame_head head;
    std::int32_t signal;
    std::uint32_t native;
    std::array<std::byte, 4096> stack;
};

// Runs in the crashed context: nothing here allocates, locks or throws.
void send_crash(int signal, std::uint32_t native, std::span<const std::uintptr_t> frames) noexcept {
    static crash_record record;
    record.signal = signal;
    record.native = native;
    const std::size_t size = encode_stack(frames, record.stack);
    record.head = make_frame_head(message_kind::crash, sizeof record.signal + sizeof record.native + size);
    const std::size_t total = sizeof record.head + sizeof record.signal + sizeof record.native + size;
    platform::channel_write_from_crash(crash_channel, {reinterpret_cast<const std::byte*>(&record), total});
}

void record_this_crash(const wire& parent) {
    if (!parent.is_open()) return;
    crash_channel = parent.channel();
    platform::record_crashes(&send_crash);
}

// ---- set-up ----

template <class Take>
void apply_late(const late_setup& late, Take take) {
    if (late.new_environment) platform::set_environment(late.environment);
    if (!late.directory.empty()) platform::set_working_directory(late.directory);
    if (late.streams.size() == 3) {
        std::array<stdio_target, 3> streams;
        std::array<platform::unique_handle, 3> owned;
        for (std::size_t i = 0; i < 3; ++i) {
            streams[i].what = static_cast<stdio_target::kind>(late.streams[i]);
            if (streams[i].what != stdio_target::kind::handle) continue;
            owned[i] = take();
            streams[i].handle = owned[i].get();
        }
        platform::set_standard_streams(streams);
    }
    for (auto number : late.inherited) platform::place_handle(take(), number_to_handle(number));
}

void apply(const child_setup& setup) {
    if (!setup.cpus.empty()) platform::set_affinity(setup.cpus);
    if (setup.niceness) platform::set_niceness(*setup.niceness);
    if (setup.memory_limit) platform::set_memory_limit(*setup.memory_limit);
    this_process::become(setup);
}

// ---- running ----

// Runs `body` with the session; what leaves it is reported. Never returns: exit handlers run, streams are flushed.
template <class Body>
[[noreturn]] void run_and_exit(child_session& session, wire& parent, Body body) {
    int code = 0;
    try {
        record_throws();
        record_this_crash(parent);
        body();
    } catch (...) {
        code = session.report(std::current_exception());
    }
    std::exit(code);
}

child_setup read_setup(message& received) {
    received_handles handles(std::move(received.handles));
    input_archive archive(received.body.bytes(), nullptr, &handles);
    auto setup = load_value<child_setup>(archive);
    std::size_t next = 0;
    if (setup.late) apply_late(*setup.late, [&] { return platform::unique_handle(handles.take(next++)); });
    apply(setup);
    return setup;
}

void run_target(message& received, wire& parent, child_session& session) {
    requested_blocks blocks(parent, std::move(received.blocks));
    received_handles handles(std::move(received.handles));
    input_archive archive(received.body.bytes(), &blocks, &handles);
    const auto place = load_value<code_location>(archive);
    const auto enter = reinterpret_cast<entry_function>(const_cast<void*>(resolve_code(place)));
    enter(archive, session);
}

// A message that must come next; without it the parent is gone.
void expect(wire& parent, message& received, message_kind kind) {
    if (parent.receive(received) != platform::io_result::ok || received.kind != kind) platform::exit_now(1);
}

[[noreturn]] void run_told_child(wire parent) {
    static wire channel;  // outlives main: exit handlers of the program may crash, too
    channel = std::move(parent);
    message received;
    child_setup setup;
    try {
        expect(channel, received, message_kind::setup);
        setup = read_setup(received);
        expect(channel, received, message_kind::target);
    } catch (...) {
        child_session(channel, false).report(std::current_exception());
        platform::exit_now(1);
    }
    static std::optional<child_session> session;
    session.emplace(channel, setup.wants_result);
    run_and_exit(*session, channel, [&] { run_target(received, channel, *session); });
}

}  // namespace

void run_spawned_child(platform::bootstrap bootstrap) {
    platform::obey_lifeline(std::move(bootstrap.lifeline), std::move(bootstrap.parent_process));
    run_told_child(wire(std::move(bootstrap.channel), platform::no_handle()));
}

void run_served_child(platform::unique_handle channel, platform::unique_handle lifeline) {
    platform::obey_lifeline(std::move(lifeline), {});
    run_told_child(wire(std::move(channel), platform::no_handle()));
}

void run_forked_child(wire parent, const child_setup& setup, const std::function<void()>& prepare, target& work) {
    platform::fence_exit_handlers(nullptr);
    static wire channel;
    channel = std::move(parent);
    static std::optional<child_session> session;
    session.emplace(channel, setup.wants_result);
    try {
        apply(setup);
        prepare();
        session->arguments_read();
    } catch (...) {
        session->report(std::current_exception());
        platform::exit_now(1);
    }
    run_and_exit(*session, channel, [&] { work.run(*session); });
}

}  // namespace brood::detail
