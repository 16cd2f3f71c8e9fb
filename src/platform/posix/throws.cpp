// SPDX-License-Identifier: MIT
// Sees each throw by standing in front of the C++ runtime's __cxa_throw. The dynamic linker takes the first definition
// that it finds, for all modules: this one, in the program or in brood's shared library, is before the runtime's.
//
// It is weak, so that a program that links the runtime statically gets the runtime's own and is just not observed.
// The same holds where a sanitizer in the program brings its own.
#include "base/child_path.hpp"
#include "platform/platform.hpp"

#include <cxxabi.h>
#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <typeinfo>

namespace brood::platform {
namespace {

using throw_function = void (*)(void*, std::type_info*, void (*)(void*));

constexpr std::size_t deepest = 68;  // with those of this file and of sanitizers

std::atomic<throw_observer> current_observer{nullptr};
std::atomic<throw_function> next_throw{nullptr};

BROOD_CHILD_PATH throw_function find_next_throw() noexcept {
    if (const auto known = next_throw.load(std::memory_order_relaxed)) return known;
    const auto found = reinterpret_cast<throw_function>(dlsym(RTLD_NEXT, "__cxa_throw"));
    next_throw.store(found, std::memory_order_relaxed);
    return found;
}

// The frames of brood and of sanitizers that lie above the throw are dropped: the thrower is where `thrown_at` says.
std::span<const std::uintptr_t> from(std::span<const std::uintptr_t> stack, std::uintptr_t thrown_at) noexcept {
    for (std::size_t i = 0; i < stack.size(); ++i) {
        if (stack[i] == thrown_at) return stack.subspan(i);
    }
    return stack;
}

void report(const void* object, std::uintptr_t thrown_at) noexcept {
    const auto observer = current_observer.load(std::memory_order_acquire);
    if (!observer) return;
    std::uintptr_t places[deepest];
    const auto count = capture_stack(places, 0);
    observer(object, from({places, count}, thrown_at));
}

}  // namespace

BROOD_CHILD_PATH void observe_throws(throw_observer observer) noexcept {
    // Found now: the first throw may happen where the loader's lock is held.
    find_next_throw();
    // A forked child copies each page that it writes to.
    if (current_observer.load() != observer) current_observer.store(observer, std::memory_order_release);
}

}  // namespace brood::platform

// Defined under another name, since compilers differ in the type with which they declare __cxa_throw by themselves.
#define BROOD_TEXT_OF(name) #name
#define BROOD_SYMBOL(prefix, name) BROOD_TEXT_OF(prefix) name
extern "C" [[gnu::weak, gnu::visibility("default")]] void brood_observed_throw(
    void* object, std::type_info* type,
    void (*destroy)(void*)) __asm__(BROOD_SYMBOL(__USER_LABEL_PREFIX__, "__cxa_throw"));

void brood_observed_throw(void* object, std::type_info* type, void (*destroy)(void*)) {
    using namespace brood::platform;
    const auto return_address = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
    report(object, return_address - 1);
    if (const auto next = find_next_throw()) next(object, type, destroy);
    std::abort();  // a C++ program without a C++ runtime
}

#if defined(__GLIBCXX__)
// Pulls in the runtime's own definitions where they come from an archive, so that the one above gives way to them.
namespace {
[[gnu::used]] const auto runtime_anchor = &abi::__cxa_init_primary_exception;
}
#endif
