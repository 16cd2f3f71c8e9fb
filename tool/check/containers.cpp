// SPDX-License-Identifier: MIT
#include "check/containers.hpp"

#include <algorithm>

namespace tool::check {
namespace {

constexpr std::size_t most_elements = 256;

// "std::vector<int>" and "std::__cxx11::list<...>" begin with their template's name after std.
bool is_std(const type& what, std::initializer_list<const char*> names) {
    std::string_view name = what.name;
    if (!name.starts_with("std::")) return false;
    name.remove_prefix(5);
    for (const std::string_view inner : {"__cxx11::", "__debug::", "_V2::"})
        if (name.starts_with(inner)) name.remove_prefix(inner.size());
    const std::string_view bare = name.substr(0, name.find('<'));
    return std::any_of(names.begin(), names.end(), [&](const char* one) { return bare == one; });
}

// The member at the end of a path of names, each inside the one before; bases are searched too.
std::optional<object> inside(const object& one, const std::string& name, int depth = 0) {
    if (one.what == nullptr || depth > 8) return std::nullopt;
    const type& whole = debug_info::complete(*one.what);
    if (const member* found = whole.find(name)) return object{found->what, one.address + found->offset};
    for (const member& part : whole.members)
        if (part.name.empty() || part.name.starts_with("_M_impl") || part.name == "_M_t" || part.name == "_M_h")
            if (auto found = inside({part.what, one.address + part.offset}, name, depth + 1)) return found;
    return std::nullopt;
}

std::optional<std::uint64_t> word_of(const object& one, const std::string& name, const memory_view& view) {
    const auto found = inside(one, name);
    return found ? view.read<std::uint64_t>(found->address) : std::nullopt;
}

const type* parameter(const type& what, const std::string& name) {
    const auto& all = debug_info::complete(what).parameters;
    const auto found = all.find(name);
    return found == all.end() ? nullptr : found->second;
}

std::optional<elements> vector_of(const object& one, const memory_view& view) {
    const auto begin = word_of(one, "_M_start", view), end = word_of(one, "_M_finish", view);
    const type* what = parameter(*one.what, "_Tp");
    if (!begin || !end || what == nullptr || what->size == 0 || *end < *begin) return std::nullopt;
    if (what->what == type::kind::boolean) return std::nullopt;  // packed: compared by its bytes
    elements all{(*end - *begin) / what->size, {}, 0};
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(all.size, most_elements); ++i)
        all.some.push_back({what, *begin + i * what->size});
    return all;
}

constexpr std::uint64_t color_and_links = 32;  // of a tree's node: color, parent, left, right

std::uint64_t link(const memory_view& view, std::uint64_t node, std::uint64_t offset) {
    return view.read<std::uint64_t>(node + offset).value_or(0);
}

// The next node in order, as std::_Rb_tree_increment goes.
std::uint64_t next_node(const memory_view& view, std::uint64_t node) {
    constexpr std::uint64_t parent = 8, left = 16, right = 24;
    int steps = 0;
    if (std::uint64_t below = link(view, node, right); below != 0) {
        for (node = below; (below = link(view, node, left)) != 0 && ++steps < 100;) node = below;
        return node;
    }
    std::uint64_t above = link(view, node, parent);
    while (above != 0 && node == link(view, above, right) && ++steps < 100) {
        node = above;
        above = link(view, above, parent);
    }
    return above;
}

std::optional<elements> tree_of(const object& one, const memory_view& view) {
    const auto tree = inside(one, "_M_t");
    const auto size = word_of(one, "_M_node_count", view);
    const auto header = inside(one, "_M_header");
    if (!tree || !size || !header) return std::nullopt;
    elements all{*size, {}, header->address + 8 - one.address};
    const type* what = parameter(*tree->what, "_Val");
    std::uint64_t node = link(view, header->address, 16);
    for (std::uint64_t i = 0; what != nullptr && i < std::min<std::uint64_t>(*size, most_elements); ++i) {
        all.some.push_back({what, node + color_and_links});
        node = next_node(view, node);
    }
    return all;
}

// The order of elements depends on how they came in, so only their number is looked at.
std::optional<elements> table_of(const object& one, const memory_view& view) {
    const auto size = word_of(one, "_M_element_count", view);
    const auto buckets = inside(one, "_M_bucket_count");
    if (!size || !buckets) return std::nullopt;
    return elements{*size, {}, buckets->address - one.address};
}

std::optional<elements> list_of(const object& one, const memory_view& view) {
    const auto node = inside(one, "_M_node");
    if (!node) return std::nullopt;
    const type* what = parameter(*one.what, "_Tp");
    elements all;
    for (std::uint64_t at = link(view, node->address, 0); at != 0 && at != node->address; at = link(view, at, 0)) {
        if (what != nullptr && all.some.size() < most_elements) all.some.push_back({what, at + 16});
        if (++all.size > 1'000'000) return std::nullopt;
    }
    return all;
}

}  // namespace

bool is_string(const type& what) { return is_std(what, {"basic_string"}); }

bool is_container(const type& what) {
    return is_std(what, {"vector", "map", "set", "multimap", "multiset", "unordered_map", "unordered_set",
                         "unordered_multimap", "unordered_multiset", "list"});
}

bool is_file_stream(const type& what) { return is_std(what, {"basic_ofstream", "basic_ifstream", "basic_fstream"}); }

bool is_opaque(const type& what) {
    if (what.name.starts_with("brood::") || what.name.starts_with("__gthread") || what.name.starts_with("pthread_"))
        return true;
    if (what.name == "_IO_FILE" || what.name == "__locale_struct") return true;
    return is_std(what, {"mutex",
                         "recursive_mutex",
                         "timed_mutex",
                         "recursive_timed_mutex",
                         "shared_mutex",
                         "shared_timed_mutex",
                         "condition_variable",
                         "condition_variable_any",
                         "once_flag",
                         "locale",
                         "basic_streambuf",
                         "basic_filebuf",
                         "basic_stringbuf",
                         "basic_ostream",
                         "basic_istream",
                         "basic_iostream",
                         "basic_ios",
                         "ios_base",
                         "basic_ostringstream",
                         "basic_istringstream",
                         "basic_stringstream",
                         "__shared_count",
                         "__weak_count",
                         "random_device",
                         "type_info",
                         "promise",
                         "future",
                         "shared_future",
                         "__mutex_base",
                         "counting_semaphore"});
}

std::optional<std::string> string_of(const object& one, const memory_view& view) {
    const auto at = word_of(one, "_M_p", view), size = word_of(one, "_M_string_length", view);
    const auto data = at ? at : inside(one, "_M_dataplus") ? view.read<std::uint64_t>(one.address) : std::nullopt;
    const type* unit = parameter(*one.what, "_CharT");
    if (!data || !size || (unit != nullptr && unit->size != 1) || *size > (std::uint64_t{1} << 28)) return std::nullopt;
    std::string text(*size, '\0');
    if (!view.taken().read(*data, text.data(), text.size())) return std::nullopt;
    return text;
}

std::optional<elements> elements_of(const object& one, const memory_view& view) {
    if (is_std(*one.what, {"vector"})) return vector_of(one, view);
    if (is_std(*one.what, {"map", "set", "multimap", "multiset"})) return tree_of(one, view);
    if (is_std(*one.what, {"list"})) return list_of(one, view);
    if (is_container(*one.what)) return table_of(one, view);
    return std::nullopt;
}

// Debug information has these classes in libstdc++ alone, so the place of the FILE* is that of its ABI: after the
// stream itself, a buffer's pointers and locale, and a lock.
std::optional<bool> is_open(const object& stream, const memory_view& view) {
    constexpr std::uint64_t in_buffer = 104, output = 8, input = 16, both = 24;
    const std::uint64_t buffer = is_std(*stream.what, {"basic_ofstream"})   ? output
                                 : is_std(*stream.what, {"basic_ifstream"}) ? input
                                                                            : both;
    const auto file = view.read<std::uint64_t>(stream.address + buffer + in_buffer);
    if (!file) return std::nullopt;
    return *file != 0;
}

}  // namespace tool::check
