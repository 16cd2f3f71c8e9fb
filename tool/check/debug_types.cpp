// SPDX-License-Identifier: MIT
#include "check/debug_types.hpp"

#include <dwarf.h>

namespace tool::check {
namespace {

using kind = type::kind;

kind kind_of_base(std::uint64_t encoding) {
    switch (encoding) {
        case DW_ATE_boolean: return kind::boolean;
        case DW_ATE_signed: return kind::signed_integer;
        case DW_ATE_unsigned: return kind::unsigned_integer;
        case DW_ATE_signed_char:
        case DW_ATE_unsigned_char:
        case DW_ATE_UTF: return kind::character;
        case DW_ATE_float: return kind::floating;
        default: return kind::unknown;
    }
}

// The same type without const, volatile and other names for it; false for void.
bool peel(Dwarf_Die& die) {
    Dwarf_Die peeled;
    if (dwarf_peel_type(&die, &peeled) != 0) return false;
    die = peeled;
    return true;
}

std::uint64_t size_of(Dwarf_Die& die) {
    Dwarf_Word size = 0;
    return dwarf_aggregate_size(&die, &size) == 0 ? size : 0;
}

bool is_declaration(Dwarf_Die& die) { return dwarf_hasattr(&die, DW_AT_declaration) != 0; }

// Elements of one dimension.
std::uint64_t count_of(Dwarf_Die& range) {
    if (const auto count = number_of(range, DW_AT_count)) return *count;
    const auto last = number_of(range, DW_AT_upper_bound);
    return last ? *last + 1 : 0;
}

}  // namespace

std::optional<std::uint64_t> number_of(Dwarf_Die& die, unsigned attribute) {
    Dwarf_Attribute found;
    if (dwarf_attr_integrate(&die, attribute, &found) == nullptr) return std::nullopt;
    Dwarf_Word value = 0;
    if (dwarf_formudata(&found, &value) != 0) return std::nullopt;
    return value;
}

std::string name_of(Dwarf_Die& die) {
    const char* name = dwarf_diename(&die);
    return name == nullptr ? "" : name;
}

const type* debug_types::used_by(Dwarf_Die& die) {
    Dwarf_Attribute found;
    Dwarf_Die used;
    if (dwarf_attr_integrate(&die, DW_AT_type, &found) == nullptr) return nullptr;
    if (dwarf_formref_die(&found, &used) == nullptr || !peel(used)) return nullptr;
    return of(used);
}

const type* debug_types::of(Dwarf_Die die) {
    const std::string scope = scopes_[dwarf_dieoffset(&die)];
    std::string name = name_of(die);
    if (!name.empty() && !scope.empty()) name = scope + "::" + name;
    if (is_declaration(die))
        if (const auto known = definitions_.find(name); known != definitions_.end()) die = known->second;
    auto& slot = types_[dwarf_dieoffset(&die)];
    if (slot) return slot.get();
    slot = std::make_unique<lazy_type>();
    lazy_type& one = *slot;
    one.owner = this;
    one.die = die;
    one.name = name;
    one.size = size_of(die);
    describe(one);
    return &one;
}

// What is known without looking at other types' contents.
void debug_types::describe(lazy_type& one) {
    switch (dwarf_tag(&one.die)) {
        case DW_TAG_base_type: one.what = kind_of_base(number_of(one.die, DW_AT_encoding).value_or(0)); break;
        case DW_TAG_enumeration_type: one.what = kind::enumeration; break;
        case DW_TAG_structure_type:
        case DW_TAG_class_type:
            if (!is_declaration(one.die)) one.what = kind::structure;
            break;
        case DW_TAG_union_type: one.what = kind::either; break;
        case DW_TAG_array_type: describe_array(one); break;
        case DW_TAG_pointer_type:
        case DW_TAG_reference_type:
        case DW_TAG_rvalue_reference_type:
            one.what = kind::pointer;
            one.size = sizeof(std::uint64_t);
            one.target = used_by(one.die);
            one.name = (one.target == nullptr ? "void" : one.target->name) + "*";
            break;
        default: break;
    }
}

void debug_types::describe_array(lazy_type& one) {
    one.target = used_by(one.die);
    if (one.target == nullptr) return;
    one.what = kind::array;
    one.count = 1;
    Dwarf_Die child;
    if (dwarf_child(&one.die, &child) == 0) do
            if (dwarf_tag(&child) == DW_TAG_subrange_type) one.count *= count_of(child);
        while (dwarf_siblingof(&child, &child) == 0);
    one.size = one.count * one.target->size;
    one.name = one.target->name + "[" + std::to_string(one.count) + "]";
}

void debug_types::fill(lazy_type& one) {
    if (one.filled) return;
    one.filled = true;
    Dwarf_Die child;
    if (dwarf_child(&one.die, &child) != 0) return;
    do take_child(one, child);
    while (dwarf_siblingof(&child, &child) == 0);
}

void debug_types::take_child(lazy_type& one, Dwarf_Die& child) {
    switch (dwarf_tag(&child)) {
        case DW_TAG_member:
        case DW_TAG_inheritance: take_member(one, child); break;
        case DW_TAG_template_type_parameter: one.parameters.emplace(name_of(child), used_by(child)); break;
        case DW_TAG_enumerator: {
            Dwarf_Attribute found;
            Dwarf_Sword value = 0;
            if (dwarf_attr(&child, DW_AT_const_value, &found) != nullptr && dwarf_formsdata(&found, &value) == 0)
                one.enumerators.emplace(value, name_of(child));
            break;
        }
        default: break;
    }
}

// Static members have no place, and the place of a virtual base is an expression: both are left out.
void debug_types::take_member(lazy_type& one, Dwarf_Die& child) {
    if (dwarf_hasattr(&child, DW_AT_external) || dwarf_hasattr(&child, DW_AT_declaration)) return;
    member part;
    part.name = name_of(child);
    part.what = used_by(child);
    if (part.what == nullptr) return;
    part.bits = number_of(child, DW_AT_bit_size).value_or(0);
    const auto place = number_of(child, DW_AT_data_member_location);
    const auto bit_place = number_of(child, DW_AT_data_bit_offset);
    if (dwarf_hasattr(&child, DW_AT_data_member_location) && !place) return;
    part.bit_offset = bit_place.value_or(place.value_or(0) * 8);
    part.offset = part.bit_offset / 8;
    one.members.push_back(std::move(part));
}

}  // namespace tool::check
