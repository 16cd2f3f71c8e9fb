// SPDX-License-Identifier: MIT
#include "check/result.hpp"

#include <nlohmann/json.hpp>

namespace tool::check {
namespace {

using json = nlohmann::ordered_json;

json to_json(const run& one) {
    json files = json::object();
    for (const auto& [name, file] : one.files) files[name] = file.removed ? json(nullptr) : json(file.size);
    return {{"method", one.label},  {"exit_code", one.code}, {"timed_out", one.timed_out}, {"seconds", one.seconds},
            {"output", one.output}, {"files", files},        {"children", one.children}};
}

json to_json(const run_difference& one) {
    return {{"kind", one.kind},
            {"method", one.method},
            {"compared_with", one.first},
            {"only_there", one.only_first},
            {"only_here", one.only_other}};
}

json to_json(const drift& one) {
    return {{"name", one.name},     {"file", one.file},        {"line", one.line},   {"module", one.module},
            {"parent", one.parent}, {"child", one.child},      {"cause", one.cause}, {"methods", one.methods},
            {"use", one.use},       {"use_note", one.use_note}};
}

json to_json(const inherited_thing& one) { return {{"kind", one.kind}, {"what", one.what}, {"note", one.note}}; }

template <class List>
json list_of(const List& all) {
    json list = json::array();
    for (const auto& one : all) list.push_back(to_json(one));
    return list;
}

}  // namespace

// Bytes of a program's output that are no UTF-8 become the replacement character.
std::string as_json(const result& all) {
    const json whole = {{"command", all.command},
                        {"same", !all.differs()},
                        {"runs", list_of(all.runs)},
                        {"differences", list_of(all.differences)},
                        {"variables", list_of(all.found.variables)},
                        {"variables_compared", all.found.variables_compared},
                        {"starts_compared", all.found.compared},
                        {"inherited", list_of(all.found.inherited)},
                        {"notes", all.found.notes}};
    return whole.dump(2, ' ', false, nlohmann::detail::error_handler_t::replace) + "\n";
}

}  // namespace tool::check
