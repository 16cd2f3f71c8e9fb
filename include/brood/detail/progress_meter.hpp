// SPDX-License-Identifier: MIT
// Tells how far a map has come.
#pragma once

#include <brood/export.hpp>
#include <brood/pool_options.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace brood::detail {

// For one thread at a time. Costs nothing when nobody is to be told.
class BROOD_API progress_meter {
public:
    progress_meter(progress_option whom, std::optional<std::uint64_t> total);
    ~progress_meter();
    progress_meter(const progress_meter&) = delete;
    progress_meter& operator=(const progress_meter&) = delete;

    // So many more are done. Throws what the callback throws.
    void add(std::uint64_t elements);

private:
    class bar;
    const progress_option::function call_;
    const std::optional<std::uint64_t> total_;
    std::uint64_t done_ = 0;
    std::unique_ptr<bar> bar_;
};

}  // namespace brood::detail
