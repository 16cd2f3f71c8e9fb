// SPDX-License-Identifier: MIT
// A picture of this process without its memory, and no counters of accesses: here `brood check` compares what programs
// do, not what their variables hold.
#include "platform/process_image.hpp"

#include <system_error>

namespace brood::platform {

void write_process_image(const std::string& path, const std::string& head) {
    std::string text = head + "threads " + std::to_string(thread_count()) + "\n";
    for (const module& one : loaded_modules())
        text += std::string("module 0 - ") + (one.program ? "program " : "library ") + one.path + "\n";
    text += "omitted 0\nbytes\n";
    const unique_handle file = open_file(path, {.write = true, .create = true, .truncate = true});
    write_file(file.get(), std::as_bytes(std::span(text)));
}

access_counter::access_counter(const void*, std::size_t) {
    throw std::system_error(std::make_error_code(std::errc::not_supported), "there are no watchpoints on this system");
}

access_counter::counts access_counter::read() const { return {}; }

}  // namespace brood::platform
