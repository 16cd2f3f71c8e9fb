// SPDX-License-Identifier: MIT
// One ZeroMQ socket, four processes. A socket belongs to one thread of one process; a manager's object is called by one
// at a time. So the manager holds it, and whoever wants to ask calls the object. The server at its other end knows
// nothing of this: for it there is one client.
#include "socket.hpp"

#include <brood/brood.hpp>

#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr int clients = 4, questions = 500;

// Answers each word with its number and its letters from behind, until it is told to stop. Gives how many it answered.
int serve(brood::connection<std::string> tell) {
    example::socket socket(example::socket::server, "tcp://127.0.0.1:*");
    tell.send(socket.endpoint());
    for (int answered = 0;;) {
        const auto word = socket.receive();
        if (word == "stop") {
            socket.send("");
            return answered;
        }
        socket.send(std::to_string(++answered) + ' ' + std::string(word.rbegin(), word.rend()));
    }
}

// Asks again and again; the answers must be its own. Gives how many were wrong.
int ask(const brood::proxy<example::asker>& at, int client) {
    int wrong = 0;
    for (int i = 0; i < questions; ++i) {
        const auto word = std::to_string(client) + "-" + std::to_string(i);
        const auto answer = at.call<&example::asker::ask>(word);
        const std::string expected(word.rbegin(), word.rend());
        if (!answer.ends_with(' ' + expected)) ++wrong;
    }
    return wrong;
}

int run() {
    auto [from, to] = brood::pipe<std::string>(brood::one_way);
    auto server = brood::async(serve, to);
    to.close();  // should the server end early, so does the stream
    brood::manager m({.name = "socket"});
    const auto asker = m.create<example::asker>(from.recv());
    std::vector<brood::future<int>> running;
    for (int i = 0; i < clients; ++i) running.push_back(brood::async(ask, asker, i));
    int wrong = 0;
    for (auto& one : running) wrong += one.get();
    asker.call<&example::asker::ask>("stop");
    const int answered = server.get();
    std::cout << clients << " processes got " << answered << " answers over one socket, " << wrong << " wrong ones\n";
    return wrong == 0 && answered == clients * questions ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    brood::init(argc, argv);
    try {
        return run();
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
