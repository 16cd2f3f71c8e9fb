// SPDX-License-Identifier: MIT
// What the fork server writes to a child's status channel: first the pid (its process handle follows) or an error,
// later, when the child has ended, how.
#pragma once

#include <cstdint>

namespace brood::detail {

enum class reply_kind : std::int64_t { pid, error, exited, signalled, dumped };

struct fork_reply {
    reply_kind kind{};
    std::int64_t value = 0;
};

}  // namespace brood::detail
