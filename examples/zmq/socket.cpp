// SPDX-License-Identifier: MIT
#include "socket.hpp"

#include <zmq.h>

#include <array>
#include <stdexcept>

namespace example {
namespace {

[[noreturn]] void fail() { throw std::runtime_error(std::string("ZeroMQ: ") + zmq_strerror(zmq_errno())); }

// A message and its bytes.
class message {
public:
    message() { zmq_msg_init(&raw_); }
    ~message() { zmq_msg_close(&raw_); }
    message(const message&) = delete;
    message& operator=(const message&) = delete;
    zmq_msg_t* raw() noexcept { return &raw_; }
    std::string text() { return {static_cast<const char*>(zmq_msg_data(&raw_)), zmq_msg_size(&raw_)}; }

private:
    zmq_msg_t raw_;
};

}  // namespace

void socket::closer::operator()(void* socket) const noexcept { zmq_close(socket); }
void socket::ender::operator()(void* context) const noexcept { zmq_ctx_term(context); }

socket::socket(kind which, const std::string& endpoint)
    : context_(zmq_ctx_new()), handle_(zmq_socket(context_.get(), which == client ? ZMQ_REQ : ZMQ_REP)) {
    if (!handle_) fail();
    constexpr int milliseconds = 30000, at_once = 0;
    zmq_setsockopt(handle_.get(), ZMQ_RCVTIMEO, &milliseconds, sizeof milliseconds);
    zmq_setsockopt(handle_.get(), ZMQ_LINGER, &at_once, sizeof at_once);
    const auto open = which == client ? &zmq_connect : &zmq_bind;
    if (open(handle_.get(), endpoint.c_str()) != 0) fail();
}

std::string socket::endpoint() const {
    std::array<char, 256> text{};
    std::size_t size = text.size();
    if (zmq_getsockopt(handle_.get(), ZMQ_LAST_ENDPOINT, text.data(), &size) != 0) fail();
    return text.data();
}

void socket::send(const std::string& text) {
    while (zmq_send(handle_.get(), text.data(), text.size(), 0) < 0)
        if (zmq_errno() != EINTR) fail();
}

std::string socket::receive() {
    message got;
    while (zmq_msg_recv(got.raw(), handle_.get(), 0) < 0)
        if (zmq_errno() != EINTR) fail();
    return got.text();
}

}  // namespace example
