// SPDX-License-Identifier: MIT
#include "platform/linux/module_names.hpp"

#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdio>
#include <fstream>
#include <memory>

namespace brood::platform {
namespace {

// What was found out stays: nodes are never freed, so that readers need no lock. There is one for each different name.
struct known_name {
    std::string name;
    std::uintptr_t bias;
    std::string path;
    const known_name* next;
};
std::atomic<const known_name*> known_names{nullptr};

const known_name* find_known(std::string_view name, std::uintptr_t bias) noexcept {
    const auto* node = known_names.load(std::memory_order_acquire);
    while (node && (node->bias != bias || node->name != name)) node = node->next;
    return node;
}

void remember(std::string_view name, std::uintptr_t bias, const std::string& path) {
    auto node = std::make_unique<known_name>(known_name{std::string(name), bias, path, known_names.load()});
    while (!known_names.compare_exchange_weak(node->next, node.get())) {
    }
    node.release();  // owned by the list
}

void drop_suffix(std::string& text, std::string_view suffix) {
    if (text.ends_with(suffix)) text.resize(text.size() - suffix.size());
}

// The file of the mapping that holds the address; a line is "begin-end perms offset device inode path".
std::string mapped_file(std::uintptr_t address) {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        unsigned long begin = 0;
        unsigned long end = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) != 2 || address < begin || address >= end) continue;
        const auto path = line.find('/');
        std::string file = path == std::string::npos ? std::string() : line.substr(path);
        drop_suffix(file, " (deleted)");
        return file;
    }
    return {};
}

std::string read_program_name() {
    std::string path(PATH_MAX, '\0');
    const auto size = readlink("/proc/self/exe", path.data(), path.size());
    path.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    drop_suffix(path, " (deleted)");
    return path;
}

// Not a local static: its guard could be held by a thread that does not exist in a forked child.
std::atomic<const std::string*> program{nullptr};

const std::string& read_program_name_once() {
    if (const auto* known = program.load(std::memory_order_acquire)) return *known;
    auto made = std::make_unique<const std::string>(read_program_name());
    const std::string* expected = nullptr;
    return program.compare_exchange_strong(expected, made.get()) ? *made.release() : *expected;
}

const std::string& read_at_start = read_program_name_once();

}  // namespace

std::string_view program_name() noexcept {
    const auto* known = program.load(std::memory_order_acquire);
    return known ? *known : read_program_name_once();
}

std::string_view module_name(std::string_view name, std::uintptr_t bias) noexcept {
    if (name.starts_with('/')) return name;
    const auto* known = find_known(name, bias);
    return known ? std::string_view(known->path) : name;
}

std::string absolute_module_name(const module_view& view) {
    if (view.program || view.path.starts_with('/')) return std::string(view.path);
    auto path = mapped_file(view.code_begin);
    if (path.empty()) return std::string(view.path);
    remember(view.path, view.base, path);
    return path;
}

}  // namespace brood::platform
