// SPDX-License-Identifier: MIT
#include "manager/objects.hpp"

#include <algorithm>

namespace brood::managing {
namespace {

bool contains(const std::vector<std::uint64_t>& chains, std::uint64_t chain) noexcept {
    return std::find(chains.begin(), chains.end(), chain) != chains.end();
}
bool are_all(const std::vector<std::uint64_t>& chains, std::uint64_t chain) noexcept {
    return std::all_of(chains.begin(), chains.end(), [&](std::uint64_t one) { return one == chain; });
}
void remove_one(std::vector<std::uint64_t>& chains, std::uint64_t chain) noexcept {
    chains.erase(std::find(chains.begin(), chains.end(), chain));
}

}  // namespace

managed::way managed::way_of(const job& call) const noexcept {
    const auto access = static_cast<detail::call_access>(call.head.how);
    if (access == detail::call_access::lone || mode_ == detail::call_mode::exclusive) return way::alone;
    if (mode_ == detail::call_mode::free_threaded) return way::free;
    return access == detail::call_access::read ? way::shared : way::alone;
}

// Whether it can run beside those that do.
bool managed::fits(const job& call) const noexcept {
    const auto chain = call.head.chain;
    return are_all(writers_, chain) && (way_of(call) == way::shared || are_all(readers_, chain));
}

void managed::enter(const job& call) { (way_of(call) == way::shared ? readers_ : writers_).push_back(call.head.chain); }

job_handle managed::admit(job_handle call) {
    if (way_of(*call) == way::free) return call;
    const std::lock_guard guard(lock_);
    const bool inside = contains(writers_, call->head.chain) || contains(readers_, call->head.chain);
    if ((waiting_.empty() || inside) && fits(*call)) {
        enter(*call);
        return call;
    }
    if (inside)
        waiting_.push_front(std::move(call));
    else
        waiting_.push_back(std::move(call));
    return nullptr;
}

void managed::finish(const job& call, std::vector<job_handle>& ready) {
    const auto how = way_of(call);
    if (how == way::free) return;
    const std::lock_guard guard(lock_);
    remove_one(how == way::shared ? readers_ : writers_, call.head.chain);
    while (!waiting_.empty() && fits(*waiting_.front())) {
        enter(*waiting_.front());
        ready.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
}

}  // namespace brood::managing
