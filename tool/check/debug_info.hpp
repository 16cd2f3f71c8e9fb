// SPDX-License-Identifier: MIT
// The variables and types of a program or shared library, from its symbol table and its debug information.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tool::check {

struct type;

struct member {
    std::string name;  // empty: a base class or an unnamed union
    std::uint64_t offset = 0;
    const type* what = nullptr;
    std::uint64_t bits = 0;        // of a bit field; 0: it is none
    std::uint64_t bit_offset = 0;  // from the start of the object
};

struct type {
    enum class kind : std::uint8_t {
        unknown,
        boolean,
        signed_integer,
        unsigned_integer,
        character,
        floating,
        enumeration,
        pointer,
        structure,
        either,  // a union
        array
    } what = kind::unknown;
    std::string name;  // with its namespaces
    std::uint64_t size = 0;
    const type* target = nullptr;  // of a pointer, of an array's elements
    std::uint64_t count = 0;       // elements of an array
    std::vector<member> members;
    std::map<std::string, const type*> parameters;  // of a template, by name
    std::map<std::int64_t, std::string> enumerators;

    const member* find(const std::string& member_name) const;
};

struct variable {
    std::string name;  // with its namespaces, its class or "function()::"
    std::string file;  // where it is declared; empty: not known
    int line = 0;
    std::uint64_t address = 0;  // in the file's own addresses
    std::uint64_t size = 0;
    const type* what = nullptr;  // null: only its size is known
    bool of_function = false;    // a static local
};

// One program or library. Not safe from several threads.
class debug_info {
public:
    // Throws std::runtime_error with one sentence when the file is missing or is no ELF file.
    explicit debug_info(const std::filesystem::path& file);
    ~debug_info();
    debug_info(const debug_info&) = delete;
    debug_info& operator=(const debug_info&) = delete;

    // Whether there is a symbol table, and whether debug information tells of types.
    bool has_symbols() const;
    bool has_types() const;
    // Whether it uses brood, by what its symbols are named.
    bool uses_brood() const;
    // The user's variables: without those of brood, of the standard library and of what the system brought along.
    const std::vector<variable>& variables() const;
    // The addresses that it takes when it is loaded.
    std::uint64_t begin() const;
    std::uint64_t end() const;
    // "name" or "name+8" of the symbol that holds the address; empty when there is none.
    std::string symbol_at(std::uint64_t address) const;
    // Bytes of the file as they are when it is loaded, before anything is written or relocated.
    std::optional<std::string> text_at(std::uint64_t address, std::size_t most) const;

    // Fills in members, parameters and enumerators, once.
    static const type& complete(const type& one);

private:
    struct contents;
    std::unique_ptr<contents> all_;
};

}  // namespace tool::check
