// SPDX-License-Identifier: MIT
// Changes to the session's bookkeeping that happen together or not at all, wherever their process dies. They are
// written to a journal in the shared memory; one store commits them; then they are carried out. Whoever finds that the
// owner of the lock died carries out what was committed, and forgets what was not. (Redo logging, as in databases.)
#pragma once

#include "arena/layout.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace brood::arena {

// Holds the session's lock for its lifetime. One at a time in a thread, and nothing in it may wait for another process
// or call user code. Changes that were not committed are dropped.
class transaction {
public:
    transaction();
    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    // A word of the shared memory as it will be after the commit.
    std::uint64_t read(const std::uint64_t& word) const noexcept;
    std::uint64_t read(const std::atomic<std::uint64_t>& word) const noexcept;
    // Throws std::length_error when there are more changes than a journal holds.
    void write(std::uint64_t& word, std::uint64_t value);
    void write(std::atomic<std::uint64_t>& word, std::uint64_t value);
    void add(std::uint64_t& word, std::uint64_t difference) { write(word, read(word) + difference); }
    // Carries out what was written so far; the transaction may go on with more.
    void commit() noexcept;

private:
    std::size_t size_ = 0;
};

}  // namespace brood::arena
