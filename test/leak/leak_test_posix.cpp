// SPDX-License-Identifier: MIT
// Many starts leave as little as none: no descriptor, mapping, process, thread or file.
#include "folder.hpp"
#include "mailbox.hpp"
#include "proc.hpp"
#include "sanitizer.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <unistd.h>

using namespace brood_test;

namespace {

constexpr bool is_sanitized = !faults_are_recorded;

bool is_forked() { return brood::get_start_method() == brood::start_method::fork; }

// A start under a sanitizer takes tens of milliseconds.
int cycles() { return is_sanitized ? 300 : 10'000; }

// What was put into the folder for temporary files, which is one of our own for as long as a test runs.
class temporary_files {
public:
    temporary_files() { ::setenv("TMPDIR", folder_.path().c_str(), 1); }
    ~temporary_files() { ::unsetenv("TMPDIR"); }
    bool none() const { return std::filesystem::is_empty(folder_.path()); }

private:
    const temporary_folder folder_;
};

// What this process holds.
struct holdings {
    std::vector<int> descriptors = open_descriptors();
    std::size_t mapped = mappings();
    std::size_t running = threads();
    std::vector<brood::process_id> children = children_of(brood::current_process().pid());
};

// Does the work once for what is made once and stays (the fork server, caches of the C library), and then again.
template <class F>
void check_leaves_nothing(F work) {
    if (!has_proc()) return;
    const temporary_files files;
    work();
    const holdings before;
    work();
    const holdings after;
    CHECK(after.descriptors == before.descriptors);
    // The heap may have grown by an arena or two; a sanitizer maps what it likes.
    if (!is_sanitized) CHECK(after.mapped <= before.mapped + 8);
    CHECK(after.running == before.running);
    CHECK(after.children == before.children);
    CHECK(files.none());
}

}  // namespace

TEST_CASE("thousands of starts and joins leave nothing") {
    int wrong = 0;
    check_leaves_nothing([&] {
        for (int i = 0; i < cycles() / 2; ++i) {
            auto child = brood::spawn([](int code) { std::exit(code); }, i % 7);
            child.join();
            wrong += child.exit_code() != i % 7;
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("results, exceptions, handles and deaths leave nothing") {
    check_leaves_nothing([] {
        for (int i = 0; i < 20; ++i) {
            const std::vector<int> large(50'000, i);
            CHECK(brood::async([](const std::vector<int>& all) { return all; }, large).get() == large);
            CHECK_THROWS(brood::async([] { throw std::runtime_error("x"); }).get());
            CHECK_THROWS(brood::async({.stderr_to = brood::null}, crash).get());
            const auto box = brood::async([](const mailbox& given) { return given; }, mailbox::make()).get();
            {
                auto dropped = brood::async([] { return mailbox::make(); });
            }
            auto killed = brood::spawn(spin);
            killed.kill();
        }
    });
}

TEST_CASE("failed starts leave nothing") {
    check_leaves_nothing([] {
        for (int i = 0; i < 50; ++i) {
            brood::process child({.cwd = "/nowhere/at/all"}, idle);
            CHECK_THROWS(child.start());
        }
    });
}

TEST_CASE("64 starts at once from 8 threads leave nothing") {
    std::atomic<int> right{0};
    check_leaves_nothing([&] {
        std::vector<std::thread> all;
        for (int t = 0; t < 8; ++t)
            all.emplace_back([&, t] {
                std::vector<brood::process> children;
                for (int i = 0; i < 8; ++i)
                    children.push_back(brood::spawn(
                        {.allow_threads = true}, [](int code) { std::exit(code); }, 8 * t + i));
                for (int i = 0; i < 8; ++i) {
                    auto& child = children[static_cast<std::size_t>(i)];
                    child.join();
                    right += child.exit_code() == 8 * t + i;
                }
            });
        for (auto& one : all) one.join();
    });
    CHECK(right == (has_proc() ? 128 : 0));
}

TEST_CASE("the spawn reserve leaves nothing") {
    const auto itself = brood::current_process().pid();
    check_leaves_nothing([&] {
        const auto before = open_descriptors();
        brood::set_spawn_reserve(3);
        for (int i = 0; i < 30; ++i)
            CHECK(brood::async({.start_method = brood::start_method::spawn}, [] { return 1; }).get() == 1);
        brood::set_spawn_reserve(0);
        // One that was being made is ended as soon as it is there.
        CHECK(comes_true([&] { return children_of(itself).empty() && open_descriptors() == before; }));
    });
}

TEST_CASE("named memory leaves nothing, whoever makes and unlinks it") {
    const auto named = [] {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator("/dev/shm"))
            count += entry.path().filename().string().starts_with("psm_");
        return count;
    };
    const auto before = named();
    check_leaves_nothing([&] {
        for (int i = 0; i < 200; ++i) {
            auto memory = brood::shared_memory::create(100'000);
            auto second = brood::shared_memory::attach(memory.name());
            memory.close();
            second.unlink();
        }
        for (int i = 0; i < 10; ++i) {
            auto list = brood::async([] { return brood::shareable_list::create({1, "two"}); }).get();
            auto memory = list.shm();
            memory.unlink();
            CHECK_THROWS(brood::shared_memory::attach(memory.name()));
            brood::shared_memory::create(10).unlink();
        }
    });
    CHECK(named() == before);
}

// ---- what a child holds ----

namespace {

// Descriptors beyond the standard streams.
std::size_t beyond_streams() {
    const auto all = open_descriptors();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](int fd) { return fd > 2; }));
}

}  // namespace

TEST_CASE("a child holds the standard streams and at most four descriptors of brood's") {
    if (!has_proc()) return;
    // A forked child has the program's own open files, too.
    const std::size_t own = is_forked() ? beyond_streams() : 0;
    CHECK(brood::async(beyond_streams).get() <= own + 4);
}

TEST_CASE("what a child holds does not grow with its siblings") {
    if (!has_proc()) return;
    const auto alone = brood::async(beyond_streams).get();
    std::vector<brood::process> siblings;
    for (int i = 0; i < 20; ++i) siblings.push_back(brood::spawn({.daemon = true}, idle));
    std::vector<brood::future<int>> results;
    for (int i = 0; i < 5; ++i) results.push_back(brood::async([] { return 1; }));
    CHECK(brood::async(beyond_streams).get() == alone);
}

TEST_CASE("a spawned child does not get what this process has open, whatever its flags") {
    if (!has_proc() || is_forked()) return;
    const auto box = mailbox::make();
    const int high = ::dup2(box.writer.native_handle(), 700);  // without close-on-exec
    REQUIRE(high == 700);
    const auto held = brood::async({.start_method = brood::start_method::spawn}, open_descriptors).get();
    ::close(high);
    CHECK(held.back() < 700);
    CHECK(held.size() <= 7);
}

TEST_CASE("a child holds a descriptor that it was given, and no other of its parent") {
    if (!has_proc() || is_forked()) return;
    const auto before = brood::async(beyond_streams).get();
    const auto box = mailbox::make();
    CHECK(brood::async([](const mailbox&) { return beyond_streams(); }, box).get() == before + 2);
    CHECK(brood::async({.inherit = {box.reader}}, beyond_streams).get() == before + 1);
}

TEST_CASE("a child holds nothing beside a stream that leads to a file") {
    if (!has_proc()) return;
    const temporary_folder folder;
    const auto before = brood::async(beyond_streams).get();
    auto redirected = brood::async({.stdout_to = folder / "output", .stderr_to = folder / "errors"}, beyond_streams);
    CHECK(redirected.get() == before);
}
