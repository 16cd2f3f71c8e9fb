// SPDX-License-Identifier: MIT
#include "platform/posix/flush.hpp"
#include "base/child_path.hpp"

#include <cstdio>
#include <iostream>
#if __has_include(<ext/stdio_sync_filebuf.h>)
#include <ext/stdio_sync_filebuf.h>
#endif
#include <typeinfo>

namespace brood::platform::posix {
namespace {

// Whether a stream passes everything on to the C stream at once, as the standard ones do unless sync_with_stdio(false)
// was called. Asking costs nothing; flushing would touch pages that a forked child does not have yet.
BROOD_CHILD_PATH bool has_own_buffer([[maybe_unused]] const std::ostream& stream) {
#if __has_include(<ext/stdio_sync_filebuf.h>)
    const std::streambuf* buffer = stream.rdbuf();
    return buffer != nullptr && typeid(*buffer) != typeid(__gnu_cxx::stdio_sync_filebuf<char>);
#else
    return true;
#endif
}

}  // namespace

BROOD_CHILD_PATH void flush_output() {
    for (std::ostream* stream : {&std::cout, &std::clog})
        if (has_own_buffer(*stream)) stream->flush();
    std::fflush(nullptr);
}

}  // namespace brood::platform::posix
