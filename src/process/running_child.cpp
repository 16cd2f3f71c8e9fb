// SPDX-License-Identifier: MIT
#include "process/running_child.hpp"

#include "arena/session.hpp"
#include "process/inspection.hpp"
#include "process/packed_status.hpp"

#include <chrono>

namespace brood::detail {

running_child::running_child(std::string name, bool daemon, platform::child child,
                             std::unique_ptr<status_source> source, std::uint32_t session_tag)
    : owner_(platform::current_process_id()),
      name_(std::move(name)),
      daemon_(daemon),
      child_(std::move(child)),
      source_(std::move(source)),
      session_tag_(session_tag) {}

running_child::~running_child() {
    if (is_ours()) return;
    child_.process.release();  // the fork closed them; the numbers may be others' by now
    child_.lifeline.release();
    child_.job.release();
    if (source_) source_->abandon();
}

bool running_child::is_ours() const noexcept { return owner_ == platform::current_process_id(); }

bool running_child::wait(platform::deadline until) {
    if (status()) return true;
    const platform::waitable one{platform::waitable::kind::process, process_handle()};
    if (platform::wait_many({&one, 1}, until).empty()) return false;
    return status().has_value();
}

std::optional<exit_status> running_child::status() {
    const std::lock_guard guard(mutex_);
    if (status_) return status_;
    constexpr auto past = std::chrono::steady_clock::time_point::min();
    if (source_) {
        const platform::waitable one{platform::waitable::kind::process, process_handle()};
        if (platform::wait_many({&one, 1}, past).empty()) return std::nullopt;
        status_ = source_->take();
    } else {
        status_ = platform::reap(child_, past);
    }
    if (status_) {
        child_.lifeline.reset();
        child_.job.reset();
        inspection::child_ended(name_, *status_);
        arena::process_ended(session_tag_, *status_ != exit_status::exited(0), pack(*status_));
    }
    return status_;
}

void running_child::request(platform::request what) {
    const std::lock_guard guard(mutex_);
    if (!status_) platform::send_request(child_, what);
}

void running_child::stop() noexcept {
    using namespace std::chrono_literals;
    try {
        request(platform::request::terminate);
        if (wait(std::chrono::steady_clock::now() + 1s)) return;
        request(platform::request::kill);
        wait({});
    } catch (const std::exception&) {
        // the lifeline, closed with this object, ends it all the same
    }
}

void running_child::on_exit(std::function<void()> release) {
    const std::lock_guard guard(mutex_);
    release_ = std::move(release);
}

void running_child::release_at_exit() noexcept {
    std::function<void()> release;
    {
        const std::lock_guard guard(mutex_);
        release.swap(release_);
    }
    if (release) release();
}

}  // namespace brood::detail
