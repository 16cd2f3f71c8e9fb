// SPDX-License-Identifier: MIT
#include "codec/function.hpp"

#include <brood/detail/archive.hpp>

namespace brood::detail {
namespace {

enum class form : std::uint8_t { null = 0, library = 1, program = 2, same_program = 3 };

void write_sized_text(output_archive& archive, std::string_view text) {
    archive.write_size(text.size());
    archive.write(text.data(), text.size());
}

std::string_view read_text(input_archive& archive) {
    const auto bytes = archive.read_in_place(static_cast<std::size_t>(archive.read_size()));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

form form_of(const code_location& location) noexcept { return location.program ? form::program : form::library; }

void write_form(output_archive& archive, form what) { archive.write_byte(static_cast<std::uint8_t>(what)); }

void write_short(output_archive& archive, std::uint64_t offset) {
    write_form(archive, form::same_program);
    archive.write(&offset, sizeof offset);
}

void write(output_archive& archive, const code_location& location, std::uint64_t offset) {
    write_form(archive, form_of(location));
    write_sized_text(archive, location.build_id);
    write_sized_text(archive, location.module_path);
    archive.write(&offset, sizeof offset);
}

}  // namespace

// Most functions are the program's own: they need no look at what is loaded, and no copies of its names.

void save_code(output_archive& archive, const void* address) {
    if (!address) return write_form(archive, form::null);
    const auto number = reinterpret_cast<std::uintptr_t>(address);
    if (const auto& own = own_program(); own.has(number))
        return archive.mode().same_program ? write_short(archive, number - own.base)
                                           : write(archive, own.location, number - own.base);
    const auto location = locate_code(address);
    write(archive, location, location.offset);
}

const void* load_code(input_archive& archive) {
    const auto what = archive.read_number<form>();
    if (what == form::null) return nullptr;
    if (what == form::same_program) return code_of_program(archive.read_number<std::uint64_t>());
    if (what != form::library && what != form::program) fail("a function pointer of no known form");
    const auto build_id = read_text(archive);
    const auto module_path = read_text(archive);
    const auto offset = archive.read_number<std::uint64_t>();
    const auto& own = own_program();
    if (what == form_of(own.location) && build_id == own.location.build_id && module_path == own.location.module_path)
        if (const void* const found = own.at(offset)) return found;
    return resolve_code({std::string(build_id), offset, std::string(module_path), what == form::program});
}

}  // namespace brood::detail
