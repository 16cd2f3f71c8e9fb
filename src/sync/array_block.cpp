// SPDX-License-Identifier: MIT
// A block of kind `array`: how many elements of which size, then the elements. Its head refers to the block of its
// mutex, if there is one.
#include <brood/detail/array_block.hpp>

#include "arena/references.hpp"
#include "sync/shared_data.hpp"

#include <limits>
#include <new>

namespace brood::detail {
namespace {

struct state {
    std::uint64_t count;
    std::uint64_t element_size;
};

std::uint64_t& mutex_of(arena::offset array) { return arena::head_of(array).own[0]; }

bool drop_mutex(arena::offset array) {
    arena::transaction change;
    if (const arena::offset mutex = change.read(mutex_of(array)); mutex != 0) {
        change.write(mutex_of(array), 0);
        arena::drop_reference(change, mutex);
        change.commit();
    }
    return true;
}

// The mutex becomes the array's unless another was faster; gives the one that is.
arena::offset settle_mutex(arena::offset array, arena::offset mutex) {
    arena::transaction change;
    if (const arena::offset known = change.read(mutex_of(array)); known != 0) return known;
    arena::add_reference(change, mutex);
    change.write(mutex_of(array), mutex);
    change.commit();
    return mutex;
}

arena::offset known_mutex(arena::offset array) {
    const arena::transaction look;
    return look.read(mutex_of(array));
}

}  // namespace

void register_array_kind() noexcept {
    arena::register_kind(arena::kind::array, {.clear = &drop_mutex, .process_died = nullptr});
}

array_block::array_block(std::size_t count, std::size_t element_size) {
    register_shared_data();
    if (count > (std::numeric_limits<std::size_t>::max() - elements_at) / element_size)
        throw std::bad_array_new_length();
    object_ = shared_object::of(arena::make_zero_object(arena::kind::array, elements_at + count * element_size));
    object_.as<state>() = {count, element_size};
}

std::size_t array_block::count() const { return static_cast<std::size_t>(object_.as<state>().count); }

brood::mutex array_block::mutex() const {
    static_cast<void>(object_.bytes());  // there must be one
    const arena::offset array = object_.held()->block();
    arena::offset mutex = known_mutex(array);
    if (mutex == 0) {
        const brood::mutex made;
        mutex = settle_mutex(array, made.object().held()->block());
    }
    return brood::mutex(shared_object::of(arena::hold_object(mutex, arena::kind::mutex)));
}

array_block array_block::load(input_archive& archive, std::size_t element_size) {
    register_shared_data();
    array_block loaded;
    loaded.object_ = shared_object::load(archive, arena::kind::array);
    if (loaded.object_ && loaded.object_.as<state>().element_size != element_size)
        throw serialization_error("a shared array of elements of another size");
    return loaded;
}

}  // namespace brood::detail
