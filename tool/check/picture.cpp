// SPDX-License-Identifier: MIT
#include "check/picture.hpp"

#include "check/words.hpp"
#include "layout.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace tool::check {
namespace {

std::runtime_error broken(const std::filesystem::path& file) {
    return std::runtime_error("the picture " + to_utf8(file) + " is cut short or is none");
}

// "begin-end perms offset device inode   name"
picture::mapping parse_mapping(std::string_view line) {
    picture::mapping one;
    std::string range = take_word(line);
    std::replace(range.begin(), range.end(), '-', ' ');
    std::string_view ends = range;
    one.begin = take_number(ends, 16);
    one.end = take_number(ends, 16);
    one.writable = take_word(line).starts_with("rw");
    for (int i = 0; i < 3; ++i) take_word(line);
    const auto name = line.find_first_not_of(' ');
    if (name != line.npos) one.name = line.substr(name);
    return one;
}

}  // namespace

void picture::take_line(const std::string& text) {
    std::string_view line = text;
    const std::string key = take_word(line);
    if (key == "pid") pid = static_cast<std::int64_t>(take_number(line));
    if (key == "method") method = line;
    if (key == "name") name = plain_text(line);
    if (key == "threads") threads_of_program = take_number(line);
    if (key == "omitted") omitted = take_number(line);
    if (key == "filelock") file_locks.emplace_back(line);
    if (key == "map") mappings.push_back(parse_mapping(line));
    if (key == "thread") {
        const auto id = static_cast<std::int64_t>(take_number(line));
        threads.push_back({id, std::string(line)});
    }
    if (key == "descriptor") {
        const int number = static_cast<int>(take_number(line));
        const bool inheritable = take_word(line) == "inheritable";
        descriptors.push_back({number, inheritable, std::string(line)});
    }
    if (key == "module") {
        module one;
        one.base = take_number(line, 16);
        one.build_id = take_word(line);
        one.program = take_word(line) == "program";
        one.path = line;
        modules.push_back(std::move(one));
    }
    if (key == "memory") {
        const std::uint64_t address = take_number(line, 16), size = take_number(line, 16);
        const std::uint64_t offset = parts_.empty() ? 0 : parts_.back().offset + parts_.back().size;
        parts_.push_back({address, size, offset});
    }
}

picture picture::load(const std::filesystem::path& file) {
    const std::string all = read_text(file);
    picture loaded;
    std::size_t at = 0;
    for (bool first = true;; first = false) {
        const std::size_t end = all.find('\n', at);
        if (end == all.npos) throw broken(file);
        const std::string line = all.substr(at, end - at);
        at = end + 1;
        if (first && line != "brood-picture 1") throw broken(file);
        if (line == "bytes") break;
        loaded.take_line(line);
    }
    loaded.bytes_ = all.substr(at);
    const auto& parts = loaded.parts_;
    const std::uint64_t wanted = parts.empty() ? 0 : parts.back().offset + parts.back().size;
    if (loaded.bytes_.size() < wanted) throw broken(file);
    const auto by_begin = [](const mapping& a, const mapping& b) { return a.begin < b.begin; };
    std::sort(loaded.mappings.begin(), loaded.mappings.end(), by_begin);
    std::sort(loaded.parts_.begin(), loaded.parts_.end(),
              [](const part& a, const part& b) { return a.address < b.address; });
    return loaded;
}

const picture::mapping* picture::mapping_at(std::uint64_t address) const {
    const auto after = std::upper_bound(mappings.begin(), mappings.end(), address,
                                        [](std::uint64_t value, const mapping& one) { return value < one.begin; });
    if (after == mappings.begin()) return nullptr;
    const mapping& one = *std::prev(after);
    return address < one.end ? &one : nullptr;
}

const picture::part* picture::part_at(std::uint64_t address) const {
    const auto after = std::upper_bound(parts_.begin(), parts_.end(), address,
                                        [](std::uint64_t value, const part& one) { return value < one.address; });
    if (after == parts_.begin()) return nullptr;
    const part& one = *std::prev(after);
    return address - one.address < one.size ? &one : nullptr;
}

// Pages that a mapping has and the picture has not were never touched: they are zero.
bool picture::read(std::uint64_t address, void* into, std::size_t size) const {
    auto* to = static_cast<char*>(into);
    while (size > 0) {
        std::size_t step = 0;
        if (const part* one = part_at(address)) {
            step = std::min<std::uint64_t>(size, one->address + one->size - address);
            std::memcpy(to, bytes_.data() + one->offset + (address - one->address), step);
        } else if (const mapping* hole = mapping_at(address); hole != nullptr && hole->writable && omitted == 0) {
            constexpr std::uint64_t page = 4096;
            step = std::min<std::uint64_t>(size, page - address % page);
            std::memset(to, 0, step);
        } else {
            return false;
        }
        address += step;
        to += step;
        size -= step;
    }
    return true;
}

}  // namespace tool::check
