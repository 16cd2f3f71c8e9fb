// SPDX-License-Identifier: MIT
// The environment. Names differ in more than case. Entries that begin with '=' (the current directory of each drive)
// are the system's own: they are never shown, nor touched.
#include "platform/windows/environment.hpp"

#include <algorithm>
#include <memory>
#include <stdlib.h>

namespace brood::platform {

namespace windows {

namespace {

std::wstring_view name_of(std::wstring_view entry) { return entry.substr(0, entry.find(L'=')); }

int compare_names(std::wstring_view a, std::wstring_view b) {
    return CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()), TRUE) -
           CSTR_EQUAL;
}

bool comes_before(const std::wstring& a, const std::wstring& b) { return compare_names(name_of(a), name_of(b)) < 0; }
bool same_name(const std::wstring& a, const std::wstring& b) { return compare_names(name_of(a), name_of(b)) == 0; }

bool has_name(std::wstring_view entry) { return entry.find(L'=') != 0 && entry.find(L'=') != entry.npos; }

std::vector<std::wstring> own_variables() {
    const std::unique_ptr<wchar_t, decltype(&FreeEnvironmentStringsW)> block(GetEnvironmentStringsW(),
                                                                             &FreeEnvironmentStringsW);
    if (!block) throw_last_error("GetEnvironmentStringsW");
    std::vector<std::wstring> all;
    for (const wchar_t* entry = block.get(); *entry != L'\0'; entry += all.back().size() + 1) all.emplace_back(entry);
    std::erase_if(all, [](const std::wstring& entry) { return !has_name(entry); });
    return all;
}

// Sorted by name; of several with one name the last stays.
void normalize(std::vector<std::wstring>& variables) {
    std::reverse(variables.begin(), variables.end());
    std::stable_sort(variables.begin(), variables.end(), comes_before);
    variables.erase(std::unique(variables.begin(), variables.end(), same_name), variables.end());
}

std::vector<std::wstring> to_wide(std::span<const std::string> variables) {
    std::vector<std::wstring> wide;
    wide.reserve(variables.size() + 2);
    for (const std::string& variable : variables) wide.push_back(widen(variable));
    std::erase_if(wide, [](const std::wstring& entry) { return !has_name(entry); });
    return wide;
}

void set_variable(const std::wstring& entry) {
    const std::wstring name(name_of(entry));
    const wchar_t* value = entry.c_str() + name.size() + 1;
    if (_wputenv_s(name.c_str(), value) != 0) throw_error(ERROR_INVALID_PARAMETER, "_wputenv_s");
    // The C library takes an empty value for a removal; the system does not.
    if (*value == L'\0' && !SetEnvironmentVariableW(name.c_str(), value)) throw_last_error("SetEnvironmentVariableW");
}

}  // namespace

std::optional<std::string> get_variable(const wchar_t* name) {
    std::wstring value(GetEnvironmentVariableW(name, nullptr, 0), L'\0');
    if (value.empty()) return std::nullopt;
    value.resize(GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size())));
    return narrow(value);
}

void unset_variable(const std::wstring& name) {
    _wputenv_s(name.c_str(), L"");
    SetEnvironmentVariableW(name.c_str(), nullptr);
}

std::wstring environment_block(std::span<const std::string> variables, const std::vector<std::wstring>& extra) {
    std::vector<std::wstring> all;
    if (const auto root = get_variable(L"SystemRoot")) all.push_back(L"SystemRoot=" + widen(*root));
    std::ranges::move(to_wide(variables), std::back_inserter(all));
    all.insert(all.end(), extra.begin(), extra.end());
    normalize(all);
    std::wstring block;
    for (const std::wstring& entry : all) block.append(entry).push_back(L'\0');
    block.append(all.empty() ? 2 : 1, L'\0');
    return block;
}

}  // namespace windows

using namespace windows;

std::vector<std::string> environment() {
    std::vector<std::string> all;
    for (const std::wstring& entry : own_variables()) all.push_back(narrow(entry));
    return all;
}

void set_environment(std::span<const std::string> all) {
    std::vector<std::wstring> wanted = to_wide(all);
    normalize(wanted);
    for (const std::wstring& entry : own_variables())
        if (!std::binary_search(wanted.begin(), wanted.end(), entry, comes_before))
            unset_variable(std::wstring(name_of(entry)));
    for (const std::wstring& entry : wanted) set_variable(entry);
}

}  // namespace brood::platform
