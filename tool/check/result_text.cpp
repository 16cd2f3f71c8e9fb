// SPDX-License-Identifier: MIT
#include "check/result.hpp"

#include "quantity.hpp"

#include <algorithm>

namespace tool::check {
namespace {

constexpr std::size_t most_lines = 5;

std::string count(std::size_t number, const std::string& one, const std::string& several) {
    return std::to_string(number) + " " + (number == 1 ? one : several);
}

std::string run_table(const result& all, const style& look) {
    std::string text =
        look.paint(ink::bold, pad_right("  method", 14) + pad_left("exit code", 10) + pad_left("children", 10) +
                                  pad_left("files", 7) + pad_left("time", 10)) +
        "\n";
    for (const run& one : all.runs)
        text += pad_right("  " + one.label, 14) + pad_left(one.timed_out ? "late" : std::to_string(one.code), 10) +
                pad_left(std::to_string(one.children.size()), 10) + pad_left(std::to_string(one.files.size()), 7) +
                pad_left(quantity(one.seconds, "s"), 10) + "\n";
    return text;
}

// What a program printed must not move the cursor of who reads about it.
std::string harmless(std::string line) {
    for (char& c : line)
        if (static_cast<unsigned char>(c) < ' ' || c == 127) c = c == '\t' ? ' ' : '?';
    return line;
}

std::string side(const std::string& label, const std::vector<std::string>& lines, const style& look) {
    std::string text;
    for (std::size_t i = 0; i < std::min(lines.size(), most_lines); ++i)
        text += "    " + pad_right(label, 11) + " " + look.paint(ink::blue, harmless(lines[i])) + "\n";
    if (lines.size() > most_lines)
        text += "    " + pad_right(label, 11) + " and " + count(lines.size() - most_lines, "more line", "more lines") +
                "\n";
    return text;
}

std::string difference_text(const run_difference& one, const style& look) {
    std::string text = "  " + look.bad(headline_of(one)) + "\n";
    if (one.only_first.empty() && one.only_other.empty()) return text + "    the order alone\n";
    return text + side(one.first, one.only_first, look) + side(one.method, one.only_other, look);
}

std::string use_text(const drift& one) {
    if (one.use == "read") return "A child read it.";
    if (one.use == "written") return "A child wrote it, without reading it before.";
    if (one.use == "not used") return "No child used it.";
    return "Whether a child read it cannot be told" + (one.use_note.empty() ? "." : ": " + one.use_note + ".");
}

}  // namespace

std::string headline_of(const run_difference& one) {
    const bool several = one.kind == "files" || one.kind == "children";
    return one.kind + " under " + one.method + (several ? " are not those" : " is not that") + " under " + one.first;
}

std::string sentence_of(const drift& one) {
    std::string where = one.file.empty()
                            ? " in " + one.module
                            : " at " + to_utf8(from_utf8(one.file).filename()) + ":" + std::to_string(one.line);
    return "`" + one.name + "`" + where + ": parent " + one.parent + ", child " + one.child + ": " + one.cause;
}

namespace {

bool is_harmless(const drift& one) { return one.use == "not used" || one.use == "written"; }

std::string drift_text(const drift& one, const style& look) {
    const std::string head = sentence_of(one) + " (" + joined(one.methods, ", ") + "). " + use_text(one);
    std::string text;
    const auto lines = wrap(head, look.width - 4);
    for (std::size_t i = 0; i < lines.size(); ++i)
        text +=
            (i == 0 ? "  " + look.paint(is_harmless(one) ? ink::yellow : ink::red, is_harmless(one) ? "-" : "!") + " "
                    : "    ") +
            lines[i] + "\n";
    return text;
}

std::string title(const style& look, const std::string& text) { return "\n" + look.paint(ink::bold, text) + "\n"; }

std::string verdict(const result& all, const style& look) {
    const std::size_t unused =
        static_cast<std::size_t>(std::count_if(all.found.variables.begin(), all.found.variables.end(), is_harmless));
    if (all.differs()) return look.bad("this program does not do the same under every start method.");
    if (unused > 0) return look.good("the same under every start method; no child uses the variables above.");
    return look.good(
        "the same under every start method: " + count(all.found.variables_compared, "variable", "variables") +
        " compared at " + count(all.found.compared, "start", "starts") + ".");
}

}  // namespace

std::string as_text(const result& all, const style& look) {
    std::string text = look.paint(ink::bold, joined(all.command, " ")) + "\n\n" + run_table(all, look);
    if (!all.differences.empty()) text += title(look, "What differs");
    for (const run_difference& one : all.differences) text += difference_text(one, look);
    if (!all.found.variables.empty()) text += title(look, "Variables whose value a child does not have");
    for (const drift& one : all.found.variables) text += drift_text(one, look);
    if (!all.found.inherited.empty()) text += title(look, "What only a forked child inherits");
    for (const inherited_thing& one : all.found.inherited)
        text += paragraph(look, one.kind + " " + one.what + ": " + one.note + ".", 2);
    if (!all.found.notes.empty()) text += "\n";
    for (const std::string& note : all.found.notes) text += paragraph(look, "note: " + note + ".", 2);
    return text + "\n" + verdict(all, look) + "\n";
}

}  // namespace tool::check
