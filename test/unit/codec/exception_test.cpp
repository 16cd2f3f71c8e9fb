// SPDX-License-Identifier: MIT
#include "codec/exception.hpp"
#include "platform/platform.hpp"

#include <brood/exception.hpp>

#include <doctest/doctest.h>

#include <any>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <stdexcept>
#include <system_error>
#include <typeinfo>
#include <variant>
#include <vector>

using namespace brood;
using namespace brood::detail;

namespace user {

// The usual exception of a program.
struct plain_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct with_state : std::runtime_error {
    explicit with_state(const std::string& what, int n = 0) : std::runtime_error(what), number(n) {}
    template <class A>
    void serialize(A& archive) {
        archive(number, notes);
    }
    int number = 0;
    std::vector<std::string> notes;
};
struct from_nothing : std::exception {
    const char* what() const noexcept override { return text.c_str(); }
    template <class A>
    void serialize(A& archive) {
        archive(text);
    }
    std::string text;
};
struct only_its_type : std::exception {
    const char* what() const noexcept override { return "stopped"; }
};
struct coded : brood::error {
    using brood::error::error;
};
struct plain_value {
    int code;
    std::string text;
};
struct sealed final : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct nests_itself : std::runtime_error, std::nested_exception {
    explicit nests_itself(const std::string& what) : std::runtime_error(what) {}
    template <class A>
    void serialize(A&) {}
};
struct breaks_when_read : std::runtime_error {
    using std::runtime_error::runtime_error;
    template <class A>
    void save(A& archive) const {
        archive(1);
    }
    template <class A>
    void load(A&) {
        throw 42;
    }
};
struct breaks_when_written : std::runtime_error {
    using std::runtime_error::runtime_error;
    template <class A>
    void save(A&) const {
        throw std::logic_error("cannot be written");
    }
    template <class A>
    void load(A&) {}
};
struct not_registered : plain_error {
    using plain_error::plain_error;
};

}  // namespace user

namespace {

[[maybe_unused]] const bool registered[] = {
    register_exception<user::plain_error>(),
    register_exception<user::with_state>(),
    register_exception<user::from_nothing>(),
    register_exception<user::only_its_type>(),
    register_exception<user::coded>(),
    register_exception<user::plain_value>(),
    register_exception<user::sealed>(),
    register_exception<user::nests_itself>(),
    register_exception<user::breaks_when_read>(),
    register_exception<user::breaks_when_written>(),
};

std::exception_ptr sent(const std::exception_ptr& exception) {
    return decode_exception(encode_exception(exception, {}, "worker", 17));
}

template <class E>
std::exception_ptr thrown(const E& exception) {
    try {
        throw exception;
    } catch (...) {
        return std::current_exception();
    }
}

// What arrives when `exception` is sent; fails the test unless it is exactly an E.
template <class E>
E arrives(const std::exception_ptr& exception) {
    const auto there = sent(exception);
    CAPTURE(describe_exception(there));
    try {
        std::rethrow_exception(there);
    } catch (const E& e) {
        CHECK(typeid(e) == typeid(E));
        return e;
    } catch (...) {
        FAIL("it arrived as another type");
        throw;
    }
}

template <class E>
void keeps_type_and_text(const E& exception) {
    CAPTURE(typeid(E).name());
    CHECK(arrives<E>(thrown(exception)).what() == std::string(exception.what()));
}

remote_error arrives_as_remote(const std::exception_ptr& exception) { return arrives<remote_error>(exception); }

template <class E>
std::string nested_text(const E& outer) {
    try {
        std::rethrow_if_nested(outer);
    } catch (const std::exception& inner) {
        return inner.what();
    }
    return "nothing nested";
}

class other_category : public std::error_category {
public:
    const char* name() const noexcept override { return "other"; }
    std::string message(int value) const override { return "trouble " + std::to_string(value); }
};

}  // namespace

TEST_CASE("no exception stays none") {
    CHECK(encode_exception(nullptr, {}, "worker", 17).empty());
    CHECK_FALSE(decode_exception(""));
}

TEST_CASE("std exceptions with a text keep type and text") {
    keeps_type_and_text(std::logic_error("l"));
    keeps_type_and_text(std::invalid_argument("i"));
    keeps_type_and_text(std::domain_error("d"));
    keeps_type_and_text(std::length_error("n"));
    keeps_type_and_text(std::out_of_range("o"));
    keeps_type_and_text(std::runtime_error(std::string(100'000, 'r')));
    keeps_type_and_text(std::range_error("g"));
    keeps_type_and_text(std::overflow_error("v"));
    keeps_type_and_text(std::underflow_error(""));
}

TEST_CASE("std exceptions without a text keep their type") {
    keeps_type_and_text(std::exception());
    keeps_type_and_text(std::bad_exception());
    keeps_type_and_text(std::bad_alloc());
    keeps_type_and_text(std::bad_array_new_length());
    keeps_type_and_text(std::bad_cast());
    keeps_type_and_text(std::bad_any_cast());
    keeps_type_and_text(std::bad_typeid());
    keeps_type_and_text(std::bad_function_call());
    keeps_type_and_text(std::bad_weak_ptr());
    keeps_type_and_text(std::bad_optional_access());
    keeps_type_and_text(std::bad_variant_access());
}

TEST_CASE("std exceptions with a code keep type, code and text") {
    const std::system_error system(5, std::system_category(), "cannot read");
    keeps_type_and_text(system);
    CHECK(arrives<std::system_error>(thrown(system)).code() == system.code());
    keeps_type_and_text(std::system_error(std::make_error_code(std::errc::timed_out)));
    keeps_type_and_text(std::ios_base::failure("stream"));
    keeps_type_and_text(std::future_error(std::future_errc::broken_promise));
    CHECK(arrives<std::future_error>(thrown(std::future_error(std::future_errc::no_state))).code() ==
          std::future_errc::no_state);
    const std::regex_error regex(std::regex_constants::error_paren);
    CHECK(arrives<std::regex_error>(thrown(regex)).code() == std::regex_constants::error_paren);
}

TEST_CASE("a filesystem error keeps its paths") {
    using std::filesystem::filesystem_error;
    const auto code = std::make_error_code(std::errc::no_such_file_or_directory);
    keeps_type_and_text(filesystem_error("copy", code));
    keeps_type_and_text(filesystem_error("copy", "from here", code));
    const filesystem_error both("copy", "from here", "to there", code);
    keeps_type_and_text(both);
    const auto there = arrives<filesystem_error>(thrown(both));
    CHECK(there.path1() == both.path1());
    CHECK(there.path2() == both.path2());
    CHECK(there.code() == code);
}

TEST_CASE("what a stream throws arrives as the type that the standard names") {
    std::ifstream in;
    in.exceptions(std::ios::failbit);
    try {
        in.open("/no/such/file");
        FAIL("it was opened");
    } catch (const std::ios_base::failure& e) {
        CHECK(arrives<std::ios_base::failure>(std::current_exception()).what() == std::string(e.what()));
    }
}

TEST_CASE("a code of a category that is not the standard's keeps number, name and message") {
    const other_category other;
    const std::system_error error(7, other, "failed");
    const auto there = arrives<std::system_error>(thrown(error));
    CHECK(there.what() == std::string("failed: trouble 7"));
    CHECK(there.code().value() == 7);
    CHECK(there.code().category().name() == std::string("other"));
    CHECK(arrives<std::system_error>(thrown(error)).code() == there.code());
}

TEST_CASE("brood's own errors keep all that they carry") {
    const auto code = std::make_error_code(std::errc::no_such_process);
    keeps_type_and_text(error("e", code));
    CHECK(arrives<start_error>(thrown(start_error("s", code))).code() == code);
    keeps_type_and_text(bootstrap_error("b"));
    keeps_type_and_text(timeout_error("t"));
    keeps_type_and_text(owner_died("t"));
    keeps_type_and_text(broken_barrier("t"));
    keeps_type_and_text(queue_closed("t"));
    keeps_type_and_text(end_of_stream("t"));
    keeps_type_and_text(authentication_error("t"));
    const auto refused = std::make_error_code(std::errc::too_many_files_open);
    const auto serialization = arrives<serialization_error>(thrown(serialization_error("reason", "a > b", refused)));
    CHECK(serialization.code() == refused);
    CHECK(serialization.reason() == "reason");
    CHECK(serialization.path() == "a > b");
}

TEST_CASE("a process's death keeps pid, status and stack") {
    const stack_trace stack{{"f", "f.cpp", 3, "prog", 9}};
    for (const auto& status : {exit_status::exited(3), exit_status::signalled(11, true), exit_status::unknown(),
                               exit_status::from_windows(0xC0000005), exit_status::from_windows(0xC0001234)}) {
        const auto there = arrives<process_died>(thrown(process_died("died", 7, status, stack)));
        CHECK(there.what() == std::string("died"));
        CHECK(there.pid() == 7);
        CHECK(there.status() == status);
        CHECK(there.status().native() == status.native());
        CHECK(there.stack() == stack);
    }
}

TEST_CASE("a remote error that travels on still tells of the process that it came from") {
    const stack_trace stack{{"f", "f.cpp", 3, "prog", 9}};
    const auto there = arrives_as_remote(thrown(remote_error("their::type", "text", "first", 3, stack)));
    CHECK(there.type_name() == "their::type");
    CHECK(there.what() == std::string("text"));
    CHECK(there.process_name() == "first");
    CHECK(there.pid() == 3);
    CHECK(there.stack() == stack);
}

TEST_CASE("registered exceptions of a program keep type, text and state") {
    keeps_type_and_text(user::plain_error("plain"));
    keeps_type_and_text(user::only_its_type());
    user::with_state state("text", 7);
    state.notes = {"a", "b"};
    const auto there = arrives<user::with_state>(thrown(state));
    CHECK(there.what() == std::string("text"));
    CHECK(there.number == 7);
    CHECK(there.notes == state.notes);
    user::from_nothing nothing;
    nothing.text = "own text";
    keeps_type_and_text(nothing);
    const auto code = std::make_error_code(std::errc::io_error);
    CHECK(arrives<user::coded>(thrown(user::coded("c", code))).code() == code);
}

TEST_CASE("a registered type need not be an exception type") {
    const auto there = arrives<user::plain_value>(thrown(user::plain_value{4, "four"}));
    CHECK(there.code == 4);
    CHECK(there.text == "four");
}

TEST_CASE("a type that is not registered arrives as remote error, also when its base is registered") {
    const auto there = arrives_as_remote(thrown(user::not_registered("text")));
    CHECK(there.type_name() == "user::not_registered");
    CHECK(there.what() == std::string("text"));
    CHECK(there.process_name() == "worker");
    CHECK(there.pid() == 17);
}

TEST_CASE("things that are no exceptions arrive as remote error that says what they are") {
    struct row {
        std::exception_ptr exception;
        std::string type;
        std::string what;
    };
    struct unknown {};
    const row rows[] = {
        {thrown(42), "int", "42"},
        {thrown(-7L), "long", "-7"},
        {thrown(true), "bool", "true"},
        {thrown('x'), "char", "x"},
        {thrown(0.5), "double", "0.5"},
        {thrown(std::string("text")), "std::string", "text"},
        {thrown(static_cast<const char*>("text")), "char const*", "text"},
    };
    for (const auto& [exception, type, what] : rows) {
        const auto there = arrives_as_remote(exception);
        CHECK(there.type_name() == type);
        CHECK(there.what() == what);
    }
    CHECK(arrives_as_remote(thrown(unknown())).type_name().find("unknown") != std::string::npos);
}

TEST_CASE("nested exceptions keep their chain, each with its type") {
    std::exception_ptr chain;
    try {
        try {
            try {
                throw user::with_state("innermost", 3);
            } catch (...) {
                std::throw_with_nested(std::invalid_argument("middle"));
            }
        } catch (...) {
            std::throw_with_nested(user::plain_error("outermost"));
        }
    } catch (...) {
        chain = std::current_exception();
    }
    try {
        std::rethrow_exception(sent(chain));
    } catch (const user::plain_error& outermost) {
        CHECK(outermost.what() == std::string("outermost"));
        try {
            std::rethrow_if_nested(outermost);
            FAIL("nothing nested");
        } catch (const std::invalid_argument& middle) {
            CHECK(middle.what() == std::string("middle"));
            try {
                std::rethrow_if_nested(middle);
                FAIL("nothing nested");
            } catch (const user::with_state& innermost) {
                CHECK(innermost.number == 3);
                CHECK(nested_text(innermost) == "nothing nested");
            }
        }
    }
}

TEST_CASE("a chain keeps through several processes") {
    std::exception_ptr chain;
    try {
        try {
            throw std::out_of_range("inner");
        } catch (...) {
            std::throw_with_nested(user::not_registered("outer"));
        }
    } catch (...) {
        chain = std::current_exception();
    }
    try {
        std::rethrow_exception(sent(sent(sent(chain))));
    } catch (const remote_error& outer) {
        CHECK(outer.type_name() == "user::not_registered");
        CHECK(outer.process_name() == "worker");
        CHECK(nested_text(outer) == "inner");
    }
}

TEST_CASE("a type that nests by itself keeps what it nests") {
    std::exception_ptr chain;
    try {
        throw std::out_of_range("inner");
    } catch (...) {
        chain = thrown(user::nests_itself("outer"));
    }
    CHECK(nested_text(arrives<user::nests_itself>(chain)) == "inner");
}

TEST_CASE("a type that cannot be derived from keeps its type and loses what was nested") {
    CHECK(arrives<user::sealed>(thrown(user::sealed("sealed"))).what() == std::string("sealed"));
}

TEST_CASE("a very long chain is cut") {
    auto chain = thrown(std::runtime_error("innermost"));
    for (int i = 0; i < 200; ++i) {
        try {
            std::rethrow_exception(chain);
        } catch (...) {
            try {
                std::throw_with_nested(std::runtime_error("link"));
            } catch (...) {
                chain = std::current_exception();
            }
        }
    }
    CHECK_NOTHROW(sent(chain));
}

TEST_CASE("an exception whose own code fails arrives as remote error with its text") {
    CHECK(arrives_as_remote(thrown(user::breaks_when_read("text"))).type_name() == "user::breaks_when_read");
    CHECK(arrives_as_remote(thrown(user::breaks_when_written("text"))).what() == std::string("text"));
}

TEST_CASE("where an exception came from is known as long as it lives") {
    const auto local = thrown(std::out_of_range("here"));
    CHECK_FALSE(remote_origin(local));
    CHECK(remote_stack(local).empty());
    std::uintptr_t place = 16;
    const auto remote = decode_exception(encode_exception(local, {&place, 1}, "worker", 17));
    const auto where = remote_origin(remote);
    REQUIRE(where);
    CHECK(where->process_name == "worker");
    CHECK(where->pid == 17);
    CHECK(remote_stack(remote).size() == 1);
    try {
        std::rethrow_exception(remote);
    } catch (const std::out_of_range&) {
        CHECK(remote_stack().size() == 1);
    }
    // Sent on by this process, it still came from there.
    const auto further = decode_exception(encode_exception(remote, {}, "middle", 18));
    CHECK(remote_origin(further)->process_name == "worker");
    CHECK(remote_stack(further) == remote_stack(remote));
    CHECK_FALSE(remote_origin(nullptr));
}

TEST_CASE("the origins of thousands of exceptions are kept apart and forgotten with them") {
    const auto bytes = [](int i) { return encode_exception(thrown(std::out_of_range("x")), {}, std::to_string(i), i); };
    for (int round = 0; round < 3; ++round) {
        std::vector<std::exception_ptr> all;
        for (int i = 0; i < 3000; ++i) all.push_back(decode_exception(bytes(i)));
        int right = 0;
        for (int i = 0; i < 3000; ++i) right += remote_origin(all[i])->pid == i ? 1 : 0;
        CHECK(right == 3000);
    }
    CHECK_FALSE(remote_origin(thrown(std::out_of_range("fresh"))));
}

TEST_CASE("an exception is told as type and text") {
    CHECK(describe_exception(thrown(std::out_of_range("index 3"))) == "std::out_of_range: index 3");
    CHECK(describe_exception(thrown(user::plain_error("oops"))) == "user::plain_error: oops");
    CHECK(describe_exception(thrown(std::string("text"))) == "std::string: text");
    CHECK(describe_exception(thrown(user::plain_error(""))) == "user::plain_error");
    CHECK(describe_exception(nullptr) == "no exception");
    try {
        try {
            throw 1;
        } catch (...) {
            std::throw_with_nested(std::runtime_error("outer"));
        }
    } catch (...) {
        CHECK(describe_exception(std::current_exception()) == "std::runtime_error: outer");
    }
}

TEST_CASE("exceptions are values of archives") {
    name_origin("this test");
    output_archive out;
    save_exception(out, thrown(user::not_registered("text")));
    save_exception(out, nullptr);
    input_archive in(out.bytes());
    try {
        std::rethrow_exception(load_exception(in));
    } catch (const remote_error& e) {
        CHECK(e.process_name() == "this test");
        CHECK(e.pid() == platform::current_process_id());
    }
    CHECK_FALSE(load_exception(in));
    CHECK(in.left() == 0);
}

TEST_CASE("truncated and changed bytes give an exception or a serialization error, nothing else") {
    std::exception_ptr chain;
    try {
        try {
            throw user::with_state("inner", 3);
        } catch (...) {
            std::throw_with_nested(process_died("outer", 7, exit_status::signalled(9)));
        }
    } catch (...) {
        chain = std::current_exception();
    }
    std::uintptr_t place = 16;
    const auto whole = encode_exception(chain, {&place, 1}, "worker", 17);
    std::size_t refused = 0;
    for (std::size_t size = 1; size < whole.size(); ++size) {
        CHECK_THROWS_AS(decode_exception(whole.substr(0, size)), serialization_error);
    }
    CHECK_THROWS_AS(decode_exception(whole + "x"), serialization_error);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char wrong : {'\x00', '\x01', '\x7f', '\xff'}) {
            auto changed = whole;
            changed[at] = wrong;
            try {
                const auto there = decode_exception(changed);
                CHECK(there);
            } catch (const serialization_error&) {
                ++refused;
            }
        }
    }
    CHECK(refused > 0);
}
