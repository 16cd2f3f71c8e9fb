// SPDX-License-Identifier: MIT
#include "codec/function.hpp"
#include "base/child_path.hpp"

#include "platform/platform.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace brood::detail {
namespace {

using platform::module_view;

bool is_absolute(std::string_view path) noexcept {
    const bool has_drive = path.size() > 1 && path[1] == ':';
    return has_drive || path.starts_with('/') || path.starts_with('\\');
}

[[noreturn]] void refuse_address(const void* address) {
    char text[32];
    std::snprintf(text, sizeof text, "%p", address);
    throw serialization_error(std::string("the function at ") + text +
                              " is in no program or shared library: code that was made at run time cannot be sent");
}

// ---- loaded modules by build id

// What a module's code is here; the build id was compared.
struct code_range {
    std::uintptr_t base;
    std::uintptr_t begin;
    std::uintptr_t end;

    const void* at(std::uint64_t offset) const noexcept {
        const auto address = base + static_cast<std::uintptr_t>(offset);
        return address >= begin && address < end ? reinterpret_cast<const void*>(address) : nullptr;
    }
};

// Answers found before. Nodes are never freed, so that readers need no lock and a forked child can read on. A module
// may have been unloaded since: an answer counts only after a look at what is loaded there now.
struct known_module {
    std::string build_id;
    std::string path;  // as the sender named it: it chooses among copies of one library
    code_range code;
    const known_module* next;
};
std::atomic<const known_module*> known_modules{nullptr};
std::atomic<int> known_count{0};
constexpr int known_limit = 1024;  // a sender may invent names without end

BROOD_CHILD_PATH bool still_loaded(const known_module& known) noexcept {
    const auto view = platform::view_module(reinterpret_cast<const void*>(known.code.begin));
    return view && view->base == known.code.base && view->build_id() == known.build_id;
}

BROOD_CHILD_PATH std::optional<code_range> find_known(std::string_view build_id, std::string_view path) noexcept {
    const auto* node = known_modules.load(std::memory_order_acquire);
    for (; node; node = node->next) {
        if (node->build_id == build_id && node->path == path && still_loaded(*node)) return node->code;
    }
    return std::nullopt;
}

void remember(std::string_view build_id, std::string_view path, const code_range& code) {
    if (known_count.fetch_add(1, std::memory_order_relaxed) >= known_limit) return;
    auto node = std::make_unique<known_module>(
        known_module{std::string(build_id), std::string(path), code, known_modules.load()});
    while (!known_modules.compare_exchange_weak(node->next, node.get())) {
    }
    node.release();  // owned by the list
}

// Of several copies of one build the one with the sender's path, else the first.
const platform::module* best_match(const std::vector<platform::module>& modules, std::string_view build_id,
                                   std::string_view path) noexcept {
    const platform::module* best = nullptr;
    for (const auto& candidate : modules) {
        if (candidate.build_id.substr(0, module_view::max_build_id) != build_id) continue;
        if (candidate.path == path) return &candidate;
        if (!best) best = &candidate;
    }
    return best;
}

BROOD_CHILD_PATH std::optional<code_range> find_loaded(std::string_view build_id, std::string_view path) {
    if (const auto known = find_known(build_id, path)) return known;
    const auto modules = platform::loaded_modules();
    const auto* match = best_match(modules, build_id, path);
    if (!match) return std::nullopt;
    const code_range code{match->base, match->code_begin, match->code_end};
    remember(build_id, path, code);
    return code;
}

// ---- modules that are not loaded, or of another build

std::string_view file_name(std::string_view path) noexcept {
    const auto slash = path.find_last_of("/\\");
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

[[noreturn]] void refuse_build(const std::string& kind, const std::string& path, const std::string& here,
                               const code_location& wanted) {
    throw bootstrap_error(kind + " " + path + " here has build id " + hex(here) + ", the sender's (" +
                          wanted.module_path + ") has " + hex(wanted.build_id) +
                          ": both processes must run the same build");
}

void refuse_other_build(const std::vector<platform::module>& modules, const code_location& wanted) {
    if (wanted.program) refuse_build("the program", modules.front().path, modules.front().build_id, wanted);
    const auto by_path = std::ranges::find(modules, wanted.module_path, &platform::module::path);
    if (by_path != modules.end()) refuse_build("the library", by_path->path, by_path->build_id, wanted);
}

[[noreturn]] void refuse_missing(const code_location& wanted, const std::string& reason) {
    throw bootstrap_error("the library " + wanted.module_path + " (build id " + hex(wanted.build_id) +
                          ") is not loaded here and cannot be: " + reason);
}

void load(const code_location& wanted) {
    if (!is_absolute(wanted.module_path)) refuse_missing(wanted, "the sender did not tell its full path");
    try {
        platform::load_module(wanted.module_path);
    } catch (const std::runtime_error& e) {
        refuse_missing(wanted, e.what());
    }
}

// The loader may know the file by another path: a link to it, or other letters of the same name.
[[noreturn]] void refuse_loaded(const code_location& wanted) {
    const auto modules = platform::loaded_modules();
    refuse_other_build(modules, wanted);
    const auto name = file_name(wanted.module_path);
    const auto by_name = std::ranges::find(modules, name, [](const auto& m) { return file_name(m.path); });
    if (by_name != modules.end()) refuse_build("the library", by_name->path, by_name->build_id, wanted);
    refuse_missing(wanted, "the file there now is another library");
}

code_range load_build(const code_location& wanted) {
    refuse_other_build(platform::loaded_modules(), wanted);
    load(wanted);
    const auto code = find_loaded(wanted.build_id, wanted.module_path);
    if (!code) refuse_loaded(wanted);
    return *code;
}

}  // namespace

code_location locate_code(const void* address) {
    const auto view = platform::view_module(address);
    const auto number = reinterpret_cast<std::uintptr_t>(address);
    if (!view || number < view->code_begin || number >= view->code_end) refuse_address(address);
    const auto offset = number - view->base;
    if (view->build_id_size != 0 && is_absolute(view->path)) {
        return {std::string(view->build_id()), offset, std::string(view->path), view->program};
    }
    // What the view could not tell without allocating.
    const auto holder = platform::module_of(address);
    if (!holder) refuse_address(address);
    return {holder->build_id, offset, holder->path, holder->program};
}

BROOD_CHILD_PATH const void* resolve_code(const code_location& location) {
    const auto loaded = find_loaded(location.build_id, location.module_path);
    const auto code = loaded ? *loaded : load_build(location);
    if (const void* address = code.at(location.offset)) return address;
    throw serialization_error("offset " + std::to_string(location.offset) + " is not in the code of " +
                              location.module_path);
}

const void* program_code::at(std::uint64_t offset) const noexcept {
    const auto address = base + static_cast<std::uintptr_t>(offset);
    return has(address) ? reinterpret_cast<const void*>(address) : nullptr;
}

const program_code& own_program() {
    static const program_code known = [] {
        const auto program = platform::loaded_modules().front();
        auto location = locate_code(reinterpret_cast<const void*>(program.code_begin));
        location.offset = 0;
        return program_code{std::move(location), program.base, program.code_begin, program.code_end};
    }();
    return known;
}

const void* code_of_program(std::uint64_t offset) {
    if (const void* const found = own_program().at(offset)) return found;
    throw serialization_error("a message names code that the program does not have");
}

const void* find_code(std::string_view build_id, std::uint64_t offset, std::string_view module_path) noexcept {
    try {
        const auto code = find_loaded(build_id, module_path);
        return code ? code->at(offset) : nullptr;
    } catch (const std::exception&) {
        return nullptr;
    }
}

std::string hex(std::string_view bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4];
        text += digits[static_cast<unsigned char>(byte) & 15];
    }
    return text;
}

}  // namespace brood::detail
