// SPDX-License-Identifier: MIT
#include "manager/core.hpp"

#include "arena/session.hpp"
#include "channel/patience.hpp"
#include "manager/server.hpp"

#include <cstdlib>
#include <future>
#include <stdexcept>

namespace brood::detail {
namespace {

using managing::manager_state;

// The manager's block on its way to its process.
struct state_handle {
    shared_object state;
    void save(output_archive& archive) const { state.save(archive); }
    void load(input_archive& archive) { state = shared_object::load(archive, arena::kind::manager); }
};

// The server of this process; never freed, since its threads may use it to the end.
std::atomic<managing::server*> serving{nullptr};

void serve_manager(const state_handle& handle, std::size_t threads) {
    auto& state = handle.state.as<manager_state>();
    auto& server = *new managing::server(handle.state.held()->block(), threads);
    serving = &server;
    state.pid = platform::current_process_id();
    state.next_server = arena::own_tag.load();
    arena::wake(&state.started, arena::everybody);
    server.run();
}

process_options options_of(const manager_options& from, const std::string& name) {
    process_options options;
    options.name = name;
    options.daemon = true;
    options.start_method = from.start_method;
    options.cpus = from.cpus;
    options.niceness = from.niceness;
    return options;
}

std::string default_name() {
    static std::atomic<unsigned> made{0};
    return "manager-" + std::to_string(++made);
}

// From the beginning of this process's end on nothing is started again.
std::atomic<bool> exiting{false};
void watch_for_exit() {
    static const bool registered = std::atexit([] { exiting = true; }) == 0;
    static_cast<void>(registered);
}

}  // namespace

manager_core::manager_core(const manager_options& options)
    : owner_(platform::current_process_id()),
      options_(options),
      name_(options.name.empty() ? default_name() : options.name),
      state_(shared_object::of(managing::make_manager_state(name_))) {
    process_ = start();
    publish(shared().next_server.load());
    if (options_.restart.limit == 0) return;
    watch_for_exit();  // after the start: what ends this process's children then comes later
    shared().maker = arena::own_tag.load();
    std::promise<void> counted;  // as brood's own, before anybody counts threads
    supervisor_ = std::make_unique<std::thread>([this, &counted] {
        const platform::helper_thread mark;
        counted.set_value();
        supervise();
    });
    counted.get_future().wait();
}

manager_core::~manager_core() {
    if (!is_ours()) {
        static_cast<void>(supervisor_.release());  // a thread that is not there
        return;
    }
    try {
        shut_down();
    } catch (const std::exception&) {
        // its process ends with this one at the latest
    }
    if (supervisor_) supervisor_->join();
}

bool manager_core::is_ours() const noexcept { return owner_ == platform::current_process_id(); }

const shared_object& manager_core::state() const {
    if (!is_ours()) throw std::logic_error("cannot use this manager: only the process that made it can");
    return state_;
}

// A process that serves, but is not known to others yet. A death wakes who sleeps, too.
std::shared_ptr<process> manager_core::start() {
    auto& self = shared();
    self.next_server = 0;
    auto made =
        std::make_shared<process>(options_of(options_, name_), &serve_manager, state_handle{state_}, options_.threads);
    made->start();
    const auto is_starting = [&] { return self.next_server.load() == 0 && made->is_alive(); };
    while (is_starting()) channel::sleep_at(self.started, {}, is_starting);
    if (self.next_server.load() != 0) return made;
    const auto status = made->exit_status().value_or(exit_status::unknown());
    throw process_died("the manager '" + name_ + "' " + status.to_string() + " before it served", made->pid(), status);
}

void manager_core::publish(std::uint32_t server) {
    shared().server = server;
    arena::wake(&shared().started, arena::everybody);
}

void manager_core::shut_down() {
    auto& self = shared();
    managing::requests_of(self).close();
    std::shared_ptr<process> last;
    {
        const std::lock_guard guard(lock_);
        ending_ = true;
        last = process_;
        for (const auto& one : gateways_) one->close();
    }
    ended_.notify_all();
    published_->clear();
    give_up();
    arena::wake(&self.bell, arena::everybody);
    if (last->join_for(options_.shutdown_timeout)) return;
    last->kill();
    last->join();
}

// ---- other programs ------------------------------------------------------------------------------------------------

brood::address manager_core::serve(const brood::address& where, listener_options options) {
    if (!options.authkey) throw std::invalid_argument("a manager serves others only with an authkey");
    managing::require_open(shared());
    auto made = std::make_shared<managing::gateway>(listener(where, std::move(options)), state_, published_);
    const std::lock_guard guard(lock_);
    made->start();
    gateways_.push_back(made);
    return made->address();
}

void manager_core::publish_object(const std::string& name, const shared_object& object) {
    if (!object) throw std::logic_error("this proxy names no object");
    if (managing::referred(object.held()->block(), managing::manager_word) != state().held()->block())
        throw std::logic_error("the object of this proxy is another manager's");
    published_->set(name, object);
}

void manager_core::wait_for_shutdown() {
    std::unique_lock held(lock_);
    ended_.wait(held, [this] { return ending_; });
}

// ---- supervision --------------------------------------------------------------------------------------------------

// Nobody waits any more for another server.
void manager_core::give_up() {
    shared().maker = 0;
    arena::wake(&shared().started, arena::everybody);
}

void manager_core::supervise() {
    for (;;) {
        process_->join();
        const std::lock_guard guard(lock_);
        if (ending_) return;
        try {
            if (!may_restart()) return give_up();
            restart();
        } catch (const std::exception&) {
            if (!arena::is_living(shared().next_server.load())) continue;  // it died again: counted as before
            process_->kill();
        }
    }
}

bool manager_core::may_restart() {
    const auto now = clock::now();
    while (!restarts_.empty() && now - restarts_.front() > options_.restart.period) restarts_.pop_front();
    if (exiting.load() || restarts_.size() >= options_.restart.limit) return false;
    restarts_.push_back(now);
    return true;
}

void manager_core::restart() {
    process_ = start();
    const auto server = shared().next_server.load();
    rebuild(server);
    publish(server);
}

// An object whose constructor throws now is no more; others are not held up by it.
void manager_core::rebuild(std::uint32_t server) {
    for (const auto& one : recipes_) {
        const auto object = find_object(one);
        if (!object) continue;
        remote_call call(state_, *one.entry, one.mode, object, server);
        one.save(call.arguments());
        call.send();
        call.wait_until({});
        try {
            call.open();
        } catch (const process_died&) {
            throw;
        } catch (...) {
        }
    }
}

// Empty when no proxy refers to it any more; its block may be another's by now.
shared_object manager_core::find_object(const recipe& one) const {
    try {
        auto found = shared_object::of(arena::hold_object(one.block, arena::kind::managed_object));
        const bool same = managing::referred(one.block, managing::manager_word) == state_.held()->block() &&
                          found.as<managing::object_state>().id == one.id;
        return same ? found : shared_object();
    } catch (const error&) {
        return {};
    }
}

void manager_core::keep_recipe(const shared_object& proxy, const entry_name& entry, call_mode mode,
                               std::function<void(output_archive&)> save) {
    if (options_.restart.limit == 0) return;
    const std::lock_guard guard(lock_);
    if (recipes_.size() >= prune_at_) {
        std::erase_if(recipes_, [this](const recipe& one) { return !find_object(one); });
        prune_at_ = recipes_.size() * 2 + 64;
    }
    recipes_.push_back({proxy.held()->block(), proxy.as<managing::object_state>().id, &entry, mode, std::move(save)});
}

void keep_recipe(manager_core& manager, const shared_object& proxy, const entry_name& entry, call_mode mode,
                 std::function<void(output_archive&)> save_recipe) {
    manager.keep_recipe(proxy, entry, mode, std::move(save_recipe));
}

}  // namespace brood::detail
