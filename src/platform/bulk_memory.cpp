// SPDX-License-Identifier: MIT
#include "platform/bulk_memory.hpp"

#include "platform/platform.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <system_error>
#include <thread>
#include <vector>

namespace brood::platform {
namespace {

constexpr std::size_t smallest = std::size_t{8} << 20;
constexpr std::size_t smallest_share = std::size_t{4} << 20;
constexpr std::size_t most_threads = 4;  // as many as fill the memory's bandwidth on common machines
constexpr std::size_t supply_step = std::size_t{2} << 20;

template <class Work>
std::thread run_beside(Work work) {
    return std::thread([work] {
        const helper_thread mark;
        work();
    });
}

}  // namespace

// Asking the system takes longer than a small copy.
std::size_t processors() noexcept {
    try {
        static const std::size_t count = usable_processors();
        return count;
    } catch (const std::exception&) {
        return 1;  // asked again the next time
    }
}

void copy_memory(void* to, const void* from, std::size_t size) noexcept {
    auto* const into = static_cast<std::byte*>(to);
    const auto* const bytes = static_cast<const std::byte*>(from);
    std::size_t left = size;  // the helpers take it from the end
    std::vector<std::thread> helpers;
    try {
        const std::size_t threads = size < smallest ? 1 : std::min({processors(), most_threads, size / smallest_share});
        const std::size_t share = size / threads;
        helpers.reserve(threads - 1);
        for (std::size_t i = 1; i < threads; ++i) {
            const std::size_t begin = left - share;
            helpers.push_back(run_beside([=] { std::memcpy(into + begin, bytes + begin, share); }));
            left = begin;
        }
    } catch (const std::exception&) {
        // no memory or threads to be had
    }
    if (left != 0) std::memcpy(into, bytes, left);
    for (auto& one : helpers) one.join();
}

class page_supply::helper {
public:
    helper(std::byte* begin, std::byte* end) : thread_(run_beside([this, begin, end] { supply(begin, end); })) {}
    ~helper() {
        over_ = true;
        thread_.join();
    }

private:
    void supply(std::byte* begin, std::byte* end) const noexcept {
        while (end != begin && !over_) {
            const std::size_t step = std::min(supply_step, static_cast<std::size_t>(end - begin));
            end -= step;
            if (!supply_pages(end, step)) return;
        }
    }

    std::atomic<bool> over_{false};
    std::thread thread_;  // last: it uses the others
};

page_supply::page_supply(void* memory, std::size_t size, std::size_t busy) {
    prepare_to_fill(memory, size);
    if (size < smallest || !supplies_pages || processors() <= busy) return;
    auto* const begin = static_cast<std::byte*>(memory);
    try {
        helper_ = std::make_unique<helper>(begin, begin + size);
    } catch (const std::exception&) {
        // no memory or threads to be had
    }
}

page_supply::~page_supply() = default;

}  // namespace brood::platform
