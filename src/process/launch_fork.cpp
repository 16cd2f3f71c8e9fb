// SPDX-License-Identifier: MIT
// Fork: the child has target and arguments by memory. A channel is made only when there is something to say.
#include "base/child_path.hpp"
#include "process/child_main.hpp"
#include "process/start.hpp"
#include "process/this_process.hpp"

#include "arena/session.hpp"
#include "codec/exception.hpp"

namespace brood::detail {
namespace {

bool has_preparation(const process_options& options) {
    const auto is_inherit = [](const stdio& stream) { return std::holds_alternative<inherit_t>(stream.where()); };
    return !options.cwd.empty() || !options.env.empty() || options.clear_env || !options.cpus.empty() ||
           options.niceness || options.memory_limit || !is_inherit(options.stdout_to) ||
           !is_inherit(options.stderr_to) || !std::holds_alternative<null_t>(options.stdin_from.where());
}

// In the child, before its target.
BROOD_CHILD_PATH void prepare_forked(launch_request& request) {
    if (!request.same_environment) platform::set_environment(request.environment);
    if (!request.directory.empty()) platform::set_working_directory(request.directory);
    platform::set_standard_streams(request.stdio);
    request.opened.clear();
}

// Waits until the child has prepared itself; throws what stopped it.
void await_prepared(running_child& child, wire& channel) {
    message answer;
    if (channel.receive(answer) != platform::io_result::ok) throw_died(child, channel);
    if (answer.kind == message_kind::started) return;
    child.wait({});
    if (answer.kind != message_kind::failed) throw_died(child, channel, &answer);
    std::rethrow_exception(decode_exception(answer.body.text()));
}

BROOD_CHILD_PATH platform::child fork_in_session(std::uint32_t tag, std::span<const platform::handle_t> keep) {
    const arena::fork_scope with_references(tag);
    return platform::fork_process(keep);
}

}  // namespace

BROOD_CHILD_PATH started_child start_by_fork(const start_order& order) {
    auto request = make_request(order.options, order.name, false);
    const auto setup = make_setup(order);
    const bool talks = order.wants_result || has_preparation(order.options);
    auto channel = talks ? platform::make_channel() : platform::channel_pair{};
    auto [child_end, parent_end] = platform::make_lifeline();
    const platform::handle_t keep[] = {child_end.get(), channel.theirs.get()};
    auto forked = fork_in_session(order.session_tag, {keep, talks ? 2u : 1u});
    if (forked.pid == 0) {
        parent_end.release();  // closed by the fork
        channel.ours.release();
        try {
            platform::obey_lifeline(std::move(child_end), {});
        } catch (...) {
            platform::exit_now(1);
        }
        run_forked_child(wire(std::move(channel.theirs), platform::no_handle()), setup, &prepare_forked, request,
                         *order.work);
    }
    channel.theirs.reset();
    forked.lifeline = std::move(parent_end);
    const auto child =
        std::make_shared<running_child>(order.name, order.daemon, std::move(forked), nullptr, order.session_tag);
    wire parent(std::move(channel.ours), child->process_handle());
    if (talks) await_prepared(*child, parent);
    this_process::get().add(child);
    if (!order.wants_result) parent.close();
    return {child, std::move(parent), nullptr};
}

}  // namespace brood::detail
