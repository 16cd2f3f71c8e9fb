// SPDX-License-Identifier: MIT
// A manager as the process sees it that made it, and the function that its own process runs.
#include <brood/manager.hpp>

#include "arena/session.hpp"
#include "channel/patience.hpp"
#include "manager/server.hpp"
#include "manager/state.hpp"

#include <brood/process.hpp>

#include <mutex>
#include <stdexcept>

namespace brood {
namespace detail {
namespace {

// The manager's block on its way to its process.
struct state_handle {
    shared_object state;
    void save(output_archive& archive) const { state.save(archive); }
    void load(input_archive& archive) { state = shared_object::load(archive, arena::kind::manager); }
};

void serve_manager(const state_handle& handle, std::size_t threads) {
    auto& state = handle.state.as<managing::manager_state>();
    auto& server = *new managing::server(handle.state.held()->block(), threads);  // threads may use it to the end
    state.pid = platform::current_process_id();
    state.server = arena::own_tag.load();
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

}  // namespace

class manager_core {
public:
    explicit manager_core(const manager_options& options)
        : timeout_(options.shutdown_timeout),
          name_(options.name.empty() ? default_name() : options.name),
          state_(shared_object::of(managing::make_manager_state(name_))),
          process_(options_of(options, name_), &serve_manager, state_handle{state_}, options.threads) {
        process_.start();
        wait_until_it_serves();
    }
    ~manager_core() {
        if (!is_ours()) return;
        try {
            shut_down();
        } catch (const std::exception&) {
            // its process ends with this object at the latest
        }
    }
    manager_core(const manager_core&) = delete;
    manager_core& operator=(const manager_core&) = delete;

    const shared_object& state() const {
        if (!is_ours()) throw std::logic_error("cannot use this manager: only the process that made it can");
        return state_;
    }

    void shut_down() {
        auto& self = state().as<managing::manager_state>();
        const std::lock_guard guard(ending_);
        managing::requests_of(self).close();
        arena::wake(&self.bell, arena::everybody);
        if (process_.join_for(timeout_)) return;
        process_.kill();
        process_.join();
    }

    process_id pid() const { return state().as<managing::manager_state>().pid.load(); }

private:
    bool is_ours() const noexcept { return owner_ == platform::current_process_id(); }

    // Its death wakes who sleeps, too.
    void wait_until_it_serves() {
        auto& self = state_.as<managing::manager_state>();
        const auto serves = [&] { return self.server.load() != 0; };
        while (!serves() && process_.is_alive())
            channel::sleep_at(self.started, {}, [&] { return !serves() && process_.is_alive(); });
        if (serves()) return;
        const auto status = process_.exit_status().value_or(exit_status::unknown());
        throw process_died("the manager '" + name_ + "' " + status.to_string() + " before it served", process_.pid(),
                           status);
    }

    const process_id owner_ = platform::current_process_id();
    const std::chrono::milliseconds timeout_;
    const std::string name_;
    const shared_object state_;
    process process_;
    std::mutex ending_;
};

}  // namespace detail

manager::manager(manager_options options) : core_(std::make_shared<detail::manager_core>(options)) {}
manager::manager(manager&&) noexcept = default;
manager& manager::operator=(manager&&) noexcept = default;
manager::~manager() = default;

detail::manager_core& manager::core() const {
    if (!core_) throw std::logic_error("this manager was moved from");
    return *core_;
}
const detail::shared_object& manager::state() const { return core().state(); }
void manager::shutdown() { core().shut_down(); }
process_id manager::pid() const { return core().pid(); }

std::size_t manager::object_count() const {
    detail::remote_call call(state());
    call.send();
    call.wait_until({});
    return static_cast<std::size_t>(detail::read_answer<std::uint64_t>(call));
}

}  // namespace brood
