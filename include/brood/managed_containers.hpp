// SPDX-License-Identifier: MIT
// Containers that a manager's process holds.
#pragma once

#include <brood/proxy.hpp>

#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace brood {

namespace detail {

// A copy of elements, taken at one moment, to iterate over.
template <class T>
class snapshot_iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = T*;
    using reference = T&;

    explicit snapshot_iterator(std::vector<T> elements)
        : elements_(std::make_shared<std::vector<T>>(std::move(elements))) {}
    T& operator*() const noexcept { return (*elements_)[at_]; }
    T* operator->() const noexcept { return &(*elements_)[at_]; }
    snapshot_iterator& operator++() noexcept {
        ++at_;
        return *this;
    }
    void operator++(int) noexcept { ++at_; }
    friend bool operator==(const snapshot_iterator& a, std::default_sentinel_t) noexcept {
        return a.at_ == a.elements_->size();
    }

private:
    std::shared_ptr<std::vector<T>> elements_;
    std::size_t at_ = 0;
};

template <class T>
std::optional<T> take_element(std::optional<T> found, const char* what) {
    if (!found) throw std::out_of_range(what);
    return found;
}

// ---- what lives in the manager's process ----

template <class K, class V>
struct hosted_dict {
    using element = std::pair<K, V>;
    std::map<K, V> map;

    std::size_t size() const { return map.size(); }
    void clear() { map.clear(); }
    bool contains(const K& key) const { return map.contains(key); }
    std::optional<V> find(const K& key) const {
        const auto found = map.find(key);
        return found == map.end() ? std::nullopt : std::optional<V>(found->second);
    }
    bool insert(K key, V value) { return map.emplace(std::move(key), std::move(value)).second; }
    bool insert_or_assign(K key, V value) { return map.insert_or_assign(std::move(key), std::move(value)).second; }
    void merge(std::map<K, V> more) {
        for (auto& [key, value] : more) map.insert_or_assign(key, std::move(value));
    }
    std::size_t erase(const K& key) { return map.erase(key); }
    std::optional<V> extract(const K& key) {
        auto node = map.extract(key);
        return node.empty() ? std::nullopt : std::optional<V>(std::move(node.mapped()));
    }
    std::vector<element> items() const { return {map.begin(), map.end()}; }
    std::vector<K> keys() const {
        std::vector<K> all;
        for (const auto& one : map) all.push_back(one.first);
        return all;
    }
    std::vector<V> values() const {
        std::vector<V> all;
        for (const auto& one : map) all.push_back(one.second);
        return all;
    }
    V& place(const K& key) { return map[key]; }
};

template <class T>
struct hosted_list {
    std::vector<T> list;

    std::size_t size() const { return list.size(); }
    void clear() { list.clear(); }
    T at(std::size_t index) const { return list.at(index); }
    void set(std::size_t index, T value) { list.at(index) = std::move(value); }
    void push_back(T value) { list.push_back(std::move(value)); }
    void append(std::vector<T> more) {
        list.insert(list.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
    std::optional<T> pop_back() {
        if (list.empty()) return std::nullopt;
        std::optional<T> last(std::move(list.back()));
        list.pop_back();
        return last;
    }
    void insert(std::size_t index, T value) {
        if (index > list.size()) throw std::out_of_range("a managed list has no such place");
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(index), std::move(value));
    }
    void erase(std::size_t index) {
        if (index >= list.size()) throw std::out_of_range("a managed list has no such element");
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(index));
    }
    std::vector<T> items() const { return list; }
    T& place(std::size_t index) { return list.at(index); }
};

template <class T>
struct hosted_set {
    std::set<T> set;

    std::size_t size() const { return set.size(); }
    void clear() { set.clear(); }
    bool contains(const T& value) const { return set.contains(value); }
    bool insert(T value) { return set.insert(std::move(value)).second; }
    std::size_t erase(const T& value) { return set.erase(value); }
    std::vector<T> items() const { return {set.begin(), set.end()}; }
};

template <class T>
struct hosted_value {
    T value;

    T load() const { return value; }
    void store(T other) { value = std::move(other); }
    T exchange(T other) { return std::exchange(value, std::move(other)); }
    T& place() { return value; }
};

// Changes one element where it is.
struct element_update {
    template <class Container, class F, class Key, class... Args>
    decltype(auto) operator()(Container& in, F function, const Key& key, Args&&... arguments) const {
        return function(in.place(key), std::forward<Args>(arguments)...);
    }
};
struct value_update {
    template <class Holder, class F, class... Args>
    decltype(auto) operator()(Holder& in, F function, Args&&... arguments) const {
        return function(in.place(), std::forward<Args>(arguments)...);
    }
};

}  // namespace detail

// All of these are handles, as proxies are: copies, in whatever process they land, are the same container, which ends
// with the last one or with its manager. Every call is one message to the manager and atomic there; calls that only
// read run beside each other. Elements cross by value. Errors are those of a proxy's calls.
//
// Iteration goes over a copy that is taken when it begins: `for (auto& [key, value] : dict)`.

// A map. K is ordered by <.
template <class K, class V>
class managed_dict {
    using hosted = detail::hosted_dict<K, V>;

public:
    using key_type = K;
    using mapped_type = V;
    using value_type = std::pair<K, V>;

    // Names no container.
    managed_dict() noexcept = default;
    explicit managed_dict(proxy<detail::hosted_dict<K, V>> object) noexcept : object_(std::move(object)) {}

    std::size_t size() const { return object_.template call<&hosted::size>(); }
    bool empty() const { return size() == 0; }
    void clear() const { object_.template call<&hosted::clear>(); }
    bool contains(const K& key) const { return object_.template call<&hosted::contains>(key); }
    // Throws std::out_of_range when there is none.
    V at(const K& key) const { return *detail::take_element(find(key), "a managed dict has no such key"); }
    // Empty when there is none.
    std::optional<V> find(const K& key) const { return object_.template call<&hosted::find>(key); }
    // False when the key was there: then its value stays.
    bool insert(const K& key, const V& value) const { return object_.template call<&hosted::insert>(key, value); }
    // False when the key was there: then its value is replaced.
    bool insert_or_assign(const K& key, const V& value) const {
        return object_.template call<&hosted::insert_or_assign>(key, value);
    }
    // Inserts or assigns all at once.
    void merge(const std::map<K, V>& more) const { object_.template call<&hosted::merge>(more); }
    // How many it removed.
    std::size_t erase(const K& key) const { return object_.template call<&hosted::erase>(key); }
    // Removes and gives the value; empty when there is none.
    std::optional<V> extract(const K& key) const { return object_.template call<&hosted::extract>(key); }

    // Runs function(V&, arguments...) on the key's value in the manager and gives its result; a key that is not there
    // gets a value V() first. Nobody sees the value half changed.
    template <class F, class... Args>
    auto update(const K& key, F&& function, Args&&... arguments) const {
        return object_.apply(detail::element_update(), std::forward<F>(function), key,
                             std::forward<Args>(arguments)...);
    }

    // Copies, all of one moment, in the order of the keys.
    std::vector<value_type> items() const { return object_.template call<&hosted::items>(); }
    std::vector<K> keys() const { return object_.template call<&hosted::keys>(); }
    std::vector<V> values() const { return object_.template call<&hosted::values>(); }
    auto begin() const { return detail::snapshot_iterator<value_type>(items()); }
    std::default_sentinel_t end() const noexcept { return {}; }

    void save(output_archive& archive) const { object_.save(archive); }
    void load(input_archive& archive) { object_.load(archive); }
    friend bool operator==(const managed_dict&, const managed_dict&) noexcept = default;

private:
    proxy<hosted> object_;
};

// A sequence.
template <class T>
class managed_list {
    using hosted = detail::hosted_list<T>;

public:
    using value_type = T;

    // Names no container.
    managed_list() noexcept = default;
    explicit managed_list(proxy<detail::hosted_list<T>> object) noexcept : object_(std::move(object)) {}

    std::size_t size() const { return object_.template call<&hosted::size>(); }
    bool empty() const { return size() == 0; }
    void clear() const { object_.template call<&hosted::clear>(); }
    // These throw std::out_of_range when there is no such element.
    T at(std::size_t index) const { return object_.template call<&hosted::at>(index); }
    void set(std::size_t index, const T& value) const { object_.template call<&hosted::set>(index, value); }
    void erase(std::size_t index) const { object_.template call<&hosted::erase>(index); }
    // In front of the element with that index; at size(): at the end.
    void insert(std::size_t index, const T& value) const { object_.template call<&hosted::insert>(index, value); }
    void push_back(const T& value) const { object_.template call<&hosted::push_back>(value); }
    // All at the end, with no other element between them.
    void append(const std::vector<T>& more) const { object_.template call<&hosted::append>(more); }
    // Removes and gives the last one; empty when there is none.
    std::optional<T> pop_back() const { return object_.template call<&hosted::pop_back>(); }

    // Runs function(T&, arguments...) on the element in the manager and gives its result.
    template <class F, class... Args>
    auto update(std::size_t index, F&& function, Args&&... arguments) const {
        return object_.apply(detail::element_update(), std::forward<F>(function), index,
                             std::forward<Args>(arguments)...);
    }

    std::vector<T> items() const { return object_.template call<&hosted::items>(); }
    auto begin() const { return detail::snapshot_iterator<T>(items()); }
    std::default_sentinel_t end() const noexcept { return {}; }

    void save(output_archive& archive) const { object_.save(archive); }
    void load(input_archive& archive) { object_.load(archive); }
    friend bool operator==(const managed_list&, const managed_list&) noexcept = default;

private:
    proxy<hosted> object_;
};

// A set, ordered by <.
template <class T>
class managed_set {
    using hosted = detail::hosted_set<T>;

public:
    using value_type = T;

    // Names no container.
    managed_set() noexcept = default;
    explicit managed_set(proxy<detail::hosted_set<T>> object) noexcept : object_(std::move(object)) {}

    std::size_t size() const { return object_.template call<&hosted::size>(); }
    bool empty() const { return size() == 0; }
    void clear() const { object_.template call<&hosted::clear>(); }
    bool contains(const T& value) const { return object_.template call<&hosted::contains>(value); }
    // False when it was there.
    bool insert(const T& value) const { return object_.template call<&hosted::insert>(value); }
    // How many it removed.
    std::size_t erase(const T& value) const { return object_.template call<&hosted::erase>(value); }

    std::vector<T> items() const { return object_.template call<&hosted::items>(); }
    auto begin() const { return detail::snapshot_iterator<T>(items()); }
    std::default_sentinel_t end() const noexcept { return {}; }

    void save(output_archive& archive) const { object_.save(archive); }
    void load(input_archive& archive) { object_.load(archive); }
    friend bool operator==(const managed_set&, const managed_set&) noexcept = default;

private:
    proxy<hosted> object_;
};

// One value.
template <class T>
class managed_value {
    using hosted = detail::hosted_value<T>;

public:
    using value_type = T;

    // Names no value.
    managed_value() noexcept = default;
    explicit managed_value(proxy<detail::hosted_value<T>> object) noexcept : object_(std::move(object)) {}

    T load() const { return object_.template call<&hosted::load>(); }
    void store(const T& value) const { object_.template call<&hosted::store>(value); }
    // Gives the old one.
    T exchange(const T& value) const { return object_.template call<&hosted::exchange>(value); }
    // Runs function(T&, arguments...) in the manager and gives its result.
    template <class F, class... Args>
    auto update(F&& function, Args&&... arguments) const {
        return object_.apply(detail::value_update(), std::forward<F>(function), std::forward<Args>(arguments)...);
    }

    void save(output_archive& archive) const { object_.save(archive); }
    void load(input_archive& archive) { object_.load(archive); }
    friend bool operator==(const managed_value&, const managed_value&) noexcept = default;

private:
    proxy<hosted> object_;
};

}  // namespace brood
