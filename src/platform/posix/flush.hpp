// SPDX-License-Identifier: MIT
// Buffered output must not be written twice, once by each of two forked processes, nor be lost at a short exit.
#pragma once

namespace brood::platform::posix {

// Flushes the C streams and the standard C++ ones.
void flush_output();

}  // namespace brood::platform::posix
