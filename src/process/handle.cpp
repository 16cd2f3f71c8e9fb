// SPDX-License-Identifier: MIT
#include <brood/handle.hpp>

#include "platform/platform.hpp"

#include <brood/serialization.hpp>

#include <stdexcept>

namespace brood {

struct handle::owner {
    platform::unique_handle native;
};

handle::handle(native_handle_type native) : owned_(new owner{platform::unique_handle(native)}) {}

handle handle::duplicate_of(native_handle_type native) { return handle(platform::duplicate_handle(native).release()); }

native_handle_type handle::native_handle() const {
    if (!owned_) throw std::logic_error("this handle is empty");
    return owned_->native.get();
}

void handle::save(output_archive& archive) const {
    detail::save_value(archive, is_open());
    if (is_open()) archive.write_handle(native_handle());
}

void handle::load(input_archive& archive) {
    close();
    if (!detail::load_value<bool>(archive)) return;
    *this = handle(archive.read_handle());
}

}  // namespace brood
