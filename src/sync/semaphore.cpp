// SPDX-License-Identifier: MIT
#include <brood/semaphore.hpp>

#include "sync/counter.hpp"

#include <limits>

namespace brood {

counting_semaphore::counting_semaphore(std::ptrdiff_t initial)
    : object_(detail::make_counter(arena::kind::semaphore, initial, std::numeric_limits<std::ptrdiff_t>::max())) {}

void counting_semaphore::acquire() { detail::take_one(object_, {}); }
bool counting_semaphore::try_acquire() { return detail::try_take_one(object_); }
bool counting_semaphore::try_acquire_until(std::chrono::steady_clock::time_point time) {
    return detail::take_one(object_, time);
}
void counting_semaphore::release(std::ptrdiff_t update) { detail::give(object_, update); }
std::ptrdiff_t counting_semaphore::value() const { return detail::count_of(object_); }
std::ptrdiff_t counting_semaphore::max() const { return detail::most_of(object_); }
detail::shared_object counting_semaphore::load_object(input_archive& archive) {
    return detail::shared_object::load(archive, arena::kind::semaphore);
}

bounded_semaphore::bounded_semaphore(std::ptrdiff_t maximum)
    : object_(detail::make_counter(arena::kind::bounded_semaphore, maximum, maximum)) {}

void bounded_semaphore::acquire() { detail::take_one(object_, {}); }
bool bounded_semaphore::try_acquire() { return detail::try_take_one(object_); }
bool bounded_semaphore::try_acquire_until(std::chrono::steady_clock::time_point time) {
    return detail::take_one(object_, time);
}
void bounded_semaphore::release(std::ptrdiff_t update) { detail::give(object_, update); }
std::ptrdiff_t bounded_semaphore::value() const { return detail::count_of(object_); }
std::ptrdiff_t bounded_semaphore::max() const { return detail::most_of(object_); }
detail::shared_object bounded_semaphore::load_object(input_archive& archive) {
    return detail::shared_object::load(archive, arena::kind::bounded_semaphore);
}

}  // namespace brood
