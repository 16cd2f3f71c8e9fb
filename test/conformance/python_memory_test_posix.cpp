// SPDX-License-Identifier: MIT
// Named memory together with each CPython (3.8 or newer) that this machine has. Python's part of a test is a script; it
// says on its standard output what it found.
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <set>
#include <sstream>

using namespace brood_test;
using brood::shareable_list;
using brood::shared_memory;

namespace {

namespace fs = std::filesystem;

struct python {
    std::string path;
    int minor = 0;
    // Its lists have the form of all later ones.
    bool has_our_lists() const { return minor >= 9; }
};

// Runs a script; its output, or a failed test.
std::string run(const std::string& path, const std::string& script, std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"-c", script});
    program child(path, std::move(arguments));
    const auto status = child.wait();
    CHECK_MESSAGE(status.success(), path << ": " << status.to_string() << "\n" << child.errors());
    return child.output();
}

bool is_python_name(const std::string& name) {
    return name.starts_with("python3") && name.find_first_not_of("0123456789.", 7) == name.npos;
}

void add_folder(std::vector<fs::path>& found, const fs::path& folder) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none))
        if (is_python_name(entry.path().filename().string())) found.push_back(entry.path());
}

// Those in PATH, and in the usual folders of version managers.
std::vector<fs::path> candidates() {
    std::vector<fs::path> found;
    std::istringstream folders(std::getenv("PATH") != nullptr ? std::getenv("PATH") : "/usr/bin");
    for (std::string folder; std::getline(folders, folder, ':');) add_folder(found, folder);
    std::error_code none;
    if (const char* home = std::getenv("HOME"))
        for (const auto& version : fs::directory_iterator(fs::path(home) / ".pyenv" / "versions", none))
            add_folder(found, version.path() / "bin");
    return found;
}

std::optional<python> look_at(const fs::path& candidate) {
    try {
        program child(candidate, {"-c",
                                  "import sys, os; print(sys.version_info.minor, os.path.realpath(sys.executable), "
                                  "sys.implementation.name)"});
        if (!child.wait().success()) return std::nullopt;
        python found;
        std::string kind;
        std::istringstream(child.output()) >> found.minor >> found.path >> kind;
        if (kind == "cpython" && found.minor >= 8) return found;
    } catch (const std::exception&) {
        // no program that runs
    }
    return std::nullopt;
}

std::vector<python> find_pythons() {
    std::vector<python> all;
    std::set<std::string> known;
    for (const auto& candidate : candidates()) {
        const auto found = look_at(candidate);
        if (found && known.insert(found->path).second) all.push_back(*found);
    }
    return all;
}

// Whatever the start method: the tests run for one of them.
const std::vector<python>& pythons() {
    static const std::vector<python> all = find_pythons();
    static const std::vector<python> none;
    if (brood::get_start_method() != brood::start_method::spawn) return none;
    if (all.empty()) MESSAGE("skipped: there is no CPython 3.8 or newer on this machine");
    return all;
}

// An attachment that does not make Python remove the memory at its end.
const std::string attach = R"(
import sys
from multiprocessing import shared_memory, resource_tracker
def attach(name):
    if sys.version_info >= (3, 13): return shared_memory.SharedMemory(name, track=False)
    memory = shared_memory.SharedMemory(name)
    resource_tracker.unregister(memory._name, "shared_memory")
    return memory
)";

bool exists(const std::string& name) { return fs::exists("/dev/shm/" + name); }

const std::string unicode = "h\xc3\xa9llo \xe4\xb8\x96\xe7\x95\x8c";

}  // namespace

TEST_CASE("Python reads and writes what brood made") {
    for (const auto& each : pythons()) {
        CAPTURE(each.path);
        auto memory = shared_memory::create(5000);
        std::memcpy(memory.data().data(), "from brood", 11);
        const auto output = run(each.path, attach + R"(
memory = attach(sys.argv[1])
print(memory.size, bytes(memory.buf[:10]).decode())
memory.buf[:11] = b"from python"
memory.close()
)",
                                {memory.name()});
        CHECK(output == "5000 from brood\n");
        CHECK(std::strcmp(reinterpret_cast<const char*>(memory.data().data()), "from python") == 0);
        CHECK(exists(memory.name()));
        memory.unlink();
    }
}

TEST_CASE("brood reads and writes what Python made, and Python removes it") {
    for (const auto& each : pythons()) {
        CAPTURE(each.path);
        const std::string name = "brood_python_" + std::to_string(brood::current_process().pid());
        program child(each.path, {"-c", R"(
import sys
from multiprocessing import shared_memory
memory = shared_memory.SharedMemory(sys.argv[1], create=True, size=3000)
memory.buf[:11] = b"from python"
print("made", flush=True)
while memory.buf[0] != 33: pass
print(bytes(memory.buf[:5]).decode())
memory.close()
memory.unlink()
)",
                                  name});
        REQUIRE(comes_true([&] { return child.output() == "made\n"; }));
        const auto memory = shared_memory::attach(name);
        CHECK(memory.size() == 3000);
        CHECK(std::strcmp(reinterpret_cast<const char*>(memory.data().data()), "from python") == 0);
        std::memcpy(memory.data().data() + 1, "done", 4);
        memory.data()[0] = std::byte{'!'};
        CHECK(child.wait().success());
        CHECK(child.output() == "made\n!done\n");
        CHECK_FALSE(exists(name));
    }
}

TEST_CASE("Python unlinks what brood made, and brood what Python made") {
    for (const auto& each : pythons()) {
        CAPTURE(each.path);
        auto memory = shared_memory::create(10);
        run(each.path,
            "import sys\nfrom multiprocessing import shared_memory\n"
            "shared_memory.SharedMemory(sys.argv[1]).unlink()",
            {memory.name()});
        CHECK_FALSE(exists(memory.name()));
        CHECK_THROWS_AS(memory.unlink(), brood::error);
        // Its tracker must not miss it at its end.
        const auto name = run(each.path, R"(
from multiprocessing import shared_memory, resource_tracker
memory = shared_memory.SharedMemory(create=True, size=10)
resource_tracker.unregister(memory._name, "shared_memory")
print(memory.name, end="")
)");
        auto theirs = shared_memory::attach(name);
        theirs.unlink();
        CHECK_FALSE(exists(name));
    }
}

TEST_CASE("Python reads and sets the values of a list that brood made") {
    for (const auto& each : pythons()) {
        if (!each.has_our_lists()) continue;
        CAPTURE(each.path);
        auto list = shareable_list::create({-7,
                                            2.5,
                                            true,
                                            {},
                                            unicode,
                                            brood::bytes{std::byte{1}, std::byte{0}, std::byte{2}},
                                            "",
                                            std::string("zeros\0\0", 7),
                                            "12345678"});
        const auto output = run(each.path, attach + R"(
import io
sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf8")
keep = attach(sys.argv[1])
l = shared_memory.ShareableList(name=sys.argv[1])
if sys.version_info < (3, 13): resource_tracker.unregister(l.shm._name, "shared_memory")
print(list(l), l.format, l.count(True), l.index(2.5))
l[0] = "8 bytes."; l[1] = None; l[2] = -1; l[3] = 0.5; l[4] = b"\x05"; l[6] = False
l[7] = "eight888"
l[8] = "its whole room!!"
l.shm.close()
# where a tracker cannot be told to leave it alone, it has been told that nothing is left
if sys.version_info >= (3, 13): resource_tracker.unregister(l.shm._name, "shared_memory")
)",
                                {list.name()});
        CHECK(output == "[-7, 2.5, True, None, '" + unicode +
                            "', b'\\x01\\x00\\x02', '', 'zeros', '12345678'] qdxxxxxxx?xxxxxx?x16s8s8s7s 16s 1 1\n");
        using value = shareable_list::value_type;
        CHECK(list[0] == value("8 bytes."));
        CHECK(list[1] == value(std::monostate{}));
        CHECK(list[2] == value(std::int64_t{-1}));
        CHECK(list[3] == value(0.5));
        CHECK(list[4] == value(brood::bytes{std::byte{5}}));
        CHECK(list[6] == value(false));
        CHECK(list[7] == value("eight888"));
        CHECK(list[8] == value("its whole room!!"));
        auto memory = list.shm();
        memory.unlink();
    }
}

TEST_CASE("brood reads and sets the values of a list that Python made") {
    for (const auto& each : pythons()) {
        if (!each.has_our_lists()) continue;
        CAPTURE(each.path);
        const std::string name = "brood_python_" + std::to_string(brood::current_process().pid());
        program child(each.path, {"-c", R"(
import sys
from multiprocessing import shared_memory
l = shared_memory.ShareableList([1, 2.5, True, None, "h\u00e9llo", b"\x00\xff", "12345678", 0], name=sys.argv[1])
print("made", flush=True)
while l[7] != 1: pass
print(list(l))
l.shm.close()
l.shm.unlink()
)",
                                  name});
        REQUIRE(comes_true([&] { return child.output() == "made\n"; }));
        auto list = shareable_list::attach(name);
        using value = shareable_list::value_type;
        CHECK(std::vector<value>(list.begin(), list.end()) ==
              std::vector<value>{
                  1, 2.5, true, {}, "h\xc3\xa9llo", brood::bytes{std::byte{0}, std::byte{255}}, "12345678", 0});
        list.set(0, "text");
        list.set(1, true);
        list.set(2, brood::bytes{std::byte{7}});
        list.set(3, 3.25);
        list.set(4, {});
        list.set(6, std::string("abc\0", 4));
        list.set(7, 1);
        CHECK(child.wait().success());
        CHECK(child.output() == "made\n['text', True, b'\\x07', 3.25, None, b'\\x00\\xff', 'abc', 1]\n");
    }
}

TEST_CASE("a list of Python 3.8, which has another form, is refused") {
    for (const auto& each : pythons()) {
        if (each.has_our_lists()) continue;
        CAPTURE(each.path);
        const auto name = run(each.path, R"(
from multiprocessing import shared_memory, resource_tracker
l = shared_memory.ShareableList([1, 2.5, "text"])
resource_tracker.unregister(l.shm._name, "shared_memory")
print(l.shm.name, end="")
)");
        CHECK_THROWS_AS(shareable_list::attach(name), brood::serialization_error);
        shared_memory::attach(name).unlink();
    }
}

TEST_CASE("a Python that attaches and is killed leaves the memory to its maker") {
    for (const auto& each : pythons()) {
        CAPTURE(each.path);
        auto memory = shared_memory::create(10);
        program child(each.path, {"-c", attach + "memory = attach(sys.argv[1])\nprint('attached', flush=True)\ninput()",
                                  memory.name()});
        REQUIRE(comes_true([&] { return child.output() == "attached\n" || !child.errors().empty(); }));
        child.kill();
        child.wait();
        CHECK(exists(memory.name()));
        memory.unlink();
    }
}
