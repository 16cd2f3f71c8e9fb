// SPDX-License-Identifier: MIT
#include "doctor.hpp"

#include "findings.hpp"
#include "style.hpp"

#include <algorithm>
#include <iostream>

namespace tool {
namespace {

constexpr std::size_t name_width = 22;

const char* to_string(health state) {
    switch (state) {
        case health::good: return "good";
        case health::notice: return "notice";
        case health::trouble: break;
    }
    return "trouble";
}

std::string mark(const style& look, health state) {
    switch (state) {
        case health::good: return look.paint(ink::green, look.unicode ? "✓" : "+");
        case health::notice: return look.paint(ink::yellow, "!");
        case health::trouble: break;
    }
    return look.paint(ink::red, look.unicode ? "✗" : "X");
}

std::string in_words(const finding& one, const style& look) {
    std::string name = one.name;
    std::replace(name.begin(), name.end(), '_', ' ');
    std::string text;
    const std::string head = "  " + mark(look, one.state) + " " + pad_right(name, name_width);
    const std::size_t indent = 4 + name_width;
    std::string before = head;
    for (const std::string& line : wrap(one.text, look.width - indent)) {
        text += before + line + "\n";
        before.assign(indent, ' ');
    }
    for (const std::string& line : wrap(one.advice, look.width - indent))
        text += std::string(indent, ' ') + look.paint(ink::faint, line) + "\n";
    return text;
}

std::string as_text(const std::vector<finding>& all, const style& look) {
    std::string text, group;
    for (const finding& one : all) {
        if (one.group != group) text += (group.empty() ? "" : "\n") + look.paint(ink::bold, one.group) + "\n";
        group = one.group;
        text += in_words(one, look);
    }
    return text;
}

std::string as_json(const std::vector<finding>& all) {
    auto list = nlohmann::ordered_json::array();
    for (const finding& one : all)
        list.push_back({{"group", one.group},
                        {"name", one.name},
                        {"state", to_string(one.state)},
                        {"text", one.text},
                        {"value", one.value},
                        {"advice", one.advice}});
    return list.dump(2) + "\n";
}

std::string verdict(const std::vector<finding>& all, const style& look) {
    const auto count = [&](health state) {
        return std::count_if(all.begin(), all.end(), [&](const finding& one) { return one.state == state; });
    };
    if (const auto wrong = count(health::trouble); wrong > 0)
        return look.bad(std::to_string(wrong) + (wrong == 1 ? " thing does" : " things do") + " not work here.");
    const auto notices = count(health::notice);
    if (notices == 0) return look.good("Everything that brood needs is here.");
    return look.good("Everything that brood needs is here; " + std::to_string(notices) +
                     (notices == 1 ? " thing is" : " things are") + " worth a look.");
}

}  // namespace

int run_doctor(const doctor_options& options) {
    std::vector<finding> all = look_at_machine();
    for (const auto& more : {try_out_processes(), look_at_build()}) all.insert(all.end(), more.begin(), more.end());
    const style look = style::of_standard_output();
    std::cout << (options.json ? as_json(all) : as_text(all, look) + "\n" + verdict(all, look) + "\n") << std::flush;
    const bool sick =
        std::any_of(all.begin(), all.end(), [](const finding& one) { return one.state == health::trouble; });
    return sick ? 1 : 0;
}

}  // namespace tool
