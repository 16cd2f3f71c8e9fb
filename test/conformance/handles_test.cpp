// SPDX-License-Identifier: MIT
// What crosses as the system's own object: files and handles; and what is built again where it is used.
#include "folder.hpp"
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>
#include <fstream>
#include <stdexcept>

using namespace brood_test;

TEST_CASE("a file as an argument is the same open file, position included") {
    const temporary_folder folder;
    const auto file = brood::file::open(folder / "shared", "w+");
    file.write("parent ");
    auto child = brood::spawn([](const brood::file& same) { same.write("child "); }, file);
    child.join();
    REQUIRE(child.exit_code() == 0);
    file.write("parent again");
    file.seek(0);
    CHECK(file.read_all() == "parent child parent again");
}

TEST_CASE("a file as a result is open here") {
    const temporary_folder folder;
    const auto file = brood::async(
                          [](const std::string& path) {
                              auto made = brood::file::open(from_utf8(path), "w+");
                              made.write("made there");
                              made.seek(5);
                              return made;
                          },
                          to_utf8(folder / "made"))
                          .get();
    REQUIRE(file.is_open());
    CHECK(file.read_all() == "there");
}

TEST_CASE("a closed file crosses as a closed file") {
    CHECK(brood::async([](const brood::file& none) { return !none.is_open(); }, brood::file()).get());
}

TEST_CASE("the receiver of a handle may close it, the sender's stays open") {
    const auto box = mailbox::make();
    auto child = brood::spawn(
        [](mailbox mine) {
            mine.send("before");
            mine.writer.close();
        },
        box);
    child.join();
    CHECK(child.exit_code() == 0);
    CHECK(box.receive() == "before");
    box.send("still open");
    CHECK(box.receive() == "still open");
}

TEST_CASE("many handles cross in one value") {
    std::vector<mailbox> boxes;
    for (int i = 0; i < 20; ++i) boxes.push_back(mailbox::make());
    auto child = brood::spawn(
        [](const std::vector<mailbox>& all) {
            for (std::size_t i = 0; i < all.size(); ++i) all[i].send(std::to_string(i));
        },
        boxes);
    child.join();
    REQUIRE(child.exit_code() == 0);
    for (std::size_t i = 0; i < boxes.size(); ++i) CHECK(boxes[i].receive() == std::to_string(i));
}

TEST_CASE("handles and large values cross together, both ways") {
    const auto box = mailbox::make();
    const auto back = brood::async(
                          [](const mailbox& to, std::vector<int> values) {
                              to.send("hello");
                              return std::pair(to, std::move(values));
                          },
                          box, std::vector<int>(100'000, 8))
                          .get();
    CHECK(back.first.receive() == "hello");
    CHECK(back.second == std::vector<int>(100'000, 8));
}

// ---- recreate ----

namespace {

// Stands for a device driver: it cannot be copied, and knows where it was opened.
class device {
public:
    explicit device(std::string port) : port_(std::move(port)), opened_in_(brood::current_process().pid()) {
        if (port_ == "broken") throw std::runtime_error("no such port");
        ++opened;
    }
    device(const device&) = delete;
    device& operator=(const device&) = delete;
    std::string port() const { return port_; }
    bool is_opened_here() const { return opened_in_ == brood::current_process().pid(); }
    static inline int opened = 0;

private:
    std::string port_;
    brood::process_id opened_in_;
};

}  // namespace

TEST_CASE("recreate builds its object in the process that uses it") {
    const brood::recreate<device> here("port-1");
    CHECK(here->is_opened_here());
    const auto there =
        brood::async(
            [](const brood::recreate<device>& mine) { return std::pair(mine->port(), mine->is_opened_here()); }, here)
            .get();
    CHECK(there.first == "port-1");
    CHECK(there.second);
}

TEST_CASE("recreate builds nothing where its object is not used, and once where it is") {
    device::opened = 0;
    const brood::recreate<device> unused("port-2");
    CHECK(device::opened == 0);
    const int times = brood::async(
                          [](const brood::recreate<device>& a) {
                              const brood::recreate<device> b = a;
                              expect(&*a == &*b, "copies share it");
                              return device::opened;
                          },
                          unused)
                          .get();
    CHECK(times == 1);
    CHECK(device::opened == 0);
}

TEST_CASE("what the constructor of a recreated object throws is the target's exception") {
    auto result = brood::async([](const brood::recreate<device>& mine) { return mine->port(); },
                               brood::recreate<device>("broken"));
    CHECK_THROWS_WITH_AS(result.get(), "no such port", std::runtime_error);
}

TEST_CASE("recreate crosses back and on") {
    const auto back =
        brood::async([](const brood::recreate<device>& mine) { return mine; }, brood::recreate<device>("port-3")).get();
    CHECK(back->port() == "port-3");
    CHECK(back->is_opened_here());
}

TEST_CASE("a std::ofstream can be recreated") {
    const auto write = [](const brood::recreate<std::ofstream>& log) { *log << "logged"; };
    const temporary_folder folder;
    // A path: on Windows the stream would take text for that of the code page, not for UTF-8.
    brood::spawn(write, brood::recreate<std::ofstream>(folder / "by path \xC3\xA4", std::ios::out)).join();
    CHECK(read_text(folder / "by path \xC3\xA4") == "logged");
    brood::spawn({.cwd = folder.path()}, write, brood::recreate<std::ofstream>("by name")).join();
    CHECK(read_text(folder / "by name") == "logged");
}
