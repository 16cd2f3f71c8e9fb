// SPDX-License-Identifier: MIT
#include "check/debug_info.hpp"

#include "check/debug_types.hpp"
#include "layout.hpp"

#include <dwarf.h>
#include <elfutils/libdwfl.h>

#include <algorithm>
#include <cxxabi.h>
#include <set>
#include <stdexcept>

namespace tool::check {
namespace {

struct symbol {
    std::uint64_t address = 0, size = 0;
    std::string name;         // as the linker knows it
    std::string source_file;  // of a local symbol, when the table tells
    bool object = false;
};

// As the user wrote it: without the mark of the string class's version.
std::string demangled(const std::string& name) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                      std::free);
    std::string plain = status == 0 ? text.get() : name;
    constexpr std::string_view mark = "[abi:cxx11]";
    if (const auto at = plain.find(mark); at != plain.npos) plain.erase(at, mark.size());
    return plain;
}

bool starts_with_any(const std::string& text, std::initializer_list<const char*> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(), [&](const char* one) { return text.starts_with(one); });
}

// What belongs to brood, to the standard library or to what they stand on.
bool is_internal(const std::string& name) {
    return starts_with_any(
        name, {"std::", "__gnu_cxx::", "brood::", "cereal::", "boost::", "__cxxabiv1::", "guard variable", "vtable for",
               "typeinfo", "VTT for", "construction vtable", "virtual thunk"});
}

bool is_of_the_system(const std::string& file) { return starts_with_any(file, {"/usr/include/", "/usr/lib/"}); }

// What the linker and libbacktrace put into programs; symbols are all that is known of it.
bool is_of_the_runtime(const symbol& entry) {
    return entry.source_file == "crtstuff.c" || entry.name == "dwarf_section_names" || entry.name.starts_with('.') ||
           entry.name.starts_with("__") || entry.name.starts_with("_IO") || entry.name.find('@') != entry.name.npos;
}

const Dwfl_Callbacks& callbacks() {
    static char* path = nullptr;
    static const Dwfl_Callbacks all = {dwfl_build_id_find_elf, dwfl_standard_find_debuginfo,
                                       dwfl_offline_section_address, &path};
    return all;
}

struct end_dwfl {
    void operator()(Dwfl* session) const { dwfl_end(session); }
};

}  // namespace

struct debug_info::contents {
    std::unique_ptr<Dwfl, end_dwfl> session;
    Dwfl_Module* module = nullptr;
    Elf* elf = nullptr;
    GElf_Addr elf_bias = 0;
    std::vector<symbol> symbols;  // with a size, by address
    bool uses_brood = false;
    bool found_types = false;
    bool has_symbol_table = false;
    std::uint64_t begin = 0, end = 0;
    debug_types types;
    std::vector<variable> variables;
    std::set<std::uint64_t> seen;  // addresses of variables

    void open(const std::filesystem::path& file);
    void read_segments();
    void read_symbols();
    void read_debug_info();
    void walk(Dwarf_Die& die, const std::string& scope, std::uint64_t bias);
    void walk_children(Dwarf_Die& die, const std::string& scope, std::uint64_t bias);
    void take_type(Dwarf_Die& die, const std::string& scope, std::uint64_t bias);
    void take_variable(Dwarf_Die& die, const std::string& scope, std::uint64_t bias);
    void take_symbols_as_variables();
    const symbol* symbol_holding(std::uint64_t address) const;
};

void debug_info::contents::open(const std::filesystem::path& file) {
    const std::string path = to_utf8(file);
    if (!std::filesystem::is_regular_file(file)) throw std::runtime_error("there is no file '" + path + "'");
    session.reset(dwfl_begin(&callbacks()));
    module = dwfl_report_offline(session.get(), path.c_str(), path.c_str(), -1);
    dwfl_report_end(session.get(), nullptr, nullptr);
    elf = module == nullptr ? nullptr : dwfl_module_getelf(module, &elf_bias);
    if (elf == nullptr) throw std::runtime_error("'" + path + "' is not a program of this system (no ELF file)");
}

void debug_info::contents::read_segments() {
    std::size_t count = 0;
    elf_getphdrnum(elf, &count);
    begin = ~std::uint64_t{0};
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr header;
        if (gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr || header.p_type != PT_LOAD) continue;
        begin = std::min(begin, header.p_vaddr);
        end = std::max(end, header.p_vaddr + header.p_memsz);
    }
}

void debug_info::contents::read_symbols() {
    const int count = dwfl_module_getsymtab(module);
    std::string source_file;
    for (int i = 0; i < count; ++i) {
        GElf_Sym entry;
        GElf_Addr address = 0;
        const char* name = dwfl_module_getsym_info(module, i, &entry, &address, nullptr, nullptr, nullptr);
        if (name == nullptr || *name == '\0') continue;
        const std::string text = name;
        if (text.find("N5brood") != text.npos) uses_brood = true;
        const int kind = GELF_ST_TYPE(entry.st_info);
        if (kind == STT_FILE) source_file = text;
        if (entry.st_shndx == SHN_UNDEF || entry.st_size == 0 || (kind != STT_OBJECT && kind != STT_FUNC)) continue;
        const bool local = GELF_ST_BIND(entry.st_info) == STB_LOCAL;
        has_symbol_table = has_symbol_table || local;
        symbols.push_back({address - elf_bias, entry.st_size, text, local ? source_file : "", kind == STT_OBJECT});
    }
    std::sort(symbols.begin(), symbols.end(), [](const symbol& a, const symbol& b) { return a.address < b.address; });
}

const symbol* debug_info::contents::symbol_holding(std::uint64_t address) const {
    auto after = std::upper_bound(symbols.begin(), symbols.end(), address,
                                  [](std::uint64_t value, const symbol& one) { return value < one.address; });
    for (int tries = 0; after != symbols.begin() && tries < 4; ++tries) {
        --after;
        if (address - after->address < after->size) return &*after;
    }
    return nullptr;
}

void debug_info::contents::read_debug_info() {
    GElf_Addr bias = 0;
    Dwarf* dwarf = dwfl_module_getdwarf(module, &bias);
    if (dwarf == nullptr) return;
    const std::uint64_t to_file = bias - elf_bias;
    Dwarf_CU* unit = nullptr;
    Dwarf_Die root;
    while (dwarf_get_units(dwarf, unit, &unit, nullptr, nullptr, &root, nullptr) == 0) walk_children(root, "", to_file);
}

void debug_info::contents::walk_children(Dwarf_Die& die, const std::string& scope, std::uint64_t bias) {
    Dwarf_Die child;
    if (dwarf_child(&die, &child) != 0) return;
    do walk(child, scope, bias);
    while (dwarf_siblingof(&child, &child) == 0);
}

void debug_info::contents::walk(Dwarf_Die& die, const std::string& scope, std::uint64_t bias) {
    const auto inside = [&](const std::string& name) { return scope.empty() ? name : scope + "::" + name; };
    switch (dwarf_tag(&die)) {
        case DW_TAG_namespace: {
            const std::string name = name_of(die);
            walk_children(die, inside(name.empty() ? "(anonymous namespace)" : name), bias);
            break;
        }
        case DW_TAG_structure_type:
        case DW_TAG_class_type:
        case DW_TAG_union_type:
        case DW_TAG_enumeration_type: take_type(die, scope, bias); break;
        case DW_TAG_subprogram: walk_children(die, inside(name_of(die) + "()"), bias); break;
        case DW_TAG_lexical_block:
        case DW_TAG_inlined_subroutine: walk_children(die, scope, bias); break;
        case DW_TAG_variable: take_variable(die, scope, bias); break;
        default: break;
    }
}

void debug_info::contents::take_type(Dwarf_Die& die, const std::string& scope, std::uint64_t bias) {
    const std::string name = name_of(die);
    types.set_scope(die, scope);
    found_types = true;
    if (name.empty() || dwarf_tag(&die) == DW_TAG_enumeration_type) return;
    const std::string full = scope.empty() ? name : scope + "::" + name;
    if (!dwarf_hasattr(&die, DW_AT_declaration)) types.set_definition(full, die);
    walk_children(die, full, bias);
}

// Those with a fixed address: globals, statics of classes, statics of functions.
void debug_info::contents::take_variable(Dwarf_Die& die, const std::string& scope, std::uint64_t bias) {
    Dwarf_Attribute place;
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (dwarf_attr(&die, DW_AT_location, &place) == nullptr || dwarf_getlocation(&place, &operations, &count) != 0 ||
        count != 1 || operations[0].atom != DW_OP_addr)
        return;
    variable one;
    one.address = operations[0].number + bias;
    const symbol* known = symbol_holding(one.address);
    const std::string own_name = name_of(die);
    const bool named = known != nullptr && known->address == one.address && known->name.starts_with("_Z");
    one.name = named ? demangled(known->name) : scope.empty() ? own_name : scope + "::" + own_name;
    const char* file = dwarf_decl_file(&die);
    one.file = file == nullptr ? "" : file;
    dwarf_decl_line(&die, &one.line);
    one.what = types.used_by(die);
    one.size = one.what == nullptr ? 0 : one.what->size;
    if (one.size == 0 && known != nullptr) {  // the type is only declared here
        one.size = known->size;
        if (one.what != nullptr && !one.what->name.starts_with("std::")) one.what = nullptr;
    }
    one.of_function = one.name.find(")::") != one.name.npos;
    if (own_name.empty() || own_name.starts_with("__") || is_internal(one.name) || is_of_the_system(one.file)) return;
    if (one.size > 0 && seen.insert(one.address).second) variables.push_back(std::move(one));
}

// Without debug information the symbol table names what there is.
void debug_info::contents::take_symbols_as_variables() {
    for (const symbol& entry : symbols) {
        if (!entry.object || is_of_the_runtime(entry)) continue;
        variable one;
        one.name = demangled(entry.name);
        one.address = entry.address;
        one.size = entry.size;
        one.of_function = one.name.find(")::") != one.name.npos;
        if (!is_internal(one.name) && seen.insert(one.address).second) variables.push_back(std::move(one));
    }
}

debug_info::debug_info(const std::filesystem::path& file) : all_(std::make_unique<contents>()) {
    all_->open(file);
    all_->read_segments();
    all_->read_symbols();
    all_->read_debug_info();
    if (!all_->found_types) all_->take_symbols_as_variables();
}

debug_info::~debug_info() = default;

bool debug_info::has_symbols() const { return all_->has_symbol_table; }
bool debug_info::has_types() const { return all_->found_types; }
bool debug_info::uses_brood() const { return all_->uses_brood; }
const std::vector<variable>& debug_info::variables() const { return all_->variables; }
std::uint64_t debug_info::begin() const { return all_->begin; }
std::uint64_t debug_info::end() const { return all_->end; }

std::string debug_info::symbol_at(std::uint64_t address) const {
    const symbol* one = all_->symbol_holding(address);
    if (one == nullptr) return {};
    const std::uint64_t inside = address - one->address;
    return demangled(one->name) + (inside == 0 ? "" : "+" + std::to_string(inside));
}

std::optional<std::string> debug_info::text_at(std::uint64_t address, std::size_t most) const {
    std::size_t count = 0;
    elf_getphdrnum(all_->elf, &count);
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr header;
        if (gelf_getphdr(all_->elf, static_cast<int>(i), &header) == nullptr || header.p_type != PT_LOAD ||
            address < header.p_vaddr || address - header.p_vaddr >= header.p_filesz)
            continue;
        const std::uint64_t inside = address - header.p_vaddr;
        const std::size_t size = std::min<std::uint64_t>(most, header.p_filesz - inside);
        const Elf_Data* data =
            elf_getdata_rawchunk(all_->elf, static_cast<std::int64_t>(header.p_offset + inside), size, ELF_T_BYTE);
        if (data != nullptr) return std::string(static_cast<const char*>(data->d_buf), data->d_size);
    }
    return std::nullopt;
}

const type& debug_info::complete(const type& one) {
    // Every type is made by debug_types, as a lazy_type that is not const.
    auto& whole = const_cast<lazy_type&>(static_cast<const lazy_type&>(one));
    whole.owner->fill(whole);
    return one;
}

const member* type::find(const std::string& member_name) const {
    for (const member& one : members)
        if (one.name == member_name) return &one;
    return nullptr;
}

}  // namespace tool::check
