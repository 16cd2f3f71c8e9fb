// SPDX-License-Identifier: MIT
// How two sides prove to each other that they know a key, without telling it: the handshake of CPython's
// multiprocessing.connection, that of 3.12 and later and that of the versions before.
//
//   listening                                   connecting
//   "#CHALLENGE#" + C1              ->
//                                   <-          reply to C1
//   "#WELCOME#" or "#FAILURE#"      ->
//                                   <-          "#CHALLENGE#" + C2
//   reply to C2                     ->
//                                   <-          "#WELCOME#" or "#FAILURE#"
//
// C is "{sha256}" and 40 random bytes; the reply "{sha256}" and the HMAC of all of C, so that nobody in between can
// change the digest. Versions up to 3.11 send 20 random bytes and reply with the bare HMAC-MD5 of all that came.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace brood::detail {

// One side of it, without the connection: what was heard goes in, what to say comes out. One thread.
class handshake {
public:
    enum class side { listening, connecting };
    // The longest message of a handshake; a longer one is to be refused unread.
    static constexpr std::size_t longest_message = 256;

    struct step {
        std::string say = {};      // a message to send, if not empty
        bool done = false;         // both sides have proved it
        std::string failure = {};  // if not empty: why it failed; to be given up once `say` was sent
    };

    handshake(side which, std::string key);
    // With random bytes of the caller's.
    handshake(side which, std::string key, std::string_view random);

    // What is said before anything was heard.
    step begin();
    // The next message of the other side. Throws std::runtime_error when the system cannot make digests.
    step hear(std::string_view message);

private:
    enum class awaited { reply, challenge, verdict, nothing };
    step hear_reply(std::string_view reply);
    step hear_challenge(std::string_view message);
    step hear_verdict(std::string_view verdict);
    step fail(std::string why, std::string say = {});

    side side_;
    std::string key_;
    std::string challenge_;  // ours
    awaited awaited_;
};

}  // namespace brood::detail
