// SPDX-License-Identifier: MIT
// What strangers send to a listener: the stream is split into messages and heard as a handshake, by either side. The
// first byte chooses the side and into how large pieces the stream falls. The right key is known, so that the handshake
// gets beyond its first message.
#include "channel/framing.hpp"
#include "channel/handshake.hpp"
#include "platform/socket.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

using brood::detail::frame_header;
using brood::detail::frame_reader;
using brood::detail::handshake;

namespace {

const std::string random_text(40, 'r');
const std::string key = "key";

// A side must not agree with a stream that does not know the key, unless the stream holds the right HMAC.
void hear(handshake& side, const std::vector<std::byte>& message, bool& over) {
    if (message.size() > handshake::longest_message) {
        over = true;
        return;
    }
    const auto step = side.hear({reinterpret_cast<const char*>(message.data()), message.size()});
    if (step.say.size() > handshake::longest_message) std::abort();
    if (step.done && !step.failure.empty()) std::abort();
    over = step.done || !step.failure.empty();
}

void run(handshake& side, std::span<const std::byte> stream, std::size_t piece) {
    frame_reader reader;
    static_cast<void>(side.begin());
    for (bool over = false; !stream.empty() && !over;) {
        if (reader.size() && *reader.size() > handshake::longest_message)
            return;  // refused before there is memory for it
        const auto room = reader.room();
        const std::size_t n = std::min({room.size(), stream.size(), piece});
        if (n == 0 && !reader.is_complete()) std::abort();
        std::memcpy(room.data(), stream.data(), n);
        reader.filled(n);
        stream = stream.subspan(n);
        if (reader.is_complete()) hear(side, reader.take(), over);
    }
}

std::string framed(const std::string& message) {
    const frame_header header(message.size());
    return std::string(reinterpret_cast<const char*>(header.bytes().data()), header.bytes().size()) + message;
}

// What a well-behaved client says.
std::string right_stream() {
    const std::string challenge = "{sha256}" + random_text;
    return framed("{sha256}" + *brood::platform::hmac(brood::platform::digest::sha256, key, challenge)) +
           framed("#CHALLENGE#{sha256}" + std::string(40, 'c')) + framed("#WELCOME#");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto which = (data[0] & 1) != 0 ? handshake::side::connecting : handshake::side::listening;
    handshake side(which, key, random_text);
    try {
        run(side, std::as_bytes(std::span(data, size)).subspan(1), std::size_t{1} + data[0] / 2);
    } catch (const brood::error&) {
    }
    return 0;
}

// Starts from a stream that is right.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    static const std::string right = right_stream();
    if (seed % 16 == 0 && most > right.size()) {
        data[0] = static_cast<std::uint8_t>(seed);
        std::memcpy(data + 1, right.data(), right.size());
        size = right.size() + 1;
    }
    return LLVMFuzzerMutate(data, size, most);
}
