// SPDX-License-Identifier: MIT
#include "layout.hpp"
#include "quantity.hpp"
#include "top/table.hpp"
#include "top/words.hpp"

#include <algorithm>
#include <set>

namespace tool {
namespace {

using namespace brood::native;

std::string plural(std::size_t count, const std::string& word) {
    return std::to_string(count) + " " + word + (count == 1 ? "" : word.ends_with("s") ? "es" : "s");
}

// Other programs' names may hold anything: nothing that a terminal obeys, and whole characters only.
std::string harmless(const std::string& text) {
    std::string kept;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto sign = static_cast<unsigned char>(text[i]);
        const bool obeyed = sign < ' ' || sign == 0x7F;
        const bool obeyed_in_utf8 =
            sign == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        kept += obeyed || obeyed_in_utf8 ? '?' : text[i];
        if (obeyed_in_utf8) ++i;
    }
    return kept;
}

std::string cut(const std::string& text, std::size_t width) {
    if (text.size() <= width) return text;
    std::size_t end = width - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // the middle of a character
    return text.substr(0, end) + "...";
}

std::string file_name(const std::string& path) { return harmless(to_utf8(from_utf8(path).filename())); }

std::string rate(double value) { return value == 0 ? "0" : quantity(value, "tasks/s"); }
std::string time(std::chrono::nanoseconds value) { return quantity(std::chrono::duration<double>(value).count(), "s"); }
std::string memory(std::uint64_t bytes) { return bytes == 0 ? "" : quantity(static_cast<double>(bytes), "bytes"); }

constexpr std::size_t number_width = 4, pid_width = 9, state_width = 10, value_width = 11;

std::string worker_title() {
    return "  " + pad_left("", number_width) + pad_left("pid", pid_width) + "  " + pad_right("state", state_width) +
           pad_left("since", value_width) + pad_left("tasks", value_width) + pad_left("tasks/s", value_width) +
           pad_left("memory", value_width) + "  runs";
}

std::string line_of(const worker_activity& one, const progress& rates, function_names& names, const style& look) {
    const std::string state = pad_right(to_word(one.state), state_width);
    const std::size_t used = 2 + number_width + pid_width + 2 + state_width + 4 * value_width + 2;
    return "  " + pad_left(std::to_string(one.id), number_width) +
           pad_left(one.pid == 0 ? "" : std::to_string(one.pid), pid_width) + "  " +
           (one.state == brood::worker_state::busy ? look.paint(ink::green, state) : state) +
           pad_left(one.pid == 0 ? "" : time(one.in_state), value_width) +
           pad_left(std::to_string(one.tasks), value_width) + pad_left(rate(rates.rate_of(one.pid)), value_width) +
           pad_left(memory(one.memory), value_width) + "  " +
           cut(harmless(names.of(one.task)), std::max<std::size_t>(look.width, used + 20) - used) + "\n";
}

std::string text_of(const pool_activity& one, const progress& rates, function_names& names, const style& look) {
    std::string text = "  " + look.paint(ink::bold, harmless(one.name)) + " of " + std::to_string(one.owner) + ": " +
                       plural(one.workers.size(), "worker") + ", " + std::to_string(one.waiting) + " waiting, " +
                       std::to_string(one.running) + " running, " + std::to_string(one.ended) + " ended, " +
                       rate(rates.rate_of(one));
    if (one.workers.size() != one.wanted) text += ", " + std::to_string(one.wanted) + " wanted";
    if (one.failed != 0) text += ", " + look.paint(ink::red, std::to_string(one.failed) + " failed");
    if (one.restarts != 0) text += ", " + look.paint(ink::yellow, plural(one.restarts, "restart"));
    text += "\n" + look.paint(ink::faint, worker_title()) + "\n";
    for (const auto& worker : one.workers) text += line_of(worker, rates, names, look);
    return text;
}

// Those that are no workers.
std::string other_processes(const session_activity& session) {
    std::set<brood::process_id> workers;
    for (const auto& pool : session.pools)
        for (const auto& worker : pool.workers) workers.insert(worker.pid);
    std::string text;
    for (const auto& one : session.processes) {
        if (workers.count(one.pid) != 0) continue;
        text += "  " + pad_right(file_name(one.program), 28) + pad_left(std::to_string(one.pid), pid_width) +
                pad_left(memory(one.memory), value_width);
        if (one.parent != 0) text += "  child of " + std::to_string(one.parent);
        text += "\n";
    }
    return text;
}

std::string text_of(const session_activity& one, const progress& rates, function_names& names, const style& look) {
    if (!one.readable) return "\nA session of another version of brood: it cannot be read.\n";
    const std::string name = one.processes.empty() ? "" : file_name(one.processes.front().program);
    std::string text = "\n" + look.paint(ink::bold, name) + ": " + plural(one.processes.size(), "process") + ", " +
                       quantity(static_cast<double>(one.bytes), "bytes") + " of shared memory in " +
                       plural(one.blocks, "block") + "\n" + other_processes(one);
    for (const auto& pool : one.pools) text += text_of(pool, rates, names, look);
    return text;
}

}  // namespace

std::string as_text(const look_at& now, const progress& rates, function_names& names, const style& look) {
    std::size_t processes = 0, pools = 0;
    for (const auto& session : now.sessions) {
        processes += session.processes.size();
        pools += session.pools.size();
    }
    if (now.sessions.empty()) return "No process of yours uses anything of brood's that is shared.\n";
    std::string text = plural(now.sessions.size(), "session") + ", " + plural(processes, "process") + ", " +
                       plural(pools, "pool") + "\n";
    for (const auto& session : now.sessions) text += text_of(session, rates, names, look);
    return text;
}

}  // namespace tool
