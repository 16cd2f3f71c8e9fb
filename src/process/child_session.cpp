// SPDX-License-Identifier: MIT
#include "process/child_session.hpp"
#include "base/child_path.hpp"

#include "codec/exception.hpp"
#include "codec/stack.hpp"
#include "process/this_process.hpp"

#include <brood/error.hpp>

#include <cstdio>

namespace brood::detail {

BROOD_CHILD_PATH void child_session::arguments_read() {
    phase_ = phase::running;
    if (parent_.is_open()) parent_.send(message_kind::started);
    if (!wants_result_) parent_.close();
}

output_archive& child_session::begin_result() {
    phase_ = phase::writing;
    return result_.emplace();
}

void child_session::send_result() {
    const auto& archive = *result_;
    const std::span<const std::byte> body = archive.bytes();
    if (!parent_.send({.kind = message_kind::result,
                       .body = {&body, 1},
                       .blocks = archive.blocks(),
                       .handles = archive.handles()}))
        return;  // the parent does not want it any more
    if (!archive.blocks().empty() || !archive.handles().empty() || !archive.shared_objects().empty())
        serve_until_received(archive);
    phase_ = phase::running;
}

void child_session::serve_until_received(const output_archive& sent) {
    for (message received; parent_.receive(received) == platform::io_result::ok;) {
        if (received.kind != message_kind::block_wanted || !serve_block(parent_, received, sent.blocks())) return;
    }
}

void child_session::send_failure(message_kind kind, const std::exception_ptr& failure) noexcept {
    try {
        const auto& self = this_process::get();
        parent_.send(kind,
                     encode_exception(failure, thrown_stack(failure), self.name(), platform::current_process_id()));
    } catch (const std::exception&) {
        parent_.close();  // the parent learns it from the end of this process
    }
}

int child_session::report(const std::exception_ptr& failure) noexcept {
    if (phase_ == phase::reading) {
        send_failure(message_kind::failed, failure);
    } else if (wants_result_) {
        send_failure(message_kind::exception, failure);
    } else {
        print_uncaught(failure);
    }
    return 1;
}

void print_uncaught(const std::exception_ptr& failure) noexcept {
    try {
        const std::string text = "process " + this_process::get().name() + ": " + describe_exception(failure) + "\n" +
                                 to_string(describe(thrown_stack(failure)));
        std::fwrite(text.data(), 1, text.size(), stderr);
        std::fflush(stderr);
    } catch (const std::exception&) {
        std::fputs("brood: an exception left a target, and there was no memory to describe it\n", stderr);
    }
}

}  // namespace brood::detail
