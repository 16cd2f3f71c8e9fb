// SPDX-License-Identifier: MIT
#include "pool/task_bytes.hpp"
#include "pool/tracer.hpp"

#include <brood/detail/pool_core.hpp>
#include <brood/serialization.hpp>

namespace brood::detail {

struct task_reading::source {
    taken_value taken;
};

task_reading::task_reading(std::string_view bytes) : archive_(std::as_bytes(std::span(bytes))) {}
task_reading::task_reading(const task_bytes& held, const std::atomic<bool>* lost)
    : source_(held.message ? std::make_unique<source>() : nullptr),
      archive_(pools::view(held), source_ ? &source_->taken : nullptr) {
    if (source_) source_->taken.set_message(held.message, lost);
}
task_reading::task_reading(const task_bytes& held) : task_reading(held, nullptr) {}
task_reading::task_reading(const coming_result& result) : task_reading(result.bytes, &result.lost) {}
task_reading::~task_reading() = default;

pool_task::pool_task(std::shared_ptr<pool_core> owner, const task_settings& chosen)
    : core(std::move(owner)), settings(chosen), retries_left(chosen.retries) {}
pool_task::~pool_task() = default;

void pool_task::fill(const target& what) {
    if (core) trace = core->begin_trace(what);
    output_archive archive(mode);
    what.save(archive);
    fill(what, archive);
    if (trace) trace->end_writing(arguments);
}
void pool_task::fill(const target& what, const output_archive& written) { fill(what, pools::pack(written)); }
void pool_task::fill(const target& what, task_bytes written) {
    entry = what.entry();
    calls = what.calls();
    arguments = std::move(written);
}

std::string_view pool_task::result_bytes() const noexcept {
    const auto bytes = pools::view(result);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const task_bytes& pool_task::value() const {
    if (failure) std::rethrow_exception(failure);
    return result;
}

}  // namespace brood::detail
