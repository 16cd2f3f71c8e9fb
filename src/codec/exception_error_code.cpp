// SPDX-License-Identifier: MIT
#include "codec/exception_error_code.hpp"

#include <atomic>
#include <future>
#include <ios>
#include <memory>
#include <string_view>

namespace brood::detail {
namespace {

// ---- categories that are not known here

struct known_message {
    int value;
    std::string text;
    const known_message* next;
};

class foreign_category final : public std::error_category {
public:
    foreign_category(std::string_view name, const foreign_category* next_one) : next(next_one), name_(name) {}
    const char* name() const noexcept override { return name_.c_str(); }

    std::string message(int value) const override {
        const auto* known = find(value);
        return known ? known->text : "error " + std::to_string(value);
    }

    // Others may read meanwhile: messages are only added.
    void learn(int value, std::string_view text) const {
        if (find(value)) return;
        auto made = std::make_unique<known_message>(known_message{value, std::string(text), messages_.load()});
        while (!messages_.compare_exchange_weak(made->next, made.get())) {
        }
        made.release();  // owned by the list
    }

    const foreign_category* next;

private:
    const known_message* find(int value) const noexcept {
        const auto* known = messages_.load(std::memory_order_acquire);
        while (known && known->value != value) known = known->next;
        return known;
    }

    std::string name_;
    mutable std::atomic<const known_message*> messages_{nullptr};
};

// Categories live for ever, as all of their kind do. A sender may invent names and values without end: then the message
// is lost, and the last category serves for all.
constinit std::atomic<const foreign_category*> foreign{nullptr};
constinit std::atomic<int> learned{0};
constexpr int most_learned = 4096;

const foreign_category* find_foreign(std::string_view name) noexcept {
    const auto* known = foreign.load(std::memory_order_acquire);
    while (known && known->name() != name) known = known->next;
    return known;
}

const foreign_category& add_foreign(std::string_view name) {
    auto made = std::make_unique<foreign_category>(name, foreign.load());
    while (!foreign.compare_exchange_weak(made->next, made.get())) {
        if (const auto* other = find_foreign(name)) return *other;
    }
    return *made.release();  // owned by the list
}

const std::error_category& foreign_with(std::string_view name, int value, std::string_view message) {
    const auto* known = find_foreign(name);
    const bool may_learn = learned.fetch_add(1, std::memory_order_relaxed) < most_learned;
    if (!known && !may_learn) return std::generic_category();
    const auto& category = known ? *known : add_foreign(name);
    if (may_learn) category.learn(value, message);
    return category;
}

const std::error_category* standard_category(std::string_view name) noexcept {
    const std::error_category* const all[] = {&std::generic_category(), &std::system_category(),
                                              &std::iostream_category(), &std::future_category()};
    for (const auto* category : all) {
        if (category->name() == name) return category;
    }
    return nullptr;
}

}  // namespace

void write_error_code(string_sink& sink, const std::error_code& code) {
    write_number(sink, static_cast<std::uint32_t>(code.value()));
    write_text(sink, code.category().name());
    write_text(sink, standard_category(code.category().name()) ? std::string() : code.message());
}

std::error_code read_error_code(byte_reader& in) {
    const auto value = static_cast<int>(in.number<std::uint32_t>());
    const auto name = in.text();
    const auto message = in.text();
    if (const auto* category = standard_category(name)) return {value, *category};
    return {value, foreign_with(name, value, message)};
}

std::string without_message(const std::string& what, const std::error_code& code) {
    const auto message = code.message();
    if (what == message) return {};
    const auto suffix = ": " + message;
    return what.ends_with(suffix) ? what.substr(0, what.size() - suffix.size()) : what;
}

}  // namespace brood::detail
