// SPDX-License-Identifier: MIT
// A handle of the system as an object in shared memory: the object names what the session's keeper holds, and the
// keeper lets go of it with the last reference.
#include "arena/blocks.hpp"
#include "arena/mapping.hpp"
#include "codec/handle_passage.hpp"
#include "sync/shared_data.hpp"

#include <brood/detail/shared_object.hpp>
#include <brood/error.hpp>

#include <system_error>

namespace brood::detail {
namespace {

using platform::kept_handle;

kept_handle& handle_at(arena::offset block) noexcept { return *static_cast<kept_handle*>(arena::bytes_of(block)); }

// Where the keeper must not be told twice, a death between the two steps leaves it the handle to its end.
bool let_go(arena::offset block) {
    const kept_handle kept = handle_at(block);
    if (!platform::dropping_twice_is_harmless) {
        arena::transaction change;
        change.write(handle_at(block).value, 0);
        change.commit();
    }
    platform::drop_handle(arena::handle_keeper(), kept);
    return true;
}

// The object is there first, so that whatever kills this process, somebody lets go of the handle.
void write(output_archive& archive, native_handle_type handle) {
    const auto object = shared_object::make(arena::kind::kept_handle, sizeof(kept_handle), [](void* at) {
        new (at) kept_handle{arena::head().handles_named.fetch_add(1) + 1};
    });
    try {
        platform::keep_handle(arena::handle_keeper(), object.as<kept_handle>(), handle);
    } catch (const std::system_error& e) {
        throw serialization_error(std::string("a handle cannot be sent: ") + e.what(), {}, e.code());
    }
    object.save(archive);
}

native_handle_type read(input_archive& archive) {
    const auto object = shared_object::load(archive, arena::kind::kept_handle);
    if (!object) throw serialization_error("a handle of the operating system that names none");
    try {
        return platform::fetch_handle(arena::handle_keeper(), object.as<kept_handle>()).release();
    } catch (const std::system_error& e) {
        throw serialization_error(std::string("a handle cannot be received: ") + e.what(), {}, e.code());
    }
}

}  // namespace

void register_handle_kind() noexcept {
    arena::register_kind(arena::kind::kept_handle, {.clear = &let_go});
    set_handle_passage({.write = &write, .read = &read});
}

}  // namespace brood::detail
