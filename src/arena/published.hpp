// SPDX-License-Identifier: MIT
// What who looks at the session from outside may read.
#pragma once

#include "arena/layout.hpp"

namespace brood::arena {

// Offers bytes of this process, until the end of this object or of the process. When there is no room left they are not
// offered. A forked copy of this object does nothing.
class published {
public:
    explicit published(offset place) noexcept;
    ~published();
    published(const published&) = delete;
    published& operator=(const published&) = delete;

private:
    publication* entry_ = nullptr;
    process_tag owner_ = 0;
};

}  // namespace brood::arena
