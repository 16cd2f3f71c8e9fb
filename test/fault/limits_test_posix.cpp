// SPDX-License-Identifier: MIT
// Limits of the system: an error with its code, nothing left behind, and the next start works.
#include "check_well.hpp"
#include "proc.hpp"
#include "sanitizer.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <cerrno>
#include <cstdio>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

using namespace brood_test;

namespace {

// Sets the soft limit for as long as it lives.
class lowered {
public:
    lowered(int what, rlim_t to) : what_(what) {
        ::getrlimit(what_, &before_);
        const rlimit now{to, before_.rlim_max};
        ::setrlimit(what_, &now);
    }
    ~lowered() { ::setrlimit(what_, &before_); }
    lowered(const lowered&) = delete;
    lowered& operator=(const lowered&) = delete;

private:
    int what_;
    rlimit before_{};
};

int failed(const char* what) {
    std::printf("%s\n", what);
    return 1;
}

rlim_t first_free(const std::vector<int>& open) {
    rlim_t number = 0;
    while (number < open.size() && open[number] == static_cast<int>(number)) ++number;
    return number;
}

// Starts under ever less tight limits on descriptors, until one succeeds. Every failure must be typed and clean.
int starve_descriptors(const arguments&) {
    brood::async([] {}).get();  // a fork server, and what the C++ library opens once
    const auto before = open_descriptors();
    const rlim_t limit = first_free(before);
    int refused = 0;
    for (rlim_t more = 0;; ++more) {
        brood::process child([] {});
        try {
            const lowered limit_now(RLIMIT_NOFILE, limit + more);
            child.start();
        } catch (const brood::start_error& error) {
            if (error.code() != std::errc::too_many_files_open) return failed(error.what());
            ++refused;
            if (open_descriptors() != before) return failed("a descriptor stays");
            if (!children_of(::getpid()).empty()) return failed("a process stays");
            if (more > 50) return failed("it never starts");
            continue;
        }
        child.join();
        if (child.exit_code() != 0) return failed("the child that started failed");
        break;
    }
    if (open_descriptors() != before) return failed("a descriptor stays at the end");
    return refused > 0 ? 0 : failed("nothing was refused");
}

// Starts with hardly any address space left.
int starve_memory(const arguments&) {
    brood::async([] {}).get();
    const auto before = open_descriptors();
    for (int i = 0; i < 40; ++i) {
        brood::process child([] {});
        try {
            const lowered limit_now(RLIMIT_AS, static_cast<rlim_t>(i) * 64 * 1024);
            child.start();
        } catch (const brood::error&) {
        } catch (const std::bad_alloc&) {
        }
        if (child.pid() != 0) child.join();
        child.close();
        if (open_descriptors() != before) return failed("a descriptor stays");
        if (!children_of(::getpid()).empty()) return failed("a process stays");
    }
    return brood::async([] { return 1; }).get() == 1 ? 0 : failed("the next start failed");
}

// As a user who may have no more processes.
int starve_processes(const arguments&) {
    brood::async([] {}).get();
    if (::getuid() == 0 && ::setresuid(65534, 65534, 65534) == -1) return failed("cannot become another user");
    const auto before = open_descriptors();
    {
        const lowered limit_now(RLIMIT_NPROC, 0);
        brood::process child(
            {.start_method = brood::get_start_method() == brood::start_method::fork ? brood::start_method::fork
                                                                                    : brood::start_method::spawn},
            [] {});
        try {
            child.start();
            return failed("it started");
        } catch (const brood::start_error& error) {
            if (error.code() != std::errc::resource_unavailable_try_again) return failed(error.what());
        }
    }
    if (open_descriptors() != before) return failed("a descriptor stays");
    brood::process child({.start_method = brood::start_method::fork}, [] {});
    child.start();
    child.join();
    return child.exit_code() == 0 ? 0 : failed("the next start failed");
}

// Handles are sent while the process that keeps them, or this one, has no descriptor left for them.
int starve_kept_handles(const arguments&) {
    brood::queue<brood::file> q;
    const auto file = brood::file::open("/dev/null", "r");
    const auto before = open_descriptors();
    const rlim_t limit = first_free(before);
    int refused = 0, accepted = 0;
    for (rlim_t more = 0; accepted < 3; ++more) {
        if (more > 50) return failed("it is never accepted");
        const auto size = q.size();
        try {
            const lowered limit_now(RLIMIT_NOFILE, limit + more);
            q.put(file);
            ++accepted;
        } catch (const brood::serialization_error& error) {
            if (error.code() != std::errc::too_many_files_open) return failed(error.what());
            if (q.size() != size) return failed("a value that was refused is there");
            ++refused;
        } catch (const std::exception& error) {
            return failed(error.what());
        }
    }
    if (refused == 0) return failed("nothing was refused");
    for (; accepted > 0; --accepted)
        if (!q.get().is_open()) return failed("a handle is lost");
    return comes_true([&] { return open_descriptors() == before; }) ? 0 : failed("a descriptor stays");
}

const scenario descriptors("starve-descriptors", starve_descriptors);
const scenario kept("starve-kept-handles", starve_kept_handles);
const scenario memory("starve-memory", starve_memory);
const scenario processes("starve-processes", starve_processes);

}  // namespace

TEST_CASE("a start without descriptors left is refused cleanly, at each point where one is missing" *
          doctest::skip(!limits_leave_room)) {
    if (has_proc()) check_well("starve-descriptors");
}

TEST_CASE("a handle that cannot be kept is refused by the put" * doctest::skip(!limits_leave_room)) {
    if (has_proc()) check_well("starve-kept-handles");
}

TEST_CASE("a start without memory left is refused cleanly" * doctest::skip(!limits_leave_room)) {
    if (has_proc()) check_well("starve-memory");
}

TEST_CASE("a start without processes left is refused cleanly") {
    if (has_proc()) check_well("starve-processes");
}
