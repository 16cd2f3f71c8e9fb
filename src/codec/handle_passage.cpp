// SPDX-License-Identifier: MIT
#include "codec/handle_passage.hpp"

#include <limits>

namespace brood {
namespace detail {
namespace {
constinit handle_passage known{};
}
void set_handle_passage(const handle_passage& way) noexcept { known = way; }
}  // namespace detail

namespace {
// In the place of an index: what the passage wrote follows.
constexpr std::uint32_t not_beside = std::numeric_limits<std::uint32_t>::max();
}  // namespace

void output_archive::write_handle(native_handle_type handle) {
    const bool kept = !mode_.handles && mode_.kept_handles && detail::known.write != nullptr;
    const std::uint32_t index = kept ? not_beside : add_handle(handle);
    write(&index, sizeof index);
    if (kept) detail::known.write(*this, handle);
}

native_handle_type input_archive::read_handle() {
    const auto index = read_number<std::uint32_t>();
    if (index != not_beside) return take_handle(index);
    if (detail::known.read == nullptr) detail::fail("a handle of the operating system that nobody kept");
    return detail::known.read(*this);
}

}  // namespace brood
