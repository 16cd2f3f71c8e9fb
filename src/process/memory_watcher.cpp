// SPDX-License-Identifier: MIT
// It is nobody's child, so that no parent waits for it, counts it or holds its remains: the process that is started
// forks, and ends. In the program that made it nothing of it is left.
#include "process/memory_watcher.hpp"

#include "process/bootstrap.hpp"
#include "process/launch.hpp"
#include "process/this_process.hpp"
#include "process/wire.hpp"

#include <atomic>
#include <cstring>

namespace brood::detail {
namespace {

struct watch_order {
    std::int64_t root;
    std::uint64_t born;
    std::int64_t claim;
};

platform::spawned spawn_watcher(platform::handle_t claim) {
    platform::spawn_spec spec;
    spec.executable = platform::executable_path();
    spec.arguments = {spec.executable, "--brood-child=memory-watcher"};
    spec.environment = platform::environment();
    spec.directory = "/";
    for (auto& stream : spec.stdio) stream.what = platform::stdio_target::kind::null;
    spec.inherit = {claim};
    spec.background = true;
    spec.note = memory_watcher_note;
    return platform::spawn_process(spec);
}

void start_watcher(const platform::session& session, platform::unique_handle claim) {
    const watch_order order{session.root, session.born, handle_to_number(claim.get())};
    auto made = spawn_watcher(claim.get());
    const auto bytes = std::as_bytes(std::span(&order, 1));
    platform::channel_write(made.channel.get(), {&bytes, 1}, made.child.process.get(), bootstrap_deadline());
    if (platform::reap(made.child, bootstrap_deadline())) return;
    platform::send_request(made.child, platform::request::kill);  // it does not come to init
    platform::reap(made.child, {});
}

}  // namespace

void run_memory_watcher(platform::bootstrap bootstrap) {
    watch_order order{};
    const auto into = std::as_writable_bytes(std::span(&order, 1));
    try {
        if (platform::channel_read(bootstrap.channel.get(), into, platform::no_handle(), {}) != platform::io_result::ok)
            platform::exit_now(1);
        // The claim is no handle of brood's here, so the fork leaves it; the channel and the lifeline are.
        if (platform::fork_process({}).pid != 0) platform::exit_now(0);
        platform::watch_session({order.root, order.born});
    } catch (const std::exception&) {
        platform::exit_now(1);
    }
    platform::exit_now(0);
}

void watch_this_session() noexcept {
    if (!init_was_called()) return;
    try {
        const auto session = this_process::get().session();
        if (auto claim = platform::claim_watch(session)) start_watcher(session, std::move(claim));
    } catch (const std::exception&) {
        // the next one that makes memory tries again
    }
}

void end_dead_sessions_once() noexcept {
    static std::atomic<process_id> done_in{0};
    const auto self = platform::current_process_id();
    if (done_in.exchange(self) != self) platform::end_dead_sessions();
}

void end_this_session() noexcept {
    const auto session = this_process::get().known_session();
    if (session && session->root == platform::current_process_id()) platform::end_session(*session);
}

}  // namespace brood::detail
