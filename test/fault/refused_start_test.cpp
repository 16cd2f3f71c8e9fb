// SPDX-License-Identifier: MIT
// Starts that cannot work: options, executables and programs that are wrong.
#include "folder.hpp"
#include "program.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

using namespace brood_test;
namespace fs = std::filesystem;

namespace {

bool is_forked() { return brood::get_start_method() == brood::start_method::fork; }

// That a start with these options is refused with a system's code, leaves nothing, and the next one works.
void check_refused(const brood::process_options& options) {
    brood::process child(options, idle);
    for (int i = 0; i < 2; ++i) {
        try {
            child.start();
            FAIL_CHECK("it started");
        } catch (const brood::start_error& error) {
            CHECK(error.code());
            CHECK(std::string(error.what()).starts_with("cannot start process '" + child.name() + "'"));
        }
    }
    CHECK(child.pid() == 0);
    CHECK(brood::active_children().empty());
    CHECK(brood::async([] { return 1; }).get() == 1);
}

// Other children run the given program for a while.
struct with_executable {
    explicit with_executable(const fs::path& path) {
        brood::set_executable(to_utf8(path));
        if (BROOD_HAS_FORK) brood::set_forkserver_preload({});  // a new server
    }
    ~with_executable() {
        brood::set_executable("");
        if (BROOD_HAS_FORK) brood::set_forkserver_preload({});
    }
};

template <class F, class... Args>
std::string bootstrap_failure(F target, const Args&... arguments) {
    brood::process child(target, arguments...);
    try {
        child.start();
    } catch (const brood::bootstrap_error& error) {
        const bool clean = child.pid() == 0 && brood::active_children().empty();
        return clean ? error.what() : "something stays";
    }
    return "";
}

}  // namespace

TEST_CASE("a working directory that does not exist, or is a file, is refused by start()") {
    const temporary_folder folder;
    check_refused({.cwd = folder / "nowhere"});
    write_text(folder / "file", "x");
    check_refused({.cwd = folder / "file"});
}

TEST_CASE("a redirection to where no file can be is refused by start()") {
    const temporary_folder folder;
    check_refused({.stdout_to = folder / "nowhere" / "file"});
    check_refused({.stdin_from = folder / "missing"});
    check_refused({.stderr_to = folder.path()});
}

TEST_CASE("an executable that does not exist, or is none, is refused by start()") {
    if (is_forked()) return;
    const temporary_folder folder;
    write_text(folder / "text.exe", "just text");
    for (const auto& path : {folder / "missing.exe", folder / "text.exe", folder.path()}) {
        CAPTURE(path);
        const with_executable set(path);
        brood::process child(idle);
        CHECK_THROWS_AS(child.start(), brood::start_error);
        CHECK(child.pid() == 0);
    }
    CHECK(brood::async([] { return 1; }).get() == 1);
}

TEST_CASE("a program that knows nothing of brood is reported by start()") {
    if (is_forked()) return;
    const with_executable set(subject("plain"));
    CHECK(bootstrap_failure(idle).find("exited with code 0 before") != std::string::npos);
}

TEST_CASE("another build of a program is refused, and both builds are named") {
    if (is_forked()) return;
    const with_executable set(subject("other_build"));
    const std::string text = bootstrap_failure(idle);
    CAPTURE(text);
    CHECK(text.find("build") != std::string::npos);
    // Two build ids, of at least 16 hexadecimal digits each, that differ.
    std::vector<std::string> ids;
    for (std::size_t at = 0; (at = text.find_first_of("0123456789abcdef", at)) != text.npos;) {
        const auto end = std::min(text.find_first_not_of("0123456789abcdef", at), text.size());
        if (end - at >= 16) ids.push_back(text.substr(at, end - at));
        at = end;
    }
    REQUIRE(ids.size() == 2);
    CHECK(ids[0] != ids[1]);
}

namespace {

const scenario runs_what_hangs("runs-what-hangs", [](const arguments&) {
    const with_executable set(subject("plain"));
    const std::vector<std::string> more_than_a_channel_holds(100'000, "not a large block");
    const std::string texts[] = {bootstrap_failure([] {}),
                                 bootstrap_failure([](const auto&) {}, more_than_a_channel_holds)};
    for (const auto& text : texts)
        if (text.find("did not reach brood::init in time") == std::string::npos) return 1;
    return 5;
});

}  // namespace

TEST_CASE("a program that never reaches brood::init is given up") {
    if (is_forked()) return;
    auto run = start_scenario("runs-what-hangs", {},
                              {.environment = {{"BROOD_TEST_HANG", "1"}, {"BROOD_BOOTSTRAP_TIMEOUT", "1"}}});
    CHECK(run.wait().code() == 5);
}

// ---- programs that use brood wrongly ----

namespace {

program run_subject(const char* name, std::map<std::string, std::string> environment = {}) {
    environment["BROOD_TEST_START_METHOD"] = brood::to_string(brood::get_start_method());
    return program(subject(name), {}, {.environment = std::move(environment)});
}

}  // namespace

TEST_CASE("a program without brood::init is told so by its own start, before there is a child; fork needs none") {
    auto run = run_subject("no_init");
    if (is_forked()) {
        CHECK(run.wait().success());
        CHECK(run.output() == "got 1");
    } else {
        CHECK(run.wait().code() == 11);
        CHECK(
            run.output().starts_with("brood::init(argc, argv) was not called. It must be the first statement of main"));
    }
}

TEST_CASE("a start in a static initialiser is refused in program and child, and makes no chain of processes") {
    if (is_forked()) return;
    const std::string mark = new_mark();
    for (const bool insist : {false, true}) {
        std::map<std::string, std::string> environment{{mark_variable, mark}};
        if (insist) environment["BROOD_TEST_INSIST"] = "1";
        auto run = run_subject("early_start", environment);
        CHECK(run.wait().code() == 11);
        CHECK(run.output().find("was started while its parent process, itself a child, was still starting up") !=
              std::string::npos);
        // Once, and before or after what its child writes: that runs on while the refusal comes here.
        const std::string errors = run.errors();
        const std::string refused = "refused at first;";
        CHECK(errors.find(refused) != std::string::npos);
        CHECK(errors.find(refused) == errors.rfind(refused));
        CHECK(comes_true([&] { return marked_processes(mark) == 0; }));
    }
}

// ---- programs that change under their own feet ----

namespace {

std::string start_again() {
    try {
        return brood::async([] { return 5; }).get() == 5 ? "works" : "gives something else";
    } catch (const brood::error& error) {
        return std::string("typed: ") + error.what();
    }
}

// Starts a child, has its own file changed, and starts another.
const scenario loses_its_file("loses-its-file", [](const arguments& given) {
    std::printf("%s;", start_again().c_str());
    const auto self = this_program();
    if (given.at(0) == "rename") fs::rename(self, from_utf8(to_utf8(self) + ".moved"));
    if (given.at(0) == "delete") fs::remove(self);
    if (given.at(0) == "replace") {
        fs::rename(self, from_utf8(to_utf8(self) + ".moved"));
        fs::copy_file(from_utf8(given.at(1)), self);
    }
    std::printf("%s", start_again().c_str());
    return 0;
});

std::string after_change(arguments how) {
    const temporary_folder folder;
    const auto copy = folder.path() / this_program().filename();
    fs::copy_file(this_program(), copy);
    how.insert(how.begin(), {"--scenario", "loses-its-file"});
    const auto method = std::string(brood::to_string(brood::get_start_method()));
    program run(copy, how, {.environment = {{"BROOD_TEST_START_METHOD", method}}});
    CHECK(run.wait().success());
    return run.output();
}

// Windows cannot run what has lost its name; then the error must say so.
bool is_right(const std::string& text) {
    CAPTURE(text);
    return text == "works;works" || (!BROOD_HAS_FORK && text.starts_with("works;typed: "));
}

}  // namespace

TEST_CASE("a program whose file was renamed still starts children") { CHECK(is_right(after_change({"rename"}))); }

TEST_CASE("a program whose file was deleted still starts children" * doctest::skip(!BROOD_HAS_FORK)) {
    CHECK(is_right(after_change({"delete"})));
}

TEST_CASE("a program whose file was replaced never runs the other program's functions") {
    CHECK(is_right(after_change({"replace", to_utf8(subject("other_build"))})));
    CHECK(is_right(after_change({"replace", to_utf8(subject("plain"))})));
}
