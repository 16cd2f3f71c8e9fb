// SPDX-License-Identifier: MIT
#include "serial_line.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace example {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::system_category(), what); }

speed_t speed_of(int baud) {
    constexpr std::array<std::pair<int, speed_t>, 4> known{
        {{9600, B9600}, {38400, B38400}, {57600, B57600}, {115200, B115200}}};
    for (const auto& [number, speed] : known)
        if (number == baud) return speed;
    throw std::invalid_argument("a serial line of " + std::to_string(baud) + " baud is not known");
}

// Bytes as they are: no echo, no line editing, no signals.
void set_raw(int file, speed_t speed, const std::string& device) {
    termios settings{};
    if (tcgetattr(file, &settings) != 0) fail(device);
    cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cc[VMIN] = 0;
    settings.c_cc[VTIME] = 0;
    if (cfsetspeed(&settings, speed) != 0 || tcsetattr(file, TCSANOW, &settings) != 0) fail(device);
}

bool wait_for(int file, short what, std::chrono::milliseconds timeout) {
    pollfd one{file, what, 0};
    const int ready = poll(&one, 1, static_cast<int>(timeout.count()));
    if (ready < 0 && errno != EINTR) fail("waiting for a serial line");
    return ready > 0;
}

}  // namespace

serial_line::serial_line(const std::string& device, int baud) : device_(device) {
    const speed_t speed = speed_of(baud);
    file_ = open(device.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (file_ < 0) fail(device);
    try {
        set_raw(file_, speed, device);
        if (tcflush(file_, TCIOFLUSH) != 0) fail(device);
    } catch (...) {
        close(file_);
        throw;
    }
}

// The device is kept open here, too: else the line would hang up whenever nobody else has it open.
serial_line::serial_line() : file_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    try {
        if (file_ < 0 || grantpt(file_) != 0 || unlockpt(file_) != 0) fail("a pseudo-terminal");
        device_ = ptsname(file_);
        kept_ = open(device_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (kept_ < 0) fail(device_);
        set_raw(kept_, B115200, device_);
    } catch (...) {
        close(kept_);
        close(file_);
        throw;
    }
}

serial_line::~serial_line() {
    if (kept_ >= 0) close(kept_);
    close(file_);
}

void serial_line::write_line(const std::string& text) {
    const std::string line = text + '\n';
    for (std::size_t sent = 0; sent < line.size();) {
        const ssize_t more = write(file_, line.data() + sent, line.size() - sent);
        if (more > 0)
            sent += static_cast<std::size_t>(more);
        else if (more < 0 && errno == EAGAIN)
            wait_for(file_, POLLOUT, std::chrono::seconds(1));
        else if (more < 0 && errno != EINTR)
            fail(device_);
    }
}

std::optional<std::string> serial_line::take_line() {
    const auto end = got_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = got_.substr(0, end);
    got_.erase(0, end + 1);
    return line;
}

std::optional<std::string> serial_line::read_line(std::chrono::milliseconds timeout) {
    const auto until = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        if (auto line = take_line()) return line;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return std::nullopt;
        if (!wait_for(file_, POLLIN, left)) continue;
        std::array<char, 4096> bytes;
        const ssize_t more = read(file_, bytes.data(), bytes.size());
        if (more > 0)
            got_.append(bytes.data(), static_cast<std::size_t>(more));
        else if (more == 0 || errno == EIO)
            throw std::runtime_error("the instrument at " + device_ + " was switched off");
        else if (errno != EINTR && errno != EAGAIN)
            fail(device_);
    }
}

}  // namespace example
