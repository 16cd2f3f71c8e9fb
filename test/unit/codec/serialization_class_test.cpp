// SPDX-License-Identifier: MIT
// Classes: aggregates without code, and every form of cereal's.
#include "round_trip.hpp"

#include <cereal/cereal.hpp>
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <variant>
#include <vector>

using test::round_trip;

namespace {

// ---- aggregates ---------------------------------------------------------------------------------

struct point {
    double x = 0, y = 0;
    bool operator==(const point&) const = default;
};
struct tag {
    bool operator==(const tag&) const = default;
};
struct many {
    int a[2][3]{};
    char name[32]{};
    std::vector<std::unique_ptr<int>> owned;
    std::map<std::string, std::vector<point>> points;
    tag empty;
    std::optional<std::variant<int, std::string>> choice;
    struct {
        int x = 0;
        bool yes = false;
    } anonymous_type;
};
struct tree {
    int value = 0;
    std::vector<tree> children;
    std::map<int, tree> named;
    bool operator==(const tree&) const = default;
};
struct empty_base {
    bool operator==(const empty_base&) const = default;
};
struct with_empty_base : empty_base {
    int value = 0;
    std::string text;
    bool operator==(const with_empty_base&) const = default;
};
struct wide {
    int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5, c6, c7,
        c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2, f3, f4, f5,
        f6, f7, f8, f9, g0, g1, g2, g3, g4, g5, g6, g7, g8;
    std::string last;
    bool operator==(const wide&) const = default;
};
struct adder {
    int by;
    int operator()(int x) const { return x + by; }
};
struct flags {
    std::int64_t id;
    bool a, b;
    std::uint8_t kind;
    bool operator==(const flags&) const = default;
};

// ---- classes without default constructor --------------------------------------------------------

class celsius {
public:
    explicit celsius(double degrees) : degrees_(degrees) {}
    double degrees() const { return degrees_; }
    bool operator==(const celsius&) const = default;
    auto operator<=>(const celsius&) const = default;
    template <class A>
    void serialize(A& archive) {
        archive(degrees_);
    }
    template <class A>
    static void load_and_construct(A& archive, cereal::construct<celsius>& construct) {
        double degrees;
        archive(degrees);
        construct(degrees);
    }

private:
    double degrees_;
};
struct reading {
    const int sensor;
    celsius value;
    std::array<int, 2> raw;
    bool operator==(const reading&) const = default;
};
struct outside_constructed {
    explicit outside_constructed(int v) : value(v) {}
    int value;
    bool operator==(const outside_constructed&) const = default;
    template <class A>
    void save(A& archive) const {
        archive(value);
    }
};

// ---- cereal's forms -----------------------------------------------------------------------------

class member_serialize {
public:
    member_serialize() = default;
    explicit member_serialize(int v) : value_(v), text_(std::to_string(v)) {}
    bool operator==(const member_serialize&) const = default;

private:
    friend class cereal::access;
    template <class A>
    void serialize(A& archive) {
        archive(CEREAL_NVP(value_), cereal::make_nvp("text", text_));
    }
    int value_ = 0;
    std::string text_;
};
class private_default {
public:
    static private_default make(int v) {
        private_default made;
        made.value_ = v;
        return made;
    }
    bool operator==(const private_default&) const = default;

private:
    friend class cereal::access;
    private_default() = default;
    template <class A>
    void serialize(A& archive) {
        archive& value_;
    }
    int value_ = 0;
};
struct free_serialize {
    int value = 0;
    std::string unsent;
};
template <class A>
void serialize(A& archive, free_serialize& what) {
    archive(what.value);
}
struct member_split {
    int value = 0;
    template <class A>
    void save(A& archive) const {
        archive << value * 2;
    }
    template <class A>
    void load(A& archive) {
        archive >> value;
        value /= 2;
    }
};
struct free_split {
    int value = 0;
};
template <class A>
void save(A& archive, const free_split& what) {
    archive(std::string(static_cast<std::size_t>(what.value), 'x'));
}
template <class A>
void load(A& archive, free_split& what) {
    std::string text;
    archive(text);
    what.value = static_cast<int>(text.size());
}
struct minimal {
    int value = 0;
    template <class A>
    std::string save_minimal(const A&) const {
        return std::to_string(value);
    }
    template <class A>
    void load_minimal(const A&, const std::string& text) {
        value = std::stoi(text);
    }
};
struct versioned {
    int value = 0;
    std::uint32_t seen = 0;
    template <class A>
    void serialize(A& archive, const std::uint32_t version) {
        archive(value);
        seen = version;
    }
};
struct bytes_inside {
    int numbers[4]{};
    std::vector<int> later;
    template <class A>
    void save(A& archive) const {
        archive(cereal::binary_data(numbers, sizeof numbers), cereal::make_size_tag(later.size()));
        for (const int i : later) archive(i);
    }
    template <class A>
    void load(A& archive) {
        cereal::size_type size;
        archive(cereal::binary_data(numbers, sizeof numbers), cereal::make_size_tag(size));
        later.resize(size);
        for (int& i : later) archive(i);
    }
};
struct put_off {
    int first = 0, second = 0;
    template <class A>
    void serialize(A& archive) {
        archive(cereal::defer(first), second);
        archive.serializeDeferments();
    }
};
struct base_part {
    int base = 0;
    template <class A>
    void serialize(A& archive) {
        archive(base);
    }
};
struct derived_part : base_part {
    int own = 0;
    template <class A>
    void serialize(A& archive) {
        archive(cereal::base_class<base_part>(this), own);
    }
};
struct left : virtual base_part {
    int l = 0;
    template <class A>
    void serialize(A& archive) {
        archive(cereal::virtual_base_class<base_part>(this), l);
    }
};
struct right : virtual base_part {
    int r = 0;
    template <class A>
    void serialize(A& archive) {
        archive(cereal::virtual_base_class<base_part>(this), r);
    }
};
struct diamond : left, right {
    template <class A>
    void serialize(A& archive) {
        archive(cereal::virtual_base_class<left>(this), cereal::virtual_base_class<right>(this));
    }
};
struct chosen_form : member_serialize {
    int own = 0;
    template <class A>
    void save(A& archive) const {
        archive(own);
    }
    template <class A>
    void load(A& archive) {
        archive(own);
    }
};
// Its member has no default constructor, but exists when it is read.
class holds_constructed {
public:
    holds_constructed() : held_(0) {}
    explicit holds_constructed(int v) : held_(v) {}
    int value() const { return held_.value; }
    template <class A>
    void serialize(A& archive) {
        archive(held_);
    }

private:
    struct no_default {
        explicit no_default(int v) : value(v) {}
        int value;
        template <class A>
        void serialize(A& archive) {
            archive(value);
        }
    };
    no_default held_;
};

template <class T, class E>
struct outcome_like {
    using value_type = T;
    using error_type = E;
    struct unexpected_type {
        explicit unexpected_type(E e) : error(std::move(e)) {}
        E error;
    };
    explicit outcome_like(T v) : state(std::move(v)) {}
    explicit outcome_like(unexpected_type e) : state(std::move(e.error)) {}
    bool has_value() const { return state.index() == 0; }
    const T& operator*() const { return std::get<0>(state); }
    const E& error() const { return std::get<1>(state); }

private:
    std::variant<T, E> state;
};

int twice(int x) { return 2 * x; }
struct methods {
    virtual ~methods() = default;
    int plain(int x) const { return x + offset; }
    virtual int overridden() { return 1; }
    int offset = 0;
};
struct more_methods : methods {
    int overridden() override { return 2; }
};

}  // namespace

CEREAL_CLASS_VERSION(versioned, 7)
CEREAL_SPECIALIZE_FOR_ALL_ARCHIVES(chosen_form, cereal::specialization::member_load_save)
namespace cereal {
template <>
struct LoadAndConstruct<outside_constructed> {
    template <class A>
    static void load_and_construct(A& archive, cereal::construct<outside_constructed>& construct) {
        int value;
        archive(value);
        construct(value);
    }
};
}  // namespace cereal

TEST_CASE("an aggregate needs no code") {
    many sent;
    sent.a[1][2] = 5;
    std::strcpy(sent.name, "a name");
    sent.owned.push_back(std::make_unique<int>(1));
    sent.owned.push_back(nullptr);
    sent.points = {{"p", {{1, 2}, {3, 4}}}};
    sent.choice = "text";
    sent.anonymous_type.yes = true;
    const many arrived = round_trip(sent);
    CHECK(arrived.a[1][2] == 5);
    CHECK(std::string(arrived.name) == "a name");
    CHECK(*arrived.owned.at(0) == 1);
    CHECK(arrived.owned.at(1) == nullptr);
    CHECK(arrived.points == sent.points);
    CHECK(arrived.choice == sent.choice);
    CHECK(arrived.anonymous_type.yes);
}

TEST_CASE("aggregates may contain themselves, derive from empty classes and have 70 members") {
    const tree root{1, {{2, {}, {}}, {3, {{4, {}, {}}}, {}}}, {{7, {8, {}, {}}}}};
    CHECK(round_trip(root) == root);
    const with_empty_base derived{{}, 3, "x"};
    CHECK(round_trip(derived) == derived);
    wide all{};
    all.a3 = 4;
    all.g8 = 5;
    all.last = "z";
    CHECK(round_trip(all) == all);
}

TEST_CASE("vectors of plain aggregates with padding and bools survive") {
    const std::vector<flags> sent{{1, true, false, 9}, {-2, false, true, 0}};
    CHECK(round_trip(sent) == sent);
    const std::vector<point> points(10'000, point{1, 2});
    CHECK(round_trip(points) == points);
}

TEST_CASE("types without a default constructor arrive by value, alone and in containers") {
    CHECK(round_trip(celsius(3)) == celsius(3));
    const reading r{4, celsius(5), {6, 7}};
    CHECK(round_trip(r) == r);
    CHECK(round_trip(outside_constructed(8)) == outside_constructed(8));
    CHECK(round_trip(std::vector{celsius(1), celsius(2)}).at(1) == celsius(2));
    CHECK(round_trip(std::vector{r}).at(0) == r);
    CHECK(round_trip(std::map<int, celsius>{{1, celsius(2)}}).at(1) == celsius(2));
    CHECK(round_trip(std::map<celsius, reading>{{celsius(1), r}}).begin()->second == r);
    CHECK(round_trip(std::set{celsius(2)}).begin()->degrees() == 2);
    CHECK(round_trip(std::optional(celsius(2))) == celsius(2));
    CHECK(round_trip(std::pair(celsius(1), 2)) == std::pair(celsius(1), 2));
    CHECK(round_trip(std::tuple(r, celsius(1))) == std::tuple(r, celsius(1)));
    CHECK(round_trip(std::array{celsius(1), celsius(2)}) == std::array{celsius(1), celsius(2)});
    using choice = std::variant<celsius, int>;
    CHECK(round_trip(choice(celsius(1))) == choice(celsius(1)));
    CHECK(round_trip(choice(2)) == choice(2));
    CHECK(*round_trip(std::make_unique<celsius>(1)) == celsius(1));
    CHECK(*round_trip(std::make_shared<reading>(r)) == r);
}

TEST_CASE("classes with a member serialize, private or public, survive") {
    CHECK(round_trip(member_serialize(5)) == member_serialize(5));
    CHECK(round_trip(private_default::make(6)) == private_default::make(6));
    CHECK(round_trip(std::vector{private_default::make(6)}).at(0) == private_default::make(6));
    CHECK(*round_trip(std::make_shared<private_default>(private_default::make(6))) == private_default::make(6));
    CHECK(round_trip(holds_constructed(7)).value() == 7);
}

TEST_CASE("user code wins over the members of an aggregate") {
    const auto arrived = round_trip(free_serialize{1, "not sent"});
    CHECK(arrived.value == 1);
    CHECK(arrived.unsent.empty());
}

TEST_CASE("save and load, free functions and the minimal forms are used") {
    CHECK(round_trip(member_split{21}).value == 21);
    CHECK(round_trip(free_split{4}).value == 4);
    CHECK(round_trip(minimal{12}).value == 12);
    const auto inside = round_trip(bytes_inside{{1, 2, 3, 4}, {5, 6}});
    CHECK(inside.numbers[3] == 4);
    CHECK(inside.later == std::vector{5, 6});
    CHECK(round_trip(put_off{1, 2}).first == 1);
}

TEST_CASE("a class version is sent once and given to every object") {
    const auto arrived = round_trip(std::vector<versioned>(3));
    for (const versioned& v : arrived) CHECK(v.seen == 7);
    CHECK(test::bytes_of(std::vector<versioned>(3)).size() == 8 + 4 + 3 * 4);
}

TEST_CASE("base classes are sent, a virtual one once in each object") {
    derived_part derived;
    derived.base = 1;
    derived.own = 2;
    CHECK(round_trip(derived).base == 1);
    CHECK(round_trip(derived).own == 2);
    std::vector<diamond> two(2);
    two[0].base = 3;
    two[1].base = 4;
    two[1].r = 5;
    const auto arrived = round_trip(two);
    CHECK(arrived[0].base == 3);
    CHECK(arrived[1].base == 4);
    CHECK(arrived[1].r == 5);
    CHECK(test::bytes_of(two).size() == 8 + 2 * 3 * sizeof(int));
}

TEST_CASE("cereal::specialize chooses among several forms") {
    chosen_form sent;
    sent.own = 3;
    CHECK(round_trip(sent).own == 3);
}

TEST_CASE("a value or an error survives as what it is") {
    using result = outcome_like<std::string, int>;
    CHECK(*round_trip(result("fine")) == "fine");
    CHECK(round_trip(result(result::unexpected_type(3))).error() == 3);
}

TEST_CASE("functions, lambdas without captures, callable objects and member functions survive") {
    CHECK(round_trip(&twice)(4) == 8);
    int (*none)(int) = nullptr;
    CHECK((round_trip(none) == nullptr));
    CHECK(round_trip([](int x) { return x + 1; })(1) == 2);
    CHECK(round_trip(adder{3})(1) == 4);
    methods object;
    object.offset = 2;
    CHECK((object.*round_trip(&methods::plain))(1) == 3);
    more_methods derived;
    CHECK((derived.*round_trip(&methods::overridden))() == 2);
    int (methods::*no_method)(int) const = nullptr;
    CHECK((round_trip(no_method) == nullptr));
}

TEST_CASE("exceptions survive inside of values") {
    const auto arrived = round_trip(std::pair(1, std::make_exception_ptr(std::runtime_error("why"))));
    CHECK_THROWS_WITH_AS(std::rethrow_exception(arrived.second), "why", std::runtime_error);
}
