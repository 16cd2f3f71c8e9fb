// SPDX-License-Identifier: MIT
// Closed standard streams, broken pipes and signals at any time.
#include "check_well.hpp"
#include "mailbox.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <pthread.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace brood_test;

namespace {

int start_well() {
    const std::vector<int> large(50'000, 2);
    if (brood::async([](const std::vector<int>& all) { return all; }, large).get() != large) return 1;
    auto child = brood::spawn([] {
        std::printf("printed");
        std::fprintf(stderr, "printed");
        expect(std::getchar() == EOF, "no input");
    });
    child.join();
    return child.exit_code() == 0 ? 0 : 2;
}

// The streams to close, by number.
const scenario closed_streams("closed-streams", [](const arguments& given) {
    for (const char digit : given.at(0)) ::close(digit - '0');
    return start_well();
});

volatile std::sig_atomic_t ticks = 0;

const scenario many_signals("many-signals", [](const arguments&) {
    struct sigaction action {};
    action.sa_handler = [](int) { ticks = ticks + 1; };  // without SA_RESTART: every blocking call is interrupted
    ::sigaction(SIGALRM, &action, nullptr);
    const itimerval every{{0, 700}, {0, 700}};
    ::setitimer(ITIMER_REAL, &every, nullptr);
    int result = 0;
    for (int i = 0; i < 10 && result == 0; ++i) result = start_well();
    const auto go = mailbox::make();
    auto child = brood::spawn(
        [](const mailbox& box) {
            box.wait();
            std::exit(4);
        },
        go);
    const int seen = ticks;
    while (ticks < seen + 3) static_cast<void>(child.join_for(std::chrono::milliseconds(5)));
    go.send();
    child.join();
    return child.exit_code() == 4 ? result : 3;
});

const scenario ignores_children("ignores-children", [](const arguments&) {
    std::signal(SIGCHLD, SIG_IGN);  // the system then forgets children as they end
    const int result = start_well();
    // Forked ones could end before anybody holds them.
    ::pthread_atfork(
        nullptr, [] { ::usleep(30'000); }, nullptr);
    for (int i = 0; i < 5; ++i) brood::spawn([] { ::_exit(0); }).join();
    auto child = brood::spawn([] { std::exit(3); });
    child.join();
    std::printf("%s", child.exit_status()->to_string().c_str());
    return result == 1 ? 1 : child.is_alive() ? 2 : 0;
});

const scenario steals_children("steals-children", [](const arguments&) {
    auto child = brood::spawn({.start_method = brood::start_method::spawn}, [] { std::exit(3); });
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
    child.join();
    return child.exit_status()->is_unknown() && child.exit_code() == 255 ? 0 : 1;
});

}  // namespace

TEST_CASE("a program with any of its standard streams closed starts children") {
    for (const char* closed : {"0", "1", "2", "01", "02", "12", "012"}) {
        CAPTURE(closed);
        auto run = start_scenario("closed-streams", {closed});
        CHECK(run.wait().success());
        CHECK(run.output() == (std::string(closed).find('1') == std::string::npos ? "printed" : ""));
        CHECK(run.errors() == (std::string(closed).find('2') == std::string::npos ? "printed" : ""));
    }
}

TEST_CASE("signals that interrupt every call change nothing") {
    auto run = start_scenario("many-signals");
    CHECK(run.wait().success());
}

TEST_CASE("a join ends although the system or somebody else took the status") {
    check_well("ignores-children");
    check_well("steals-children");
}

namespace {

// Reads its first argument by dying, while the second is still to be sent.
struct dies_when_read {
    template <class Archive>
    void save(Archive&) const {}
    template <class Archive>
    void load(Archive&) {
        ::raise(SIGKILL);
    }
};

const scenario sends_to_the_dead("sends-to-the-dead", [](const arguments&) {
    for (int i = 0; i < 5; ++i) {
        brood::process child(
            {.start_method = brood::start_method::spawn}, [](const dies_when_read&, const std::string&) {},
            dies_when_read(), std::string(60'000, 'x'));
        try {
            child.start();
            return 1;
        } catch (const brood::bootstrap_error&) {
        }
    }
    return 0;
});

const scenario result_for_nobody("result-for-nobody", [](const arguments&) {
    for (int i = 0; i < 5; ++i) {
        const auto go = mailbox::make();
        auto result = brood::async(
            [](const mailbox& box) {
                std::atexit([] { std::printf("ended well;"); });
                box.wait();
                return std::string(3'000'000, 'x');
            },
            go);
        result.wait_for(std::chrono::seconds(0));
        go.send();
        result = {};
    }
    return 0;
});

}  // namespace

TEST_CASE("what is sent to a dead process is an error here, never a SIGPIPE") {
    auto run = start_scenario("sends-to-the-dead", {}, {.environment = {{"BROOD_NO_DIRECT_COPY", "1"}}});
    CHECK(run.wait().success());
}

TEST_CASE("a child whose result nobody takes ends well, and not by SIGPIPE") {
    auto run = start_scenario("result-for-nobody", {}, {.environment = {{"BROOD_NO_DIRECT_COPY", "1"}}});
    CHECK(run.wait().success());
    CHECK(run.output() == "ended well;ended well;ended well;ended well;ended well;");
}
