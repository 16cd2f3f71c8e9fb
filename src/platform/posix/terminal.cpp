// SPDX-License-Identifier: MIT
#include <brood/native/terminal.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

namespace brood::native {

std::optional<unsigned> terminal_columns(stream which) {
    const int descriptor = static_cast<int>(which);
    if (isatty(descriptor) == 0) return std::nullopt;
    constexpr unsigned usual = 80;  // a terminal that does not know its size says 0
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
    return size.ws_col;
}

}  // namespace brood::native
