// SPDX-License-Identifier: MIT
// Whoever is killed: the names of a session's memory go with the session, and nobody else's do.
#include "folder.hpp"
#include "mailbox.hpp"
#include "proc.hpp"
#include "sanitizer.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <sched.h>
#include <sstream>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace brood_test;
using brood::shared_memory;

namespace {

namespace fs = std::filesystem;

const fs::path objects = "/dev/shm";

bool exists(const std::string& name) { return fs::exists(objects / name); }

// The folders of sessions, by the number of their first process.
std::map<brood::process_id, std::string> sessions() {
    std::map<brood::process_id, std::string> found;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(objects, none)) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with("brood-")) continue;
        std::istringstream text(name.substr(name.find('-', name.find('-', 6) + 1) + 1));
        brood::process_id root = 0;
        text >> root;
        found.emplace(root, name);
    }
    return found;
}

bool has_session(brood::process_id root) { return sessions().contains(root); }

// Empty when the process ends meanwhile.
std::string command_of(const fs::path& process) {
    try {
        return read_text(process / "cmdline");
    } catch (const std::exception&) {
        return {};
    }
}

// The process that has the session's lock open and is no program of the tests.
brood::process_id watcher_of(brood::process_id root) {
    const auto known = sessions();
    const auto folder = known.find(root);
    if (folder == known.end()) return 0;
    for (const auto& process : fs::directory_iterator("/proc")) {
        if (command_of(process.path()).find("memory-watcher") == std::string::npos) continue;
        const auto pid = std::stoll(process.path().filename().string());
        for (const auto& [descriptor, leads] : descriptors_of(pid))
            if (leads == objects / folder->second / "watch") return pid;
    }
    return 0;
}

void say(const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
}

// A line that a scenario said, of that number; waits for it.
std::string line(const program& run, std::size_t number) {
    std::string found;
    const bool said = comes_true([&] {
        std::istringstream text(run.output());
        std::string each;
        for (std::size_t i = 0; std::getline(text, each) && !text.eof(); ++i)
            if (i == number) return found = each, true;
        return false;
    });
    REQUIRE_MESSAGE(said, run.output() << run.errors());
    return found;
}

shared_memory make() { return shared_memory::create(100); }

void child_makes(const mailbox& to) {
    const auto memory = make();
    to.send(memory.name());
    idle();
}

// Says the names of what it made, and of what its child made, and waits.
const scenario makes_and_waits("makes-memory", [](const arguments&) {
    const auto mine = make();
    const auto box = mailbox::make();
    auto child = brood::spawn({.daemon = true}, child_makes, box);
    say(mine.name());
    say(box.receive());
    say(std::to_string(child.pid()));
    idle();
    return 0;
});

const scenario makes_and_ends("makes-memory-and-ends", [](const arguments& given) {
    const auto mine = make();
    say(mine.name());
    const auto theirs = brood::async(make).get();
    say(theirs.name());
    if (given.at(0) == "exit") std::exit(3);
    if (given.at(0) == "quick") std::_Exit(3);
    if (given.at(0) == "abort") std::abort();
    return 3;
});

const scenario child_alone_makes("child-makes-memory", [](const arguments&) {
    const auto box = mailbox::make();
    auto child = brood::spawn({.daemon = true}, child_makes, box);
    say(box.receive());
    child.kill();
    child.join();
    say("child is gone");
    idle();
    return 0;
});

// A program of another session that attaches, or makes something.
const scenario attaches("attaches-memory", [](const arguments& given) {
    try {
        const auto memory = shared_memory::attach(given.at(0));
        say("attached");
        if (given.size() > 1) idle();
    } catch (const brood::error& e) {
        say(e.code() == std::errc::no_such_file_or_directory ? "missing" : e.what());
    }
    return 0;
});

void look_from_outside() { start_scenario("attaches-memory", {"brood_test_no_such_memory"}).wait(); }

}  // namespace

TEST_CASE("memory is gone when its program has ended, at once") {
    for (const char* how : {"return", "exit"}) {
        auto run = start_scenario("makes-memory-and-ends", {how});
        const auto status = run.wait();
        CHECK_MESSAGE(status.code() == 3, run.errors());
        CHECK_FALSE(exists(line(run, 0)));
        CHECK_FALSE(exists(line(run, 1)));
        CHECK_FALSE(has_session(run.pid()));
    }
}

TEST_CASE("memory goes after an end without exit handlers, too") {
    for (const char* how : {"quick", "abort"}) {
        auto run = start_scenario("makes-memory-and-ends", {how});
        run.wait();
        CHECK(comes_true([&] { return !exists(line(run, 0)) && !exists(line(run, 1)) && !has_session(run.pid()); }));
    }
}

TEST_CASE("memory of a killed program goes, its child's too, and the watcher after it") {
    auto run = start_scenario("makes-memory");
    const auto mine = line(run, 0), theirs = line(run, 1);
    CHECK(exists(mine));
    CHECK(exists(theirs));
    const auto watcher = watcher_of(run.pid());
    REQUIRE(watcher != 0);
    run.kill();
    run.wait();
    CHECK(comes_true([&] { return !exists(mine) && !exists(theirs) && !has_session(run.pid()); }));
    CHECK(comes_true([&] { return is_gone(watcher); }));
}

TEST_CASE("memory of a child that alone made some stays after its kill -9, until the program ends") {
    auto run = start_scenario("child-makes-memory");
    const auto name = line(run, 0);
    REQUIRE(line(run, 1) == "child is gone");
    look_from_outside();
    CHECK(exists(name));
    run.kill();
    run.wait();
    CHECK(comes_true([&] { return !exists(name) && !has_session(run.pid()); }));
}

TEST_CASE("all of a session and its watcher killed at once: the next program removes what is left") {
    auto run = start_scenario("makes-memory");
    const auto mine = line(run, 0), theirs = line(run, 1);
    const auto child = std::stoll(line(run, 2));
    const auto watcher = watcher_of(run.pid());
    REQUIRE(watcher != 0);
    ::kill(static_cast<pid_t>(watcher), SIGKILL);
    ::kill(static_cast<pid_t>(run.pid()), SIGKILL);
    ::kill(static_cast<pid_t>(child), SIGKILL);
    run.wait();
    CHECK(comes_true([&] { return is_gone(watcher) && is_gone(child); }));
    look_from_outside();
    CHECK_FALSE(exists(mine));
    CHECK_FALSE(exists(theirs));
    CHECK_FALSE(has_session(run.pid()));
}

TEST_CASE("the next program leaves the memory of those that live alone, watched or not") {
    auto run = start_scenario("makes-memory");
    const auto mine = line(run, 0), theirs = line(run, 1);
    const auto watcher = watcher_of(run.pid());
    look_from_outside();
    CHECK(exists(mine));
    ::kill(static_cast<pid_t>(watcher), SIGKILL);
    CHECK(comes_true([&] { return is_gone(watcher); }));
    look_from_outside();
    CHECK(exists(mine));
    CHECK(exists(theirs));
    CHECK(has_session(run.pid()));
    run.kill();
    run.wait();
    CHECK(comes_true([&] { return look_from_outside(), !exists(mine) && !exists(theirs) && !has_session(run.pid()); }));
}

TEST_CASE("a killed watcher is replaced by the next that makes memory") {
    auto first = make();
    const auto self = brood::current_process().pid();
    const auto watcher = watcher_of(self);
    REQUIRE(watcher != 0);
    auto second = make();
    CHECK(watcher_of(self) == watcher);
    ::kill(static_cast<pid_t>(watcher), SIGKILL);
    REQUIRE(comes_true([&] { return watcher_of(self) == 0; }));
    auto third = brood::async(make).get();
    const auto successor = watcher_of(self);
    CHECK(successor != 0);
    CHECK(successor != watcher);
    for (auto* each : {&first, &second, &third}) each->unlink();
}

TEST_CASE("the watcher stays out of the way: no child, no signals, no streams, no descriptors") {
    auto memory = make();
    const auto watcher = watcher_of(brood::current_process().pid());
    REQUIRE(watcher != 0);
    CHECK(::waitpid(static_cast<pid_t>(watcher), nullptr, WNOHANG) == -1);
    CHECK(::getsid(static_cast<pid_t>(watcher)) != ::getsid(0));
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1}) ::kill(static_cast<pid_t>(watcher), signal);
    for (const auto& [descriptor, leads] : descriptors_of(watcher))
        if (descriptor <= 2) CHECK(leads == "/dev/null");
    // The folder, its lock, the first process; while it begins, it looks into files.
    CHECK(comes_true([&] { return descriptors_of(watcher).size() <= 3 + 3; }));
    const auto again = make();
    CHECK(watcher_of(brood::current_process().pid()) == watcher);
    shared_memory(again).unlink();
    memory.unlink();
}

TEST_CASE("an unrelated program that attached and was killed removes nothing") {
    auto memory = make();
    auto run = start_scenario("attaches-memory", {memory.name(), "idle"});
    REQUIRE(line(run, 0) == "attached");
    run.kill();
    run.wait();
    look_from_outside();
    CHECK(exists(memory.name()));
    memory.unlink();
}

namespace {

const scenario makes_for_ever("makes-memory-for-ever", [](const arguments&) -> int {
    say("begin");
    for (;;) {
        std::vector<shared_memory> some;
        for (int i = 0; i < 8; ++i) some.push_back(make());
        for (std::size_t i = 0; i < 8; i += 2) some[i].unlink();
    }
});

// Everything in /dev/shm.
std::vector<std::string> all_objects() {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(objects)) all.push_back(entry.path().filename().string());
    std::sort(all.begin(), all.end());
    return all;
}

// Runs as the child of a fork, which may become what a test program may not.
int in_a_fork(int (*body)()) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(body());
    int status = 0;
    ::waitpid(pid, &status, 0);
    CHECK(comes_true([&] { return !has_session(pid); }));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// A /dev/shm of its own, which other tests do not see.
bool with_own_objects(const char* size) {
    return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", "/dev/shm", "tmpfs", 0, size) == 0;
}

constexpr int cannot = 90;

void check_result(int result) {
    if (result == cannot)
        MESSAGE("skipped: this user cannot mount");
    else
        CHECK(result == 0);
}

}  // namespace

TEST_CASE("a program killed at any moment of making memory leaves nothing") {
    for (int i = 0; i < rounds(8); ++i) {
        auto run = start_scenario("makes-memory-for-ever");
        REQUIRE(line(run, 0) == "begin");
        std::this_thread::sleep_for(std::chrono::milliseconds(5 * i));  // the moment is what varies
        const auto root = run.pid();
        run.kill();
        run.wait();
        CHECK(comes_true([&] { return look_from_outside(), !has_session(root); }));
    }
}

// ---- limits ----

TEST_CASE("a full /dev/shm is an error where memory is made, and leaves nothing there") {
    const int result = in_a_fork([] {
        if (!with_own_objects("size=2m")) return cannot;
        try {
            shared_memory::create(8 << 20);
            return 1;
        } catch (const brood::error& e) {
            if (e.code() != std::errc::no_space_on_device) return 2;
        }
        std::vector<shared_memory> some;
        try {
            for (;;) some.push_back(shared_memory::create(300 << 10));
        } catch (const brood::error& e) {
            if (e.code() != std::errc::no_space_on_device) return 3;
        }
        if (some.size() < 4) return 4;
        for (auto& each : some) std::memset(each.data().data(), 1, each.size());  // no SIGBUS
        if (all_objects().size() != some.size() + 1) return 5;                    // and the session's folder
        for (auto& each : some) each.unlink();
        if (all_objects().size() != 1) return 6;
        some.clear();
        return shared_memory::create(1 << 20).is_open() ? 0 : 7;
    });
    check_result(result);
}

TEST_CASE("a limit on the size of files is an error, and no signal") {
    CHECK(in_a_fork([] {
              const rlimit limit{1 << 20, 1 << 20};
              if (::setrlimit(RLIMIT_FSIZE, &limit) == -1) return 1;
              try {
                  shared_memory::create(2 << 20);
                  return 2;
              } catch (const brood::error& e) {
                  if (e.code() != std::errc::file_too_large) return 3;
              }
              auto memory = shared_memory::create(1 << 20);
              memory.unlink();
              return 0;
          }) == 0);
}

TEST_CASE("no descriptors left, or no address space, is an error at each point, and leaves nothing" *
          doctest::skip(!limits_leave_room)) {
    check_result(in_a_fork([] {
        if (!with_own_objects("size=600m")) return cannot;
        auto first = make();
        const auto objects_before = all_objects();
        const auto descriptors_before = open_descriptors();
        rlimit usual{};
        ::getrlimit(RLIMIT_NOFILE, &usual);
        bool made = false;
        for (rlim_t more = 0; more < 60 && !made; ++more) {
            const rlimit few{static_cast<rlim_t>(descriptors_before.size()) + more, usual.rlim_max};
            ::setrlimit(RLIMIT_NOFILE, &few);
            try {
                auto memory = make();
                memory.unlink();
                made = true;
            } catch (const brood::error& e) {
                if (e.code() != std::errc::too_many_files_open) return 1;
            }
            ::setrlimit(RLIMIT_NOFILE, &usual);
            if (all_objects() != objects_before) return 2;
            if (open_descriptors() != descriptors_before) return 3;
        }
        if (!made) return 4;
        ::getrlimit(RLIMIT_AS, &usual);
        const rlimit small{std::size_t{1} << 28, usual.rlim_max};
        ::setrlimit(RLIMIT_AS, &small);
        try {
            shared_memory::create(std::size_t{1} << 28);
            return 5;
        } catch (const brood::error& e) {
            if (e.code() != std::errc::not_enough_memory) return 6;
        }
        ::setrlimit(RLIMIT_AS, &usual);
        return all_objects() == objects_before ? 0 : 7;
    }));
}

TEST_CASE("names of every length work or are refused") {
    for (const std::size_t length : {1, 30, 200, 255}) {
        auto memory = shared_memory::create(10, std::string(length, 'n'));
        CHECK(shared_memory::attach(std::string(length, 'n')).size() == 10);
        memory.unlink();
    }
    for (const std::size_t length : {256, 300, 5000}) {
        const std::string name(length, 'n');
        for (auto call : {+[](const std::string& n) { shared_memory::create(10, n); },
                          +[](const std::string& n) { shared_memory::attach(n); }}) {
            try {
                call(name);
                FAIL("it was not refused");
            } catch (const brood::error& e) {
                CHECK(e.code() == std::errc::filename_too_long);
            }
        }
    }
    for (const std::string name : {".", ".."}) CHECK_THROWS_AS(shared_memory::create(10, name), brood::error);
}

TEST_CASE("memory that has no size yet is refused for now") {
    const std::string name = "brood_test_sizeless_" + std::to_string(::getpid());
    std::ofstream(objects / name).close();
    try {
        shared_memory::attach(name);
        FAIL("attached to nothing");
    } catch (const brood::error& e) {
        CHECK(e.code() == std::errc::resource_unavailable_try_again);
    }
    fs::remove(objects / name);
}

TEST_CASE("memory that others remove is forgotten in time, and what took its name is not touched") {
    const auto self = brood::current_process().pid();
    auto memory = make();
    const auto folder = objects / sessions().at(self);
    const auto entries = [&] { return std::distance(fs::directory_iterator(folder), fs::directory_iterator()); };
    for (int i = 0; i < 500; ++i) fs::remove(objects / make().name());
    CHECK(entries() < 200);
    const std::string name = "brood_test_taken_" + std::to_string(self);
    shared_memory::create(10, name);
    fs::remove(objects / name);
    std::ofstream(objects / name) << "somebody else's";
    for (int i = 0; i < 200; ++i) make().unlink();
    CHECK(exists(name));
    fs::remove(objects / name);
    memory.unlink();
}

TEST_CASE("a folder of a session that belongs to nobody's files is not followed out of /dev/shm") {
    // A record that a hostile hand wrote: names with slashes, and objects that are not those of the entry.
    const auto folder = objects / ("brood-" + std::to_string(::geteuid()) + "-1-999999999-1");
    const temporary_folder outside;
    write_text(outside / "precious", "x");
    auto memory = make();
    fs::create_directory(folder);
    fs::create_symlink("../../" + (outside / "precious").string(), folder / "12");
    fs::create_symlink(memory.name(), folder / "1");
    look_from_outside();
    CHECK(fs::exists(outside / "precious"));
    CHECK(exists(memory.name()));
    CHECK_FALSE(fs::exists(folder));
    memory.unlink();
}

// ---- without init ----

TEST_CASE("a program without init still makes memory; it goes at its exit, or with the next program") {
    program tidy(subject("memory_without_init"), {});
    const auto status = tidy.wait();
    CHECK_MESSAGE(status.code() == 0, tidy.errors());
    CHECK_FALSE(exists(line(tidy, 0)));
    CHECK_FALSE(has_session(tidy.pid()));
    program killed(subject("memory_without_init"), {"wait"});
    const auto name = line(killed, 0);
    CHECK(exists(name));
    CHECK(watcher_of(killed.pid()) == 0);
    look_from_outside();
    CHECK(exists(name));
    killed.kill();
    killed.wait();
    CHECK(exists(name));
    look_from_outside();
    CHECK_FALSE(exists(name));
    CHECK_FALSE(has_session(killed.pid()));
}
