// SPDX-License-Identifier: MIT
// A manager as the process sees it that made it, and the function that its own process runs.
#include <brood/manager.hpp>

#include "manager/core.hpp"
#include "manager/server.hpp"

#include <stdexcept>

namespace brood {
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
