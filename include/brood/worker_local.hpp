// SPDX-License-Identifier: MIT
// State that each worker makes once and keeps.
#pragma once

#include <brood/export.hpp>

#include <functional>
#include <memory>
#include <tuple>
#include <utility>

namespace brood {

namespace detail {
// The object of the calling thread, in this process, that belongs to `owner`; null at first.
BROOD_API std::shared_ptr<void>& local_of(const void* owner);
}  // namespace detail

// One T for each worker: a device, a connection, a model, which is opened once and used by all tasks that the worker
// runs. Make it at namespace scope or static; the arguments are copied. T is built at the first use in each worker (in
// a thread_pool: thread), and destroyed when that ends by itself. When its constructor throws, that goes to the task,
// and the next use tries again. Outside of workers it is one T for each thread. In a forked process T is built anew.
template <class T>
class worker_local {
public:
    template <class... Args>
    explicit worker_local(Args... arguments)
        : make_([arguments = std::make_tuple(std::move(arguments)...)] {
              return std::apply([](const auto&... each) { return std::make_shared<T>(each...); }, arguments);
          }) {}
    worker_local(const worker_local&) = delete;
    worker_local& operator=(const worker_local&) = delete;

    T& operator*() const { return get(); }
    T* operator->() const { return &get(); }

private:
    T& get() const {
        auto& held = detail::local_of(this);
        if (!held) held = make_();
        return *static_cast<T*>(held.get());
    }
    const std::function<std::shared_ptr<T>()> make_;
};

}  // namespace brood
