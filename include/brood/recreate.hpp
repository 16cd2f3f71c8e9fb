// SPDX-License-Identifier: MIT
// A value that crosses as the arguments it is made from.
#pragma once

#include <brood/detail/function.hpp>
#include <brood/detail/target.hpp>
#include <brood/export.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>

namespace brood {

namespace detail {

// This process, by number; changes in a forked child.
BROOD_API std::int64_t this_process_number() noexcept;

template <class T>
class recipe {
public:
    virtual ~recipe() = default;
    virtual std::unique_ptr<T> make() const = 0;
    virtual void save(output_archive& archive) const = 0;
};

template <class T>
using recipe_loader = std::shared_ptr<const recipe<T>> (*)(input_archive&);

template <class T, class... Kept>
class recipe_of final : public recipe<T> {
public:
    explicit recipe_of(std::tuple<Kept...> arguments) : arguments_(std::move(arguments)) {}
    std::unique_ptr<T> make() const override {
        return std::apply([](const auto&... each) { return std::make_unique<T>(each...); }, arguments_);
    }
    void save(output_archive& archive) const override {
        save_code(archive, reinterpret_cast<const void*>(&recipe_of::load));
        save_value(archive, arguments_);
    }

private:
    static std::shared_ptr<const recipe<T>> load(input_archive& archive) {
        return std::make_shared<recipe_of>(load_value<std::tuple<Kept...>>(archive));
    }
    std::tuple<Kept...> arguments_;
};

}  // namespace detail

// Holds a T that cannot cross (a device driver, a socket, a stream): what crosses is the arguments of its constructor,
// and T is built again in each process where it is used, on first use. Copies in one process share one T. A forked
// child, too, builds its own instead of using the parent's. T's constructor may throw out of `*` and `->`; the next
// use tries again. Building is thread-safe; using T is T's own affair.
template <class T>
class recreate {
public:
    // T without arguments, where T can be made so; else empty, and using it throws std::logic_error.
    recreate() {
        if constexpr (std::is_default_constructible_v<T>) {
            shared_ = std::make_shared<shared>();
            shared_->made_by = std::make_shared<detail::recipe_of<T>>(std::tuple<>());
        }
    }

    // The arguments are copied or moved in, and must be serializable.
    template <class... Args>
        requires(sizeof...(Args) > 0 &&
                 !(sizeof...(Args) == 1 && (std::is_same_v<std::remove_cvref_t<Args>, recreate> || ...)))
    explicit recreate(Args&&... arguments) : shared_(std::make_shared<shared>()) {
        using made = detail::recipe_of<T, typename detail::keep_text<std::decay_t<Args>>::type...>;
        (detail::require_serializable<typename detail::keep_text<std::decay_t<Args>>::type>(), ...);
        static_assert(std::is_constructible_v<T, const typename detail::keep_text<std::decay_t<Args>>::type&...>,
                      "brood: T cannot be constructed from these arguments (given as const values).");
        shared_->made_by = std::make_shared<made>(
            std::tuple<typename detail::keep_text<std::decay_t<Args>>::type...>(std::forward<Args>(arguments)...));
    }

    T& operator*() const { return get(); }
    T* operator->() const { return &get(); }
    explicit operator bool() const noexcept { return shared_ != nullptr; }

    void save(output_archive& archive) const {
        detail::save_value(archive, shared_ != nullptr);
        if (shared_) shared_->made_by->save(archive);
    }
    void load(input_archive& archive) {
        shared_.reset();
        if (!detail::load_value<bool>(archive)) return;
        const auto loader = reinterpret_cast<detail::recipe_loader<T>>(const_cast<void*>(detail::load_code(archive)));
        if (loader == nullptr) throw serialization_error("a recreate<T> without a recipe");
        auto fresh = std::make_shared<shared>();
        fresh->made_by = loader(archive);
        shared_ = std::move(fresh);
    }

private:
    struct shared {
        std::shared_ptr<const detail::recipe<T>> made_by;
        std::mutex lock;
        std::unique_ptr<T> object;
        std::int64_t built_in = 0;
    };

    T& get() const {
        if (!shared_) throw std::logic_error("this recreate<T> is empty: construct it with the arguments of T");
        const std::lock_guard guard(shared_->lock);
        const auto here = detail::this_process_number();
        if (shared_->built_in != here)
            static_cast<void>(shared_->object.release());  // the parent's; not ours to destroy
        if (!shared_->object) shared_->object = shared_->made_by->make();
        shared_->built_in = here;
        return *shared_->object;
    }

    std::shared_ptr<shared> shared_;
};

}  // namespace brood
