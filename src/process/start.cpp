// SPDX-License-Identifier: MIT
// Spawn and forkserver: the target is written to bytes first, so that what cannot be written stops here; then a child
// is made, told what to do, and watched until its target runs.
#include "process/start.hpp"

#include "arena/session.hpp"
#include "channel/results.hpp"
#include "codec/exception.hpp"
#include "codec/function.hpp"
#include "process/blocks.hpp"
#include "process/bootstrap.hpp"
#include "process/inspection.hpp"
#include "process/this_process.hpp"

#include <brood/serialization.hpp>

namespace brood::detail {
namespace {

using platform::io_result;

void save_target(output_archive& archive, const target& work) {
    const auto place = locate_code(reinterpret_cast<const void*>(work.entry()));
    save_value(archive, place);
    work.save(archive);
}

// Whether the child's streams lead already where they should.
bool has_right_streams(const launch_request& request, const surroundings& made_with) {
    using kind = platform::stdio_target::kind;
    return request.stdio[0].what == kind::null && request.stdio[1].what == kind::inherit &&
           request.stdio[2].what == kind::inherit && made_with.streams == current_streams();
}

// The streams of this process now take the place of "inherited": the child was made when they may have been others.
std::array<platform::stdio_target, 3> explicit_streams(const launch_request& request) {
    using kind = platform::stdio_target::kind;
    auto streams = request.stdio;
    for (int number = 0; number < 3; ++number) {
        auto& stream = streams[static_cast<std::size_t>(number)];
        if (stream.what != kind::inherit) continue;
        stream.handle = platform::standard_stream(number);
        stream.what = stream.handle == platform::no_handle() ? kind::null : kind::handle;
    }
    return streams;
}

// What differs from what the child has already.
late_setup make_late(const launch_request& request, const surroundings& made_with) {
    late_setup late;
    if (request.environment != made_with.environment) late.environment = request.environment;
    auto directory = request.directory.empty() ? platform::working_directory() : request.directory;
    if (directory != made_with.directory) late.directory = std::move(directory);
    if (!has_right_streams(request, made_with))
        for (const auto& stream : explicit_streams(request))
            late.streams.push_back(static_cast<std::uint8_t>(stream.what));
    for (auto handle : request.inherit) late.inherited.push_back(handle_to_number(handle));
    return late;
}

std::vector<platform::handle_t> late_handles(const launch_request& request, const late_setup& late) {
    std::vector<platform::handle_t> handles;
    for (const auto& stream :
         late.streams.empty() ? std::array<platform::stdio_target, 3>{} : explicit_streams(request))
        if (stream.what == platform::stdio_target::kind::handle) handles.push_back(stream.handle);
    handles.insert(handles.end(), request.inherit.begin(), request.inherit.end());
    return handles;
}

// What any channel holds that nobody reads yet.
constexpr std::size_t small_work = 16 * 1024;

// One message: the set-up, then the target. The set-up's handles come first. False when nothing was sent, since
// somebody must read it meanwhile.
bool send_work(wire& channel, child_setup setup, const launch_request& request, const surroundings* late,
               const output_archive& target, bool unread, platform::deadline until) {
    std::vector<platform::handle_t> handles;
    if (late != nullptr) {
        setup.late = make_late(request, *late);
        handles = late_handles(request, *setup.late);
    }
    handles.insert(handles.end(), target.handles().begin(), target.handles().end());
    output_archive archive({.blocks = false});
    save_value(archive, setup);
    const auto setup_size = static_cast<std::uint64_t>(archive.bytes().size());
    const std::span<const std::byte> parts[] = {std::as_bytes(std::span(&setup_size, 1)), archive.bytes(),
                                                target.bytes()};
    if (unread && (!handles.empty() || archive.bytes().size() + target.bytes().size() > small_work)) return false;
    channel.send({.kind = message_kind::work, .body = parts, .blocks = target.blocks(), .handles = handles},
                 until);  // the answer tells why, if that failed
    return true;
}

// Ends and reaps a child whose start failed, unless that failure was reported to nobody.
class start_guard {
public:
    explicit start_guard(running_child& child) noexcept : child_(&child) {}
    ~start_guard() {
        if (child_ == nullptr) return;
        try {
            child_->request(platform::request::kill);
            child_->wait({});
        } catch (const std::exception&) {
            // its lifeline ends it
        }
    }
    start_guard(const start_guard&) = delete;
    start_guard& operator=(const start_guard&) = delete;
    void dismiss() noexcept { child_ = nullptr; }

private:
    running_child* child_;
};

// Until the target runs: serves large blocks, and takes the child's answer.
std::exception_ptr await_start(const start_order& order, running_child& child, wire& channel,
                               const output_archive& sent, platform::deadline until) {
    for (message answer;;) {
        const auto result = channel.receive(answer, until);
        if (result == io_result::timeout)
            throw bootstrap_error("process '" + order.name +
                                  "' did not reach brood::init in time: is it the first statement of main?");
        if (result == io_result::end) throw_died(child, channel);
        switch (answer.kind) {
            case message_kind::started: return nullptr;
            case message_kind::block_wanted: serve_block(channel, child.child(), answer, sent.blocks()); break;
            case message_kind::failed: return decode_exception(answer.body.text());
            case message_kind::crash: throw_died(child, channel, &answer);
            default: throw bootstrap_error("process '" + order.name + "' answered out of order");
        }
    }
}

bool is_about_values(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const serialization_error&) {
        return true;
    } catch (...) {
        return false;
    }
}

// Spawn and forkserver.
started_child start_by_sending(const start_order& order, start_method method) {
    output_archive archive;
    save_target(archive, *order.work);
    const auto request = make_request(order.options, order.name);
    const auto setup = make_setup(order);
    const auto until = bootstrap_deadline();
    const auto tell = [&](wire& channel, const surroundings* late, bool unread) {
        return send_work(channel, setup, request, late, archive, unread, until);
    };
    auto made = method == start_method::spawn ? launch_spawn(request) : launch_forkserver(request, tell, until);
    const auto child = std::make_shared<running_child>(order.name, order.daemon, std::move(made.child),
                                                       std::move(made.source), order.session_tag);
    start_guard guard(*child);
    wire channel(std::move(made.channel), child->process_handle());
    if (!made.told) tell(channel, made.late ? &*made.late : nullptr, false);
    auto failure = await_start(order, *child, channel, archive, until);
    if (failure && !(order.wants_result && is_about_values(failure))) std::rethrow_exception(failure);
    guard.dismiss();
    this_process::get().add(child);
    if (!order.wants_result) channel.close();
    return {child, std::move(channel), failure};
}

}  // namespace

child_setup make_setup(const start_order& order) {
    auto& self = this_process::get();
    child_setup setup;
    setup.name = order.name;
    setup.identity = order.identity;
    setup.daemon = order.daemon;
    setup.wants_result = order.wants_result;
    setup.parent_pid = platform::current_process_id();
    setup.session_root = self.session().root;
    setup.session_born = self.session().born;
    setup.parent_name = self.name();
    setup.parent_daemon = self.daemon();
    setup.receive_ctrl_c = order.options.receive_ctrl_c;
    setup.session_tag = order.session_tag;
    setup.default_method = self.chosen_method();
    setup.executable = self.executable();
    setup.cpus = order.options.cpus;
    setup.niceness = order.options.niceness;
    setup.memory_limit = order.options.memory_limit;
    setup.inspection = order.inspection;
    return setup;
}

namespace {

// The child's record in the session's shared memory; given up unless there is a child that has it.
class session_seat {
public:
    explicit session_seat(start_order& order) : tag_(arena::reserve_process()) { order.session_tag = tag_; }
    ~session_seat() { arena::process_ended(tag_, false); }
    session_seat(const session_seat&) = delete;
    session_seat& operator=(const session_seat&) = delete;
    void dismiss() noexcept { tag_ = 0; }

private:
    std::uint32_t tag_;
};

// What the caller, the program or, for all of them, `brood check` wants.
start_method method_of(const start_order& order) {
    if (order.always_fork) return start_method::fork;
    if (order.options.start_method) inspection::method_chosen(*order.options.start_method);
    if (const auto forced = inspection::forced_method()) return *forced;
    return order.options.start_method.value_or(this_process::get().method());
}

}  // namespace

started_child start_child(start_order order) {
    const auto method = method_of(order);
    require_startable(method, order.options);
    try {
        if (method == start_method::fork) channel::prepare_results_for_fork();
        session_seat seat(order);
        order.inspection = inspection::child_starts(order.name, order.identity, method);
        auto started = method == start_method::fork ? start_by_fork(order) : start_by_sending(order, method);
        seat.dismiss();
        return started;
    } catch (const std::system_error& e) {
        throw start_error("cannot start process '" + order.name + "': " + e.what(), e.code());
    }
}

}  // namespace brood::detail
