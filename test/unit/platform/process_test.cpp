// SPDX-License-Identifier: MIT
// Starting, ending and watching processes.
#include "child.hpp"

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <thread>

using namespace platform_test;

namespace {

handle_t channel_of_handlers = no_handle();

const role exits_with("exits-with", [](bootstrap&) { return std::stoi(arguments().at(1)); });

const role exits_now("exits-now", [](bootstrap& from) -> int {
    channel_of_handlers = from.channel.get();
    std::atexit([] { write(channel_of_handlers, "an exit handler ran"); });
    exit_now(7);
});

const role tells_about_itself("tells-about-itself", [](bootstrap& from) {
    const handle_t channel = from.channel.get();
    send_text(channel, std::to_string(current_process_id()));
    send_text(channel, std::to_string(from.parent));
    send_text(channel, from.note);
    send_text(channel, lifeline_intact() ? "bound to its parent" : "alone");
    return reaches_end(channel) ? 0 : 1;
});

const role idle("idle", [](bootstrap& from) {
    send_text(from.channel.get(), "ready");
    return reaches_end(from.channel.get()) ? 0 : 1;
});

// Busy in code that never returns to the library.
const role busy("busy", [](bootstrap& from) -> int {
    send_text(from.channel.get(), "ready");
    for (volatile unsigned spin = 0;;) spin = spin + 1;
});

void end_in_handler(int signal) { exit_now(signal == SIGINT ? 42 : 43); }

const role handles_signals("handles-signals", [](bootstrap& from) {
    std::signal(SIGINT, end_in_handler);
    std::signal(SIGTERM, end_in_handler);
    send_text(from.channel.get(), "ready");
    return reaches_end(from.channel.get()) ? 0 : 1;
});

const role ignores_signals("ignores-signals", [](bootstrap& from) {
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_IGN);
    send_text(from.channel.get(), "ready");
    return receive_text(from.channel.get()) == "go on" ? 5 : 1;
});

// Starts a child that holds the channel end given to both, then idles.
const role has_a_child("has-a-child", [](bootstrap& from) {
    std::vector<unique_handle> received;
    if (channel_receive_handles(from.channel.get(), 1, received, no_handle(), std::nullopt) != io_result::ok) return 1;
    test_child grandchild("idle");
    receive_text(grandchild.channel(), grandchild.handle());
    const handle_t raw = received[0].get();
    if (channel_send_handles(grandchild.channel(), {&raw, 1}, grandchild.handle()) != io_result::ok) return 2;
    received.clear();
    send_text(from.channel.get(), "ready");
    return reaches_end(from.channel.get()) ? 0 : 1;
});

// Ends without a word to the child that it started.
const role abandons_a_child("abandons-a-child", [](bootstrap& from) -> int {
    std::vector<unique_handle> received;
    if (channel_receive_handles(from.channel.get(), 1, received, no_handle(), std::nullopt) != io_result::ok) return 1;
    test_child grandchild("busy");
    receive_text(grandchild.channel(), grandchild.handle());
    const handle_t raw = received[0].get();
    if (channel_send_handles(grandchild.channel(), {&raw, 1}, grandchild.handle()) != io_result::ok) return 2;
    exit_now(3);
});

void require_ready(const test_child& child) { REQUIRE(receive_text(child.channel(), child.handle()) == "ready"); }

std::error_condition failure_of_start(const spawn_spec& spec) {
    try {
        test_child child(spec);
        child.wait();
    } catch (const std::system_error& error) {
        return error.code().default_error_condition();
    }
    return {};
}

}  // namespace

TEST_CASE("the exit code of a child is told") {
    for (const int code : {0, 3, 255}) {
        test_child child(as_role("exits-with", {std::to_string(code)}));
        const exit_status status = child.wait();
        CHECK(status.exited());
        CHECK(status.code() == code);
    }
}

TEST_CASE("exit_now runs no exit handler") {
    test_child child("exits-now");
    CHECK(reaches_end(child.channel()));
    CHECK(child.wait().code() == 7);
}

TEST_CASE("a child knows its parent, its note and that they are bound") {
    test_child child("tells-about-itself");
    CHECK(receive_text(child.channel()) == std::to_string(child.process().pid));
    CHECK(receive_text(child.channel()) == std::to_string(current_process_id()));
    CHECK(receive_text(child.channel()) == "tells-about-itself");
    CHECK(receive_text(child.channel()) == "bound to its parent");
}

TEST_CASE("a process that nobody of brood started has no lifeline") { CHECK_FALSE(lifeline_intact()); }

TEST_CASE("looking at a running child gives nothing") {
    test_child child("idle");
    CHECK_FALSE(reap(child.process(), in_the_past()));
    CHECK_FALSE(reap(child.process(), soon()));
    CHECK_FALSE(peek_status(child.process()));
}

TEST_CASE("a status that was only looked at can be looked at again and taken") {
    test_child child(as_role("exits-with", {"9"}));
    const waitable one{waitable::kind::process, child.handle()};
    wait_many({&one, 1}, std::nullopt);
    REQUIRE(peek_status(child.process()));
    CHECK(peek_status(child.process())->code() == 9);
    CHECK(child.wait().code() == 9);
}

TEST_CASE("a killed child ended by signal 9, busy or idle") {
    for (const char* name : {"idle", "busy", "ignores-signals"}) {
        test_child child(name);
        require_ready(child);
        child.request_end(request::kill);
        CHECK(child.wait().signal() == 9);
    }
}

TEST_CASE("terminate and interrupt end a child that does not handle them") {
    for (const char* name : {"idle", "busy"}) {
        test_child terminated(name), interrupted(name);
        require_ready(terminated);
        require_ready(interrupted);
        terminated.request_end(request::terminate);
        interrupted.request_end(request::interrupt);
        CHECK(terminated.wait().signal() == 15);
        CHECK(interrupted.wait().signal() == 2);
    }
}

TEST_CASE("terminate and interrupt run the handlers of a child that has some") {
    test_child terminated("handles-signals"), interrupted("handles-signals");
    require_ready(terminated);
    require_ready(interrupted);
    terminated.request_end(request::terminate);
    interrupted.request_end(request::interrupt);
    CHECK(terminated.wait().code() == 43);
    CHECK(interrupted.wait().code() == 42);
}

TEST_CASE("a child that ignores terminate and interrupt goes on") {
    test_child child("ignores-signals");
    require_ready(child);
    child.request_end(request::interrupt);
    child.request_end(request::terminate);
    child.request_end(request::terminate);
    send_text(child.channel(), "go on");
    CHECK(child.wait().code() == 5);
}

TEST_CASE("a request to a child that has ended is no error") {
    test_child child(as_role("exits-with", {"0"}));
    const waitable one{waitable::kind::process, child.handle()};
    wait_many({&one, 1}, std::nullopt);
    for (const request what : {request::interrupt, request::terminate, request::kill})
        CHECK_NOTHROW(child.request_end(what));
    CHECK(child.wait().code() == 0);
}

TEST_CASE("a child whose lifeline is dropped ends at once, busy or idle") {
    for (const char* name : {"idle", "busy"}) {
        test_child child(name);
        require_ready(child);
        child.process().lifeline.reset();
        CHECK(child.wait().signal() == 9);
    }
}

TEST_CASE("the children of a killed child end too") {
    channel_pair pair = make_channel();
    test_child child("has-a-child");
    const handle_t raw = pair.theirs.get();
    REQUIRE(channel_send_handles(child.channel(), {&raw, 1}, child.handle()) == io_result::ok);
    require_ready(child);
    pair.theirs.reset();
    CHECK_FALSE(reap(child.process(), in_the_past()));
    child.request_end(request::kill);
    CHECK(reaches_end(pair.ours.get()));
    CHECK(child.wait().signal() == 9);
}

TEST_CASE("the children of a process that ended without a word end too") {
    channel_pair pair = make_channel();
    test_child child("abandons-a-child");
    const handle_t raw = pair.theirs.get();
    REQUIRE(channel_send_handles(child.channel(), {&raw, 1}, child.handle()) == io_result::ok);
    CHECK(child.wait().code() == 3);
    pair.theirs.reset();
    CHECK(reaches_end(pair.ours.get()));
}

TEST_CASE("starts, failed ones too, and waits leave no handle open") {
    const auto use_everything = [] {
        for (const char* code : {"0", "1", "2"}) test_child(as_role("exits-with", {code})).wait();
        spawn_spec wrong = as_role("idle");
        wrong.executable += " and more";
        CHECK(failure_of_start(wrong) != std::error_condition());
        test_child child("idle");
        require_ready(child);
        const waitable both[] = {{waitable::kind::process, child.handle()}, {waitable::kind::channel, child.channel()}};
        CHECK(wait_many(both, soon()).empty());
    };
    use_everything();
    const std::size_t before = open_handles();
    use_everything();
    CHECK(open_handles() == before);
}

TEST_CASE("a child holds nothing that it was not given") {
    channel_pair pair = make_channel();
    test_child child("idle"), second("idle");
    require_ready(child);
    require_ready(second);
    pair.theirs.reset();
    CHECK(reaches_end(pair.ours.get()));
    // Nor do they hold each other's channels.
    child.close_channel();
    CHECK(child.wait().success());
    CHECK(second.process().pid != child.process().pid);
}

TEST_CASE("64 children can be started from 8 threads at once") {
    std::vector<std::thread> threads;
    std::atomic<int> right = 0;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&right, i] {
            for (int round = 0; round < 8; ++round) {
                test_child child(as_role("exits-with", {std::to_string(10 * i + round)}));
                right += child.wait().code() == 10 * i + round;
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(right == 64);
}

TEST_CASE("what cannot be started is an error of the system") {
    const temporary_folder folder;
    spawn_spec spec = as_role("idle");
    spec.executable = folder.file("no such program");
    CHECK(failure_of_start(spec) == std::errc::no_such_file_or_directory);
    make_file(folder.file("no program.exe"), "this is no program");
    spec.executable = folder.file("no program.exe");
    CHECK(failure_of_start(spec) != std::error_condition());
    spec = as_role("idle");
    spec.directory = folder.file("no such folder");
    CHECK(failure_of_start(spec) != std::error_condition());
}

TEST_CASE("a handle that is not open cannot be given to a child") {
    spawn_spec spec = as_role("exits-with", {"0"});
    spec.inherit = {no_handle()};
    CHECK(failure_of_start(spec) != std::error_condition());
}

#if BROOD_HAS_FORK
namespace {

// Forks a child that obeys its lifeline and then does `what`, which must not return.
child fork_bound_child(void (*what)()) {
    auto [for_child, for_parent] = make_lifeline();
    const handle_t kept[] = {for_child.get()};
    child forked = fork_process(kept);
    if (forked.pid == 0) {
        obey_lifeline(std::move(for_child), {});
        what();
    }
    forked.lifeline = std::move(for_parent);
    return forked;
}

}  // namespace

TEST_CASE("a forked child continues here and ends with its own code") {
    child forked = fork_bound_child([] { exit_now(lifeline_intact() ? 33 : 34); });
    CHECK(forked.pid > 0);
    CHECK(reap(forked, std::nullopt).value().code() == 33);
}

TEST_CASE("a forked child ends when its lifeline is dropped") {
    const auto spin = [] {
        for (volatile unsigned count = 0;;) count = count + 1;
    };
    child forked = fork_bound_child(spin);
    CHECK_FALSE(reap(forked, in_the_past()));
    forked.lifeline.reset();
    CHECK(reap(forked, std::nullopt).value().signal() == 9);
}
#else
TEST_CASE("fork is refused where there is none") {
    try {
        fork_process({});
        FAIL("nothing was thrown");
    } catch (const std::system_error& error) {
        CHECK(error.code() == std::errc::not_supported);
    }
}
#endif

TEST_CASE("threads of brood itself are not counted, others are") {
    const std::size_t before = thread_count();
    std::mutex mutex;
    std::condition_variable changed;
    int running = 0;
    bool stop = false;
    const auto run = [&] {
        std::unique_lock lock(mutex);
        ++running;
        changed.notify_all();
        changed.wait(lock, [&] { return stop; });
    };
    std::thread helper([&] {
        const helper_thread mark;
        run();
    });
    std::thread other(run);
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return running == 2; });
    }
    CHECK(thread_count() == before + 1);
    {
        const std::scoped_lock lock(mutex);
        stop = true;
    }
    changed.notify_all();
    helper.join(), other.join();
}
