// SPDX-License-Identifier: MIT
#include "channel/handshake.hpp"
#include "platform/socket.hpp"

#include <doctest/doctest.h>
#include <optional>

using namespace brood::detail;
using namespace std::string_literals;
namespace platform = brood::platform;
using side = handshake::side;

namespace {

const std::string random_text = "0123456789012345678901234567890123456789";

std::string hex(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        text += "0123456789abcdef"[c & 15];
    }
    return text;
}

std::string mac(platform::digest which, const std::string& key, const std::string& message) {
    return *platform::hmac(which, key, message);
}

}  // namespace

TEST_CASE("the digests are those of RFC 2104 and FIPS 202") {
    const std::string key = "key", text = "The quick brown fox jumps over the lazy dog";
    CHECK(hex(mac(platform::digest::md5, key, text)) == "80070713463e7749b90c2dc24911e275");
    CHECK(hex(mac(platform::digest::sha256, key, text)) ==
          "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
    CHECK(hex(mac(platform::digest::sha384, key, text)) ==
          "d7f4727e2c0b39ae0f1e40cc96f60242d5b7801841cea6fc592c5d3e1ae50700582a96cf35e1e554995fe4e03381c237");
    // Not every system has SHA-3.
    if (const auto known = platform::hmac(platform::digest::sha3_256, key, text))
        CHECK(hex(*known) == "8c6e0683409427f8931711b10ca92a506eb1fafa48fadd66d76126f47ac2c333");
    if (const auto known = platform::hmac(platform::digest::sha3_384, key, text)) CHECK(known->size() == 48);
}

TEST_CASE("an empty key is a key") {
    CHECK(hex(mac(platform::digest::sha256, "", "")) ==
          "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("random bytes differ") {
    CHECK(platform::random_bytes(40).size() == 40);
    CHECK(platform::random_bytes(40) != platform::random_bytes(40));
}

TEST_CASE("two sides with the same key agree") {
    handshake listening(side::listening, "secret"), connecting(side::connecting, "secret");
    const auto challenge = listening.begin();
    const auto reply = connecting.hear(challenge.say);
    const auto verdict = listening.hear(reply.say);
    CHECK(verdict.say == "#WELCOME#");
    CHECK_FALSE(verdict.done);
    const auto counter = connecting.hear(verdict.say);
    const auto counter_reply = listening.hear(counter.say);
    const auto counter_verdict = connecting.hear(counter_reply.say);
    CHECK(counter_verdict.say == "#WELCOME#");
    CHECK(counter_verdict.done);
    const auto end = listening.hear(counter_verdict.say);
    CHECK(end.done);
    CHECK(end.say.empty());
}

TEST_CASE("the bytes are those of CPython 3.12 and later") {
    handshake listening(side::listening, "secret", random_text);
    CHECK(listening.begin().say == "#CHALLENGE#{sha256}" + random_text);
    handshake connecting(side::connecting, "secret");
    const std::string message = "{sha256}" + random_text;
    const auto reply = connecting.hear("#CHALLENGE#" + message).say;
    CHECK(reply == "{sha256}" + mac(platform::digest::sha256, "secret", message));
    CHECK(listening.hear(reply).say == "#WELCOME#");
}

TEST_CASE("a legacy client replies with the bare MD5 of all of the challenge") {
    handshake listening(side::listening, "secret", random_text);
    static_cast<void>(listening.begin());
    CHECK(listening.hear(mac(platform::digest::md5, "secret", "{sha256}" + random_text)).say == "#WELCOME#");
    // Then it challenges with 20 bytes.
    const auto reply = listening.hear("#CHALLENGE#abcdefghijklmnopqrst");
    CHECK(reply.say == mac(platform::digest::md5, "secret", "abcdefghijklmnopqrst"));
    CHECK(listening.hear("#WELCOME#").done);
}

TEST_CASE("every digest that CPython may ask for is known, or its lack is said") {
    for (const auto& [name, digest] : {std::pair{"{md5}"s, platform::digest::md5},
                                       {"{sha256}"s, platform::digest::sha256},
                                       {"{sha384}"s, platform::digest::sha384},
                                       {"{sha3_256}"s, platform::digest::sha3_256},
                                       {"{sha3_384}"s, platform::digest::sha3_384}}) {
        handshake connecting(side::connecting, "secret");
        const auto reply = connecting.hear("#CHALLENGE#" + name + random_text);
        if (const auto known = platform::hmac(digest, "secret", name + random_text))
            CHECK(reply.say == name + *known);
        else
            CHECK(reply.failure == "this system does not have the digest " + name);
    }
}

TEST_CASE("a wrong key is refused on both sides") {
    handshake listening(side::listening, "secret"), connecting(side::connecting, "guess");
    const auto reply = connecting.hear(listening.begin().say);
    const auto verdict = listening.hear(reply.say);
    CHECK(verdict.say == "#FAILURE#");
    CHECK(verdict.failure == "the other side does not know the key");
    CHECK(connecting.hear(verdict.say).failure == "the other side did not accept the key");
}

TEST_CASE("a challenge that somebody weakened on the way does not lead to a welcome") {
    handshake listening(side::listening, "secret", random_text);
    static_cast<void>(listening.begin());
    for (const auto& weaker : {"{md5}" + random_text, random_text, "{sha384}" + random_text}) {
        handshake fresh(side::listening, "secret", random_text);
        handshake connecting(side::connecting, "secret");
        const auto reply = connecting.hear("#CHALLENGE#" + weaker);
        if (!reply.failure.empty()) continue;  // one without a digest that is not the legacy one
        const auto verdict = fresh.hear(reply.say);
        CHECK(verdict.say == "#FAILURE#");
        CHECK_FALSE(verdict.failure.empty());
    }
    // Nor does a reply by another digest to the right challenge.
    const std::string message = "{sha256}" + random_text;
    CHECK(listening.hear("{md5}" + mac(platform::digest::md5, "secret", message)).say == "#FAILURE#");
}

TEST_CASE("what is no handshake is refused") {
    const auto refused = [](side which, const std::string& message) {
        handshake one(which, "secret");
        static_cast<void>(one.begin());
        return !one.hear(message).failure.empty();
    };
    for (const auto& message : {""s, "x"s, "GET / HTTP/1.1"s, "#WELCOME#"s, "#FAILURE#"s, "#CHALLENGE#"s,
                                "#CHALLENGE#short"s, "#CHALLENGE#{sha256}"s, "#CHALLENGE#{sha1}"s + random_text,
                                "#CHALLENGE#{sha256"s + random_text, std::string(256, '\0'), std::string(16, '\0'),
                                "{sha256}"s, "{sha256}"s + std::string(32, 'x'), "{sha256}"s + std::string(31, 'x')}) {
        CAPTURE(message);
        CHECK(refused(side::listening, message));
        CHECK(refused(side::connecting, message));
    }
}

TEST_CASE("a side that failed hears no more") {
    handshake listening(side::listening, "secret", random_text);
    static_cast<void>(listening.begin());
    CHECK_FALSE(listening.hear("x").failure.empty());
    const auto right = "{sha256}" + mac(platform::digest::sha256, "secret", "{sha256}" + random_text);
    CHECK_FALSE(listening.hear(right).failure.empty());
}
