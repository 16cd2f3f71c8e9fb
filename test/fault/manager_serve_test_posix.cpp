// SPDX-License-Identifier: MIT
// Peers that stop in the middle of a message.
#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <array>
#include <sys/socket.h>
#include <vector>

namespace {

const std::string good_key = "a key of these tests";

class counter {
public:
    int next() { return ++count_; }

private:
    int count_ = 0;
};

}  // namespace

TEST_CASE("peers that send the beginning of a message and then nothing hold up nobody") {
    brood::manager m;
    m.publish("shared", m.create<counter>());
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = good_key});
    std::vector<brood::byte_connection> half_open;
    for (const std::size_t sent : {1U, 4U, 30U}) {  // of a length of a mebibyte, and some of it
        half_open.push_back(brood::connect(where, {.authkey = good_key}));
        half_open.back().send_bytes(half_open.back().recv_bytes());
        const std::array<unsigned char, 30> begun{0, 16};
        REQUIRE(::send(static_cast<int>(half_open.back().native_handle()), begun.data(), sent, 0) ==
                static_cast<ssize_t>(sent));
    }
    const auto good = brood::manager::connect(where, {.authkey = good_key}).find<counter>("shared");
    CHECK(good.call<&counter::next>() == 1);
    CHECK(m.object_count() == 1);
    m.shutdown();
}
