// SPDX-License-Identifier: MIT
// The results as an HDF5 file. The library must not be used by two threads at once, nor the file by two processes:
// one object writes it, and all others call that.
#pragma once

#include "samples.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace example {

// An open thing of HDF5's.
class h5_handle {
public:
    using closer = int (*)(std::int64_t);
    // Throws std::runtime_error when it is none.
    h5_handle(std::int64_t id, closer close, const char* what);
    ~h5_handle();
    h5_handle(const h5_handle&) = delete;
    h5_handle& operator=(const h5_handle&) = delete;
    std::int64_t get() const noexcept { return id_; }

private:
    const std::int64_t id_;
    const closer close_;
};

// Data sets: `sequence` and `value` (one row for each sample), `spectrum` (one for each block). Rows are only ever
// appended, as they come, so that what was lost or came twice would be seen.
class store {
public:
    explicit store(const std::filesystem::path& file);
    // The samples of a block, from where they lie, and what was found in them. Gives how many samples there are.
    std::uint64_t append(const ring& samples, const spectrum& found);

private:
    h5_handle file_, sequences_, values_, spectra_;
    std::uint64_t blocks_ = 0;
};

// All of such a file.
struct recording {
    std::vector<std::uint64_t> sequences;
    std::vector<std::int32_t> values;
    std::vector<double> spectra;  // row by row
};
recording read_recording(const std::filesystem::path& file);

}  // namespace example
