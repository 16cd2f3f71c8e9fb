// SPDX-License-Identifier: MIT
#include <brood/error.hpp>

#include "base/stack_source.hpp"

#include <cstdio>
#include <exception>
#include <utility>

namespace brood {
namespace {

std::string with_path(const std::string& reason, const std::string& path) {
    return path.empty() ? reason : path + ": " + reason;
}

std::shared_ptr<const detail::stack_source> in_words(stack_trace stack) {
    return std::make_shared<const detail::stack_source>(std::move(stack));
}

std::string place(const stack_frame& frame) {
    if (!frame.file.empty()) return " at " + frame.file + (frame.line ? ":" + std::to_string(frame.line) : "");
    char offset[32];
    std::snprintf(offset, sizeof offset, "+0x%llx", static_cast<unsigned long long>(frame.offset));
    return frame.module.empty() ? std::string() : " in " + frame.module + offset;
}

const stack_trace& words(const std::shared_ptr<const detail::stack_source>& source) noexcept {
    static const stack_trace none;
    return source ? source->get() : none;
}

}  // namespace

const stack_trace& detail::stack_source::get() const noexcept {
    if (!describe_) return stack_;
    // No exception may leave a call_once: with MinGW's threads the next one on a flag at that address waits for ever.
    std::call_once(described_, [this] {
        try {
            stack_ = describe_(bytes_);
        } catch (const std::exception&) {
            // A stack is a help for the reader of an error, never an error of its own: it stays empty.
        }
    });
    return stack_;
}

error::error(const std::string& what, std::error_code code) : std::runtime_error(what), code_(code) {}

serialization_error::serialization_error(const std::string& reason, const std::string& path, std::error_code code)
    : error(with_path(reason, path), code), reason_(reason), path_(path) {}

process_died::process_died(const std::string& what, process_id pid, exit_status status, stack_trace stack)
    : process_died(what, pid, status, in_words(std::move(stack))) {}

process_died::process_died(const std::string& what, process_id pid, exit_status status,
                           std::shared_ptr<const detail::stack_source> stack)
    : error(what), pid_(pid), status_(status), stack_(std::move(stack)) {}

const stack_trace& process_died::stack() const noexcept { return words(stack_); }

worker_died::worker_died(const std::string& what, std::string task, const process_died& death)
    : process_died(what, death.pid(), death.status(), death.source_of_stack()), task_(std::move(task)) {}

remote_error::remote_error(std::string type_name, const std::string& what, std::string process_name, process_id pid,
                           stack_trace stack)
    : remote_error(std::move(type_name), what, std::move(process_name), pid, in_words(std::move(stack))) {}

remote_error::remote_error(std::string type_name, const std::string& what, std::string process_name, process_id pid,
                           std::shared_ptr<const detail::stack_source> stack)
    : error(what),
      type_name_(std::move(type_name)),
      process_name_(std::move(process_name)),
      pid_(pid),
      stack_(std::move(stack)) {}

const stack_trace& remote_error::stack() const noexcept { return words(stack_); }

std::string to_string(const stack_trace& stack) {
    std::string text;
    for (std::size_t i = 0; i < stack.size(); ++i) {
        const auto& function = stack[i].function;
        text += "  #" + std::to_string(i) + " " + (function.empty() ? "??" : function) + place(stack[i]) + "\n";
    }
    return text;
}

}  // namespace brood
