// SPDX-License-Identifier: MIT
// init(): the fork in the road between the program and its children.
#include "process/bootstrap.hpp"

#include "arena/mapping.hpp"
#include "codec/exception.hpp"
#include "process/child_main.hpp"
#include "process/forkserver.hpp"
#include "process/inspection.hpp"
#include "process/launch.hpp"
#include "process/memory_watcher.hpp"
#include "process/this_process.hpp"
#include "process/wire.hpp"

#include <brood/init.hpp>

#include <atomic>
#include <optional>

namespace brood {
namespace detail {
namespace {

std::atomic<bool> initialised{false};

std::optional<platform::bootstrap> adopt() {
    auto bootstrap = platform::adopt_bootstrap();
    if (bootstrap) arena::offer_memory(std::move(bootstrap->session_memory), std::move(bootstrap->session_keeper));
    return bootstrap;
}

// Taken when the library is loaded: before main and before any initialiser of the program, so that programs that those
// start do not find the variable or the channel.
std::optional<platform::bootstrap>& found() {
    static std::optional<platform::bootstrap> bootstrap = adopt();
    return bootstrap;
}

struct early {
    early() {
        if (!found()) inspection::adopt_from_environment();  // children are told by their parent
    }
    ~early() { end_this_session(); }  // after all else that the program does at its end
};
[[maybe_unused, gnu::init_priority(101)]] const early at_load;

}  // namespace

bool init_was_called() noexcept { return initialised.load(); }

bool is_bootstrapping() noexcept { return found().has_value(); }

void report_early_start(const char* text) noexcept {
    try {
        wire parent(platform::duplicate_handle(found()->channel.get()), platform::no_handle());
        const auto failure = std::make_exception_ptr(bootstrap_error(text));
        parent.send(message_kind::failed, encode_exception(failure, {}, "", platform::current_process_id()));
    } catch (const std::exception&) {
        // the parent then learns from the end of this process that it failed
    }
}

}  // namespace detail

void init(int, char**) {
    if (!detail::is_bootstrapping()) {
        if (detail::initialised.exchange(true)) return;
        platform::observe_throws(nullptr);  // finds what forked children then have
        detail::inspection::main_begins();
        return;
    }
    platform::bootstrap bootstrap = std::move(*detail::found());
    detail::found().reset();
    detail::initialised = true;
    if (bootstrap.note == detail::forkserver_note) detail::run_forkserver(std::move(bootstrap));
    if (bootstrap.note == detail::memory_watcher_note) detail::run_memory_watcher(std::move(bootstrap));
    detail::run_spawned_child(std::move(bootstrap));
}

bool is_child() noexcept { return detail::is_bootstrapping() || detail::this_process::get().is_child(); }

}  // namespace brood
