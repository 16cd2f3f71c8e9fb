// SPDX-License-Identifier: MIT
#include "platform/windows/command_line.hpp"

namespace brood::platform::windows {

namespace {

constexpr std::size_t longest_line = 32'766;

// Patterns too: within quotes the C library does not replace them by the names of files.
bool needs_quotes(std::wstring_view argument) {
    return argument.empty() || argument.find_first_of(L" \t\n\v\"*?[") != argument.npos;
}

// Backslashes mean themselves unless a quote follows: then they come in pairs, and an odd one makes the quote a
// character of the argument.
void append_quoted(std::wstring& line, std::wstring_view argument) {
    std::size_t backslashes = 0;
    line += L'"';
    for (const wchar_t c : argument) {
        if (c == L'"') line.append(backslashes + 1, L'\\');
        backslashes = c == L'\\' ? backslashes + 1 : 0;
        line += c;
    }
    line.append(backslashes, L'\\') += L'"';
}

// The program's name is read by another rule: up to the next quote, and a backslash is a backslash. A name cannot hold
// a quote.
void append_name(std::wstring& line, const std::wstring& name) {
    if (name.find(L'"') != name.npos) throw_error(ERROR_INVALID_NAME, "the program's name holds a quote");
    line += needs_quotes(name) ? L'"' + name + L'"' : name;
}

}  // namespace

std::wstring command_line(std::span<const std::string> arguments) {
    std::wstring line;
    for (const std::string& argument : arguments) {
        const std::wstring wide = widen(argument);
        if (&argument == arguments.data()) {
            append_name(line, wide);
            continue;
        }
        line += L' ';
        needs_quotes(wide) ? append_quoted(line, wide) : void(line += wide);
    }
    if (line.size() > longest_line) throw_error(ERROR_FILENAME_EXCED_RANGE, "the arguments are too long");
    return line;
}

}  // namespace brood::platform::windows
