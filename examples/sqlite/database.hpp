// SPDX-License-Identifier: MIT
// A SQLite database of readings: a connection that writes and connections that read. Neither can cross.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct sqlite3;

namespace example {

struct reading {
    std::string sensor;
    std::int64_t value = 0;
};

struct summary {
    std::int64_t rows = 0, sum = 0;
    friend bool operator==(const summary&, const summary&) = default;
};

class connection {
public:
    // Throws std::runtime_error with SQLite's own words, as all of it does.
    connection(const std::filesystem::path& file, bool writes);
    void run(const std::string& sql);
    sqlite3* get() const noexcept { return handle_.get(); }

private:
    struct closer {
        void operator()(sqlite3* handle) const noexcept;
    };
    std::unique_ptr<sqlite3, closer> handle_;
};

// The one who writes.
class store {
public:
    explicit store(const std::filesystem::path& file);
    // All or none of them. Gives how many rows there are now.
    std::int64_t insert(const std::vector<reading>& readings);
    std::int64_t rows() const noexcept { return rows_; }

private:
    connection database_;
    std::int64_t rows_ = 0;
};

// What a reader sees.
summary read_all(const connection& database);

}  // namespace example
