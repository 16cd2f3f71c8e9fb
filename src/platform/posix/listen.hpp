// SPDX-License-Identifier: MIT
#pragma once

#include "platform/socket.hpp"

#include <sys/socket.h>

namespace brood::platform::posix {

// A socket of that family, private to this process.
unique_handle make_socket(int family);
void set_blocking(int fd, bool blocking);

// An acceptor over a socket that listens.
class socket_acceptor : public acceptor {
public:
    // Starts to listen on a socket that has its address.
    explicit socket_acceptor(unique_handle socket);
    waitable to_wait_for() const override { return {waitable::kind::socket, socket_.get()}; }
    link try_accept() override;

private:
    unique_handle socket_;
};

}  // namespace brood::platform::posix
