// SPDX-License-Identifier: MIT
// A socket of ZeroMQ's. It must not be used by two threads at once, and not by two processes at all.
#pragma once

#include <memory>
#include <string>

namespace example {

class socket {
public:
    // What its other side must have: a client asks and waits for the answer, a server takes questions and answers them,
    // strictly in turns.
    enum kind { client, server };

    // A server binds; "tcp://127.0.0.1:*" lets the system choose. Throws std::runtime_error with ZeroMQ's own words, as
    // all of it does.
    socket(kind which, const std::string& endpoint);
    // Where a server was bound.
    std::string endpoint() const;
    void send(const std::string& message);
    std::string receive();

private:
    struct closer {
        void operator()(void* socket) const noexcept;
    };
    struct ender {
        void operator()(void* context) const noexcept;
    };
    std::unique_ptr<void, ender> context_;
    std::unique_ptr<void, closer> handle_;
};

// Question and answer in one step, so that nobody else's comes between them.
class asker {
public:
    explicit asker(const std::string& endpoint) : socket_(socket::client, endpoint) {}
    std::string ask(const std::string& question) {
        socket_.send(question);
        return socket_.receive();
    }

private:
    socket socket_;
};

}  // namespace example
