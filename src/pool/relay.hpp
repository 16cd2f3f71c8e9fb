// SPDX-License-Identifier: MIT
// Tasks of tasks: a worker asks its pool to run something, and gets the result in its inbox.
#pragma once

#include "pool/task_bytes.hpp"

#include <brood/detail/pool_core.hpp>
#include <brood/serialization.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace brood::pools {

// For a trace: what the call is to be named by, and when its arguments were written.
struct written_call {
    std::string name;
    std::int64_t begun = 0, ended = 0;
    std::uint64_t elements = 0;
};

// The number that the worker knows its task by, and what is to be done.
struct submission {
    std::uint64_t number = 0;
    detail::task_settings settings;
    std::string function;
    detail::task_bytes arguments;
    std::optional<written_call> trace;

    void save(output_archive& archive) const;
    static submission load(input_archive& archive);
};

// What became of it: the bytes of a value, or an exception.
struct answer {
    std::uint64_t number = 0;
    bool has_value = false;
    bool timed_out = false;
    bool withdrawn = false;  // cancel() ended it
    std::optional<std::uint64_t> died_at;
    std::string exception;
    detail::task_bytes value;
    std::optional<bool> cancelled;  // no end of it: whether the cancel() that was asked for came in time

    void save(output_archive& archive) const;
    static answer load(input_archive& archive);
};

}  // namespace brood::pools
