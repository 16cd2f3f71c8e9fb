// SPDX-License-Identifier: MIT
// The SHA-256 of every regular file below a directory, once in this process and once by a pool with one process per
// usable core: the digests must agree, and the times say whether processes paid off.
//   sha256_tree [DIRECTORY]        (default /usr/include)
#include <brood/brood.hpp>
#include <brood/native/limits.hpp>

#include "hash.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "tree.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace {

// What crosses: plain structs and paths need no code for that.
struct file_result {
    std::optional<digest> value;  // empty: the file cannot be read
    std::uint64_t size = 0;
    bool operator==(const file_result&) const = default;
};

// Reads and, if it is wanted, hashes one file.
file_result read_file(const std::filesystem::path& path, bool hash) {
    file_result result;
    std::ifstream file(path, std::ios::binary);
    if (!file) return result;
    sha256 state;
    static std::vector<char> buffer(256 *
                                    1024);  // made once: clearing it for each small file would cost more than hashing
    do {
        file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        const auto count = static_cast<std::size_t>(file.gcount());
        result.size += count;
        if (hash) state.update({buffer.data(), count});
    } while (file);
    if (!file.bad()) result.value = state.finish();
    return result;
}

// One file on its way to a worker, and what comes back.
struct job {
    std::size_t index = 0;
    std::filesystem::path path;
};
struct finished {
    std::size_t index = 0;
    file_result result;
};

finished hash_file(const job& one) { return {one.index, read_file(one.path, true)}; }

double seconds_of(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::vector<file_result> one_process(const tree& all, const std::string& title, bool hash) {
    progress_bar bar(title, all.bytes);
    std::vector<file_result> results;
    for (const tree_file& one : all.files) {
        results.push_back(read_file(one.path, hash));
        bar.advance(one.size);
    }
    bar.finish();
    return results;
}

// The largest files first, so that none is left over for one worker alone at the end.
std::vector<job> jobs_of(const tree& all) {
    std::vector<std::size_t> order(all.files.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return all.files[a].size > all.files[b].size; });
    std::vector<job> jobs;
    for (const std::size_t index : order) jobs.push_back({index, all.files[index].path});
    return jobs;
}

std::vector<file_result> many_processes(const tree& all, brood::pool& pool) {
    std::vector<file_result> results(all.files.size());
    for (auto&& one : pool.imap_unordered(hash_file, jobs_of(all), {.progress = true})) results[one.index] = one.result;
    return results;
}

void run_sha256sum(const std::vector<std::string>& command) {
    try {
        std::exit(brood::native::spawn_wait(command).status.code());
    } catch (const std::exception&) {
        std::exit(127);  // it is not here
    }
}

// Up to 20 files, spread over the tree, whose digests the sha256sum program is asked for too.
sample_result check_sample(const tree& all, const std::vector<file_result>& results) {
    std::vector<std::string> command = {"sha256sum", "--"};
    std::vector<std::string> expected;
    const std::size_t step = all.files.size() / 20 + 1;
    for (std::size_t i = 0; i < all.files.size(); i += step) {
        if (!results[i].value) continue;
        command.push_back(to_utf8(all.files[i].path));
        expected.push_back(to_hex(*results[i].value));
    }
    if (expected.empty()) return {};
    const auto path = std::filesystem::temp_directory_path() /
                      ("sha256_tree-" + std::to_string(brood::current_process().pid()) + ".txt");
    brood::process p({.stdout_to = path}, run_sha256sum, command);
    p.start();
    p.join();
    sample_result sample{p.exit_status()->success(), 0, expected.size()};
    std::ifstream output(path);
    std::string line;
    for (std::size_t i = 0; i < expected.size() && std::getline(output, line); ++i)
        sample.agreed += line.substr(line.starts_with('\\') ? 1 : 0).starts_with(expected[i]);
    output.close();
    std::filesystem::remove(path);
    return sample;
}

int run(const std::filesystem::path& top) {
    const tree all = list_tree(top);
    report_tree(top, all);
    measurement measured;
    measured.cores = brood::cpu_count();

    std::vector<file_result> read, alone, together;
    measured.reading = seconds_of([&] { read = one_process(all, "reading once", false); });
    measured.alone = seconds_of([&] { alone = one_process(all, "one process", true); });
    std::optional<brood::pool> pool;
    measured.start = seconds_of([&] { pool.emplace(); });
    measured.together = measured.start + seconds_of([&] { together = many_processes(all, *pool); });
    pool.reset();
    for (const file_result& one : alone) {
        measured.bytes += one.size;
        ++(one.value ? measured.files : measured.unreadable);
    }
    report_unreadable(all, [&](std::size_t i) { return !alone[i].value; });
    report_times(measured);
    const auto differs = [&](std::size_t i) { return alone[i] != together[i]; };
    if (!report_agreement(all, differs, check_sample(all, alone))) return 1;
    report_verdict(measured);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    brood::init(argc, argv);
    if (argc > 2) {
        std::cerr << "usage: sha256_tree [DIRECTORY]\n";
        return 2;
    }
    try {
        return run(std::filesystem::absolute(argc == 2 ? argv[1] : "/usr/include"));
    } catch (const std::filesystem::filesystem_error& error) {
        std::cerr << "sha256_tree: " << to_utf8(error.path1()) << ": " << error.code().message() << "\n";
        return 2;
    }
}
