// SPDX-License-Identifier: MIT
// Standard types whose meaning is not in their bytes.
#include <brood/detail/codec_basic.hpp>
#include <brood/detail/codec_functions.hpp>

#include <array>
#include <future>
#include <ios>

namespace brood::detail {

// ---- std::error_code ----------------------------------------------------------------------------

namespace {

const std::error_category* find_category(const std::string& name) {
    const std::array standard{&std::generic_category(), &std::system_category(), &std::iostream_category(),
                              &std::future_category()};
    for (const std::error_category* category : standard)
        if (name == category->name()) return category;
    return nullptr;
}

}  // namespace

void write_error_code(output_archive& archive, const std::error_code& code) {
    const std::string name = code.category().name();
    if (const auto* known = find_category(name); known == nullptr || *known != code.category())
        fail("a std::error_code of the category '" + name + "', which is not one of the standard library");
    write_value(archive, name);
    write_value(archive, static_cast<std::int32_t>(code.value()));
}

std::error_code read_error_code(input_archive& archive) {
    const auto name = make_value<std::string>(archive);
    const std::error_category* const category = find_category(name);
    if (category == nullptr) fail("a std::error_code of the unknown category '" + name.substr(0, 100) + "'");
    return {make_value<std::int32_t>(archive), *category};
}

// ---- pointers to member functions ---------------------------------------------------------------

namespace {

enum class member_function_form : std::uint8_t { null, plain, virtual_one };

// On ARM the lowest bit of a function's address can be set, so the mark of virtual functions is in the adjustment.
#if defined(__arm__) || defined(__aarch64__)
constexpr bool mark_in_adjustment = true;
#else
constexpr bool mark_in_adjustment = false;
#endif

member_function_form form_of(const raw_member_function& raw) {
    const bool is_virtual = mark_in_adjustment ? (raw.adjust & 1) != 0 : (raw.function & 1) != 0;
    if (is_virtual) return member_function_form::virtual_one;
    return raw.function == 0 ? member_function_form::null : member_function_form::plain;
}

}  // namespace

const void* code_of_member(const raw_member_function& function) noexcept {
    const bool plain = form_of(function) == member_function_form::plain;
    return plain ? reinterpret_cast<const void*>(function.function) : nullptr;
}

void write_member_function(output_archive& archive, const raw_member_function& function) {
    const member_function_form form = form_of(function);
    archive.write_byte(static_cast<std::uint8_t>(form));
    write_value(archive, static_cast<std::int64_t>(function.adjust));
    if (form == member_function_form::plain)
        save_code(archive, reinterpret_cast<const void*>(function.function));
    else if (form == member_function_form::virtual_one)
        write_value(archive, static_cast<std::uint64_t>(function.function));
}

raw_member_function read_member_function(input_archive& archive) {
    const auto form = archive.read_number<std::uint8_t>();
    raw_member_function raw{0, static_cast<std::ptrdiff_t>(archive.read_number<std::int64_t>())};
    if (form == static_cast<std::uint8_t>(member_function_form::plain))
        raw.function = reinterpret_cast<std::uintptr_t>(load_code(archive));
    else if (form == static_cast<std::uint8_t>(member_function_form::virtual_one))
        raw.function = static_cast<std::uintptr_t>(archive.read_number<std::uint64_t>());
    if (static_cast<std::uint8_t>(form_of(raw)) != form) fail("a pointer to a member function that is damaged");
    return raw;
}

}  // namespace brood::detail
