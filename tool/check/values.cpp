// SPDX-License-Identifier: MIT
#include "check/values.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace tool::check {
namespace {

using kind = type::kind;

constexpr int deepest = 12, most_steps = 200'000;

// A part of a class of the standard library has no name that a user knows.
bool is_hidden(const std::string& name) { return name.empty() || name.starts_with('_'); }

bool is_function_or_void(const type* target) { return target == nullptr || target->size == 0; }

// The named member of the object or of its first unnamed parts.
std::optional<object> hidden_member(const object& one, const std::string& name, int depth = 0) {
    const type& whole = debug_info::complete(*one.what);
    if (const member* found = whole.find(name)) return object{found->what, one.address + found->offset};
    if (depth > 4) return std::nullopt;
    for (const member& part : whole.members)
        if (is_hidden(part.name) && part.what->what == kind::structure)
            if (auto found = hidden_member({part.what, one.address + part.offset}, name, depth + 1)) return found;
    return std::nullopt;
}

}  // namespace

std::optional<difference> comparison::compare(const variable& one, std::uint64_t here, std::uint64_t there) {
    met_.clear();
    variable_ = here;
    variable_size_ = one.size;
    through_ = 0;
    depth_ = steps_ = 0;
    const two both{one.what, here, there};
    return one.what == nullptr ? words(both, one.size, "") : objects(both, "");
}

comparison::result comparison::differ(const two& both, const std::string& path, std::string here, std::string there,
                                      std::uint64_t first_read) const {
    difference found{path, std::move(here), std::move(there), 0, 0};
    const std::uint64_t at = through_ != 0 ? through_ : both.here + first_read;
    found.offset = at >= variable_ && at - variable_ < variable_size_ ? at - variable_ : 0;
    found.size = std::min<std::uint64_t>(8, variable_size_ - found.offset);
    return found;
}

comparison::result comparison::leaf(const two& both, const std::string& path) const {
    return differ(both, path, value_text({both.what, both.here}, here_), value_text({both.what, both.there}, there_));
}

comparison::result comparison::objects(const two& both, const std::string& path) {
    if (both.what == nullptr || depth_ > deepest || ++steps_ > most_steps || is_opaque(*both.what)) return std::nullopt;
    if (is_file_stream(*both.what)) return file_streams(both, path);
    ++depth_;
    result found;
    switch (both.what->what) {
        case kind::pointer: found = pointers(both, path); break;
        case kind::structure: found = members(both, path); break;
        case kind::array: found = array(both, path); break;
        case kind::either:
        case kind::unknown: found = words(both, both.what->size, path); break;
        default: found = bytes(both, path); break;
    }
    --depth_;
    return found;
}

comparison::result comparison::bytes(const two& both, const std::string& path) {
    std::vector<char> a(both.what->size), b(both.what->size);
    if (!here_.taken().read(both.here, a.data(), a.size()) || !there_.taken().read(both.there, b.data(), b.size()))
        return std::nullopt;
    constexpr std::size_t long_double_value = 10;  // of its 16 bytes; the rest is anything
    const bool padded = both.what->what == kind::floating && a.size() == 16;
    if (std::memcmp(a.data(), b.data(), padded ? long_double_value : a.size()) == 0) return std::nullopt;
    return leaf(both, path);
}

bool comparison::same_target(std::uint64_t here, std::uint64_t there) const {
    const place a = here_.place_of(here), b = there_.place_of(there);
    if (a.what != b.what) return false;
    if (a.what != place::kind::module) return true;
    return a.offset == b.offset && a.where->path == b.where->path;
}

comparison::result comparison::pointers(const two& both, const std::string& path) {
    const auto a = here_.read<std::uint64_t>(both.here), b = there_.read<std::uint64_t>(both.there);
    if (!a || !b) return std::nullopt;
    const type* target = both.what->target;
    const place to_here = here_.place_of(*a), to_there = there_.place_of(*b);
    if (target != nullptr && target->what == kind::character && target->size == 1) {
        const auto text_a = here_.text_at(*a, 4096), text_b = there_.text_at(*b, 4096);
        if (text_a && text_b && *text_a == *text_b) return std::nullopt;
        if (text_a && text_b) return leaf(both, path);
    }
    if (!same_target(*a, *b)) return leaf(both, path);
    if (to_here.what != place::kind::memory || to_there.what != place::kind::memory) return std::nullopt;
    if (is_function_or_void(target) || !met_.emplace(*a, target).second) return std::nullopt;
    const std::uint64_t outer = through_;
    if (through_ == 0) through_ = both.here;
    auto found = objects({target, *a, *b}, path + "->");
    through_ = outer;
    return found;
}

comparison::result comparison::members(const two& both, const std::string& path) {
    const type& whole = debug_info::complete(*both.what);
    if (is_string(whole)) return strings(both, path);
    if (is_container(whole))
        if (elements_of({&whole, both.here}, here_) && elements_of({&whole, both.there}, there_))
            return containers(both, path);
    bool decided = false;
    if (auto found = optionals(both, path, decided); decided) return found;
    for (const member& part : whole.members) {
        std::string below = path;
        if (!is_hidden(part.name)) below += (path.ends_with("->") ? "" : ".") + part.name;
        const two inner{part.what, both.here + part.offset, both.there + part.offset};
        auto found = part.bits != 0 ? bits(both, part, below) : objects(inner, below);
        if (found) return found;
    }
    return std::nullopt;
}

// Of an std::optional without a value, and of one that is given away, the rest may hold anything.
comparison::result comparison::optionals(const two& both, const std::string& path, bool& decided) {
    if (!both.what->name.starts_with("std::optional<")) return std::nullopt;
    const auto engaged = hidden_member({both.what, 0}, "_M_engaged");
    if (!engaged) return std::nullopt;
    const bool a = here_.read<bool>(both.here + engaged->address).value_or(false);
    const bool b = there_.read<bool>(both.there + engaged->address).value_or(false);
    decided = true;
    if (a != b) return differ(both, path, a ? "a value" : "no value", b ? "a value" : "no value", engaged->address);
    const auto& parameters = debug_info::complete(*both.what).parameters;
    const auto value = parameters.find("_Tp");
    if (!a || value == parameters.end()) return std::nullopt;
    return objects({value->second, both.here, both.there}, path);
}

comparison::result comparison::bits(const two& both, const member& part, const std::string& path) {
    const auto field = [&](const memory_view& view, std::uint64_t address) -> std::optional<std::uint64_t> {
        std::uint64_t word = 0;
        const std::uint64_t first = part.bit_offset / 8, last = (part.bit_offset + part.bits - 1) / 8;
        if (last - first >= sizeof word || !view.taken().read(address + first, &word, last - first + 1))
            return std::nullopt;
        const std::uint64_t mask = part.bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << part.bits) - 1;
        return word >> part.bit_offset % 8 & mask;
    };
    const auto a = field(here_, both.here), b = field(there_, both.there);
    if (!a || !b || *a == *b) return std::nullopt;
    return differ(both, path, std::to_string(*a), std::to_string(*b), part.bit_offset / 8);
}

comparison::result comparison::file_streams(const two& both, const std::string& path) {
    const auto a = is_open({both.what, both.here}, here_), b = is_open({both.what, both.there}, there_);
    if (!a || !b || *a == *b) return std::nullopt;
    return differ(both, path, *a ? "open" : "closed", *b ? "open" : "closed");
}

comparison::result comparison::strings(const two& both, const std::string& path) {
    const auto a = string_of({both.what, both.here}, here_), b = string_of({both.what, both.there}, there_);
    if (!a || !b || *a == *b) return std::nullopt;
    return leaf(both, path);
}

comparison::result comparison::containers(const two& both, const std::string& path) {
    const auto a = elements_of({both.what, both.here}, here_), b = elements_of({both.what, both.there}, there_);
    const auto whole = [&](const result& found) {
        return found ? differ(both, path, value_text({both.what, both.here}, here_),
                              value_text({both.what, both.there}, there_), a->first_read)
                     : std::nullopt;
    };
    if (a->size != b->size) return whole(difference{});
    for (std::size_t i = 0; i < std::min(a->some.size(), b->some.size()); ++i) {
        auto found =
            objects({a->some[i].what, a->some[i].address, b->some[i].address}, path + "[" + std::to_string(i) + "]");
        if (found) return a->size <= 4 && found->path.size() <= path.size() + 4 ? whole(found) : found;
    }
    return std::nullopt;
}

comparison::result comparison::array(const two& both, const std::string& path) {
    const type& element = *both.what->target;
    if (element.size == 0) return std::nullopt;
    if (element.what == kind::character && element.size == 1) return bytes(both, path);
    for (std::uint64_t i = 0; i < both.what->count; ++i) {
        auto found = objects({&element, both.here + i * element.size, both.there + i * element.size},
                             path + "[" + std::to_string(i) + "]");
        if (found) return found;
        if (steps_ > most_steps) break;
    }
    return std::nullopt;
}

// Without a type: a word that points somewhere in both processes is taken for a pointer.
comparison::result comparison::words(const two& both, std::uint64_t size, const std::string& path) {
    for (std::uint64_t at = 0; at < size; at += 8) {
        std::uint64_t a = 0, b = 0;
        const std::uint64_t step = std::min<std::uint64_t>(8, size - at);
        if (!here_.taken().read(both.here + at, &a, step) || !there_.taken().read(both.there + at, &b, step))
            return std::nullopt;
        if (a == b) continue;
        const bool both_point = here_.place_of(a).what != place::kind::nowhere && a != 0 && b != 0 &&
                                there_.place_of(b).what != place::kind::nowhere;
        if (both_point && same_target(a, b)) continue;
        const auto say = [&](std::uint64_t value, const memory_view& view) {
            return both_point ? view.name_of(value) : std::to_string(value);
        };
        return differ(both, path, say(a, here_), say(b, there_), at);
    }
    return std::nullopt;
}

}  // namespace tool::check
