// SPDX-License-Identifier: MIT
// The server's side. It answers three kinds of events, in one thread:
//   control channel readable   -> fork a child, tell the asker its pid and hand over its process handle
//   a child ended              -> write its status to the child's status channel, but do not reap it yet: as long as
//                                 the asker holds the child, its pid must not be given to another process
//   a status channel at end    -> the asker is done with the child: reap it (as soon as it has ended)
#include "base/child_path.hpp"
#include "process/child_main.hpp"
#include "process/forkserver.hpp"
#include "process/forkserver_protocol.hpp"
#include "process/wire.hpp"

#include "codec/exception.hpp"
#include "codec/function.hpp"
#include "codec/stack.hpp"
#include "process/blocks.hpp"

#include <brood/serialization.hpp>

#include <cstring>
#include <iostream>
#include <vector>

namespace brood::detail {
namespace {

class preload_session final : public target_session {
public:
    void arguments_read() override {}
    output_archive& begin_result() override { return result_; }
    void send_result() override {}

private:
    output_archive result_{archive_mode{.blocks = false}};
};

struct served_child {
    platform::child child;
    platform::unique_handle status;
    bool told = false;    // its status was written
    bool let_go = false;  // the asker has closed its end
};

class server {
public:
    explicit server(wire control) : control_(std::move(control)) {}

    void preload();
    [[noreturn]] void serve();

private:
    void run_call(message& received);
    void accept();
    void fork_one(std::vector<platform::unique_handle>& handles);
    void look_at(served_child& one, bool process_event);
    void drop_finished();
    std::vector<platform::waitable> interests(std::vector<std::size_t>& owners) const;

    wire control_;
    bool control_open_ = true;
    std::vector<served_child> children_;
};

void send_reply(platform::handle_t status, const fork_reply& reply) {
    const std::span<const std::byte> part(reinterpret_cast<const std::byte*>(&reply), sizeof reply);
    platform::channel_write(status, {&part, 1}, platform::no_handle(), {});  // an asker that is gone needs none
}

// Or each child would write it again. By the C++ library's own functions: what these call is bound at the first call,
// here or in each child, which flushes at its exit.
void flush_streams() {
    std::ostream& (*volatile flush)(std::ostream&) = &std::flush<char, std::char_traits<char>>;
    std::wostream& (*volatile flush_wide)(std::wostream&) = &std::flush<wchar_t, std::char_traits<wchar_t>>;
    flush(std::cout);
    flush_wide(std::wcout);
    std::fflush(nullptr);
}

// Says that the server is there, runs the preload call, if there is one, and says that it is ready or why not.
void server::preload() {
    control_.send(message_kind::started);
    message received;
    if (control_.receive(received) != platform::io_result::ok) platform::exit_now(0);
    try {
        record_throws();
        if (received.kind == message_kind::call) run_call(received);
        prepare_for_served_children();
        flush_streams();
        control_.send(message_kind::ready);
    } catch (...) {
        const auto failure = std::current_exception();
        control_.send(message_kind::failed,
                      encode_exception(failure, thrown_stack(failure), "fork server", platform::current_process_id()));
        platform::exit_now(1);
    }
}

void server::run_call(message& received) {
    requested_blocks blocks(control_, std::move(received.blocks));
    received_handles handles(std::move(received.handles));
    input_archive archive(received.body.bytes(), &blocks, &handles);
    const auto place = load_value<code_location>(archive);
    preload_session session;
    reinterpret_cast<entry_function>(const_cast<void*>(resolve_code(place)))(archive, session);
}

void server::serve() {
    while (control_open_ || !children_.empty()) {
        std::vector<std::size_t> owners;
        const auto waited = interests(owners);
        for (std::size_t ready : platform::wait_many(waited, {})) {
            if (owners[ready] == children_.size())
                accept();
            else
                look_at(children_[owners[ready]], waited[ready].what == platform::waitable::kind::process);
        }
        drop_finished();
    }
    platform::exit_now(0);
}

// What to wait for; `owners` tells whose it is, one past the last child for the control channel, which comes last so
// that a new child does not move the others while their events are looked at.
std::vector<platform::waitable> server::interests(std::vector<std::size_t>& owners) const {
    using kind = platform::waitable::kind;
    std::vector<platform::waitable> list;
    for (std::size_t i = 0; i < children_.size(); ++i) {
        const auto& one = children_[i];
        if (!one.told)
            list.push_back({kind::process, one.child.process.get()});
        else
            list.push_back({kind::channel, one.status.get()});
        owners.push_back(i);
    }
    if (control_open_) {
        list.push_back({kind::channel, control_.channel()});
        owners.push_back(children_.size());
    }
    return list;
}

void server::accept() {
    std::vector<platform::unique_handle> handles;
    const auto result = platform::channel_receive_handles(control_.channel(), 3, handles, platform::no_handle(), {});
    if (result == platform::io_result::ok && handles.size() == 3) return fork_one(handles);
    control_open_ = false;  // children that still run keep their status until they are asked for it
    control_.close();
}

// The asker sent the child's ends of its channel, its lifeline and its status channel.
BROOD_CHILD_PATH void server::fork_one(std::vector<platform::unique_handle>& handles) {
    auto channel = std::move(handles[0]);
    auto lifeline = std::move(handles[1]);
    auto status = std::move(handles[2]);
    try {
        const platform::handle_t keep[] = {channel.get(), lifeline.get()};
        auto child = platform::fork_process(keep);
        if (child.pid == 0) {
            status.reset();  // the siblings' too; their process handles were closed by the fork
            for (auto& one : children_) {
                one.status.reset();
                one.child.process.release();
            }
            run_served_child(std::move(channel), std::move(lifeline));
        }
        send_reply(status.get(), {reply_kind::pid, static_cast<std::int64_t>(child.pid)});
        const platform::handle_t process[] = {child.process.get()};
        platform::channel_send_handles(status.get(), process, platform::no_handle());
        children_.push_back({std::move(child), std::move(status)});
    } catch (const std::system_error& e) {
        send_reply(status.get(), {reply_kind::error, e.code().value()});
    }
}

void server::look_at(served_child& one, bool process_event) {
    if (!process_event) {
        one.let_go = true;
        return;
    }
    const auto status = platform::peek_status(one.child);
    if (!status) return;
    const bool signalled = status->signal() != 0;
    send_reply(one.status.get(),
               {signalled ? (status->core_dumped() ? reply_kind::dumped : reply_kind::signalled) : reply_kind::exited,
                signalled ? status->signal() : status->code()});
    one.told = true;
}

void server::drop_finished() {
    std::erase_if(children_, [](served_child& one) {
        if (!one.told || !one.let_go) return false;
        platform::reap(one.child, std::chrono::steady_clock::time_point::min());
        return true;
    });
}

}  // namespace

void run_forkserver(platform::bootstrap bootstrap) {
    platform::obey_lifeline(std::move(bootstrap.lifeline), std::move(bootstrap.parent_process));
    server self(wire(std::move(bootstrap.channel), platform::no_handle()));
    self.preload();
    self.serve();
}

}  // namespace brood::detail
