// SPDX-License-Identifier: MIT
// Reads what a child reports of its end from hostile bytes: an exception or, if the first byte is odd, a stack. What
// was read is written and read once more.
#include "codec/exception.hpp"
#include "codec/stack.hpp"

#include <brood/error.hpp>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

namespace {

void read_exception(std::string_view bytes) {
    const auto exception = brood::detail::decode_exception(bytes);
    if (!exception) return;
    static_cast<void>(brood::detail::describe_exception(exception));
    if (!brood::detail::decode_exception(brood::detail::encode_exception(exception, {}, "fuzz", 1))) std::abort();
}

void read_stack(std::string_view bytes) {
    brood::detail::check_stack(bytes);
    static_cast<void>(brood::to_string(brood::detail::decode_stack(bytes)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    try {
        data[0] % 2 == 0 ? read_exception(bytes) : read_stack(bytes);
    } catch (const brood::serialization_error&) {
    }
    return 0;
}

// Starts from an exception and a stack that are right.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    static const std::uintptr_t places[] = {reinterpret_cast<std::uintptr_t>(&LLVMFuzzerTestOneInput) + 1, 16};
    static const std::string right[] = {
        "\2" + brood::detail::encode_exception(
                   std::make_exception_ptr(brood::process_died("died", 7, brood::exit_status::signalled(9))), places,
                   "fuzz", 1),
        "\1" + brood::detail::encode_stack(places)};
    const std::string& one = right[seed / 64 % 2];
    if (seed % 64 == 0 && most > one.size()) size = one.copy(reinterpret_cast<char*>(data), one.size());
    return LLVMFuzzerMutate(data, size, most);
}
