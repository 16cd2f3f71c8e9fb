// SPDX-License-Identifier: MIT
#include "top/function_name.hpp"

#include <elfutils/libdwfl.h>
#include <memory>

namespace tool {
namespace {

// What the file itself says is enough: nobody is asked for debug information.
int no_debug_info(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*, GElf_Word, char**) {
    return -1;
}

constexpr Dwfl_Callbacks callbacks{nullptr, no_debug_info, dwfl_offline_section_address, nullptr};

}  // namespace

std::string symbol_at(const std::string& file, std::uint64_t offset) {
    const std::unique_ptr<Dwfl, void (*)(Dwfl*)> reader(dwfl_begin(&callbacks), &dwfl_end);
    Dwfl_Module* const module = reader ? dwfl_report_offline(reader.get(), "", file.c_str(), -1) : nullptr;
    GElf_Addr moved = 0;  // addresses here, minus those of the file
    if (module == nullptr || dwfl_report_end(reader.get(), nullptr, nullptr) != 0 ||
        dwfl_module_getelf(module, &moved) == nullptr)
        return {};
    const char* const name = dwfl_module_addrname(module, offset + moved);
    return name == nullptr ? std::string() : name;
}

}  // namespace tool
