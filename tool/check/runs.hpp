// SPDX-License-Identifier: MIT
// Runs of the program that is checked, each under one start method and in a fresh copy of its folder.
#pragma once

#include "layout.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tool::check {

struct subject {
    std::vector<std::string> command;  // from the program's path on
    std::filesystem::path folder;      // what its working directory holds when it begins; empty: nothing
    std::chrono::seconds limit{60};
};

struct written_file {
    std::uint64_t size = 0;
    std::uint64_t hash = 0;
    bool removed = false;
    friend bool operator==(const written_file&, const written_file&) = default;
};

// How often a child touched a watched place.
struct access {
    std::uint64_t all = 0, writes = 0;
};

struct run {
    std::string label;   // "spawn"
    std::string output;  // standard output and error, with "." for the folder that it ran in
    int code = 0;        // 128 + S when signal S ended it
    bool timed_out = false;
    double seconds = 0;
    std::map<std::string, written_file> files;  // that it made, changed or removed, by relative path
    std::vector<std::string> children;          // "name: how it ended", sorted
    std::vector<std::string> chosen;            // start methods that the program named itself
    std::vector<std::string> blind;             // what could not be seen, and why
    std::map<std::size_t, access> accesses;     // by the number of the watched place
    bool told = false;                          // brood in it said that it was there
    std::string folder;                         // that it ran in
    std::shared_ptr<temporary_folder> records;  // events and pictures
};

struct run_order {
    std::string label;
    std::string method = "-";         // "-": what the program chooses
    unsigned pictures = 0;            // starts of each process that are pictured
    std::string watched;              // places, as the library reads them
    std::vector<std::string> runner;  // what runs it: {"wine64"}
};

// Blocks until the program ended. Throws when the folder cannot be copied.
run run_once(const subject& what, const run_order& order);

}  // namespace tool::check
