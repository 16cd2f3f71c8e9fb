// SPDX-License-Identifier: MIT
#include <brood/detail/shared_object.hpp>

#include "arena/references.hpp"
#include "arena/session.hpp"

#include <stdexcept>

namespace brood::detail {

shared_object shared_object::make(arena::kind what, std::size_t size, const std::function<void(void*)>& fill) {
    return of(arena::make_object(what, size, fill));
}

shared_object shared_object::of(std::shared_ptr<arena::held_block> held) noexcept {
    shared_object made;
    made.bytes_ = held->bytes();
    made.held_ = std::move(held);
    return made;
}

void shared_object::fail_empty() { throw std::logic_error("this handle of a shared object was moved from"); }

void shared_object::save(output_archive& archive) const {
    const arena::offset place = held_ ? held_->block() : 0;
    save_value(archive, held_ ? arena::head().session : std::uint64_t{0});
    save_value(archive, place);
    if (held_) archive.add_shared_object(place, held_);
}

shared_object shared_object::load(input_archive& archive, arena::kind what) {
    const auto session = load_value<std::uint64_t>(archive);
    const auto place = load_value<std::uint64_t>(archive);
    if (session == 0) return {};
    arena::join_session();
    if (session != arena::head().session)
        throw serialization_error("a shared object of another session cannot be used here");
    try {
        return of(arena::hold_object(place, what));
    } catch (const error& e) {
        throw serialization_error(e.what());
    }
}

}  // namespace brood::detail
