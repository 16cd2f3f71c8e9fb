// SPDX-License-Identifier: MIT
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

// Holds what cannot cross.
class counter {
public:
    explicit counter(int begin = 0) : value_(begin) {}
    counter(const std::string& text, int factor) : value_(static_cast<int>(text.size()) * factor) {}
    counter(const counter&) = delete;
    counter& operator=(const counter&) = delete;

    int add(int what) { return value_ += what; }
    int value() const noexcept { return value_; }
    brood::process_id pid() const { return brood::current_process().pid(); }
    const std::string& text() const { return text_; }
    void set_text(const std::string& text) { text_ = text; }
    int overloaded(int) { return 1; }
    int overloaded(const std::string&) const { return 2; }
    void fail(const std::string& what) { throw std::out_of_range(what); }

private:
    int value_;
    std::string text_;
    std::unique_ptr<int> cannot_cross_;
};

struct animal {
    virtual ~animal() = default;
    virtual std::string name() const { return "animal"; }
    int legs() const { return legs_; }
    int legs_ = 0;
};
struct dog : animal {
    explicit dog(int legs) { legs_ = legs; }
    std::string name() const override { return "dog"; }
};

struct point {
    int x = 0, y = 0;
    std::vector<int> more = {};
};

int twice(const counter& of, int plus) { return of.value() * 2 + plus; }

// An object that names others.
struct keeper {
    std::vector<brood::proxy<counter>> kept;
    void keep(const brood::proxy<counter>& one) { kept.push_back(one); }
    int sum() const {
        int all = 0;
        for (const auto& one : kept) all += one.call<&counter::value>();
        return all;
    }
    void drop() { kept.clear(); }
};

}  // namespace

TEST_CASE("an object is made and called in the manager's process") {
    brood::manager m;
    const auto c = m.create<counter>(5);
    CHECK(c.call<&counter::add>(2) == 7);
    CHECK(c.call<&counter::value>() == 7);
    CHECK(c.call<&counter::pid>() == m.pid());
    CHECK(m.pid() != brood::current_process().pid());
}

TEST_CASE("arguments convert to what constructor and members take") {
    brood::manager m;
    const auto c = m.create<counter>("four", 3);
    CHECK(c.call<&counter::value>() == 12);
    CHECK(c.call<&counter::add>(2.9) == 14);
    c.call<&counter::set_text>("words");
    CHECK(c.call<&counter::text>() == "words");
    CHECK(c.call<static_cast<int (counter::*)(int)>(&counter::overloaded)>(1) == 1);
    CHECK(c.call<static_cast<int (counter::*)(const std::string&) const>(&counter::overloaded)>("x") == 2);
}

TEST_CASE("virtual and inherited members are called as in the object's process") {
    brood::manager m;
    const auto d = m.create<dog>(4);
    CHECK(d.call<&animal::name>() == "dog");
    CHECK(d.call<&dog::legs>() == 4);
    CHECK(d.get<&animal::legs_>() == 4);
}

TEST_CASE("data members are read and written; aggregates are objects, too") {
    brood::manager m;
    const auto p = m.create<point>(1, 2);
    CHECK(p.get<&point::y>() == 2);
    p.set<&point::x>(7);
    p.set<&point::more>(std::vector{1, 2, 3});
    CHECK(p.get<&point::x>() == 7);
    CHECK(p.get<&point::more>() == std::vector{1, 2, 3});
}

TEST_CASE("functions run over the object where it is") {
    brood::manager m;
    const auto c = m.create<counter>(5);
    CHECK(c.apply(twice, 1) == 11);
    CHECK(c.apply(&twice, 2) == 12);
    CHECK(c.with([](counter& object, int by) { return object.add(object.value() * by); }, 2) == 15);
    CHECK(c.async_apply([](const counter& object) { return object.value(); }).get() == 15);
}

TEST_CASE("async calls of one thread run in order") {
    brood::manager m;
    const auto p = m.create<point>();
    std::vector<brood::future<std::size_t>> sizes;
    for (int i = 0; i < 200; ++i)
        sizes.push_back(p.async_apply(
            [](point& object, int value) {
                object.more.push_back(value);
                return object.more.size();
            },
            i));
    for (std::size_t i = 0; i < sizes.size(); ++i) CHECK(sizes[i].get() == i + 1);
    std::vector<int> expected(200);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(p.get<&point::more>() == expected);
}

TEST_CASE("what a call or a constructor throws is thrown in the caller") {
    struct picky {
        explicit picky(int number) {
            if (number < 0) throw std::invalid_argument("negative");
        }
    };
    brood::manager m;
    const auto c = m.create<counter>();
    CHECK_THROWS_WITH_AS(c.call<&counter::fail>("too far"), "too far", std::out_of_range);
    auto later = c.async<&counter::fail>("later");
    CHECK_THROWS_WITH_AS(later.get(), "later", std::out_of_range);
    CHECK_THROWS_WITH_AS(m.create<picky>(-1), "negative", std::invalid_argument);
    CHECK(c.call<&counter::value>() == 0);
    CHECK(m.object_count() == 1);
}

TEST_CASE("large arguments and results cross") {
    brood::manager m;
    const auto p = m.create<point>();
    for (const std::size_t size : {100U, 1000U, 5000U, 1000000U}) {
        std::vector<int> values(size);
        std::iota(values.begin(), values.end(), 0);
        p.set<&point::more>(values);
        CHECK(p.get<&point::more>() == values);
    }
}

TEST_CASE("the last proxy destroys the object, in whatever process it was") {
    brood::manager m;
    CHECK(m.object_count() == 0);
    {
        const auto c = m.create<counter>(1);
        const auto same = c;
        CHECK(m.object_count() == 1);
        CHECK(same == c);
        const int seen =
            brood::async([](brood::proxy<counter> theirs) { return theirs.call<&counter::add>(1); }, c).get();
        CHECK(seen == 2);
        CHECK(m.object_count() == 1);
    }
    CHECK(m.object_count() == 0);
    brood::queue<brood::proxy<counter>> q;
    q.put(m.create<counter>(3));
    CHECK(m.object_count() == 1);
    const int seen =
        brood::async([](brood::queue<brood::proxy<counter>> theirs) { return theirs.get().call<&counter::value>(); }, q)
            .get();
    CHECK(seen == 3);
    CHECK(comes_true([&] { return m.object_count() == 0; }));
}

TEST_CASE("proxies cross inside any value, and come back as results") {
    brood::manager m;
    std::map<std::string, brood::proxy<counter>> all;
    all["one"] = m.create<counter>(1);
    all["two"] = m.create<counter>(2);
    const auto back = brood::async(
                          [](std::map<std::string, brood::proxy<counter>> theirs) {
                              theirs.at("one").call<&counter::add>(10);
                              return theirs.at("two");
                          },
                          all)
                          .get();
    CHECK(back == all["two"]);
    CHECK(all["one"].call<&counter::value>() == 11);
}

TEST_CASE("an object keeps proxies of others") {
    brood::manager m;
    const auto k = m.create<keeper>();
    for (int i = 1; i <= 3; ++i) k.call<&keeper::keep>(m.create<counter>(i));
    CHECK(m.object_count() == 4);
    CHECK(k.call<&keeper::sum>() == 6);
    k.call<&keeper::drop>();
    CHECK(comes_true([&] { return m.object_count() == 1; }));
}

TEST_CASE("an empty proxy says so") {
    const brood::proxy<counter> none;
    CHECK_FALSE(none);
    CHECK_THROWS_AS(none.call<&counter::value>(), std::logic_error);
}

namespace {

// Counts who is inside, at most, at once.
class crowd {
public:
    int read() const { return stay(); }
    int write() { return stay(); }

private:
    int stay() const {
        const int now = ++inside_;
        int most = most_.load();
        while (now > most && !most_.compare_exchange_weak(most, now)) {
        }
        std::this_thread::sleep_for(2ms);
        --inside_;
        return most_.load();
    }
    mutable std::atomic<int> inside_{0}, most_{0};
};

template <auto Member>
int most_inside(const brood::proxy<crowd>& of) {
    std::vector<brood::future<int>> calls;
    for (int i = 0; i < 20; ++i) calls.push_back(of.async<Member>());
    int most = 0;
    for (auto& call : calls) most = std::max(most, call.get());
    return most;
}

// Waits in a call until another call came in.
class meeting {
public:
    void wait() const {
        while (!met_.load()) std::this_thread::sleep_for(1ms);
    }
    void meet() const { met_ = true; }

private:
    mutable std::atomic<bool> met_{false};
};

}  // namespace

TEST_CASE("calls of an object run one at a time, unless it was made otherwise") {
    brood::manager m;
    CHECK(most_inside<&crowd::write>(m.create<crowd>()) == 1);
    CHECK(most_inside<&crowd::read>(m.create<crowd>()) == 1);
    CHECK(most_inside<&crowd::write>(m.create<crowd>(brood::manager::reader_writer)) == 1);
}

TEST_CASE("reading calls of a reader_writer object, and all of a free_threaded one, run beside each other") {
    brood::manager m;
    for (const auto mode : {brood::manager::reader_writer, brood::manager::free_threaded}) {
        const auto place = m.create<meeting>(mode);
        auto first = place.async<&meeting::wait>();
        place.call<&meeting::meet>();
        first.get();
    }
}

TEST_CASE("a slow object does not hold up others") {
    brood::manager m;
    const auto slow = m.create<meeting>(brood::manager::free_threaded);
    const auto fast = m.create<counter>();
    auto waits = slow.async<&meeting::wait>();
    for (int i = 0; i < 50; ++i) fast.call<&counter::add>(1);
    CHECK_FALSE(waits.ready());
    slow.call<&meeting::meet>();
    waits.get();
    CHECK(fast.call<&counter::value>() == 50);
}

namespace {

// Calls itself by a proxy, and another that calls it back.
class caller {
public:
    int down(int depth, const brood::proxy<caller>& other, const brood::proxy<caller>& self) {
        return depth == 0 ? 0 : 1 + other.call<&caller::down>(depth - 1, self, other);
    }
};

}  // namespace

TEST_CASE("a call comes back to an object that waits for it") {
    brood::manager m, n;
    const auto a = m.create<caller>();
    CHECK(a.call<&caller::down>(10, a, a) == 10);
    const auto b = m.create<caller>();
    CHECK(a.call<&caller::down>(10, b, a) == 10);
    const auto elsewhere = n.create<caller>();
    CHECK(a.call<&caller::down>(10, elsewhere, a) == 10);
}

TEST_CASE("a manager of one thread serves calls that call back") {
    brood::manager m({.threads = 1});
    const auto a = m.create<caller>(), b = m.create<caller>();
    CHECK(a.call<&caller::down>(5, b, a) == 5);
}

TEST_CASE("many threads and processes call at once") {
    brood::manager m;
    const auto c = m.create<counter>();
    const auto hammer = [](const brood::proxy<counter>& theirs, int times) {
        for (int i = 0; i < times; ++i) theirs.call<&counter::add>(1);
    };
    std::vector<brood::process> processes;
    for (int i = 0; i < 3; ++i) processes.push_back(brood::spawn(hammer, c, 200));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { hammer(c, 200); });
    for (auto& thread : threads) thread.join();
    for (auto& process : processes) process.join();
    CHECK(c.call<&counter::value>() == 7 * 200);
}

TEST_CASE("after shutdown calls throw; a second one does nothing") {
    brood::manager m;
    const auto c = m.create<counter>();
    auto running = c.async<&counter::add>(1);
    m.shutdown();
    CHECK(running.get() == 1);
    CHECK_THROWS_WITH_AS(c.call<&counter::value>(), doctest::Contains("was shut down"), brood::error);
    CHECK_THROWS_AS(m.create<counter>(), brood::error);
    m.shutdown();
}

TEST_CASE("a manager may end before its proxies, in any order") {
    brood::proxy<counter> left;
    {
        brood::manager m;
        left = m.create<counter>();
        brood::manager moved = std::move(m);
        CHECK(left.call<&counter::add>(1) == 1);
    }
    CHECK_THROWS_AS(left.call<&counter::value>(), brood::error);
}

TEST_CASE("a proxy of another type is refused") {
    brood::manager m;
    brood::output_archive out;
    brood::detail::save_value(out, m.create<counter>());
    brood::input_archive in(out.bytes());
    CHECK_THROWS_AS(brood::detail::load_value<brood::proxy<point>>(in), brood::serialization_error);
}

TEST_CASE("a dict, a list, a set and a value are shared by all who have them") {
    brood::manager m;
    const auto dict = m.dict<std::string, std::vector<int>>();
    const auto list = m.list<std::string>();
    const auto set = m.set<int>();
    const auto value = m.value<double>(1.5);
    CHECK(m.object_count() == 4);
    brood::spawn(
        [](brood::managed_dict<std::string, std::vector<int>> d, brood::managed_list<std::string> l,
           brood::managed_set<int> s, brood::managed_value<double> v) {
            d.insert_or_assign("a", {1, 2});
            l.push_back("first");
            s.insert(5);
            v.store(2.5);
        },
        dict, list, set, value)
        .join();
    CHECK(dict.at("a") == std::vector{1, 2});
    CHECK(list.at(0) == "first");
    CHECK(set.contains(5));
    CHECK(value.load() == 2.5);
}

TEST_CASE("a dict speaks as std::map does") {
    brood::manager m;
    const auto d = m.dict<std::string, int>();
    CHECK(d.empty());
    CHECK(d.insert("one", 1));
    CHECK_FALSE(d.insert("one", 7));
    CHECK(d.at("one") == 1);
    CHECK_FALSE(d.insert_or_assign("one", 11));
    d.merge({{"two", 2}, {"three", 3}});
    CHECK(d.size() == 3);
    CHECK_THROWS_AS(d.at("none"), std::out_of_range);
    CHECK_FALSE(d.find("none"));
    CHECK(d.keys() == std::vector<std::string>{"one", "three", "two"});
    CHECK(d.values() == std::vector{11, 3, 2});
    CHECK(d.items().front() == std::pair<std::string, int>("one", 11));
    CHECK(d.update("two", [](int& value) { return value *= 10; }) == 20);
    CHECK(d.update(
              "new", [](int& value, int by) { return value += by; }, 5) == 5);
    CHECK(d.extract("new") == 5);
    CHECK(d.erase("one") == 1);
    CHECK(d.erase("one") == 0);
    int sum = 0;
    for (const auto& [key, value] : d) {
        sum += value;
        d.erase(key);
    }
    CHECK(sum == 23);
    CHECK(d.empty());
}

TEST_CASE("a list speaks as std::vector does") {
    brood::manager m;
    const auto l = m.list<int>();
    l.append({1, 2, 3});
    l.push_back(4);
    l.insert(0, 0);
    l.set(1, 10);
    CHECK(l.update(2, [](int& value) { return ++value; }) == 3);
    l.erase(3);
    CHECK(l.items() == std::vector{0, 10, 3, 4});
    CHECK(l.pop_back() == 4);
    CHECK_THROWS_AS(l.at(3), std::out_of_range);
    CHECK_THROWS_AS(l.set(3, 1), std::out_of_range);
    CHECK_THROWS_AS(l.erase(3), std::out_of_range);
    CHECK_THROWS_AS(l.insert(4, 1), std::out_of_range);
    int sum = 0;
    for (const int one : l) sum += one;
    CHECK(sum == 13);
    l.clear();
    CHECK(l.empty());
    CHECK_FALSE(l.pop_back());
}

TEST_CASE("updates from several processes lose nothing") {
    brood::manager m;
    const auto d = m.dict<int, int>();
    const auto v = m.value<int>();
    std::vector<brood::process> all;
    for (int i = 0; i < 3; ++i)
        all.push_back(brood::spawn(
            [](const brood::managed_dict<int, int>& dict, const brood::managed_value<int>& value) {
                for (int j = 0; j < 100; ++j) {
                    dict.update(j % 5, [](int& one) { ++one; });
                    value.update([](int& one, int by) { one += by; }, 2);
                }
            },
            d, v));
    for (auto& one : all) one.join();
    CHECK(d.values() == std::vector(5, 60));
    CHECK(v.load() == 600);
    CHECK(v.exchange(1) == 600);
}

TEST_CASE("a manager gives the session's queues and locks") {
    const brood::manager m;
    auto q = m.queue<int>(2);
    auto lock = m.lock();
    q.put(1);
    auto seen = brood::async(
        [](brood::queue<int> theirs, brood::mutex guard) {
            const std::scoped_lock locked(guard);
            return theirs.get();
        },
        q, lock);
    CHECK(seen.get() == 1);
}

TEST_CASE("futures of calls go on by then(), and a dead manager ends them") {
    brood::manager m;
    const auto place = m.create<meeting>(brood::manager::free_threaded);
    const auto c = m.create<counter>(1);
    auto waits = place.async<&meeting::wait>().then([] { return 5; });
    CHECK_FALSE(waits.ready());
    place.call<&meeting::meet>();
    CHECK(waits.get() == 5);
    CHECK(c.async<&counter::add>(1).then([](int value) { return value * 10; }).get() == 20);
    const auto other = m.create<meeting>(brood::manager::free_threaded);
    auto never =
        other.async<&meeting::wait>().then([](const brood::outcome<void>& result) { return result.has_value(); });
    kill_process(m.pid());
    CHECK_FALSE(never.get());
}
