// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <algorithm>
#include <cstring>

using namespace platform_test;

namespace {

constexpr std::size_t block_size = 3'000'000;

// Tells where its block is, and after the parent's word whether it now is all 'p'.
const role holds_memory("holds-memory", [](bootstrap& from) {
    std::string block(block_size, 'c');
    send_text(from.channel.get(), std::to_string(reinterpret_cast<std::uintptr_t>(block.data())));
    receive_text(from.channel.get());
    const volatile char* now = block.data();
    const bool changed = std::all_of(now, now + block.size(), [](char c) { return c == 'p'; });
    send_text(from.channel.get(), changed ? "changed" : "not changed");
    return 0;
});

}  // namespace

TEST_CASE("memory of a child is read and written, where the system allows it") {
    test_child child("holds-memory");
    const std::uint64_t address = std::stoull(receive_text(child.channel(), child.handle()));
    std::string block(block_size, '?');
    const bool read = copy_from_process(child.process(), address, std::as_writable_bytes(std::span(block)));
    CHECK((block == std::string(block_size, read ? 'c' : '?')));
    const std::string other(block_size, 'p');
    const bool written = copy_to_process(child.process(), address, bytes_of(other));
    CHECK(written == read);
    send_text(child.channel(), "look");
    CHECK(receive_text(child.channel(), child.handle()) == (written ? "changed" : "not changed"));
    CHECK(child.wait().success());
}

TEST_CASE("an address that the child does not have gives false") {
    test_child child("holds-memory");
    receive_text(child.channel(), child.handle());
    std::string block(100, '?');
    CHECK_FALSE(copy_from_process(child.process(), 16, std::as_writable_bytes(std::span(block))));
    CHECK_FALSE(copy_to_process(child.process(), 16, bytes_of(block)));
}

TEST_CASE("memory of a process that has ended gives false") {
    test_child child("holds-memory");
    const std::uint64_t address = std::stoull(receive_text(child.channel(), child.handle()));
    child.request_end(request::kill);
    REQUIRE(child.wait().signal() == 9);
    std::string block(100, '?');
    CHECK_FALSE(copy_from_process(child.process(), address, std::as_writable_bytes(std::span(block))));
}

TEST_CASE("preparing memory changes nothing in it") {
    std::string block(5'000'000, 'x');
    prepare_to_fill(block.data(), block.size());
    prepare_to_fill(nullptr, 0);
    CHECK((block == std::string(5'000'000, 'x')));
}
