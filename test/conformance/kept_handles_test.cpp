// SPDX-License-Identifier: MIT
// Files, handles and byte connections in queues, pipes, pools, managers and shared results: the receiver is not known
// when they are sent, and the sender may be gone when they are received.
#include "folder.hpp"
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace brood_test;

namespace {

std::string text_of(const brood::byte_connection& from) {
    const auto bytes = from.recv_bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct opened {
    std::string name;
    brood::file file;
    std::vector<int> large;
};

class librarian {
public:
    void give(std::string name, brood::file book) { shelf_[std::move(name)] = std::move(book); }
    brood::file lend(const std::string& name) const { return shelf_.at(name); }

private:
    std::map<std::string, brood::file> shelf_;
};

}  // namespace

TEST_CASE("a handle goes through a queue to a process that was started before") {
    brood::queue<mailbox> boxes;
    auto child = brood::spawn([](brood::queue<mailbox> from) { from.get().send("from the child"); }, boxes);
    const auto box = mailbox::make();
    boxes.put(box);
    CHECK(box.receive() == "from the child");
    child.join();
    CHECK(child.exit_code() == 0);
}

TEST_CASE("handles stay readable when the process that has put them has ended, and long before anybody gets them") {
    brood::queue<mailbox> boxes;
    auto child = brood::spawn(
        [](brood::queue<mailbox> to) {
            for (int i = 0; i < 20; ++i) {
                const auto made = mailbox::make();
                made.send(std::to_string(i));
                to.put(made);
            }
        },
        boxes);
    child.join();
    REQUIRE(child.exit_code() == 0);
    for (int i = 0; i < 20; ++i) CHECK(boxes.get().receive() == std::to_string(i));
}

TEST_CASE("a file beside other values, large ones too, arrives at its position") {
    const temporary_folder folder;
    brood::queue<opened> q;
    auto made = brood::file::open(folder / "log", "w+");
    made.write("one two");
    made.seek(4);
    q.put({"log", made, std::vector<int>(100'000, 3)});
    made.close();
    const auto rest = brood::async(
                          [](brood::queue<opened> from) {
                              const auto one = from.get();
                              expect(one.large == std::vector<int>(100'000, 3), "the large value");
                              return one.name + ": " + one.file.read_all();
                          },
                          q)
                          .get();
    CHECK(rest == "log: two");
}

TEST_CASE("a closed file goes through a queue as a closed file") {
    brood::queue<brood::file> q;
    q.put({});
    CHECK_FALSE(q.get().is_open());
}

TEST_CASE("a byte connection goes through a pipe, and its end is seen when nobody holds it any more") {
    auto [ours, theirs] = brood::pipe<brood::byte_connection>();
    auto child = brood::spawn(
        [](brood::connection<brood::byte_connection> from) {
            const auto mine = from.recv();
            mine.send_bytes("got it");
            expect(text_of(mine) == "thanks", "the answer");
        },
        theirs);
    auto [near, far] = brood::byte_pipe();
    ours.send(far);
    far.close();
    CHECK(text_of(near) == "got it");
    near.send_bytes("thanks");
    CHECK_THROWS_AS(near.recv_bytes(), brood::end_of_stream);
    child.join();
    CHECK(child.exit_code() == 0);
}

TEST_CASE("a connection that nobody will get any more has ended, whether it was taken or its queue went") {
    auto [near, far] = brood::byte_pipe();
    {
        brood::queue<brood::byte_connection> q;
        q.put(far);
        far.close();
        CHECK_FALSE(near.poll());
        near.send_bytes("a message");
        CHECK(text_of(q.get()) == "a message");
    }
    CHECK_THROWS_AS(near.recv_bytes(), brood::end_of_stream);
    auto [near_too, far_too] = brood::byte_pipe();
    {
        brood::queue<brood::byte_connection> q;
        q.put(far_too);
        far_too.close();
    }
    CHECK_THROWS_AS(near_too.recv_bytes(), brood::end_of_stream);
}

TEST_CASE("a process that is started meanwhile does not hold what waits in a queue") {
    auto [near, far] = brood::byte_pipe();
    brood::queue<brood::byte_connection> q;
    q.put(far);
    far.close();
    brood::event done;
    auto child = brood::spawn([](const brood::event& over) { over.wait(); }, done);
    q.get().close();
    CHECK_THROWS_AS(near.recv_bytes(), brood::end_of_stream);
    done.set();
    child.join();
}

TEST_CASE("files and connections are arguments and results of pools") {
    const temporary_folder folder;
    brood::pool pool({.workers = 2});
    const auto log = brood::file::open(folder / "log", "w+");
    pool.apply([](const brood::file& to) { to.write("by a worker"); }, log);
    log.seek(0);
    CHECK(log.read_all() == "by a worker");

    const auto files = pool.map(
        [](const std::string& path) {
            auto made = brood::file::open(from_utf8(path), "w+");
            made.write(path);
            made.seek(0);
            return made;
        },
        std::vector<std::string>{to_utf8(folder / "1"), to_utf8(folder / "2"), to_utf8(folder / "3")});
    REQUIRE(files.size() == 3);
    for (int i = 0; i < 3; ++i)
        CHECK(files[static_cast<std::size_t>(i)].read_all() == to_utf8(folder / std::to_string(i + 1)));

    auto [near, far] = brood::byte_pipe();
    auto echoed = pool.submit(
        [](const brood::byte_connection& with) {
            const auto got = with.recv_bytes();
            with.send_bytes(got);
            return with;
        },
        far);
    near.send_bytes("there and back");
    CHECK(text_of(near) == "there and back");
    const auto again = echoed.get();
    again.send_bytes("from the result");
    CHECK(text_of(near) == "from the result");
}

TEST_CASE("a managed object takes a file from one process and gives it to another") {
    const temporary_folder folder;
    brood::manager m;
    const auto shelf = m.create<librarian>();
    auto child = brood::spawn(
        [](const brood::proxy<librarian>& to, const std::string& path) {
            const auto made = brood::file::open(from_utf8(path), "w+");
            made.write("a book");
            made.seek(2);
            to.call<&librarian::give>("book", made);
        },
        shelf, to_utf8(folder / "book"));
    child.join();
    REQUIRE(child.exit_code() == 0);
    CHECK(shelf.call<&librarian::lend>("book").read_all() == "book");
}

TEST_CASE("every process that reads a shared result has a file of its own") {
    const temporary_folder folder;
    auto file = brood::async(
                    [](const std::string& path) {
                        auto made = brood::file::open(from_utf8(path), "w+");
                        made.write("shared");
                        return made;
                    },
                    to_utf8(folder / "file"))
                    .share();
    const auto read = [](const brood::shared_future<brood::file>& from) {
        from.get().seek(0);
        return from.get().read_all();
    };
    auto one = brood::async(read, file);
    CHECK(one.get() == "shared");
    auto two = brood::async(read, file);
    CHECK(two.get() == "shared");
    CHECK(read(file) == "shared");
}
