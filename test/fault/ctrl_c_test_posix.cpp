// SPDX-License-Identifier: MIT
// Ctrl-C on a terminal.
#include "mailbox.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace brood_test;

namespace {

volatile std::sig_atomic_t interrupted = 0;

void catch_interrupts() {
    std::signal(SIGINT, [](int) { interrupted = 1; });
}

// A child that says when it gets a Ctrl-C.
void listen(const mailbox& ready) {
    catch_interrupts();
    ready.send();
    while (interrupted == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::exit(9);
}

// With the terminal as its input and output: children, Ctrl-C, and a report of who got it.
const scenario on_terminal("on-terminal", [](const arguments& given) {
    catch_interrupts();
    const auto ready = mailbox::make();
    const bool receive = given.at(0) == "receive";
    auto child = brood::spawn({.receive_ctrl_c = receive}, listen, ready);
    ready.wait();
    std::printf("press it\n");
    std::fflush(stdout);
    while (interrupted == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (receive) {
        child.join();
        std::printf("child ended with %d\n", *child.exit_code());
        return 0;
    }
    std::printf("%s\n", child.is_alive() ? "child lives" : "child is gone");
    child.interrupt();  // one child can still be asked
    child.join();
    std::printf("child ended with %d\n", *child.exit_code());
    return 0;
});

// Makes memory and lives through a Ctrl-C.
const scenario memory_on_terminal("memory-on-terminal", [](const arguments&) {
    catch_interrupts();
    auto memory = brood::shared_memory::create(10);
    std::printf("press it\n");
    std::fflush(stdout);
    while (interrupted == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    brood::async([](const std::string& name) { brood::shared_memory::attach(name); }, memory.name()).get();
    memory.unlink();
    std::printf("memory stays\n");
    return 0;
});

// A map that would go on for hours.
const scenario pool_on_terminal("pool-on-terminal", [](const arguments& given) {
    const bool stops = given.at(0) == "stops";
    if (stops) catch_interrupts();
    brood::pool pool({.workers = 2});
    const brood::event begun;
    auto all = pool.map_async(
        [](brood::event first) {
            first.set();
            idle();
            return 1;
        },
        std::vector<brood::event>(100, begun));
    begun.wait();
    std::printf("press it\n");
    std::fflush(stdout);
    while (interrupted == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    pool.terminate();
    try {
        all.get();
    } catch (const brood::cancelled&) {
        std::printf("the map was cancelled\n");
    }
    return 0;
});

// A terminal with a program of the tests on it.
class terminal {
public:
    explicit terminal(const arguments& given) : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
        REQUIRE(master_ != -1);
        REQUIRE(::grantpt(master_) == 0);
        REQUIRE(::unlockpt(master_) == 0);
        const std::string name = ::ptsname(master_);
        const std::string self = this_program().string();
        const std::string method(brood::to_string(brood::get_start_method()));
        pid_ = ::fork();
        if (pid_ == 0) run(name, self, method, given);
    }
    ~terminal() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        ::close(master_);
    }
    terminal(const terminal&) = delete;
    terminal& operator=(const terminal&) = delete;

    void press(char key) const { REQUIRE(::write(master_, &key, 1) == 1); }
    // All output up to the text, or everything to the end.
    std::string read_until(const std::string& text) {
        std::string all;
        char byte = 0;
        while (all.find(text) == all.npos && ::read(master_, &byte, 1) == 1) all += byte;
        return all;
    }

private:
    [[noreturn]] static void run(const std::string& name, const std::string& self, const std::string& method,
                                 const arguments& given) {
        ::setsid();
        const int slave = ::open(name.c_str(), O_RDWR);
        ::ioctl(slave, TIOCSCTTY, 0);
        for (int number = 0; number < 3; ++number) ::dup2(slave, number);
        ::setenv("BROOD_TEST_START_METHOD", method.c_str(), 1);
        ::execl(self.c_str(), self.c_str(), "--scenario", given.at(0).c_str(), given.at(1).c_str(), nullptr);
        ::_exit(96);
    }

    int master_;
    pid_t pid_ = 0;
};

constexpr char ctrl_c = '\x03';

}  // namespace

TEST_CASE("Ctrl-C on a terminal reaches the parent alone, without a word from its children") {
    terminal tty({"on-terminal", "alone"});
    tty.read_until("press it");
    tty.press(ctrl_c);
    const std::string text = tty.read_until("ended with 9");
    CAPTURE(text);
    CHECK(text.find("child lives") != text.npos);
    CHECK(text.find("process ") == text.npos);
}

TEST_CASE("Ctrl-C reaches children that want it") {
    terminal tty({"on-terminal", "receive"});
    tty.read_until("press it");
    tty.press(ctrl_c);
    CHECK(tty.read_until("ended with 9").find("ended with 9") != std::string::npos);
}

TEST_CASE("Ctrl-C takes no memory away") {
    terminal tty({"memory-on-terminal", "-"});
    tty.read_until("press it");
    tty.press(ctrl_c);
    CHECK(tty.read_until("memory stays").find("memory stays") != std::string::npos);
}

TEST_CASE("Ctrl-C ends a program within a map, and its workers have nothing to say") {
    terminal tty({"pool-on-terminal", "dies"});
    tty.read_until("press it");
    tty.press(ctrl_c);
    const std::string text = tty.read_until("nothing of the kind");
    CHECK(text.find_first_not_of("\r\n^C") == text.npos);
}

TEST_CASE("a program that handles Ctrl-C within a map terminates its pool, and gets one error") {
    terminal tty({"pool-on-terminal", "stops"});
    tty.read_until("press it");
    tty.press(ctrl_c);
    const std::string text = tty.read_until("nothing of the kind");
    CAPTURE(text);
    const auto at = text.find("the map was cancelled");
    REQUIRE(at != text.npos);
    CHECK(text.substr(0, at).find_first_not_of("\r\n^C") == text.npos);
    CHECK(text.substr(at + 21).find_first_not_of("\r\n") == text.npos);
}
