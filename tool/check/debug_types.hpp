// SPDX-License-Identifier: MIT
// Types of one file, made from debug information when they are first asked for.
#pragma once

#include "check/debug_info.hpp"

#include <elfutils/libdw.h>

#include <map>
#include <memory>
#include <string>

namespace tool::check {

class debug_types;

struct lazy_type : type {
    Dwarf_Die die{};
    debug_types* owner = nullptr;
    bool filled = false;
};

class debug_types {
public:
    // What the walk over the file found out before types are asked for.
    void set_scope(Dwarf_Die& die, const std::string& scope) { scopes_[dwarf_dieoffset(&die)] = scope; }
    void set_definition(const std::string& name, Dwarf_Die& die) { definitions_.emplace(name, die); }

    // The type that a variable, a member, a pointer... is declared with; null for void.
    const type* used_by(Dwarf_Die& die);
    void fill(lazy_type& one);

private:
    const type* of(Dwarf_Die die);
    void describe(lazy_type& one);
    void describe_array(lazy_type& one);
    void take_child(lazy_type& one, Dwarf_Die& child);
    void take_member(lazy_type& one, Dwarf_Die& child);

    std::map<Dwarf_Off, std::string> scopes_;
    std::map<std::string, Dwarf_Die> definitions_;
    std::map<Dwarf_Off, std::unique_ptr<lazy_type>> types_;
};

// An attribute's value, also one that is found through a specification or an abstract origin.
std::optional<std::uint64_t> number_of(Dwarf_Die& die, unsigned attribute);
std::string name_of(Dwarf_Die& die);

}  // namespace tool::check
