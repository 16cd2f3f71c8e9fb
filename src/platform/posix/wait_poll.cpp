// SPDX-License-Identifier: MIT
// Waiting for many things at once: process handles and channels are all descriptors that poll() knows.
#include "platform/posix/fd.hpp"

#include <poll.h>

namespace brood::platform {

std::vector<std::size_t> wait_many(std::span<const waitable> what, deadline until) {
    std::vector<pollfd> fds;
    fds.reserve(what.size());
    for (const auto& one : what) fds.push_back({one.handle, POLLIN, 0});
    std::vector<std::size_t> ready;
    for (;;) {
        const int n = ::poll(fds.data(), static_cast<nfds_t>(fds.size()), posix::poll_timeout(until));
        if (n == -1 && errno != EINTR) posix::throw_errno("poll");
        for (std::size_t i = 0; n > 0 && i < fds.size(); ++i)
            if (fds[i].revents != 0) ready.push_back(i);
        if (!ready.empty()) return ready;
        if (n == 0 && until && std::chrono::steady_clock::now() >= *until) return ready;
    }
}

}  // namespace brood::platform
