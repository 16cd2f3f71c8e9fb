// SPDX-License-Identifier: MIT
#include "channel/handshake.hpp"

#include "platform/socket.hpp"

#include <array>
#include <optional>
#include <utility>

namespace brood::detail {
namespace {

constexpr std::string_view challenge_mark = "#CHALLENGE#";
constexpr std::string_view welcome = "#WELCOME#";
constexpr std::string_view failure = "#FAILURE#";

constexpr std::string_view own_digest = "{sha256}";
constexpr std::size_t random_size = 40;
constexpr std::size_t legacy_challenge_size = 20;
constexpr std::size_t legacy_reply_size = 16;

struct named_digest {
    std::string_view name;
    platform::digest digest;
};
constexpr std::array<named_digest, 5> digests = {{
    {"{md5}", platform::digest::md5},
    {"{sha256}", platform::digest::sha256},
    {"{sha384}", platform::digest::sha384},
    {"{sha3_256}", platform::digest::sha3_256},
    {"{sha3_384}", platform::digest::sha3_384},
}};

const named_digest* digest_of(std::string_view message) noexcept {
    for (const auto& one : digests)
        if (message.starts_with(one.name)) return &one;
    return nullptr;
}

// Takes the same time wherever they differ, so that nobody can find the right bytes one by one.
bool are_equal(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    volatile unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = difference |
                     static_cast<unsigned char>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
    return difference == 0;
}

}  // namespace

handshake::handshake(side which, std::string key)
    : handshake(which, std::move(key), platform::random_bytes(random_size)) {}

handshake::handshake(side which, std::string key, std::string_view random)
    : side_(which),
      key_(std::move(key)),
      challenge_(std::string(own_digest).append(random)),
      awaited_(which == side::listening ? awaited::reply : awaited::challenge) {}

handshake::step handshake::begin() {
    if (side_ == side::connecting) return {};
    return {.say = std::string(challenge_mark) + challenge_};
}

handshake::step handshake::hear(std::string_view message) {
    switch (awaited_) {
        case awaited::reply: return hear_reply(message);
        case awaited::challenge: return hear_challenge(message);
        case awaited::verdict: return hear_verdict(message);
        case awaited::nothing: break;
    }
    return fail("it is over");
}

// A legacy peer takes all of the challenge for random bytes and replies with its HMAC-MD5 alone. One that knows about
// digests must use the one that it was asked to: whoever changed the challenge on the way changed what the HMAC is of.
handshake::step handshake::hear_reply(std::string_view reply) {
    const bool legacy = reply.size() == legacy_reply_size;
    if (!legacy && !reply.starts_with(own_digest))
        return fail("the reply has the form of no known digest", std::string(failure));
    const auto expected = platform::hmac(legacy ? platform::digest::md5 : platform::digest::sha256, key_, challenge_);
    if (!expected) return fail("this system does not have the digest of the reply", std::string(failure));
    if (!legacy) reply.remove_prefix(own_digest.size());
    if (!are_equal(*expected, reply)) return fail("the other side does not know the key", std::string(failure));
    awaited_ = side_ == side::listening ? awaited::challenge : awaited::nothing;
    return {.say = std::string(welcome), .done = side_ == side::connecting};
}

handshake::step handshake::hear_challenge(std::string_view message) {
    if (!message.starts_with(challenge_mark)) return fail("a challenge was expected, and something else came");
    message.remove_prefix(challenge_mark.size());
    if (message.size() < legacy_challenge_size) return fail("the challenge is too short");
    const bool legacy = message.size() == legacy_challenge_size;
    const named_digest* const asked = legacy ? &digests[0] : digest_of(message);
    if (asked == nullptr) return fail("the challenge asks for no known digest");
    const auto reply = platform::hmac(asked->digest, key_, message);
    if (!reply) return fail("this system does not have the digest " + std::string(asked->name));
    awaited_ = awaited::verdict;
    return {.say = legacy ? *reply : std::string(asked->name) + *reply};
}

handshake::step handshake::hear_verdict(std::string_view verdict) {
    if (verdict != welcome) return fail("the other side did not accept the key");
    if (side_ == side::listening) {
        awaited_ = awaited::nothing;
        return {.done = true};
    }
    awaited_ = awaited::reply;
    return {.say = std::string(challenge_mark) + challenge_};
}

handshake::step handshake::fail(std::string why, std::string say) {
    awaited_ = awaited::nothing;
    return {.say = std::move(say), .failure = std::move(why)};
}

}  // namespace brood::detail
