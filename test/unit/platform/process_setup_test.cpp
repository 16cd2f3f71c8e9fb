// SPDX-License-Identifier: MIT
// What a child is born with, and what a process can change about itself.
#include "child.hpp"
#include "sanitizer.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <new>
#include <system_error>

using namespace platform_test;
using brood_test::faults_are_recorded;

namespace {

const role shows_arguments("shows-arguments", [](bootstrap& from) {
    send_text(from.channel.get(), std::to_string(arguments().size()));
    for (const std::string& argument : arguments()) send_text(from.channel.get(), argument);
    return 0;
});

const role shows_environment("shows-environment", [](bootstrap& from) {
    const std::vector<std::string> all = environment();
    send_text(from.channel.get(), std::to_string(all.size()));
    for (const std::string& variable : all) send_text(from.channel.get(), variable);
    return 0;
});

// What the file "marker" of the current directory holds.
std::string marker_here() { return content_of("marker"); }

const role reads_marker("reads-marker", [](bootstrap& from) {
    send_text(from.channel.get(), marker_here());
    return 0;
});

const role shows_directory("shows-directory", [](bootstrap& from) {
    send_text(from.channel.get(), working_directory());
    return 0;
});

const role prints("prints", [](bootstrap&) {
    std::printf("printf ");
    std::cout << "cout ";
    std::fprintf(stdout, "%s", "fprintf");
    std::fflush(stdout);
    std::cerr << "cerr ";
    std::fprintf(stderr, "stderr");
    return 0;
});

const role reads_input("reads-input", [](bootstrap& from) {
    std::string line;
    const bool any = static_cast<bool>(std::getline(std::cin, line));
    send_text(from.channel.get(), any ? line : "end of input");
    return 0;
});

const role starts_one_that_prints("starts-one-that-prints",
                                  [](bootstrap&) { return test_child("prints").wait().code(); });

const role closes_its_streams("closes-its-streams", [](bootstrap&) {
    std::fclose(stdin);
    std::fclose(stdout);
    std::fclose(stderr);
    const channel_pair takes_the_place = make_channel();
    if (standard_stream(1) != no_handle()) return 2;
    const int printed = test_child("prints").wait().code();
    test_child reader("reads-input");
    return printed == 0 && receive_text(reader.channel(), reader.handle()) == "end of input" ? 0 : 1;
});

const role redirects_itself("redirects-itself", [](bootstrap& from) {
    std::printf("before");
    const std::string before[] = {stream_identity(0), stream_identity(1), stream_identity(2)};
    const unique_handle out = open_for_stdio(arguments().at(1), true);
    const unique_handle in = open_for_stdio(arguments().at(2), false);
    const stdio_target streams[] = {{stdio_target::kind::handle, in.get()},
                                    {stdio_target::kind::handle, out.get()},
                                    {stdio_target::kind::null, {}}};
    if (stream_identity(1) != before[1]) return 11;
    set_standard_streams(streams);
    for (int number = 0; number < 3; ++number)
        if (stream_identity(number) == before[number] || standard_stream(number) == no_handle()) return 12;
    std::printf("printf ");
    std::cout << "cout " << std::flush;
    std::cerr << "into nothing";
    std::string line;
    std::getline(std::cin, line);
    send_text(from.channel.get(), line);
    return test_child("prints").wait().code();
});

const role changes_environment("changes-environment", [](bootstrap& from) {
    std::vector<std::string> wanted = {"BROOD_TEST_KEPT=1",
                                       "BROOD_TEST_NEW=Gr\xC3\xBC\xC3\x9F"
                                       "e = \xF0\x9F\x90\xA3",
                                       "BROOD_TEST_EMPTY="};
    set_environment(wanted);
    std::vector<std::string> now = environment();
    std::sort(wanted.begin(), wanted.end());
    std::sort(now.begin(), now.end());
    send_text(from.channel.get(), now == wanted ? "exactly these" : "others");
    const char* kept = std::getenv("BROOD_TEST_KEPT");
    send_text(from.channel.get(), kept != nullptr ? kept : "none");
    send_text(from.channel.get(), std::getenv("BROOD_TEST_GONE") != nullptr ? "still there" : "gone");
    return 0;
});

const role changes_directory("changes-directory", [](bootstrap& from) {
    set_working_directory(arguments().at(1));
    send_text(from.channel.get(), marker_here());
    send_text(from.channel.get(), content_of(working_directory() + "/marker"));
    try {
        set_working_directory(arguments().at(1) + "/no such folder");
    } catch (const std::system_error&) {
        return 0;
    }
    return 1;
});

const role limits_processors("limits-processors", [](bootstrap&) {
    const unsigned first[] = {0};
    set_affinity(first);
    return static_cast<int>(usable_processors());
});

const role limits_memory("limits-memory", [](bootstrap&) {
    set_memory_limit(std::uint64_t{512} << 20);
    try {
        const std::vector<char> too_large(std::size_t{1} << 30, 'x');
        return static_cast<int>(too_large.back());
    } catch (const std::bad_alloc&) {
        return 0;
    }
});

const role becomes_nice("becomes-nice", [](bootstrap&) {
    set_niceness(10);
    set_niceness(19);
    return 0;
});

const role adopts_nonsense("adopts-nonsense", [](bootstrap& from) {
    const std::string own = std::to_string(to_number(from.channel.get()));
    int wrong = 0;
    for (const std::string& value :
         {std::string(), std::string("1"), std::string("nonsense"), std::string("1:::::"),
          std::string("1:zz:zz:1:zz:note"), std::string("2:") + own + ":" + own + ":1:0:n",
          std::string("1:99999999:99999998:1:99999997:note"), std::string("1:-1:-1:-1:-1:note"),
          "1:" + own + ":" + own + ":1:0:note", std::string(100'000, '1')}) {
        std::vector<std::string> all = environment();
        all.push_back("BROOD_CHILD=" + value);
        set_environment(all);
        wrong += adopt_bootstrap().has_value();
        wrong += std::getenv("BROOD_CHILD") != nullptr;
    }
    send_text(from.channel.get(), "its own channel still works");
    return wrong;
});

const role knows_no_bootstrap("knows-no-bootstrap", [](bootstrap&) {
    const auto all = environment();
    const auto left = std::count_if(all.begin(), all.end(), [](const auto& v) { return v.starts_with("BROOD_CHILD"); });
    return adopt_bootstrap().has_value() || left != 0 || std::getenv("BROOD_CHILD") != nullptr ? 1 : 0;
});

// Uses the inherited channel end whose number comes as argument.
const role uses_inherited("uses-inherited", [](bootstrap&) {
    send_text(to_handle(std::stoull(arguments().at(1))), "inherited");
    return 0;
});

// Whatever lies under the name of this program is not this program any more.
const role lost_its_file("lost-its-file", [](bootstrap& from) {
    send_text(from.channel.get(), "running");
    receive_text(from.channel.get());
    std::string path;
    try {
        path = executable_path();
    } catch (const std::system_error&) {
        send_text(from.channel.get(), "refused");
        return 0;
    }
    send_text(from.channel.get(),
              test_child("knows-no-bootstrap").wait().success() ? "started itself" : "started " + path);
    return 0;
});

std::vector<std::string> receive_list(const test_child& child) {
    std::vector<std::string> list(std::stoul(receive_text(child.channel(), child.handle())));
    for (std::string& text : list) text = receive_text(child.channel(), child.handle());
    return list;
}

std::filesystem::path to_path(const std::string& text) { return std::u8string(text.begin(), text.end()); }

spawn_spec with_output(spawn_spec spec, const unique_handle& out, const unique_handle& error) {
    spec.stdio[1] = {stdio_target::kind::handle, out.get()};
    spec.stdio[2] = {stdio_target::kind::handle, error.get()};
    return spec;
}

}  // namespace

TEST_CASE("arguments reach a child unchanged") {
    const std::vector<std::string> given = {"",
                                            " ",
                                            "a b",
                                            "\t",
                                            "\n",
                                            "\"",
                                            "\\",
                                            "\\\\",
                                            "\\\"",
                                            "a\\\\\"b",
                                            "a\\",
                                            "a b\\",
                                            "a b\\\\",
                                            "--flag=\"x y\"",
                                            "*.cpp",
                                            "$HOME",
                                            "%PATH%",
                                            "'",
                                            "a'b",
                                            "^&|<>",
                                            "\xC3\xA4\xC3\xB6",
                                            "\xE6\xBC\xA2\xE5\xAD\x97",
                                            "\xF0\x9F\x90\xA3",
                                            std::string(8'000, 'x')};
    test_child child(as_role("shows-arguments", given));
    std::vector<std::string> got = receive_list(child);
    REQUIRE(got.size() == given.size() + 1);
    CHECK(got.front() == "platform-tests");
    got.erase(got.begin());
    for (std::size_t i = 0; i < given.size(); ++i) CHECK(got[i] == given[i]);
}

TEST_CASE("arguments that are too long for the system start nothing, else they arrive whole") {
    const std::string argument(100'000, 'y');
    try {
        test_child child(as_role("shows-arguments", {argument}));
        CHECK((receive_list(child).back() == argument));
    } catch (const std::system_error& error) {
        CHECK(error.code().value() != 0);
    }
}

TEST_CASE("a child has the environment that it was given and not that of its parent") {
    std::vector<std::string> own = environment();
    own.push_back("BROOD_TEST_PARENT=1");
    set_environment(own);
    spawn_spec spec = as_role("shows-environment");
    spec.environment = {"BROOD_TEST_B=with spaces and = signs",
                        "BROOD_TEST_A=Gr\xC3\xBC\xC3\x9F"
                        "e \xF0\x9F\x90\xA3",
                        "BROOD_TEST_LONG=" + std::string(100'000, 'z'), "BROOD_TEST_EMPTY="};
    test_child child(spec);
    std::vector<std::string> got = receive_list(child);
    // Windows adds some that its programs cannot do without.
    std::erase_if(got, [](const std::string& variable) { return !variable.starts_with("BROOD_TEST_"); });
    std::sort(got.begin(), got.end());
    std::sort(spec.environment.begin(), spec.environment.end());
    CHECK((got == spec.environment));
    own.pop_back();
    set_environment(own);
}

TEST_CASE("a bootstrap is adopted once and leaves no trace in the environment") {
    CHECK(test_child("knows-no-bootstrap").wait().success());
    CHECK_FALSE(adopt_bootstrap());
}

TEST_CASE("a bootstrap that is malformed or names dead handles is no bootstrap, and is removed") {
    test_child child("adopts-nonsense");
    CHECK(receive_text(child.channel(), child.handle()) == "its own channel still works");
    CHECK(child.wait().code() == 0);
}

TEST_CASE("a child starts in the directory that it was given") {
    const temporary_folder folder;
    make_file(folder.file("marker"), "the right folder");
    spawn_spec spec = as_role("reads-marker");
    spec.directory = folder.file("");
    test_child child(spec);
    CHECK(receive_text(child.channel(), child.handle()) == "the right folder");
    test_child other("shows-directory");
    CHECK(receive_text(other.channel(), other.handle()) == working_directory());
}

TEST_CASE("printf and std::cout of a child go where its streams lead") {
    const temporary_folder folder;
    {
        const unique_handle out = open_for_stdio(folder.file("out"), true),
                            error = open_for_stdio(folder.file("err"), true);
        CHECK(test_child(with_output(as_role("prints"), out, error)).wait().success());
    }
    CHECK(content_of(folder.file("out")) == "printf cout fprintf");
    CHECK(content_of(folder.file("err")) == "cerr stderr");
}

TEST_CASE("output and error may lead to the same place") {
    const temporary_folder folder;
    {
        const unique_handle both = open_for_stdio(folder.file("both"), true);
        CHECK(test_child(with_output(as_role("prints"), both, both)).wait().success());
    }
    CHECK(content_of(folder.file("both")) == "printf cout fprintfcerr stderr");
}

TEST_CASE("a child's input is what it was given") {
    const temporary_folder folder;
    make_file(folder.file("in"), "from a file\n");
    const unique_handle in = open_for_stdio(folder.file("in"), false);
    spawn_spec spec = as_role("reads-input");
    spec.stdio[0] = {stdio_target::kind::handle, in.get()};
    test_child from_file(spec);
    CHECK(receive_text(from_file.channel(), from_file.handle()) == "from a file");
    spec.stdio[0] = {stdio_target::kind::null, {}};
    test_child from_nothing(spec);
    CHECK(receive_text(from_nothing.channel(), from_nothing.handle()) == "end of input");
}

TEST_CASE("streams are inherited over two generations") {
    const temporary_folder folder;
    {
        const unique_handle out = open_for_stdio(folder.file("out"), true),
                            error = open_for_stdio(folder.file("err"), true);
        CHECK(test_child(with_output(as_role("starts-one-that-prints"), out, error)).wait().success());
    }
    CHECK(content_of(folder.file("out")) == "printf cout fprintf");
    CHECK(content_of(folder.file("err")) == "cerr stderr");
}

TEST_CASE("a process whose standard streams are closed starts children that have some") {
    CHECK(test_child("closes-its-streams").wait().code() == 0);
}

TEST_CASE("a process redirects its own streams, for itself and its children") {
    const temporary_folder folder;
    make_file(folder.file("in"), "a line\n");
    const unique_handle out = open_for_stdio(folder.file("first"), true);
    const spawn_spec spec = as_role("redirects-itself", {folder.file("out"), folder.file("in")});
    test_child child(with_output(spec, out, out));
    CHECK(receive_text(child.channel(), child.handle()) == "a line");
    CHECK(child.wait().code() == 0);
    CHECK(content_of(folder.file("first")) == "before");
    CHECK(content_of(folder.file("out")) == "printf cout printf cout fprintf");
}

TEST_CASE("inherited handles keep their value in the child") {
    channel_pair pair = make_channel();
    spawn_spec spec = as_role("uses-inherited", {std::to_string(to_number(pair.theirs.get()))});
    spec.inherit = {pair.theirs.get(), pair.theirs.get()};
    test_child child(spec);
    CHECK(receive_text(pair.ours.get(), child.handle()) == "inherited");
    CHECK(child.wait().success());
    // It was lent for this start alone.
    test_child other("shows-directory");
    pair.theirs.reset();
    CHECK(reaches_end(pair.ours.get()));
}

TEST_CASE("a process replaces its environment") {
    spawn_spec spec = as_role("changes-environment");
    spec.environment.push_back("BROOD_TEST_GONE=1");
    spec.environment.push_back("BROOD_TEST_KEPT=0");
    test_child child(spec);
    CHECK(receive_text(child.channel(), child.handle()) == "exactly these");
    CHECK(receive_text(child.channel(), child.handle()) == "1");
    CHECK(receive_text(child.channel(), child.handle()) == "gone");
}

TEST_CASE("a process changes its directory, and is told when it cannot") {
    const temporary_folder folder;
    make_file(folder.file("marker"), "the right folder");
    test_child child(as_role("changes-directory", {folder.file("")}));
    CHECK(receive_text(child.channel(), child.handle()) == "the right folder");
    CHECK(receive_text(child.channel(), child.handle()) == "the right folder");
    CHECK(child.wait().code() == 0);
}

TEST_CASE("there is at least one processor, and exactly one after binding to it") {
    CHECK(usable_processors() >= 1);
    CHECK(test_child("limits-processors").wait().code() == 1);
}

TEST_CASE("processors that the machine does not have are refused") {
    const unsigned none[] = {100'000};
    CHECK_THROWS_AS(set_affinity(none), std::system_error);
    CHECK_THROWS_AS(set_affinity({}), std::system_error);
}

TEST_CASE("a process can lower its own priority") { CHECK(test_child("becomes-nice").wait().success()); }

// Sanitizers reserve more addresses than any limit, and end the process when they get none.
TEST_CASE("memory beyond the limit cannot be had" * doctest::skip(!faults_are_recorded)) {
    CHECK(test_child("limits-memory").wait().code() == (memory_limits_hold() ? 0 : 'x'));
}

TEST_CASE("a program whose file was renamed, removed or replaced starts itself or refuses, never another") {
    for (const std::string what : {"renamed", "removed", "replaced"}) {
        CAPTURE(what);
        const temporary_folder folder;
        spawn_spec spec = as_role("lost-its-file");
        const std::string copy = folder.file("program.exe"), moved = folder.file("moved.exe");
        std::filesystem::copy_file(to_path(spec.executable), to_path(copy));
        spec.executable = copy;
        test_child child(spec);
        REQUIRE(receive_text(child.channel(), child.handle()) == "running");
        std::error_code refused;
        std::filesystem::rename(to_path(copy), to_path(moved), refused);
        if (what == "removed") std::filesystem::remove(to_path(moved), refused);
        if (what == "replaced" && !std::filesystem::exists(to_path(copy))) make_file(copy, "something else");
        send_text(child.channel(), "look");
        const std::string answer = receive_text(child.channel(), child.handle());
        CHECK((answer == "started itself" || answer == "refused"));
        CHECK(child.wait().success());
    }
}
