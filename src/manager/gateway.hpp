// SPDX-License-Identifier: MIT
// Lets other sessions use a manager: a thread that accepts connections, and some for each connection, which make the
// calls of the other side as their own.
#pragma once

#include "manager/state.hpp"

#include <brood/detail/shared_object.hpp>
#include <brood/listener.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace brood::managing {

// Objects by name. Thread-safe.
class published {
public:
    void set(const std::string& name, const detail::shared_object& object);
    // Throws std::out_of_range, or serialization_error when it is of another type.
    detail::shared_object find(const std::string& name, std::uint64_t type) const;
    void clear();

private:
    mutable std::mutex lock_;
    std::map<std::string, detail::shared_object> objects_;
};

// Its threads hold it, and end with the listener, or with the client.
class gateway : public std::enable_shared_from_this<gateway> {
public:
    gateway(listener door, detail::shared_object manager, std::shared_ptr<published> names);
    void start();
    const brood::address& address() const noexcept { return address_; }
    // No more clients. Those that are there learn from their next call that the manager was shut down.
    void close() noexcept { door_.close(); }
    const detail::shared_object& manager() const noexcept { return manager_; }
    const published& names() const noexcept { return *names_; }

private:
    void accept();

    listener door_;
    const brood::address address_;
    const detail::shared_object manager_;
    const std::shared_ptr<published> names_;
};

}  // namespace brood::managing
