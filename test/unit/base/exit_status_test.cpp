// SPDX-License-Identifier: MIT
#include <brood/exit_status.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <initializer_list>

using brood::exit_status;

TEST_CASE("a status that was not set says: exited with code 0") {
    const exit_status status;
    CHECK(status.exited());
    CHECK(status.success());
    CHECK(status.code() == 0);
    CHECK(status.signal() == 0);
    CHECK_FALSE(status.crashed());
    CHECK(status.to_string() == "exited with code 0");
}

TEST_CASE("an exit code other than 0 is neither success nor crash") {
    const auto status = exit_status::exited(3);
    CHECK(status.exited());
    CHECK_FALSE(status.success());
    CHECK_FALSE(status.crashed());
    CHECK(status.code() == 3);
    CHECK(status.to_string() == "exited with code 3");
}

TEST_CASE("a signal gives its negative number as code and its name in words") {
    const auto status = exit_status::signalled(11);
    CHECK_FALSE(status.exited());
    CHECK_FALSE(status.success());
    CHECK(status.crashed());
    CHECK(status.signal() == 11);
    CHECK(status.code() == -11);
    CHECK(status.to_string() == "killed by signal 11 (SIGSEGV)");
}

TEST_CASE("a written core is told") {
    const auto status = exit_status::signalled(6, true);
    CHECK(status.core_dumped());
    CHECK(status.to_string() == "killed by signal 6 (SIGABRT), core dumped");
    CHECK(status != exit_status::signalled(6, false));
}

TEST_CASE("signals sent from outside are no crashes") {
    for (const int signal : {1, 2, 9, 15}) CHECK_FALSE(exit_status::signalled(signal).crashed());
}

TEST_CASE("signals of a program's own fault are crashes") {
    for (const int signal : {4, 5, 6, 8, 11}) CHECK(exit_status::signalled(signal).crashed());
#ifdef SIGBUS
    CHECK(exit_status::signalled(SIGBUS).crashed());
    CHECK(brood::signal_name(SIGBUS) == "SIGBUS");
#endif
#ifdef SIGSYS
    CHECK(exit_status::signalled(SIGSYS).crashed());
    CHECK(brood::signal_name(SIGSYS) == "SIGSYS");
#endif
}

TEST_CASE("a signal without a name is given by its number") {
    CHECK(brood::signal_name(64) == "signal 64");
    CHECK(exit_status::signalled(64).to_string() == "killed by signal 64");
    CHECK_FALSE(exit_status::signalled(64).crashed());
}

TEST_CASE("a plain Windows exit code is an exit code") {
    const auto status = exit_status::from_windows(3);
    CHECK(status.exited());
    CHECK(status.code() == 3);
    CHECK(status.native() == 3);
    CHECK(status == exit_status::exited(3));
}

TEST_CASE("a Windows code above the positive integers stays the same 32 bits") {
    const auto status = exit_status::from_windows(0xFFFFFFFF);
    CHECK(status.code() == -1);
    CHECK(status.native() == 0xFFFFFFFF);
}

TEST_CASE("Windows crash codes become the signal of the same meaning and keep their number") {
    struct row {
        std::uint32_t code;
        int signal;
    };
    for (const auto& [code, signal] : std::initializer_list<row>{{0xC0000005, 11},
                                                                 {0xC00000FD, 11},
                                                                 {0xC000001D, 4},
                                                                 {0xC0000094, 8},
                                                                 {0xC0000095, 8},
                                                                 {0xC000008C, 8},
                                                                 {0xC0000093, 8},
                                                                 {0x80000003, 5},
                                                                 {0xC0000409, 6},
                                                                 {0xC0000602, 6}}) {
        CAPTURE(code);
        const auto status = exit_status::from_windows(code);
        CHECK(status.crashed());
        CHECK_FALSE(status.exited());
        CHECK(status.signal() == signal);
        CHECK(status.code() == static_cast<int>(code));
        CHECK(status.native() == code);
        CHECK(status == exit_status::signalled(signal));
    }
}

TEST_CASE("a Windows crash is told by its number and meaning") {
    CHECK(exit_status::from_windows(0xC0000005).to_string() == "crashed with 0xC0000005 (access violation)");
    CHECK(exit_status::from_windows(0xC00000FD).to_string() == "crashed with 0xC00000FD (stack overflow)");
    CHECK(exit_status::from_windows(0xC0001234).to_string() == "crashed with 0xC0001234");
}

TEST_CASE("a Windows crash code without a signal is a crash all the same") {
    const auto status = exit_status::from_windows(0xC0001234);
    CHECK(status.crashed());
    CHECK_FALSE(status.exited());
    CHECK(status.signal() == 0);
    CHECK(status.code() == static_cast<int>(0xC0001234));
    CHECK(status != exit_status::from_windows(0xC0001235));
}

TEST_CASE("the codes by which a process is ended on Windows read as signals") {
    const auto terminated = exit_status::from_windows(0xE0B0000F);
    CHECK(terminated == exit_status::signalled(15));
    CHECK(terminated.code() == -15);
    CHECK_FALSE(terminated.crashed());
    CHECK(terminated.to_string() == "killed by signal 15 (SIGTERM)");
    CHECK(exit_status::from_windows(0xE0B00009) == exit_status::signalled(9));
    CHECK(exit_status::from_windows(0xE0B00006).crashed());
    CHECK(exit_status::from_windows(0xE0B00006) == exit_status::signalled(6));
    CHECK(exit_status::from_windows(0xC000013A) == exit_status::signalled(2));
    CHECK_FALSE(exit_status::from_windows(0xC000013A).crashed());
}

TEST_CASE("a status that cannot be known is no success, no crash and no exit code of a program") {
    const auto status = exit_status::unknown();
    CHECK(status.is_unknown());
    CHECK_FALSE(status.exited());
    CHECK_FALSE(status.success());
    CHECK_FALSE(status.crashed());
    CHECK(status.code() == 255);
    CHECK(status != exit_status::exited(255));
}
