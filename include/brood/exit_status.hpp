// SPDX-License-Identifier: MIT
// How a process ended, in one value that reads the same on every system.
#pragma once

#include <brood/export.hpp>

#include <cstdint>
#include <string>

namespace brood {

// How a process ended. A plain value: copy it freely; it names no resource.
//
// POSIX: an exit code (0 to 255) or the signal that ended the process.
// Windows: the 32-bit exit code. Codes that mean a crash (NTSTATUS errors such as 0xC0000005) and the codes by which
// brood itself ends a process are also given as the POSIX signal of the same meaning, so that `signal()` can be
// compared in one program for all systems; the original stays in `native()`.
class BROOD_API exit_status {
public:
    // Exited with code 0.
    exit_status() noexcept = default;

    // Made by an exit code, as if by exit(code).
    static exit_status exited(int code) noexcept;
    // Made by a POSIX signal number.
    static exit_status signalled(int signal, bool core_dumped = false) noexcept;
    // Made by a raw Windows exit code; crash codes and brood's own codes become signals.
    static exit_status from_windows(std::uint32_t code) noexcept;
    // The process is gone and no one can tell how it ended (the fork server that was its parent died first).
    static exit_status unknown() noexcept;

    // True when the process ended by returning or calling exit, whatever the code.
    bool exited() const noexcept { return kind_ == kind::exited; }
    // The exit code N; -S when signal S ended the process; on Windows after a crash the NTSTATUS (as int);
    // 255 when unknown.
    int code() const noexcept;
    // The signal that ended the process, 0 when none did.
    int signal() const noexcept { return kind_ == kind::signalled ? value_ : 0; }
    // True when the process ended by its own fault: a crash signal (SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP,
    // SIGSYS) or a Windows crash code. False for exit codes and for SIGTERM, SIGKILL, SIGINT.
    bool crashed() const noexcept;
    // True when a core file was written (POSIX).
    bool core_dumped() const noexcept { return core_; }
    // True when how it ended cannot be known.
    bool is_unknown() const noexcept { return kind_ == kind::unknown; }
    // True when it exited with code 0.
    bool success() const noexcept { return exited() && value_ == 0; }
    // The Windows exit code, 0 elsewhere.
    std::uint32_t native() const noexcept { return native_; }

    // In words: "exited with code 3", "killed by signal 11 (SIGSEGV)", "crashed with 0xC0000005 (access violation)".
    std::string to_string() const;

    // Equal when they say the same, wherever that was: exited(3) == from_windows(3), and a crash by 0xC0000005 equals
    // signalled(11). Crash codes without a POSIX signal are equal when the codes are.
    friend BROOD_API bool operator==(const exit_status& a, const exit_status& b) noexcept;

private:
    enum class kind : std::uint8_t { exited, signalled, unknown };
    kind kind_ = kind::exited;
    bool core_ = false;
    int value_ = 0;
    std::uint32_t native_ = 0;
};

// The usual name of a POSIX signal number ("SIGSEGV"), or "signal N" for one without a name.
BROOD_API std::string signal_name(int signal);

}  // namespace brood
