// SPDX-License-Identifier: MIT
#include <brood/exit_status.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <iterator>
#include <string_view>

namespace brood {
namespace {

// The POSIX numbers that are the same on every system; they are used on Windows too, where <csignal> has others.
enum number : int {
    interrupt = 2,
    illegal = 4,
    trap = 5,
    abort = 6,
    arithmetic = 8,
    kill = 9,
    segment = 11,
    terminate = 15,
};

struct signal_row {
    int value;
    const char* name;
    bool crash = false;
};

// The numbers that are fixed come first; the others are those of the system, where it has them.
constexpr signal_row signal_table[] = {
    {1, "SIGHUP"},
    {interrupt, "SIGINT"},
    {3, "SIGQUIT"},
    {illegal, "SIGILL", true},
    {trap, "SIGTRAP", true},
    {abort, "SIGABRT", true},
    {arithmetic, "SIGFPE", true},
    {kill, "SIGKILL"},
    {segment, "SIGSEGV", true},
    {13, "SIGPIPE"},
    {14, "SIGALRM"},
    {terminate, "SIGTERM"},
#ifdef SIGBUS
    {SIGBUS, "SIGBUS", true},
#endif
#ifdef SIGSYS
    {SIGSYS, "SIGSYS", true},
#endif
#ifdef SIGUSR1
    {SIGUSR1, "SIGUSR1"},
#endif
#ifdef SIGUSR2
    {SIGUSR2, "SIGUSR2"},
#endif
#ifdef SIGCHLD
    {SIGCHLD, "SIGCHLD"},
#endif
#ifdef SIGCONT
    {SIGCONT, "SIGCONT"},
#endif
#ifdef SIGSTOP
    {SIGSTOP, "SIGSTOP"},
#endif
#ifdef SIGTSTP
    {SIGTSTP, "SIGTSTP"},
#endif
#ifdef SIGTTIN
    {SIGTTIN, "SIGTTIN"},
#endif
#ifdef SIGTTOU
    {SIGTTOU, "SIGTTOU"},
#endif
#ifdef SIGURG
    {SIGURG, "SIGURG"},
#endif
#ifdef SIGXCPU
    {SIGXCPU, "SIGXCPU"},
#endif
#ifdef SIGXFSZ
    {SIGXFSZ, "SIGXFSZ"},
#endif
#ifdef SIGVTALRM
    {SIGVTALRM, "SIGVTALRM"},
#endif
#ifdef SIGPROF
    {SIGPROF, "SIGPROF"},
#endif
#ifdef SIGWINCH
    {SIGWINCH, "SIGWINCH"},
#endif
#ifdef SIGIO
    {SIGIO, "SIGIO"},
#endif
#ifdef SIGPWR
    {SIGPWR, "SIGPWR"},
#endif
#ifdef SIGSTKFLT
    {SIGSTKFLT, "SIGSTKFLT"},
#endif
#ifdef SIGEMT
    {SIGEMT, "SIGEMT"},
#endif
#ifdef SIGINFO
    {SIGINFO, "SIGINFO"},
#endif
};

const signal_row* find_signal(int signal) noexcept {
    const auto* row = std::ranges::find(signal_table, signal, &signal_row::value);
    return row == std::end(signal_table) ? nullptr : row;
}

// Windows exit codes that mean a crash, with the signal that POSIX has for it and what Windows calls it.
struct status_row {
    std::uint32_t code;
    int signal;
    const char* meaning;
};

constexpr status_row status_table[] = {
    {0x80000003, trap, "breakpoint"},
    {0xC0000005, segment, "access violation"},
    {0xC0000006, 0, "page could not be read"},
    {0xC0000017, 0, "out of memory"},
    {0xC000001D, illegal, "illegal instruction"},
    {0xC0000025, 0, "exception that cannot be continued"},
    {0xC000008C, arithmetic, "array bounds exceeded"},
    {0xC000008D, arithmetic, "denormal floating-point operand"},
    {0xC000008E, arithmetic, "floating-point division by zero"},
    {0xC000008F, arithmetic, "inexact floating-point result"},
    {0xC0000090, arithmetic, "invalid floating-point operation"},
    {0xC0000091, arithmetic, "floating-point overflow"},
    {0xC0000092, arithmetic, "floating-point stack check"},
    {0xC0000093, arithmetic, "floating-point underflow"},
    {0xC0000094, arithmetic, "integer division by zero"},
    {0xC0000095, arithmetic, "integer overflow"},
    {0xC0000096, 0, "privileged instruction"},
    {0xC00000FD, segment, "stack overflow"},
    {0xC0000135, 0, "a DLL was not found"},
    {0xC0000139, 0, "an entry point was not found"},
    {0xC0000142, 0, "a DLL failed to initialise"},
    {0xC0000374, 0, "heap corruption"},
    {0xC0000409, abort, "stack buffer overrun or fast fail"},
    {0xC0000602, abort, "fail fast"},
};

const status_row* find_status(std::uint32_t code) noexcept {
    const auto* row = std::ranges::find(status_table, code, &status_row::code);
    return row == std::end(status_table) ? nullptr : row;
}

constexpr std::uint32_t control_c_exit = 0xC000013A;

// How brood itself ends a process on Windows: this number plus that of the signal.
constexpr std::uint32_t own_codes = 0xE0B00000;

// The signal of a code by which a process was ended deliberately; 0 for all others.
int deliberate_signal(std::uint32_t code) noexcept {
    if (code == control_c_exit) return interrupt;
    const bool own = (code & 0xFFFFFF00) == own_codes && find_signal(static_cast<int>(code & 0xFF)) != nullptr;
    return own ? static_cast<int>(code & 0xFF) : 0;
}

bool is_crash_code(std::uint32_t code) noexcept {
    if (deliberate_signal(code) != 0) return false;
    return find_status(code) != nullptr || (code & 0xF0000000) == 0xC0000000;
}

std::string crash_words(std::uint32_t code) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "0x%08X", static_cast<unsigned>(code));
    const auto* row = find_status(code);
    return std::string("crashed with ") + digits + (row ? std::string(" (") + row->meaning + ")" : std::string());
}

std::string signal_words(int signal, bool core) {
    const auto number = std::to_string(signal);
    const auto name = find_signal(signal) ? " (" + signal_name(signal) + ")" : std::string();
    return "killed by signal " + number + name + (core ? ", core dumped" : "");
}

}  // namespace

exit_status exit_status::exited(int code) noexcept {
    exit_status status;
    status.value_ = code;
    return status;
}

exit_status exit_status::signalled(int signal, bool core_dumped) noexcept {
    exit_status status;
    status.kind_ = kind::signalled;
    status.core_ = core_dumped;
    status.value_ = signal;
    return status;
}

exit_status exit_status::from_windows(std::uint32_t code) noexcept {
    auto status = exited(static_cast<int>(code));
    if (const int signal = deliberate_signal(code)) {
        status = signalled(signal);
    } else if (is_crash_code(code)) {
        const auto* row = find_status(code);
        status = signalled(row ? row->signal : 0);
    }
    status.native_ = code;
    return status;
}

exit_status exit_status::unknown() noexcept {
    exit_status status;
    status.kind_ = kind::unknown;
    return status;
}

int exit_status::code() const noexcept {
    if (kind_ == kind::unknown) return 255;
    if (kind_ == kind::exited) return value_;
    return is_crash_code(native_) ? static_cast<int>(native_) : -value_;
}

bool exit_status::crashed() const noexcept {
    if (kind_ != kind::signalled) return false;
    const auto* row = find_signal(value_);
    return is_crash_code(native_) || (row && row->crash);
}

std::string exit_status::to_string() const {
    if (kind_ == kind::unknown) return "ended in a way that is not known";
    if (kind_ == kind::exited) return "exited with code " + std::to_string(value_);
    return is_crash_code(native_) ? crash_words(native_) : signal_words(value_, core_);
}

bool operator==(const exit_status& a, const exit_status& b) noexcept {
    if (a.kind_ != b.kind_ || a.value_ != b.value_ || a.core_ != b.core_) return false;
    const bool nameless_crash = a.kind_ == exit_status::kind::signalled && a.value_ == 0;
    return !nameless_crash || a.native_ == b.native_;
}

std::string signal_name(int signal) {
    const auto* row = find_signal(signal);
    return row ? row->name : "signal " + std::to_string(signal);
}

}  // namespace brood
