// SPDX-License-Identifier: MIT
#include "mailbox.hpp"

#include <cstdint>
#include <stdexcept>

namespace brood_test {
namespace {

void read_fully(const brood::handle& from, void* into, std::size_t size) {
    for (auto* at = static_cast<char*>(into); size > 0;) {
        const std::size_t got = read_bytes(from, at, size);
        if (got == 0) throw std::runtime_error("a mailbox has no sender left");
        at += got;
        size -= got;
    }
}

}  // namespace

void mailbox::send(std::string_view text) const {
    const auto size = static_cast<std::uint32_t>(text.size());
    std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
    bytes += text;
    write_bytes(writer, bytes.data(), bytes.size());
}

std::string mailbox::receive() const {
    std::uint32_t size = 0;
    read_fully(reader, &size, sizeof size);
    std::string text(size, '\0');
    read_fully(reader, text.data(), text.size());
    return text;
}

}  // namespace brood_test
