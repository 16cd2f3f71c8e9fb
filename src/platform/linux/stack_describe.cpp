// SPDX-License-Identifier: MIT
// Debug information by libbacktrace, else the symbol tables.
#include "platform/platform.hpp"

#include <backtrace.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <memory>

namespace brood::platform {
namespace {

// libbacktrace reads the modules that are loaded when it is first used and never looks again: so another reader is made
// for addresses in modules that came later. It cannot be freed; there is one for each set of modules described.
struct reader {
    backtrace_state* state;
    std::vector<std::string> build_ids;  // sorted: of the modules that it knows
    const reader* next;
};
std::atomic<const reader*> readers{nullptr};

// Missing debug information is not an error.
void ignore_error(void*, const char*, int) noexcept {}

const reader* make_reader() {
    auto made = std::make_unique<reader>();
    made->state = backtrace_create_state(nullptr, 1, ignore_error, nullptr);
    for (const auto& loaded : loaded_modules()) made->build_ids.push_back(loaded.build_id);
    std::ranges::sort(made->build_ids);
    made->next = readers.load();
    while (!readers.compare_exchange_weak(made->next, made.get())) {
    }
    return made.release();  // owned by the list
}

backtrace_state* reader_for(const std::string& build_id) {
    const auto* known = readers.load(std::memory_order_acquire);
    while (known && !std::ranges::binary_search(known->build_ids, build_id)) known = known->next;
    return (known ? known : make_reader())->state;
}

struct description {
    stack_trace frames;
    bool failed = false;  // an exception must not pass through libbacktrace
};

// Called for each function inlined at the address, innermost first, and for the one that holds them.
int add_frame(void* data, std::uintptr_t, const char* file, int line, const char* function) noexcept try {
    if (!function) return 0;
    stack_frame frame;
    frame.function = demangle(function);
    if (file) frame.file = file;
    frame.line = line > 0 ? static_cast<std::uint32_t>(line) : 0;
    static_cast<description*>(data)->frames.push_back(std::move(frame));
    return 0;
} catch (const std::exception&) {
    static_cast<description*>(data)->failed = true;
    return 1;
}

void add_symbol(void* data, std::uintptr_t address, const char* symbol, std::uintptr_t, std::uintptr_t) noexcept {
    if (symbol) add_frame(data, address, nullptr, 0, symbol);
}

stack_trace read_debug_information(backtrace_state* state, std::uintptr_t address) {
    description result;
    if (!state) return {};
    backtrace_pcinfo(state, address, add_frame, ignore_error, &result);
    if (result.frames.empty()) backtrace_syminfo(state, address, add_symbol, ignore_error, &result);
    if (result.failed) throw std::bad_alloc();
    return std::move(result.frames);
}

// Symbols of stripped libraries.
stack_trace read_dynamic_symbols(std::uintptr_t address) {
    Dl_info symbol;
    stack_frame frame;
    if (dladdr(reinterpret_cast<void*>(address), &symbol) != 0 && symbol.dli_sname) {
        frame.function = demangle(symbol.dli_sname);
    }
    return {frame};
}

}  // namespace

stack_trace describe_address(std::uintptr_t address) {
    const auto holder = module_of(reinterpret_cast<const void*>(address));
    if (!holder) return {stack_frame{{}, {}, 0, {}, address}};
    auto frames = read_debug_information(reader_for(holder->build_id), address);
    if (frames.empty()) frames = read_dynamic_symbols(address);
    for (auto& frame : frames) {
        frame.module = holder->path;
        frame.offset = address - holder->base;
    }
    return frames;
}

}  // namespace brood::platform
