// SPDX-License-Identifier: MIT
// One writer, many readers. SQLite lets one connection write at a time, and a connection must not be used by two
// processes: so a manager holds the one that writes, and the processes that have something to write call it. Those that
// read have connections of their own.
#include "database.hpp"

#include <brood/brood.hpp>

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

namespace {

constexpr int writers = 4, readers = 3, batches = 25, batch = 20;

// A sensor: sends its readings batch by batch, and says what they add up to.
std::int64_t measure(const brood::proxy<example::store>& into, int number) {
    std::int64_t sum = 0;
    for (int i = 0; i < batches; ++i) {
        std::vector<example::reading> some(batch, {"sensor " + std::to_string(number), 0});
        for (auto& one : some) sum += one.value = number + i;
        into.call<&example::store::insert>(some);
    }
    return sum;
}

// Looks until all rows are there. What it sees only grows, and has no part of a batch.
example::summary watch(const std::filesystem::path& file, std::int64_t rows) {
    const example::connection database(file, false);
    example::summary last;
    while (last.rows < rows) {
        const auto now = example::read_all(database);
        if (now.rows < last.rows || now.rows % batch != 0) throw std::runtime_error("a reader saw part of a batch");
        last = now;
    }
    return last;
}

int run(const std::filesystem::path& file) {
    brood::manager m({.name = "database"});
    const auto store = m.create<example::store>(file);
    std::vector<brood::future<example::summary>> seen;
    for (int i = 0; i < readers; ++i)
        seen.push_back(brood::async(watch, file, std::int64_t{writers} * batches * batch));
    std::vector<brood::future<std::int64_t>> sums;
    for (int i = 0; i < writers; ++i) sums.push_back(brood::async(measure, store, i));
    std::int64_t sum = 0;
    for (auto& one : sums) sum += one.get();
    const example::summary expected{store.call<&example::store::rows>(), sum};
    std::cout << writers << " processes wrote " << expected.rows << " rows by one connection; their sum is " << sum
              << '\n';
    for (auto& one : seen)
        if (const auto theirs = one.get(); theirs != expected) {
            std::cerr << "a reader saw " << theirs.rows << " rows with the sum " << theirs.sum << '\n';
            return 1;
        }
    std::cout << readers << " readers saw all of them\n";
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    brood::init(argc, argv);
    const std::filesystem::path folder = std::filesystem::temp_directory_path();
    const auto name = "brood-sqlite-" + std::to_string(brood::current_process().pid()) + ".db";
    const std::filesystem::path file = argc > 1 ? std::filesystem::path(argv[1]) : folder / name;
    int code = 1;
    try {
        code = run(file);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
    }
    if (argc == 1)
        for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
    return code;
}
