// SPDX-License-Identifier: MIT
#include <brood/manager.hpp>

#include "manager/core.hpp"
#include "manager/distant.hpp"

#include <stdexcept>

namespace brood {
manager::manager(manager_options options) : core_(std::make_shared<detail::manager_core>(options)) {}
manager::manager(manager&&) noexcept = default;
manager& manager::operator=(manager&&) noexcept = default;
manager::~manager() = default;

detail::manager_core& manager::core() const {
    if (distant_) throw std::logic_error("this manager is connected: only the process that made it can do that");
    if (!core_) throw std::logic_error("this manager was moved from");
    return *core_;
}
detail::object_ref manager::state() const { return distant_ ? distant_ : detail::object_ref(core().state()); }
void manager::shutdown() { core().shut_down(); }
process_id manager::pid() const { return core().pid(); }

manager::manager(detail::object_ref distant) noexcept : distant_(std::move(distant)) {}

manager manager::connect(const brood::address& where, const connect_options& options) {
    auto connection = brood::connect(where, options);
    connection.send_bytes(managing::make_greeting());
    const auto theirs = connection.recv_bytes_for(options.handshake_timeout, managing::longest_greeting);
    if (!theirs) throw timeout_error("the manager did not answer in time");
    auto other_build = managing::check_greeting(*theirs);
    auto way = std::make_shared<managing::link>(std::move(connection), std::move(other_build));
    return manager(detail::object_ref(std::make_shared<managing::distant_object>(std::move(way), 0)));
}

brood::address manager::serve(const brood::address& where, listener_options options) const {
    return core().serve(where, std::move(options));
}
void manager::serve_forever(const brood::address& where, listener_options options) const {
    core().serve(where, std::move(options));
    core().wait_for_shutdown();
}
void manager::publish_object(const std::string& name, const detail::object_ref& object) const {
    core().publish_object(name, object.local());
}

std::size_t manager::object_count() const {
    detail::remote_call call(state());
    call.send();
    call.wait_until({});
    return static_cast<std::size_t>(detail::read_answer<std::uint64_t>(call));
}

}  // namespace brood
