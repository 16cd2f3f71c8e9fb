// SPDX-License-Identifier: MIT
// The parent's side of the fork server: one server for the process, started when first needed and again when it is
// gone.
#include "process/forkserver.hpp"
#include "process/forkserver_protocol.hpp"
#include "process/launch.hpp"

#include "codec/exception.hpp"
#include "codec/function.hpp"
#include "process/blocks.hpp"

#include <brood/serialization.hpp>

#include <atomic>
#include <mutex>

namespace brood::detail {
namespace {

using platform::io_result;

// A running server. Its children hold it too: it must stay to tell how they ended.
struct server_process {
    platform::child child;
    wire control;
    surroundings made_with;
    process_id owner = platform::current_process_id();

    ~server_process() {
        if (owner != platform::current_process_id()) {  // a forked copy: the descriptors are closed already
            child.process.release();
            child.lifeline.release();
            control.release().release();
            return;
        }
        control.close();
        try {
            platform::send_request(child, platform::request::kill);
            platform::reap(child, {});
        } catch (const std::exception&) {
            // its lifeline ends it
        }
    }
};

// Guards the server of this process; a forked copy of the process starts with none.
struct server_slot {
    std::mutex mutex;
    std::shared_ptr<server_process> server;
    bound_call preload;
    process_id owner = platform::current_process_id();
};

server_slot& slot() {
    static std::atomic<server_slot*> current{nullptr};
    server_slot* known = current.load();
    if (known != nullptr && known->owner == platform::current_process_id()) return *known;
    auto* fresh = new server_slot;
    if (known != nullptr) fresh->preload = known->preload;
    if (current.compare_exchange_strong(known, fresh)) return *fresh;
    delete fresh;
    return *known;
}

void send_preload(server_process& server, const bound_call& call) {
    if (!call) {
        server.control.send(message_kind::ready);
        return;
    }
    output_archive archive({.blocks = false});
    save_value(archive, locate_code(reinterpret_cast<const void*>(call.target()->entry())));
    call.target()->save(archive);
    const std::span<const std::byte> body = archive.bytes();
    server.control.send({.kind = message_kind::call, .body = {&body, 1}, .handles = archive.handles()},
                        bootstrap_deadline());
}

// The next message of a server that starts. What it does after brood::init may take its time.
void receive_from_fresh(server_process& server, platform::deadline until) {
    message answer;
    const auto result = server.control.receive(answer, until);
    if (result == io_result::timeout)
        throw bootstrap_error("the fork server did not reach brood::init in time: is it the first statement of main?");
    if (result != io_result::ok) {
        const auto status = platform::reap(server.child, {});
        throw bootstrap_error("the fork server " + (status ? status->to_string() : "ended") + " before it was ready");
    }
    if (answer.kind == message_kind::failed) std::rethrow_exception(decode_exception(answer.body.text()));
}

std::shared_ptr<server_process> start_server(const bound_call& preload) {
    const auto request = make_request(process_options{}, "fork-server");
    auto made_with = current_surroundings();
    auto made = spawn_self(request, forkserver_note);
    auto server = std::make_shared<server_process>();
    server->child = std::move(made.child);
    server->control = wire(std::move(made.channel), server->child.process.get());
    server->made_with = std::move(made_with);
    send_preload(*server, preload);
    receive_from_fresh(*server, bootstrap_deadline());  // started
    receive_from_fresh(*server, {});                    // ready
    return server;
}

exit_status status_of(const fork_reply& reply) {
    const int value = static_cast<int>(reply.value);
    switch (reply.kind) {
        case reply_kind::exited: return exit_status::exited(value);
        case reply_kind::signalled: return exit_status::signalled(value);
        case reply_kind::dumped: return exit_status::signalled(value, true);
        default: return exit_status::unknown();
    }
}

bool read_reply(platform::handle_t status, fork_reply& reply) {
    const std::span<std::byte> bytes(reinterpret_cast<std::byte*>(&reply), sizeof reply);
    return platform::channel_read(status, bytes, platform::no_handle(), {}) == io_result::ok;
}

class served_status final : public status_source {
public:
    served_status(platform::unique_handle status, std::shared_ptr<server_process> server)
        : status_(std::move(status)), server_(std::move(server)) {}
    exit_status take() noexcept override {
        fork_reply reply;
        try {
            if (!read_reply(status_.get(), reply)) return exit_status::unknown();  // the server ended first
        } catch (const std::exception&) {
            return exit_status::unknown();
        }
        status_.reset();  // the server may forget the child now
        server_.reset();
        return status_of(reply);
    }
    void abandon() noexcept override { status_.release(); }

private:
    platform::unique_handle status_;
    std::shared_ptr<server_process> server_;
};

struct asked {
    platform::unique_handle lifeline, status;
};

// Asks for a child with that end of its channel; nothing when the server is gone.
std::optional<asked> ask(server_process& server, platform::handle_t channel) {
    auto status = platform::make_channel();
    auto [child_end, parent_end] = platform::make_lifeline();
    const platform::handle_t handles[] = {channel, child_end.get(), status.theirs.get()};
    const auto sent = platform::channel_send_handles(server.control.channel(), handles, server.child.process.get());
    if (sent != io_result::ok) return std::nullopt;
    return asked{std::move(parent_end), std::move(status.ours)};
}

// Whether there is a child that has read its work; false when it ended before it answered.
bool has_answered(platform::handle_t channel, platform::deadline until) {
    std::byte first{};
    return platform::channel_read(channel, {&first, 1}, platform::no_handle(), until) != io_result::end;
}

// The child that was asked for; nothing when the server ended before it made one. The server's reply is looked at only
// when the child has answered, since each wake-up of this process would take a processor from the child.
std::optional<launched> answered(asked request, wire channel, const std::shared_ptr<server_process>& server,
                                 platform::deadline until) {
    const platform::waitable child{platform::waitable::kind::channel, channel.channel()};
    platform::wait_many({&child, 1}, until);
    fork_reply reply;
    std::vector<platform::unique_handle> process;
    if (!read_reply(request.status.get(), reply) ||
        (reply.kind == reply_kind::pid &&
         platform::channel_receive_handles(request.status.get(), 1, process, platform::no_handle(), {}) !=
             io_result::ok)) {
        // A child that has begun its work must not be made once more; its lifeline ends it.
        if (has_answered(channel.channel(), until))
            throw start_error("the fork server ended while it started a process");
        return std::nullopt;
    }
    if (reply.kind == reply_kind::error)
        throw std::system_error(static_cast<int>(reply.value), std::system_category(), "fork in the fork server");
    launched made;
    made.child.pid = reply.value;
    made.child.process = std::move(process.front());
    made.child.lifeline = std::move(request.lifeline);
    made.channel = channel.release();
    made.source = std::make_unique<served_status>(std::move(request.status), server);
    made.told = true;
    return made;
}

}  // namespace

void set_preload(bound_call call) {
    auto& here = slot();
    const std::lock_guard guard(here.mutex);
    here.preload = std::move(call);
    here.server.reset();  // children that still run keep it
}

namespace {

std::shared_ptr<server_process> running_server() {
    auto& here = slot();
    const std::lock_guard guard(here.mutex);
    if (!here.server) here.server = start_server(here.preload);
    return here.server;
}

void forget_server(const std::shared_ptr<server_process>& gone) {
    auto& here = slot();
    const std::lock_guard guard(here.mutex);
    if (here.server == gone) here.server.reset();
}

// Nothing when the server is gone. The work waits in the channel for the child, if it can.
std::optional<launched> launch_from(const std::shared_ptr<server_process>& server, const tell_child& tell,
                                    platform::deadline until) {
    auto ends = platform::make_channel();
    wire channel(std::move(ends.ours), platform::no_handle());
    const bool told = tell(channel, &server->made_with, true);
    auto question = ask(*server, ends.theirs.get());
    ends.theirs.reset();
    if (!question) return std::nullopt;
    if (!told) tell(channel, &server->made_with, false);
    return answered(std::move(*question), std::move(channel), server, until);
}

}  // namespace

launched launch_forkserver(const launch_request& request, const tell_child& tell, platform::deadline until) {
    for (int attempt = 0; attempt < 2; ++attempt) {  // a server that was killed is replaced
        const auto server = running_server();
        if (auto made = launch_from(server, tell, until)) return std::move(*made);
        forget_server(server);
    }
    throw start_error("cannot start process '" + request.name + "': the fork server ended twice");
}

}  // namespace brood::detail
