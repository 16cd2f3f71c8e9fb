// SPDX-License-Identifier: MIT
#include "base/stack_source.hpp"

#include <brood/error.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace brood;

namespace {

stack_trace two_places(std::string_view) {
    return {{"device::poll(int)", "device.cpp", 42, "prog", 16}, {"main", "", 0, "prog", 32}};
}

stack_trace refuse(std::string_view) { throw std::runtime_error("no stack"); }

int described = 0;
stack_trace count_calls(std::string_view bytes) {
    ++described;
    return stack_trace(bytes.size());
}

}  // namespace

TEST_CASE("an error carries its text and the system's code") {
    const auto code = std::make_error_code(std::errc::no_such_process);
    const start_error with_code("cannot start", code);
    CHECK(with_code.what() == std::string("cannot start"));
    CHECK(with_code.code() == code);
    CHECK_FALSE(start_error("no code").code());
}

TEST_CASE("a serialization error names the member in its text") {
    const serialization_error error("a file is open", "order::lines > line::file");
    CHECK(error.what() == std::string("order::lines > line::file: a file is open"));
    CHECK(error.reason() == "a file is open");
    CHECK(error.path() == "order::lines > line::file");
    CHECK(serialization_error("too short").what() == std::string("too short"));
}

TEST_CASE("a stack is one line a place, with file and line where they are known") {
    CHECK(to_string(two_places("")) ==
          "  #0 device::poll(int) at device.cpp:42\n"
          "  #1 main in prog+0x20\n");
    CHECK(to_string(stack_trace{{}}) == "  #0 ??\n");
    CHECK(to_string(stack_trace{{"", "", 0, "lib.so", 255}}) == "  #0 ?? in lib.so+0xff\n");
    CHECK(to_string(stack_trace()).empty());
}

TEST_CASE("an error's stack is put into words when it is first looked at, once") {
    described = 0;
    const remote_error error("t", "w", "p", 1, std::make_shared<const detail::stack_source>("abc", count_calls));
    const remote_error copy = error;
    CHECK(described == 0);
    CHECK(error.stack().size() == 3);
    CHECK(&copy.stack() == &error.stack());
    CHECK(described == 1);
}

TEST_CASE("a stack that cannot be put into words is empty") {
    const process_died error("died", 7, exit_status::signalled(9),
                             std::make_shared<const detail::stack_source>("x", refuse));
    CHECK(error.stack().empty());
    CHECK(error.pid() == 7);
    CHECK(error.status() == exit_status::signalled(9));
}

TEST_CASE("errors take a stack in words as well") {
    const process_died died("died", 7, exit_status::exited(1), two_places(""));
    CHECK(died.stack() == two_places(""));
    const remote_error remote("my_error", "what", "worker", 9, two_places(""));
    CHECK(remote.stack() == two_places(""));
    CHECK(remote.type_name() == "my_error");
    CHECK(remote.process_name() == "worker");
    CHECK(remote.pid() == 9);
    CHECK(remote.what() == std::string("what"));
}
