// SPDX-License-Identifier: MIT
#include "manager/registered_names.hpp"

#include <mutex>
#include <stdexcept>
#include <unordered_map>

namespace brood::managing {
namespace {

// Both ways. A thing may have several numbers, of which the first is told.
template <class Thing>
class numbering {
public:
    void add(Thing thing, std::uint64_t number) {
        const std::lock_guard guard(lock_);
        const auto [place, is_new] = things_.emplace(number, thing);
        if (!is_new && place->second != thing)
            throw std::logic_error("this name of a managed type, or of its member, stands for another one already");
        numbers_.emplace(thing, number);
    }
    std::optional<std::uint64_t> number_of(Thing thing) const {
        const std::lock_guard guard(lock_);
        const auto found = numbers_.find(thing);
        return found == numbers_.end() ? std::nullopt : std::optional(found->second);
    }
    Thing with(std::uint64_t number) const {
        const std::lock_guard guard(lock_);
        const auto found = things_.find(number);
        return found == things_.end() ? Thing() : found->second;
    }
    bool empty() const {
        const std::lock_guard guard(lock_);
        return things_.empty();
    }

private:
    mutable std::mutex lock_;
    std::unordered_map<std::uint64_t, Thing> things_;
    std::unordered_map<Thing, std::uint64_t> numbers_;
};

// Filled before main and used until the very end.
template <class Thing>
numbering<Thing>& all() {
    static auto& one = *new numbering<Thing>();
    return one;
}

}  // namespace

bool registers_names() { return !all<std::uint64_t>().empty(); }
std::optional<std::uint64_t> number_of_type(std::uint64_t type) { return all<std::uint64_t>().number_of(type); }
std::optional<std::uint64_t> number_of_entry(detail::managed_entry entry) {
    return all<detail::managed_entry>().number_of(entry);
}
std::uint64_t type_with(std::uint64_t number) { return all<std::uint64_t>().with(number); }
detail::managed_entry entry_with(std::uint64_t number) { return all<detail::managed_entry>().with(number); }

}  // namespace brood::managing

namespace brood::detail {

void register_type(std::uint64_t type, std::uint64_t number) { managing::all<std::uint64_t>().add(type, number); }
void register_entry(managed_entry entry, std::uint64_t number) { managing::all<managed_entry>().add(entry, number); }

}  // namespace brood::detail
