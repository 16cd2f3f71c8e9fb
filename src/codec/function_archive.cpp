// SPDX-License-Identifier: MIT
#include "codec/function.hpp"

#include <brood/detail/archive.hpp>

namespace brood::detail {
namespace {

enum class form : std::uint8_t { null = 0, library = 1, program = 2 };

void write_sized_text(output_archive& archive, std::string_view text) {
    archive.write_size(text.size());
    archive.write(text.data(), text.size());
}

std::string read_text(input_archive& archive) {
    std::string text(static_cast<std::size_t>(archive.read_size()), '\0');
    archive.read(text.data(), text.size());
    return text;
}

}  // namespace

void save_code(output_archive& archive, const void* address) {
    if (!address) return archive.write_byte(static_cast<std::uint8_t>(form::null));
    const auto location = locate_code(address);
    archive.write_byte(static_cast<std::uint8_t>(location.program ? form::program : form::library));
    write_sized_text(archive, location.build_id);
    write_sized_text(archive, location.module_path);
    archive.write(&location.offset, sizeof location.offset);
}

const void* load_code(input_archive& archive) {
    const auto what = archive.read_number<form>();
    if (what == form::null) return nullptr;
    if (what != form::library && what != form::program) fail("a function pointer of no known form");
    code_location location;
    location.build_id = read_text(archive);
    location.module_path = read_text(archive);
    location.offset = archive.read_number<std::uint64_t>();
    location.program = what == form::program;
    return resolve_code(location);
}

}  // namespace brood::detail
