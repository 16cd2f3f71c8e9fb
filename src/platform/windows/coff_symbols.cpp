// SPDX-License-Identifier: MIT
#include "platform/windows/coff_symbols.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace brood::platform::windows {
namespace {

constexpr std::size_t longest_name = 4096;

// ---- the symbol table

struct symbol_table {
    byte_view file;
    std::size_t begin;
    std::size_t count;
    std::size_t strings() const noexcept { return begin + count * IMAGE_SIZEOF_SYMBOL; }
};

// A record is 18 bytes: name, value, section number, type, class and the number of records that add to it.
std::optional<IMAGE_SYMBOL> symbol_at(const symbol_table& table, std::size_t number) noexcept {
    const auto bytes = table.file.part(table.begin + number * IMAGE_SIZEOF_SYMBOL, IMAGE_SIZEOF_SYMBOL);
    if (bytes.empty()) return std::nullopt;
    IMAGE_SYMBOL symbol;
    std::memcpy(&symbol, bytes.data(), IMAGE_SIZEOF_SYMBOL);
    return symbol;
}

// Names of up to 8 bytes are in the record, others in the string table.
std::string name_of(const symbol_table& table, const IMAGE_SYMBOL& symbol) {
    const auto* text = reinterpret_cast<const char*>(&symbol.N);
    std::uint32_t zeroes = 0;
    std::uint32_t offset = 0;
    std::memcpy(&zeroes, text, sizeof zeroes);
    std::memcpy(&offset, text + sizeof zeroes, sizeof offset);
    if (zeroes != 0) return std::string(text, strnlen(text, sizeof symbol.N));
    return std::string(table.file.text(table.strings() + offset, longest_name));
}

// Compilers also put labels, sections and file names into the table: those are no functions.
bool is_function(const IMAGE_SYMBOL& symbol) noexcept {
    const bool has_class =
        symbol.StorageClass == IMAGE_SYM_CLASS_EXTERNAL || symbol.StorageClass == IMAGE_SYM_CLASS_STATIC;
    return has_class && symbol.SectionNumber > 0 && ISFCN(symbol.Type);
}

void read_table(byte_view file, const pe_headers& headers, std::vector<function_symbol>& into) {
    const auto& header = headers.nt().FileHeader;
    const symbol_table table{file, header.PointerToSymbolTable, header.NumberOfSymbols};
    if (table.begin == 0) return;
    for (std::size_t i = 0; i < table.count; ++i) {
        const auto symbol = symbol_at(table, i);
        if (!symbol) return;
        if (is_function(*symbol)) {
            const auto section = headers.section(static_cast<std::size_t>(symbol->SectionNumber) - 1);
            if (section) into.push_back({section->VirtualAddress + symbol->Value, name_of(table, *symbol)});
        }
        i += symbol->NumberOfAuxSymbols;
    }
}

// ---- exports

// Where the bytes of a relative address are in the file.
std::optional<std::size_t> file_offset(const pe_headers& headers, std::uint32_t address) noexcept {
    for (std::size_t i = 0; i < headers.section_count(); ++i) {
        const auto section = headers.section(i);
        if (!section || address < section->VirtualAddress) continue;
        const auto inside = address - section->VirtualAddress;
        if (inside < section->SizeOfRawData) return std::size_t{section->PointerToRawData} + inside;
    }
    return std::nullopt;
}

template <class T>
std::optional<T> value_at(byte_view file, const pe_headers& headers, std::uint32_t table, std::size_t number) noexcept {
    const auto begin = file_offset(headers, table);
    return begin ? file.get<T>(*begin + number * sizeof(T)) : std::nullopt;
}

void read_exports(byte_view file, const pe_headers& headers, std::vector<function_symbol>& into) {
    const auto directory = headers.directory(IMAGE_DIRECTORY_ENTRY_EXPORT);
    const auto exports = value_at<IMAGE_EXPORT_DIRECTORY>(file, headers, directory.VirtualAddress, 0);
    if (directory.Size == 0 || !exports) return;
    for (std::size_t i = 0; i < exports->NumberOfNames; ++i) {
        const auto name = value_at<std::uint32_t>(file, headers, exports->AddressOfNames, i);
        const auto number = value_at<std::uint16_t>(file, headers, exports->AddressOfNameOrdinals, i);
        if (!name || !number) return;
        const auto address = value_at<std::uint32_t>(file, headers, exports->AddressOfFunctions, *number);
        const auto text = file_offset(headers, *name);
        if (address && text) into.push_back({*address, std::string(file.text(*text, longest_name))});
    }
}

}  // namespace

std::vector<function_symbol> read_function_symbols(byte_view file) {
    std::vector<function_symbol> symbols;
    const auto headers = pe_headers::read(file);
    if (!headers) return symbols;
    read_table(file, *headers, symbols);
    if (symbols.empty()) read_exports(file, *headers, symbols);
    std::ranges::stable_sort(symbols, {}, &function_symbol::address);
    return symbols;
}

}  // namespace brood::platform::windows
