// SPDX-License-Identifier: MIT
#include "platform/posix/rights.hpp"

#include <cstring>

namespace brood::platform::posix {

rights_message::rights_message(std::span<const std::byte> bytes, std::span<const handle_t> descriptors) noexcept
    : io_{const_cast<std::byte*>(bytes.data()), bytes.size()} {
    head_.msg_iov = &io_;
    head_.msg_iovlen = 1;
    if (descriptors.empty()) return;
    head_.msg_control = control_;
    head_.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const part = CMSG_FIRSTHDR(&head_);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
}

rights_message::rights_message(std::span<std::byte> bytes) noexcept : io_{bytes.data(), bytes.size()} {
    head_.msg_iov = &io_;
    head_.msg_iovlen = 1;
    head_.msg_control = control_;
    head_.msg_controllen = sizeof control_;
}

void rights_message::collect(std::vector<unique_handle>& into) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&head_); part != nullptr; part = CMSG_NXTHDR(&head_, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
            into.push_back(above_stdio(fd));
#if !defined(MSG_CMSG_CLOEXEC)
            set_close_on_exec(into.back().get());
#endif
        }
    }
    if (head_.msg_flags & MSG_CTRUNC) throw_error(EMFILE, "receiving descriptors");
}

}  // namespace brood::platform::posix
