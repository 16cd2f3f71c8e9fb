// SPDX-License-Identifier: MIT
// A process that holds objects for others.
#pragma once

#include <brood/detail/managed.hpp>
#include <brood/export.hpp>
#include <brood/listener.hpp>
#include <brood/managed_containers.hpp>
#include <brood/managed_type.hpp>
#include <brood/mutex.hpp>
#include <brood/process_options.hpp>
#include <brood/proxy.hpp>
#include <brood/queue.hpp>
#include <brood/recreate.hpp>
#include <brood/recursive_mutex.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood {

// Whether a manager's process that died is started again. What was made by recreate<T> is then made again; its proxies
// go on. Calls that ran give process_died; those that are made meanwhile wait for the new process.
struct restart_policy {
    // How often within `period`; when it dies once more, it stays dead. 0: never.
    unsigned limit = 0;
    std::chrono::milliseconds period = std::chrono::minutes(1);

    static restart_policy never() { return {}; }
    static restart_policy on_crash(unsigned limit, std::chrono::milliseconds period = std::chrono::minutes(1)) {
        return {limit, period};
    }
};

// Options of a manager; everything left out keeps its default.
struct manager_options {
    std::string name = {};  // empty: manager-1, manager-2, ...
    std::optional<brood::start_method> start_method = {};
    // How many calls run at once; those that wait for a call of their own do not count. 0: as many as there are.
    std::size_t threads = 0;
    // How long calls that run may take to end at shutdown; then the process is killed.
    std::chrono::milliseconds shutdown_timeout = std::chrono::seconds(5);
    restart_policy restart = {};
    std::vector<unsigned> cpus = {};  // logical processors that it may use; empty: all of this process's
    std::optional<int> niceness = {};
};

namespace detail {

class manager_core;
// What makes a proxy's object again after a restart.
BROOD_API void keep_recipe(manager_core& manager, const shared_object& proxy, const entry_name& entry, call_mode mode,
                           std::function<void(output_archive&)> save_recipe);

template <class T, class... Kept>
constexpr void require_creation() {
    constexpr bool by_list = std::is_aggregate_v<T> && requires { T{std::declval<Kept>()...}; };
    static_assert(std::is_constructible_v<T, Kept...> || by_list,
                  "brood: the object cannot be constructed from these arguments (given as values).");
}

}  // namespace detail

// A process that holds objects which cannot cross: device drivers, sockets, open files, caches. They are made and
// called there, by the proxies that create() gives and that go to any process of the session.
//
// The process starts with this object and ends with it: the destructor shuts it down. Move-only. Members may be called
// from several threads at once. Only the process that made the object may use it (a forked copy throws
// std::logic_error, and its destructor does nothing); proxies may be used everywhere.
class BROOD_API manager {
public:
    // How calls on one object run.
    enum mode : std::uint8_t {
        exclusive,      // one at a time
        reader_writer,  // calls that only read beside each other
        free_threaded   // all beside each other: the object sees to its own safety
    };

    // Starts the process. Blocks until it serves. Throws start_error, bootstrap_error, process_died when it ended at
    // once, or brood::error where there is no memory to share.
    explicit manager(manager_options options = {});
    manager(manager&&) noexcept;
    manager& operator=(manager&&) noexcept;
    // Shuts down.
    ~manager();

    // Makes a T in the manager's process. Blocks. Its arguments cross by value; T itself need not be serializable,
    // copyable or movable. Given a recreate<T> alone, T is made from that, and made again if the process is started
    // again (manager_options::restart). Throws what T's constructor throws, and as calls of a proxy do.
    template <class T, class... Args>
    proxy<T> create(Args&&... arguments) const {
        if constexpr (std::is_same_v<first_of<Args...>, mode>)
            return make_first<T>(std::forward<Args>(arguments)...);
        else
            return make<T>(exclusive, std::forward<Args>(arguments)...);
    }

    // Containers in the manager's process.
    template <class K, class V>
    managed_dict<K, V> dict() const {
        return managed_dict<K, V>(create<detail::hosted_dict<K, V>>(reader_writer));
    }
    template <class T>
    managed_list<T> list() const {
        return managed_list<T>(create<detail::hosted_list<T>>(reader_writer));
    }
    template <class T>
    managed_set<T> set() const {
        return managed_set<T>(create<detail::hosted_set<T>>(reader_writer));
    }
    template <class T>
    managed_value<T> value(const T& initial = T()) const {
        return managed_value<T>(create<detail::hosted_value<T>>(reader_writer, initial));
    }
    // Those of the session itself, which need no manager and survive it: what goes by them never passes the manager's
    // process.
    template <class T>
    brood::queue<T> queue(std::size_t capacity = unbounded) const {
        return brood::queue<T>(capacity);
    }
    brood::mutex lock() const { return {}; }
    brood::recursive_mutex recursive_lock() const { return {}; }

    // ---- other programs ----

    // Lets other processes connect() at an address: the same program, on this or another machine, in another session.
    // They must know the key that `options` give, and get a proof that this side knows it. What is sent is neither
    // secret nor protected otherwise. Returns at once, with the address and the port that the system chose; the threads
    // that serve run in this process and end with their clients. Throws std::invalid_argument without a key, and as
    // listener does.
    brood::address serve(const brood::address& where, listener_options options) const;
    // The same; blocks until shutdown() in another thread.
    void serve_forever(const brood::address& where, listener_options options) const;
    // Lets who connects find the object by that name. It is kept until another gets the name, or the manager ends.
    template <class T>
    void publish(const std::string& name, const proxy<T>& object) const {
        publish_object(name, object.object_);
    }

    // A manager that serves in another session. It makes, finds and calls objects as the one who made it does; the
    // objects that it made end with their last proxy or with the connection. Its proxies stay in this process, and what
    // refers to memory of a session (proxies, queues, locks, shared data) cannot be sent through them: both throw
    // serialization_error. When the connection ends calls throw end_of_stream. Throws brood::error when nobody listens
    // there, authentication_error when either side does not know the key, bootstrap_error when the other side is of
    // another build and not both register types by name. With another build only such types can be used
    // (managed_type): calls, creations and searches of others throw bootstrap_error.
    static manager connect(const brood::address& where, const connect_options& options);
    // Of a connected one: what was published by that name. Blocks. Throws std::out_of_range when there is none,
    // serialization_error when it is of another type.
    template <class T>
    proxy<T> find(const std::string& name) const {
        detail::remote_call call(state(), name, detail::proxy_type<T>);
        call.send();
        call.wait_until({});
        return proxy<T>(call.open_object(detail::proxy_type<T>));
    }

    // How many objects were made and not destroyed. Blocks.
    std::size_t object_count() const;
    // No call begins any more: they throw brood::error. Those that were made before run to their end, then all objects
    // are destroyed and the process ends; after options.shutdown_timeout it is killed. Blocks. Again is fine.
    void shutdown();
    // The system's number of the process.
    process_id pid() const;

private:
    template <class... Args>
    struct first {
        using type = void;
    };
    template <class First, class... Rest>
    struct first<First, Rest...> {
        using type = std::remove_cvref_t<First>;
    };
    template <class... Args>
    using first_of = typename first<Args...>::type;

    template <class T, class... Args>
    proxy<T> make_first(mode how, Args&&... arguments) const {
        return make<T>(how, std::forward<Args>(arguments)...);
    }
    template <class T, class... Args>
    proxy<T> make(mode how, Args&&... arguments) const {
        if constexpr (detail::is_recipe<T, std::remove_cvref_t<Args>...>)
            return make_recreated<T>(how, std::forward<Args>(arguments)...);
        else
            return make_kept<T, typename detail::keep_text<std::decay_t<Args>>::type...>(
                how, std::forward<Args>(arguments)...);
    }
    template <class T, class... Kept, class... Args>
    proxy<T> make_kept(mode how, Args&&... arguments) const {
        detail::require_arguments<Kept...>(std::index_sequence_for<Kept...>());
        detail::require_creation<T, Kept...>();
        detail::remote_call call(state(), detail::name_of<T, detail::creation<T, Kept...>>(),
                                 static_cast<detail::call_mode>(how), detail::proxy_type<T>);
        detail::send_parts<Kept...>(call, std::forward<Args>(arguments)...);
        call.wait_until({});
        return proxy<T>(call.open_object(detail::proxy_type<T>));
    }

    detail::manager_core& core() const;
    template <class T>
    proxy<T> make_recreated(mode how, const recreate<T>& recipe) const {
        const auto& name = detail::name_of<T, detail::recreation<T>>();
        const auto way = static_cast<detail::call_mode>(how);
        detail::remote_call call(state(), name, way, detail::proxy_type<T>);
        detail::send_parts<recreate<T>>(call, recipe);
        call.wait_until({});
        proxy<T> made(call.open_object(detail::proxy_type<T>));
        if (core_)
            detail::keep_recipe(*core_, made.object_.local(), name, way,
                                [recipe](output_archive& archive) { detail::save_value(archive, recipe); });
        return made;
    }

    explicit manager(detail::object_ref distant) noexcept;
    void publish_object(const std::string& name, const detail::object_ref& object) const;
    detail::object_ref state() const;
    std::shared_ptr<detail::manager_core> core_;
    detail::object_ref distant_;  // of a connected one
};

}  // namespace brood
