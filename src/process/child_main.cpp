// SPDX-License-Identifier: MIT
#include "process/child_main.hpp"
#include "base/child_path.hpp"

#include "arena/session.hpp"
#include "codec/function.hpp"
#include "codec/stack.hpp"
#include "process/child_session.hpp"
#include "process/inspection.hpp"
#include "process/launch.hpp"
#include "process/this_process.hpp"

#include <brood/serialization.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

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

bool records_crashes = false;  // as a child of the fork server has it from the server

BROOD_CHILD_PATH void record_this_crash(const wire& parent) {
    if (!parent.is_open()) return;
    crash_channel = parent.channel();
    if (!std::exchange(records_crashes, false)) platform::record_crashes(&send_crash);
}

// ---- set-up ----

bool forked = false;  // this process is in the process group of its maker: its parent, or the fork server

template <class Take>
void apply_late(const late_setup& late, Take take) {
    if (late.environment) platform::set_environment(*late.environment);
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

// What this process needs itself may have the values that inherited handles are to get.
void make_way(const late_setup& late, wire& channel, std::vector<platform::unique_handle>& received) {
    if (late.inherited.empty()) return;
    std::vector<platform::unique_handle*> all = {&channel.handle()};
    for (auto& one : received) all.push_back(&one);
    platform::clear_places(number_to_handle(*std::max_element(late.inherited.begin(), late.inherited.end())), all);
}

BROOD_CHILD_PATH void apply(const child_setup& setup) {
    arena::become_process(setup.session_tag);
    if (forked && setup.receive_ctrl_c)
        platform::join_terminal_group(setup.parent_pid);
    else if (forked)
        platform::leave_terminal_group();
    if (!setup.cpus.empty()) platform::set_affinity(setup.cpus);
    if (setup.niceness) platform::set_niceness(*setup.niceness);
    if (setup.memory_limit) platform::set_memory_limit(*setup.memory_limit);
    this_process::become(setup);
    inspection::become(setup.inspection);
}

// ---- running ----

// What an exit handler throws ends the process here: below this may be the frames of a parent, copied by a fork.
BROOD_CHILD_PATH [[noreturn]] void leave(int code) noexcept {
    void (*volatile end)(int) = std::exit;  // its declaration says that nothing comes out, and would be believed
    end(code);
    platform::exit_now(code);
}

// Runs `body` with the session; what leaves it is reported. Never returns: exit handlers run, streams are flushed.
template <class Body>
[[noreturn]] void run_and_exit(child_session& session, wire& parent, Body body) {
    int code = 0;
    try {
        record_throws();
        record_this_crash(parent);
        inspection::target_begins();
        body();
    } catch (...) {
        code = session.report(std::current_exception());
    }
    inspection::target_ended();
    leave(code);
}

// The work of a child: its set-up, and the bytes of its target.
struct work {
    message received;
    child_setup setup;
    std::span<const std::byte> target;
};

BROOD_CHILD_PATH std::span<const std::byte> take_front(std::span<const std::byte>& bytes, std::uint64_t size) {
    if (size > bytes.size()) throw serialization_error("a message is shorter than it says");
    const auto front = bytes.first(static_cast<std::size_t>(size));
    bytes = bytes.subspan(front.size());
    return front;
}

BROOD_CHILD_PATH void read_setup(work& job) {
    auto rest = job.received.body.bytes();
    std::uint64_t size = 0;
    std::memcpy(&size, take_front(rest, sizeof size).data(), sizeof size);
    input_archive archive(take_front(rest, size));
    job.setup = load_value<child_setup>(archive);
    job.target = rest;
}

// The set-up's handles come first; what is left is the target's.
BROOD_CHILD_PATH void apply_setup(work& job, wire& channel) {
    auto& handles = job.received.handles;
    if (job.setup.late) make_way(*job.setup.late, channel, handles);
    std::size_t next = 0;
    if (job.setup.late) apply_late(*job.setup.late, [&] { return std::move(handles.at(next++)); });
    handles.erase(handles.begin(), handles.begin() + static_cast<std::ptrdiff_t>(next));
    apply(job.setup);
}

BROOD_CHILD_PATH void run_target(work& job, wire& parent, child_session& session) {
    requested_blocks blocks(parent, std::move(job.received.blocks));
    received_handles handles(std::move(job.received.handles));
    input_archive archive(job.target, &blocks, &handles);
    const auto place = load_value<code_location>(archive);
    const auto enter = reinterpret_cast<entry_function>(const_cast<void*>(resolve_code(place)));
    enter(archive, session);
}

// What is local here is never destroyed, since the process ends below: exit handlers of the program may crash, too.
BROOD_CHILD_PATH [[noreturn]] void run_told_child(wire channel) {
    work job;
    try {
        if (channel.receive(job.received) != platform::io_result::ok) platform::exit_now(1);  // the parent is gone
        read_setup(job);
        apply_setup(job, channel);
    } catch (...) {
        child_session(channel, false).report(std::current_exception());
        platform::exit_now(1);
    }
    child_session session(channel, job.setup.wants_result);
    run_and_exit(session, channel, [&] { run_target(job, channel, session); });
}

}  // namespace

void run_spawned_child(platform::bootstrap bootstrap) {
    platform::obey_lifeline(std::move(bootstrap.lifeline), std::move(bootstrap.parent_process));
    run_told_child(wire(std::move(bootstrap.channel), platform::no_handle()));
}

BROOD_CHILD_PATH void run_served_child(platform::unique_handle channel, platform::unique_handle lifeline) {
    forked = true;
    platform::obey_lifeline(std::move(lifeline), {});
    run_told_child(wire(std::move(channel), platform::no_handle()));
}

namespace {

// Sends itself the work of a child and reads it.
void rehearse() {
    auto ends = platform::make_channel();
    wire sender(std::move(ends.ours), platform::no_handle());
    wire receiver(std::move(ends.theirs), platform::no_handle());
    output_archive archive({.blocks = false});
    child_setup setup;
    setup.late.emplace();
    save_value(archive, setup);
    const auto setup_size = static_cast<std::uint64_t>(archive.bytes().size());
    output_archive target;
    save_value(target, locate_code(reinterpret_cast<const void*>(&rehearse)));
    const std::span<const std::byte> parts[] = {std::as_bytes(std::span(&setup_size, 1)), archive.bytes(),
                                                target.bytes()};
    sender.send({.kind = message_kind::work, .body = parts});
    work job;
    receiver.receive(job.received);
    read_setup(job);
    input_archive place(job.target);
    static_cast<void>(resolve_code(load_value<code_location>(place)));
}

}  // namespace

void prepare_for_served_children() {
    arena::map_for_children();
    platform::record_crashes(&send_crash);
    records_crashes = true;
    rehearse();
}

BROOD_CHILD_PATH void run_forked_child(wire channel, const child_setup& setup, void (*prepare)(launch_request&),
                                       launch_request& request, target& work) {
    platform::fence_exit_handlers(nullptr);
    forked = true;
    child_session session(channel, setup.wants_result);
    try {
        apply(setup);
        prepare(request);
        session.arguments_read();
    } catch (...) {
        session.report(std::current_exception());
        platform::exit_now(1);
    }
    run_and_exit(session, channel, [&] { work.run(session); });
}

}  // namespace brood::detail
