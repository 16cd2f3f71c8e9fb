// SPDX-License-Identifier: MIT
// The slots in which the threads of this process wait for answers. Any thread.
#pragma once

#include "manager/state.hpp"

#include <brood/detail/shared_object.hpp>

namespace brood::managing {

// A slot for one call, with a ticket of its own. Throws std::bad_alloc.
call_slot& take_slot();
arena::offset page_of(const call_slot& slot) noexcept;
// For other calls: its call was answered, or never sent.
void give_slot(call_slot& slot) noexcept;
// Nobody waits any more for the call that it is for; `keeper` is kept until it was answered or its server died.
void abandon_slot(call_slot& slot, detail::shared_object keeper, arena::process_tag server) noexcept;

}  // namespace brood::managing
