// SPDX-License-Identifier: MIT
// Large memory is copied and made ready by several processors at once: one alone moves a fraction of what the memory
// can. The helpers are threads that live as long as the work; where none can be had, the caller does all of it.
#pragma once

#include <cstddef>
#include <memory>

namespace brood::platform {

// How many this process may use, as of the first call. 1 where there is no memory to find out.
std::size_t processors() noexcept;

// As std::memcpy; from 8 MiB on with up to three helpers, at most one for each processor that this process may use.
// Any thread. fork: no helper exists when it returns.
void copy_memory(void* to, const void* from, std::size_t size) noexcept;

// While it lives, another processor has the system supply memory that is filled for the first time, from its end on.
// The filler writes to it from its beginning on meanwhile. From 8 MiB on, where the system has a call for that and
// there are more processors than `busy` ones, which includes the filler's.
class page_supply {
public:
    page_supply(void* memory, std::size_t size, std::size_t busy);
    ~page_supply();
    page_supply(const page_supply&) = delete;
    page_supply& operator=(const page_supply&) = delete;

private:
    class helper;
    std::unique_ptr<helper> helper_;
};

}  // namespace brood::platform
