// SPDX-License-Identifier: MIT
#include "process/inspection.hpp"

#include "codec/function.hpp"
#include "platform/process_image.hpp"

#include <atomic>
#include <charconv>

namespace brood::detail::inspection {
namespace {

std::atomic<bool> is_active{false};

// Of this process; a forked child starts with its parent's, and gets its own by become().
struct inspected {
    inspection_setup setup;
    std::vector<std::optional<platform::access_counter>> counters;
};

// Never freed: exit handlers of any order may still start or reap children.
inspected& here() {
    static auto* const all = new inspected;
    return *all;
}

// Takes the text up to the next `end`.
std::string take(std::string_view& text, char end) {
    const auto at = text.find(end);
    const std::string front(text.substr(0, at));
    text.remove_prefix(at == text.npos ? text.size() : at + 1);
    return front;
}

std::uint64_t number(std::string_view text, int base) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

// "BUILD-ID+OFFSET+SIZE,..."
std::vector<watched_place> parse_places(std::string_view text) {
    std::vector<watched_place> all;
    while (!text.empty()) {
        const std::string entry = take(text, ',');
        std::string_view rest = entry;
        watched_place one;
        one.build_id = take(rest, '+');
        one.offset = number(take(rest, '+'), 16);
        one.size = static_cast<std::uint32_t>(number(rest, 10));
        all.push_back(std::move(one));
    }
    return all;
}

// No blank and no line feed, so that it is one word of a line.
std::string word(const std::string& text) {
    std::string safe;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) > ' ' && c != '%') {
            safe += c;
            continue;
        }
        constexpr const char* digits = "0123456789ABCDEF";
        safe += '%';
        safe += digits[static_cast<unsigned char>(c) >> 4];
        safe += digits[static_cast<unsigned char>(c) & 15];
    }
    return safe.empty() ? "%" : safe;
}

// A file for each process; a line is appended by one write, so that those of several threads do not mix.
void note(const std::string& line) noexcept {
    try {
        const std::string path =
            here().setup.folder + "/events-" + std::to_string(platform::current_process_id()) + ".txt";
        const auto file = platform::open_file(path, {.write = true, .append = true, .create = true});
        const std::string text = line + "\n";
        platform::write_file(file.get(), std::as_bytes(std::span(text)));
    } catch (const std::exception&) {
        // the tool says that this process told nothing
    }
}

void picture(const std::string& name, const std::string& head) noexcept {
    if (name.empty()) return;
    try {
        const std::string pid = std::to_string(platform::current_process_id());
        platform::write_process_image(here().setup.folder + "/" + name, "brood-picture 1\npid " + pid + "\n" + head);
    } catch (const std::exception& error) {
        note("blind picture " + word(error.what()));
    }
}

const platform::module* find(const std::vector<platform::module>& modules, const std::string& build_id) {
    for (const auto& one : modules)
        if (hex(one.build_id) == build_id) return &one;
    return nullptr;
}

void watch(const std::vector<platform::module>& modules, std::size_t index) {
    auto& self = here();
    const watched_place& place = self.setup.watched[index];
    try {
        const auto* module = find(modules, place.build_id);
        if (module == nullptr) return;
        self.counters[index].emplace(reinterpret_cast<const void*>(module->base + place.offset), place.size);
    } catch (const std::exception& error) {
        note("blind " + std::to_string(index) + " " + word(error.what()));
    }
}

}  // namespace

void adopt_from_environment() {
    const std::string variable = platform::take_variable("BROOD_CHECK");
    std::string_view rest = variable;
    if (rest.empty()) return;
    auto& setup = here().setup;
    const std::string method = take(rest, '|');
    for (const auto one : available_start_methods())
        if (to_string(one) == method) setup.method = one;
    setup.pictures = static_cast<std::uint32_t>(number(take(rest, '|'), 10));
    setup.watched = parse_places(take(rest, '|'));
    setup.folder = rest;
    is_active = true;
    note("hello");
}

bool active() noexcept { return is_active.load(std::memory_order_relaxed); }

std::optional<start_method> forced_method() noexcept { return active() ? here().setup.method : std::nullopt; }

void main_begins() noexcept {
    if (active() && here().setup.pictures > 0) picture(std::to_string(platform::current_process_id()) + ".begin", "");
}

std::optional<inspection_setup> child_starts(const std::string& name, const std::string& identity,
                                             start_method method) noexcept {
    if (!active()) return std::nullopt;
    try {
        note("start " + identity + " " + std::string(to_string(method)) + " " + word(name));
        inspection_setup told = here().setup;
        const auto last = identity.rfind(':');
        const auto ordinal = number(last == identity.npos ? identity : identity.substr(last + 1), 10);
        told.picture.clear();
        if (ordinal > told.pictures) return told;
        std::string stem = std::to_string(platform::current_process_id()) + "-" + identity;
        for (char& c : stem)
            if (c == ':') c = '.';
        picture(stem + ".parent", "method " + std::string(to_string(method)) + "\nname " + word(name) + "\n");
        told.picture = stem + ".child";
        return told;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

void method_chosen(start_method method) noexcept {
    if (active()) note("chosen " + std::string(to_string(method)));
}

void become(const std::optional<inspection_setup>& setup) noexcept {
    if (!setup) return;
    here().setup = *setup;
    here().counters.clear();
    is_active = true;
}

void target_begins() noexcept {
    if (!active()) return;
    auto& self = here();
    picture(self.setup.picture, "");
    if (self.setup.watched.empty()) return;
    try {
        const auto modules = platform::loaded_modules();
        self.counters.resize(self.setup.watched.size());
        for (std::size_t i = 0; i < self.setup.watched.size(); ++i) watch(modules, i);
    } catch (const std::exception& error) {
        note("blind modules " + word(error.what()));
    }
}

void target_ended() noexcept {
    if (!active()) return;
    auto& counters = here().counters;
    for (std::size_t i = 0; i < counters.size(); ++i) {
        if (!counters[i]) continue;
        try {
            const auto seen = counters[i]->read();
            note("access " + std::to_string(i) + " " + std::to_string(seen.all) + " " + std::to_string(seen.writes));
        } catch (const std::exception& error) {
            note("blind " + std::to_string(i) + " " + word(error.what()));
        }
    }
    counters.clear();
}

void child_ended(const std::string& name, const exit_status& status) noexcept {
    if (!active()) return;
    try {
        note("end " + word(name) + " " + word(status.to_string()));
    } catch (const std::exception&) {
        // it is missing from the comparison then
    }
}

}  // namespace brood::detail::inspection
