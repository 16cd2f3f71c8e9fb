// SPDX-License-Identifier: MIT
#include "child.hpp"
#include "sanitizer.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>

using namespace platform_test;
using brood_test::faults_are_recorded;

namespace {

// ---- in the child

handle_t crash_channel;

// One write: a crash handler has one chance.
void send_crash(int signal, std::uint32_t native, std::span<const std::uintptr_t> places) noexcept {
    static std::array<std::uint64_t, 3 + 64> report;
    report[0] = static_cast<std::uint64_t>(signal);
    report[1] = native;
    report[2] = std::min<std::size_t>(places.size(), 64);
    std::copy_n(places.begin(), report[2], report.begin() + 3);
    channel_write_from_crash(crash_channel, std::as_bytes(std::span(report).first(3 + report[2])));
}

volatile int depth = 0;

[[gnu::noinline]] void write_to_null() {
    *static_cast<volatile int*>(nullptr) = 1;
    depth = depth + 1;
}
[[gnu::noinline]] void call_null() {
    void (*volatile nothing)() = nullptr;
    nothing();
    depth = depth + 1;
}
[[gnu::noinline]] void call_abort() {
    if (depth == 0) std::abort();
    depth = depth + 1;
}
[[gnu::noinline]] void throw_one() {
    if (depth == 0) throw 1;
}
[[gnu::noinline]] void leave_noexcept() noexcept {
    throw_one();
    depth = depth + 1;
}
[[gnu::noinline]] void trap() {
    if (depth == 0) __builtin_trap();
    depth = depth + 1;
}
[[gnu::noinline]] int recurse(volatile int* below) {
    volatile int room[256];
    room[0] = *below + 1;
    if (room[0] < 0) return 0;
    return recurse(room) + room[0];
}

int crash(bootstrap& from, void (*how)()) {
    // The address of the function where it is expected: this process may be loaded elsewhere than its parent.
    send_text(from.channel.get(), std::to_string(module_of(reinterpret_cast<const void*>(how)).value().base));
    crash_channel = from.channel.get();
    record_crashes(send_crash);
    how();
    return 97;
}

role writes_to_null("crash: write to null", [](bootstrap& b) { return crash(b, write_to_null); });
role calls_null("crash: call null", [](bootstrap& b) { return crash(b, call_null); });
role aborts("crash: abort", [](bootstrap& b) { return crash(b, call_abort); });
role terminates("crash: terminate", [](bootstrap& b) { return crash(b, leave_noexcept); });
role traps("crash: trap", [](bootstrap& b) { return crash(b, trap); });
role overflows("crash: overflow", [](bootstrap& b) {
    return crash(b, [] {
        volatile int start = 0;
        recurse(&start);
    });
});
role exits("crash: none", [](bootstrap& b) { return crash(b, [] {}); });
role handles_itself("crash: own handler", [](bootstrap& b) {
    send_text(b.channel.get(), "0");
    crash_channel = b.channel.get();
    record_crashes(send_crash);
    std::signal(SIGABRT, [](int) { exit_now(7); });
    std::abort();
    return 97;
});

// ---- in the parent

std::uint64_t receive_number(test_child& child) {
    std::uint64_t number = 0;
    const auto bytes = std::as_writable_bytes(std::span(&number, 1));
    REQUIRE(channel_read(child.channel(), bytes, child.handle(), std::nullopt) == io_result::ok);
    return number;
}

struct crash_report {
    int signal = 0;
    std::uint32_t native = 0;
    std::vector<std::uintptr_t> places;  // as in this process
    exit_status status;
};

crash_report crash_of(const std::string& role_name) {
    test_child child(role_name);
    const auto there = static_cast<std::uintptr_t>(std::stoull(receive_text(child.channel())));
    const auto here = loaded_modules().front().base;
    crash_report report;
    report.signal = static_cast<int>(receive_number(child));
    report.native = static_cast<std::uint32_t>(receive_number(child));
    report.places.resize(receive_number(child));
    for (auto& place : report.places) place = static_cast<std::uintptr_t>(receive_number(child)) - there + here;
    report.status = child.wait();
    return report;
}

bool passes_through(const crash_report& report, std::string_view function) {
    return std::ranges::any_of(report.places, [&](std::uintptr_t place) {
        return std::ranges::any_of(describe_address(place),
                                   [&](const auto& f) { return f.function.find(function) != std::string::npos; });
    });
}

}  // namespace

TEST_CASE("a write to null is recorded, the writer first, and ends the process as ever" *
          doctest::skip(!faults_are_recorded)) {
    const auto report = crash_of("crash: write to null");
    CHECK(report.signal == 11);
    CHECK(report.status.crashed());
    CHECK(report.status.signal() == 11);
    REQUIRE_FALSE(report.places.empty());
    const auto frames = describe_address(report.places[0]);
    CHECK(frames.front().function.find("write_to_null") != std::string::npos);
}

TEST_CASE("a call of a null function is recorded with its caller" * doctest::skip(!faults_are_recorded)) {
    const auto report = crash_of("crash: call null");
    CHECK(report.signal == 11);
    CHECK(report.status.signal() == 11);
    CHECK(passes_through(report, "call_null"));
}

TEST_CASE("abort is recorded and ends the process with signal 6") {
    const auto report = crash_of("crash: abort");
    CHECK(report.signal == 6);
    CHECK(report.status.signal() == 6);
    CHECK(report.status.crashed());
    CHECK(passes_through(report, "call_abort"));
}

TEST_CASE("std::terminate is recorded with what led to it") {
    const auto report = crash_of("crash: terminate");
    CHECK(report.signal == 6);
    CHECK(report.status.signal() == 6);
    CHECK(passes_through(report, "leave_noexcept"));
}

TEST_CASE("an illegal instruction is recorded" * doctest::skip(!faults_are_recorded)) {
    const auto report = crash_of("crash: trap");
    CHECK(report.status.crashed());
    CHECK(report.signal == report.status.signal());
    CHECK(passes_through(report, "trap"));
}

TEST_CASE("a process that does not crash records nothing") {
    test_child child("crash: none");
    receive_text(child.channel());
    CHECK(reaches_end(child.channel()));
    CHECK(child.wait() == exit_status::exited(97));
}

TEST_CASE("a handler that the program installs later wins") {
    test_child child("crash: own handler");
    receive_text(child.channel());
    CHECK(reaches_end(child.channel()));
    CHECK(child.wait() == exit_status::exited(7));
}

TEST_CASE("a stack overflow is recorded and ends the process as a crash" * doctest::skip(!faults_are_recorded)) {
    const auto report = crash_of("crash: overflow");
    CHECK(report.signal == 11);
    CHECK(report.status.signal() == 11);
    CHECK(report.status.crashed());
    CHECK(passes_through(report, "recurse"));
}
