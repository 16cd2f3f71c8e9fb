// SPDX-License-Identifier: MIT
// A type with something of everything, for bytes that nobody wrote.
#pragma once

#include <brood/serialization.hpp>

#include <cereal/types/base_class.hpp>
#include <cereal/types/polymorphic.hpp>

#include <array>
#include <bitset>
#include <chrono>
#include <complex>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stack>
#include <string>
#include <system_error>
#include <tuple>
#include <unordered_map>
#include <valarray>
#include <variant>
#include <vector>

namespace hostile {

enum class colour : std::uint8_t { red, green };
struct plain {
    double number;
    bool yes;
    colour paint;
};
class built {
public:
    explicit built(int v) : value_(std::make_unique<int>(v)) {}
    template <class A>
    void serialize(A& archive) {
        archive(*value_);
    }
    template <class A>
    static void load_and_construct(A& archive, cereal::construct<built>& construct) {
        int value;
        archive(value);
        construct(value);
    }

private:
    std::unique_ptr<int> value_;
};
struct made {
    const int id;
    built part;
    std::string text;
};
struct base {
    virtual ~base() = default;
    std::string name;
    template <class A>
    void serialize(A& archive) {
        archive(name);
    }
};
struct derived : base {
    std::vector<std::unique_ptr<base>> children;
    template <class A>
    void serialize(A& archive) {
        archive(cereal::base_class<base>(this), children);
    }
};
struct stranger {
    virtual ~stranger() = default;
    int value = 0;
    template <class A>
    void serialize(A& archive, const std::uint32_t) {
        archive(value);
    }
};
struct tree {
    int value = 0;
    std::unique_ptr<tree> left, right;
    std::vector<tree> children;
};

struct everything {
    bool flag = false;
    colour paint = colour::red;
    long double big = 0;
    std::string text;
    std::u16string wide;
    std::filesystem::path path;
    std::vector<plain> plains;
    std::vector<bool> bits;
    std::vector<std::string> texts;
    std::deque<std::optional<int>> maybe;
    std::list<std::variant<std::monostate, std::string, built>> choices;
    std::forward_list<std::pair<int, std::string>> pairs;
    std::map<std::string, std::vector<made>> mades;
    std::unordered_map<int, std::array<plain, 2>> arrays;
    std::multiset<std::tuple<int, std::string>> tuples;
    std::stack<std::string> stack;
    std::valarray<float> floats;
    std::valarray<std::string> strings;
    std::bitset<13> set;
    std::complex<float> complex;
    std::chrono::milliseconds time{};
    std::error_code code;
    plain c_array[3]{};
    std::shared_ptr<std::string> shared;
    std::shared_ptr<const std::string> again;
    std::shared_ptr<int> other;
    std::weak_ptr<std::string> weak;
    std::shared_ptr<made> shared_made;
    std::unique_ptr<tree> root;
    std::shared_ptr<base> polymorphic;
    std::unique_ptr<base> owned;
    std::unique_ptr<stranger> unrelated;
    std::vector<stranger> versioned;
    std::vector<std::monostate> nothing;
};

// With all of it filled.
inline everything full() {
    everything all;
    all.flag = true;
    all.big = 1.5L;
    all.text = "text";
    all.wide = u"wide";
    all.path = "a/b";
    all.plains = {{1, true, colour::green}, {2, false, colour::red}};
    all.bits = {true, false, true};
    all.texts = {"a", "", "ccc"};
    all.maybe = {1, std::nullopt};
    all.choices.emplace_back(std::monostate());
    all.choices.emplace_back("x");
    all.choices.emplace_back(built(3));
    all.pairs = {{1, "a"}, {2, "b"}};
    all.mades["k"].push_back(made{1, built(2), "z"});
    all.arrays[1] = {plain{1, true, colour::red}, plain{2, true, colour::red}};
    all.tuples = {{1, "a"}, {1, "a"}};
    all.stack.push("s");
    all.floats = {1, 2, 3};
    all.strings = {"v", "w"};
    all.set = 5;
    all.code = std::make_error_code(std::errc::not_enough_memory);
    all.shared = std::make_shared<std::string>("shared");
    all.again = all.shared;
    all.other = std::make_shared<int>(1);
    all.weak = all.shared;
    all.shared_made = std::make_shared<made>(made{1, built(2), "z"});
    all.root = std::make_unique<tree>();
    all.root->left = std::make_unique<tree>();
    all.root->children.resize(2);
    auto d = std::make_shared<derived>();
    d->children.push_back(std::make_unique<derived>());
    d->children.push_back(std::make_unique<base>());
    all.polymorphic = d;
    all.owned = std::make_unique<derived>();
    all.unrelated = std::make_unique<stranger>();
    all.versioned.resize(2);
    all.nothing.resize(3);
    return all;
}

}  // namespace hostile

CEREAL_REGISTER_TYPE(hostile::derived)
CEREAL_REGISTER_TYPE(hostile::stranger)
