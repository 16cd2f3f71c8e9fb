// SPDX-License-Identifier: MIT
// A message on a local socket with descriptors beside its bytes.
#pragma once

#include "platform/posix/socket_io.hpp"

#include <cstddef>
#include <span>
#include <sys/uio.h>
#include <vector>

namespace brood::platform::posix {

class rights_message {
public:
    static constexpr std::size_t most = 200;  // descriptors; below the kernels' limit of 253

#if defined(MSG_CMSG_CLOEXEC)
    static constexpr int receive_flags = MSG_CMSG_CLOEXEC;
#else
    static constexpr int receive_flags = 0;
#endif

    // To be sent. The bytes are borrowed.
    rights_message(std::span<const std::byte> bytes, std::span<const handle_t> descriptors) noexcept;
    // To be received into.
    explicit rights_message(std::span<std::byte> bytes) noexcept;
    rights_message(const rights_message&) = delete;
    rights_message& operator=(const rights_message&) = delete;

    msghdr& head() noexcept { return head_; }
    // Takes every descriptor that was received, each private to this process. Throws afterwards when some were lost,
    // because this process may have no more.
    void collect(std::vector<unique_handle>& into);

private:
    iovec io_;
    msghdr head_{};
    alignas(cmsghdr) char control_[CMSG_SPACE(most * sizeof(int))];
};

}  // namespace brood::platform::posix
