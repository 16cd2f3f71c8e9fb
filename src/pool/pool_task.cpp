// SPDX-License-Identifier: MIT
#include "pool/task_bytes.hpp"
#include "pool/tracer.hpp"

#include <brood/detail/pool_core.hpp>
#include <brood/serialization.hpp>

namespace brood::detail {

struct pool_task::reading {
    std::unique_ptr<taken_value> source;  // of a message
    std::optional<input_archive> archive;
};

pool_task::pool_task(std::shared_ptr<pool_core> owner, const task_settings& chosen)
    : core(std::move(owner)), settings(chosen), retries_left(chosen.retries) {}
pool_task::~pool_task() = default;

void pool_task::fill(const target& what) {
    entry = what.entry();
    calls = what.calls();
    if (core) trace = core->begin_trace(what);
    output_archive archive({.handles = false});
    what.save(archive);
    arguments = pools::pack(archive);
    if (trace) trace->end_writing(arguments);
}

std::string_view pool_task::result_bytes() const noexcept {
    const auto bytes = pools::view(result);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

input_archive& pool_task::open() {
    if (failure) std::rethrow_exception(failure);
    reading_ = std::make_unique<reading>();
    if (result.message) {
        reading_->source = std::make_unique<taken_value>();
        reading_->source->set_message(result.message);
    }
    return reading_->archive.emplace(pools::view(result), reading_->source.get());
}

}  // namespace brood::detail
