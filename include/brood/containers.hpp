// SPDX-License-Identifier: MIT
// Containers in memory that processes share. This header needs those of Boost.Container and Boost.Interprocess, which
// are headers alone; <brood/brood.hpp> does not include it.
//
//     brood::shared_value<brood::map<brood::string, int>> ages;   // crosses to any process, and is changed there
//     ages.with([](auto& map) { map["Ada"] = 36; });
//
// They are Boost's containers, with the interface of the standard ones, over an allocator whose memory belongs to the
// shared_value that they lie in, however deep. The memory returns with the shared_value, also after a death in the
// middle of a change.
//
// Outside of a shared_value they work as well, with memory of this process: a copy of what lies in a shared_value is
// such a value, and can be used without the lock. Move elements into the shared container as you like (they are copied,
// as their memory is another), but do not move a container out of it: its memory stays there.
//
// A class of your own may hold such containers if it is made for an allocator:
//
//     struct account {
//         using allocator_type = brood::allocator<char>;
//         explicit account(const allocator_type& memory = {}) : owner(memory) {}
//         brood::string owner;
//         double balance = 0;
//     };
//     brood::shared_value<account> mine;
#pragma once

#include <brood/detail/guarded_block.hpp>
#include <brood/shared_value.hpp>

#include <boost/container/deque.hpp>
#include <boost/container/map.hpp>
#include <boost/container/scoped_allocator.hpp>
#include <boost/container/set.hpp>
#include <boost/container/string.hpp>
#include <boost/container/vector.hpp>
#include <boost/interprocess/offset_ptr.hpp>

#include <cstddef>
#include <functional>
#include <limits>
#include <new>
#include <type_traits>

namespace brood {

// Memory of the shared_value that it was made for; without one, of this process. Its pointers hold in every process.
// Containers that take pointers of other types than T* can use it: Boost's do. Thread-safe; throws std::bad_alloc.
template <class T>
class allocator {
public:
    using value_type = T;
    using pointer = boost::interprocess::offset_ptr<T>;
    using const_pointer = boost::interprocess::offset_ptr<const T>;
    using void_pointer = boost::interprocess::offset_ptr<void>;
    using const_void_pointer = boost::interprocess::offset_ptr<const void>;
    using size_type = std::size_t;
    using difference_type = std::ptrdiff_t;
    using is_always_equal = std::false_type;
    using propagate_on_container_copy_assignment = std::false_type;
    using propagate_on_container_move_assignment = std::false_type;
    using propagate_on_container_swap = std::false_type;
    // The same memory for elements of another type.
    template <class U>
    struct rebind {
        using other = allocator<U>;
    };

    allocator() noexcept = default;
    // As shared_value makes it.
    allocator(detail::storage_owner owner) noexcept : owner_(owner) {}
    template <class U>
    allocator(const allocator<U>& other) noexcept : owner_(other.owner()) {}

    pointer allocate(std::size_t count) {
        static_assert(alignof(T) <= detail::shared_alignment);
        if (count > max_size()) throw std::bad_alloc();
        return pointer(static_cast<T*>(detail::allocate_shared(owner_, count * sizeof(T))));
    }
    void deallocate(const pointer& memory, std::size_t) noexcept { detail::free_shared(owner_, memory.get()); }
    std::size_t max_size() const noexcept {
        return static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) / sizeof(T);
    }
    // A copy of a container belongs to whoever made it.
    allocator select_on_container_copy_construction() const noexcept { return {}; }
    detail::storage_owner owner() const noexcept { return owner_; }

    friend bool operator==(const allocator& a, const allocator& b) noexcept { return a.owner_.block == b.owner_.block; }

private:
    detail::storage_owner owner_;
};

// What is made within a container gets the container's memory.
template <class T>
using scoped_allocator = boost::container::scoped_allocator_adaptor<allocator<T>>;

// Like std::vector, in shared memory.
template <class T>
using vector = boost::container::vector<T, scoped_allocator<T>>;
// Like std::deque, in shared memory.
template <class T>
using deque = boost::container::deque<T, scoped_allocator<T>>;
// Like std::map, in shared memory.
template <class Key, class Value, class Less = std::less<Key>>
using map = boost::container::map<Key, Value, Less, scoped_allocator<std::pair<const Key, Value>>>;
// Like std::set, in shared memory.
template <class Key, class Less = std::less<Key>>
using set = boost::container::set<Key, Less, scoped_allocator<Key>>;
// Like std::string, in shared memory.
using string = boost::container::basic_string<char, std::char_traits<char>, allocator<char>>;

}  // namespace brood
