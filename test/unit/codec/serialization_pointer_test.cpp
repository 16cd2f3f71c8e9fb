// SPDX-License-Identifier: MIT
// Owning pointers: graphs keep their shape, derived classes their class.
#include "round_trip.hpp"

#include <cereal/types/base_class.hpp>
#include <cereal/types/polymorphic.hpp>
#include <doctest/doctest.h>

#include <array>
#include <map>
#include <memory>
#include <vector>

using test::round_trip;

namespace {

struct node {
    int value = 0;
    std::shared_ptr<node> next;
    std::weak_ptr<node> back;
};
struct chain {
    int value = 0;
    std::unique_ptr<chain> next;
};

class parent_of_many : public std::enable_shared_from_this<parent_of_many> {
public:
    std::vector<std::weak_ptr<parent_of_many>> me;
    template <class A>
    void serialize(A& archive) {
        archive(me);
    }
};

// Built by load_and_construct, and part of a cycle.
class built {
public:
    explicit built(int v) : value(v) {}
    int value;
    std::shared_ptr<built> self;
    template <class A>
    void serialize(A& archive) {
        archive(value, self);
    }
    template <class A>
    static void load_and_construct(A& archive, cereal::construct<built>& construct) {
        int value;
        archive(value);
        construct(value);
        archive(construct->self);
    }
};
struct constant {
    const int value;
    std::weak_ptr<constant> self;
};

struct first_member {
    int value = 0;
};
struct with_parts {
    first_member first;
    std::string text;
    std::array<std::pair<char, int>, 3> array;
};

struct shape {
    virtual ~shape() = default;
    virtual double area() const = 0;
};
struct square : shape {
    double side = 0;
    double area() const override { return side * side; }
    template <class A>
    void serialize(A& archive) {
        archive(side);
    }
};
struct other_base {
    virtual ~other_base() = default;
    int padding = 1;
};
struct circle : other_base, shape {
    explicit circle(double r) : radius(r) {}
    double radius;
    double area() const override { return 3 * radius * radius; }
    template <class A>
    void serialize(A& archive) {
        archive(radius);
    }
    template <class A>
    static void load_and_construct(A& archive, cereal::construct<circle>& construct) {
        double radius;
        archive(radius);
        construct(radius);
    }
};
struct unregistered : shape {
    double area() const override { return 0; }
    template <class A>
    void serialize(A&) {}
};
struct unrelated : shape {  // its relation to shape is not registered
    double area() const override { return 0; }
    template <class A>
    void serialize(A&) {}
};
struct animal {
    virtual ~animal() = default;
    std::string name;
    template <class A>
    void serialize(A& archive) {
        archive(name);
    }
};
struct dog : animal {
    int tricks = 0;
    template <class A>
    void serialize(A& archive) {
        archive(cereal::base_class<animal>(this), tricks);
    }
};

}  // namespace

CEREAL_REGISTER_TYPE(square)
CEREAL_REGISTER_TYPE(circle)
CEREAL_REGISTER_TYPE(unrelated)
CEREAL_REGISTER_TYPE(dog)
CEREAL_REGISTER_POLYMORPHIC_RELATION(shape, square)
CEREAL_REGISTER_POLYMORPHIC_RELATION(shape, circle)

TEST_CASE("null pointers arrive as null") {
    CHECK(round_trip(std::unique_ptr<int>()) == nullptr);
    CHECK(round_trip(std::shared_ptr<int>()) == nullptr);
    CHECK(round_trip(std::weak_ptr<int>()).expired());
    CHECK(round_trip(std::shared_ptr<shape>()) == nullptr);
    CHECK(round_trip(std::unique_ptr<animal>()) == nullptr);
}

TEST_CASE("a weak pointer whose object is gone arrives empty") {
    std::weak_ptr<int> gone = std::make_shared<int>(1);
    CHECK(round_trip(gone).expired());
}

TEST_CASE("an object that is shared arrives as one, across containers and const") {
    const auto text = std::make_shared<std::string>("x");
    const auto arrived =
        round_trip(std::pair(std::vector{text, text}, std::map<int, std::shared_ptr<const std::string>>{{1, text}}));
    CHECK(arrived.first[0] == arrived.first[1]);
    CHECK(arrived.second.at(1) == arrived.first[0]);
    CHECK(*arrived.first[0] == "x");
}

TEST_CASE("a cycle closes again") {
    const auto first = std::make_shared<node>();
    first->value = 1;
    first->next = std::make_shared<node>();
    first->next->back = first;
    first->next->next = first;
    const auto arrived = round_trip(first);
    CHECK(arrived->next->back.lock() == arrived);
    CHECK(arrived->next->next == arrived);
    arrived->next->next.reset();
    first->next->next.reset();
}

TEST_CASE("a cycle through an object that builds itself closes again") {
    const auto sent = std::make_shared<built>(3);
    sent->self = sent;
    const auto arrived = round_trip(sent);
    CHECK(arrived->value == 3);
    CHECK(arrived->self == arrived);
    arrived->self.reset();
    sent->self.reset();
    const auto fixed = std::make_shared<constant>(constant{4, {}});
    fixed->self = fixed;
    const auto other = round_trip(fixed);
    CHECK(other->value == 4);
    CHECK(other->self.lock() == other);
}

TEST_CASE("an object that shares itself knows its owner after it arrived") {
    const auto sent = std::make_shared<parent_of_many>();
    sent->me.push_back(sent);
    const auto arrived = round_trip(sent);
    CHECK(arrived->shared_from_this() == arrived);
    CHECK(arrived->me[0].lock() == arrived);
}

TEST_CASE("a pointer to a member keeps pointing into the object that its owner shares") {
    const auto whole = std::make_shared<with_parts>();
    whole->first.value = 7;
    whole->array[2].second = 8;
    const std::shared_ptr<first_member> first(whole, &whole->first);
    const std::shared_ptr<const int> deep(whole, &whole->array[2].second);
    const auto [owner, a, b, again] = round_trip(std::tuple(whole, first, deep, whole));
    CHECK(a.get() == &owner->first);
    CHECK(b.get() == &owner->array[2].second);
    CHECK(*b == 8);
    CHECK(again == owner);
    CHECK_FALSE(a.owner_before(owner));
    CHECK_FALSE(owner.owner_before(a));
}

TEST_CASE("a pointer to a member that comes before its owner arrives as an object of its own") {
    const auto whole = std::make_shared<with_parts>();
    whole->first.value = 7;
    const auto [a, owner] = round_trip(std::tuple(std::shared_ptr<first_member>(whole, &whole->first), whole));
    CHECK(a->value == 7);
    CHECK(owner->first.value == 7);
}

TEST_CASE("a part that the object does not have is refused") {
    const auto whole = std::make_shared<with_parts>();
    const auto sent = std::tuple(whole, std::shared_ptr<first_member>(whole, &whole->first));
    auto bytes = test::bytes_of(sent);
    const std::size_t offset = bytes.size() - 8;
    for (const std::uint64_t wrong : {std::uint64_t{4}, std::uint64_t{1}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        std::memcpy(&bytes[offset], &wrong, sizeof wrong);
        CHECK(test::error_of([&] { test::from_bytes<std::remove_const_t<decltype(sent)>>(bytes); }).reason() ==
              "shared object 1 has no such part");
    }
}

TEST_CASE("a pointer to an abstract class brings back the derived one") {
    std::vector<std::unique_ptr<shape>> shapes;
    auto a = std::make_unique<square>();
    a->side = 2;
    shapes.push_back(std::move(a));
    shapes.push_back(std::make_unique<circle>(1));
    shapes.push_back(std::make_unique<circle>(2));
    const auto arrived = round_trip(shapes);
    CHECK(arrived[0]->area() == 4);
    CHECK(arrived[1]->area() == 3);
    CHECK(arrived[2]->area() == 12);
    CHECK(dynamic_cast<circle*>(arrived[2].get()) != nullptr);
}

TEST_CASE("pointers to base and derived class share one object, also when the base is not at its start") {
    const auto derived = std::make_shared<circle>(2);
    const std::shared_ptr<shape> base = derived;
    const auto arrived = round_trip(std::tuple(base, derived, std::weak_ptr<shape>(base)));
    CHECK(std::get<0>(arrived) == std::get<1>(arrived));
    CHECK(std::get<2>(arrived).lock() == std::get<0>(arrived));
    CHECK(std::get<0>(arrived)->area() == 12);
    CHECK(std::get<1>(arrived)->padding == 1);
}

TEST_CASE("a concrete base class and its derived class are told apart") {
    const std::shared_ptr<animal> plain = std::make_shared<animal>();
    plain->name = "plain";
    const auto special = std::make_shared<dog>();
    special->name = "rex";
    special->tricks = 3;
    const auto arrived = round_trip(std::vector<std::shared_ptr<animal>>{plain, special});
    const animal& first = *arrived[0];
    CHECK(typeid(first) == typeid(animal));
    CHECK(arrived[0]->name == "plain");
    const auto* rex = dynamic_cast<const dog*>(arrived[1].get());
    REQUIRE(rex != nullptr);
    CHECK(rex->tricks == 3);
    CHECK(rex->name == "rex");
}

TEST_CASE("classes that are not registered are refused by name") {
    const auto error = test::error_of([] { round_trip(std::unique_ptr<shape>(std::make_unique<unregistered>())); });
    CHECK(error.reason().find("unregistered") != std::string::npos);
    CHECK(error.reason().find("CEREAL_REGISTER_TYPE") != std::string::npos);
    const auto relation = test::error_of([] { round_trip(std::unique_ptr<shape>(std::make_unique<unrelated>())); });
    CHECK(relation.reason().find("CEREAL_REGISTER_POLYMORPHIC_RELATION") != std::string::npos);
}

TEST_CASE("lists of 512 linked objects pass and longer ones are refused on both sides") {
    const auto linked = [](int length) {
        auto head = std::make_unique<chain>();
        for (int i = 1; i < length; ++i) {
            auto next = std::make_unique<chain>();
            next->next = std::move(head);
            head = std::move(next);
        }
        return head;
    };
    int length = 0;
    const auto arrived = round_trip(linked(512));
    for (const chain* at = arrived.get(); at != nullptr; at = at->next.get()) ++length;
    CHECK(length == 512);
    const auto error = test::error_of([&] { round_trip(linked(513)); });
    CHECK(error.reason() == "nested deeper than 512 objects");
    std::vector<std::byte> hostile;
    for (int i = 0; i < 100'000; ++i) {
        hostile.push_back(std::byte{1});
        hostile.insert(hostile.end(), sizeof(int), std::byte{0});
    }
    const auto loading = test::error_of([&] { test::from_bytes<std::unique_ptr<chain>>(hostile); });
    CHECK(loading.reason() == "nested deeper than 512 objects");
}

TEST_CASE("a number of a shared object that was never sent, or of another type, is refused") {
    const std::uint32_t unknown[] = {0x80000001, 7, 5};
    const auto bytes = std::as_bytes(std::span(unknown));
    CHECK(test::error_of([&] {
              test::from_bytes<std::pair<std::shared_ptr<int>, std::shared_ptr<int>>>(bytes);
          }).reason() == "a shared object with the unknown number 5");
    const std::uint32_t other[] = {0x80000001, 7, 1};
    CHECK(test::error_of([&] {
              test::from_bytes<std::pair<std::shared_ptr<int>, std::shared_ptr<float>>>(
                  std::as_bytes(std::span(other)));
          }).reason() == "shared object 1 is of another type");
}
