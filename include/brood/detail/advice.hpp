// SPDX-License-Identifier: MIT
// Why a type cannot cross to another process, and what to do instead. The texts are literals: each is also the text of
// a static_assert.
#pragma once

#include <cstdint>
#include <string_view>

#define BROOD_ADVICE(X)                                                                                               \
    X(reference, "a reference cannot cross to another process: hold a value or a std::shared_ptr")                    \
    X(reference_wrapper,                                                                                              \
      "std::ref is a reference, which cannot cross to another process: pass the value, or a std::shared_ptr")         \
    X(pointer,                                                                                                        \
      "a raw pointer means nothing in another process: use a value, std::unique_ptr, std::shared_ptr or an index")    \
    X(text_pointer, "a pointer to text means nothing in another process: use std::string")                            \
    X(void_pointer, "a pointer to void does not say what it points to: use the type itself, or std::variant")         \
    X(array_pointer, "a pointer to an array does not know its length: use std::vector")                               \
    X(deleter,                                                                                                        \
      "a deleter of its own says that this is a resource of this process: send what is needed to open it again, or "  \
      "use brood::recreate")                                                                                          \
    X(member_object_pointer, "a pointer to a data member cannot be sent: use a lambda without captures")              \
    X(stream,                                                                                                         \
      "an open file or stream stays in its process: send the path and open it where it is used, or use brood::file "  \
      "or brood::recreate")                                                                                           \
    X(thread, "a thread stays in its process: start it where it runs, and leave it out of what a serialize writes")   \
    X(lock, "a lock of threads means nothing in another process: leave it out of what a serialize writes")            \
    X(promise, "a future or promise joins threads of one process: send its value, or use brood::async")               \
    X(capture,                                                                                                        \
      "a lambda with captures cannot be sent: pass the values as arguments, or write a struct with operator()")       \
    X(function_object,                                                                                                \
      "it hides what it calls: pass a function, a lambda without captures or a struct with operator()")               \
    X(iterator, "an iterator points into a container of this process: send the container and an index")               \
    X(string_view, "a std::string_view does not own its text: use std::string")                                       \
    X(span, "a std::span does not own its elements: use std::vector")                                                 \
    X(initializer_list, "a std::initializer_list does not own its elements: use std::vector")                         \
    X(union_type, "a union does not say which member it holds: use std::variant")                                     \
    X(any, "std::any does not say while compiling what it holds: use std::variant")                                   \
    X(coroutine, "a coroutine stays in its process: send what it needs and start it there")                           \
    X(comparator, "the container's comparator or hash holds state that would be lost: use one without members")       \
    X(standard,                                                                                                       \
      "this standard type holds what belongs to one process or cannot be taken apart: send what it is "               \
      "made from")                                                                                                    \
    X(base_class,                                                                                                     \
      "it has a base class with data: give it a serialize(archive) that names the base and its own members")          \
    X(too_many_members,                                                                                               \
      "it has more than 100 members, or its members cannot be told apart: give it a "                                 \
      "serialize(archive)")                                                                                           \
    X(no_code,                                                                                                        \
      "it is not an aggregate and has no serialize: give it `template <class Archive> void serialize(Archive& "       \
      "archive) { archive(member, ...); }`")                                                                          \
    X(two_ways,                                                                                                       \
      "it has more than one of serialize, save/load and save_minimal/load_minimal: choose one with "                  \
      "cereal::specialize")                                                                                           \
    X(half, "it can be saved but not loaded: add the load that belongs to its save")                                  \
    X(save_not_const, "its save must be a const member function")                                                     \
    X(not_constructible, "it has no default constructor that can be called: add one, or a static load_and_construct") \
    X(array_of_made,                                                                                                  \
      "an array of a type without default constructor cannot be rebuilt: use std::array or "                          \
      "std::vector")                                                                                                  \
    X(function_type, "a function is sent by its address: pass a pointer to it")                                       \
    X(unbounded, "an array without a length cannot be sent: use std::vector")

namespace brood::detail {

#define BROOD_ADVICE_NAME(NAME, TEXT) NAME,
enum class advice : std::uint8_t { none, BROOD_ADVICE(BROOD_ADVICE_NAME) };
#undef BROOD_ADVICE_NAME

constexpr std::string_view advice_text(advice why) {
    switch (why) {
        case advice::none: return {};
#define BROOD_ADVICE_TEXT(NAME, TEXT) \
    case advice::NAME: return TEXT;
            BROOD_ADVICE(BROOD_ADVICE_TEXT)
#undef BROOD_ADVICE_TEXT
    }
    return {};
}

}  // namespace brood::detail
