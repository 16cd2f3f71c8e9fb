// SPDX-License-Identifier: MIT
// The example that hashes a directory tree; it lies beside the tool.
#include <doctest/doctest.h>

#include "layout.hpp"
#include "run_tool.hpp"

#include <filesystem>
#include <fstream>

namespace {

namespace fs = std::filesystem;

tool::program_output run_example(const std::vector<std::string>& arguments) {
    const fs::path path = tool::from_utf8(std::getenv("BROOD_TOOL"));
    const fs::path example = path.parent_path() / ("sha256_tree" + path.extension().string());
    tool::program_run run;
    run.arguments = {tool::to_utf8(example)};
    run.arguments.insert(run.arguments.end(), arguments.begin(), arguments.end());
    return tool::run_program(run);
}

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("one process and many agree on every file of a tree, whatever the files are called") {
    const tool::temporary_folder folder;
    write(folder.path() / "plain.txt", "plain");
    write(folder.path() / "empty", "");
    write(folder.path() / "two words" / tool::from_utf8("na\xC3\xAFve \xE2\x82\xAC.txt"), std::string(300'000, 'x'));
    const auto output = run_example({tool::to_utf8(folder.path())});
    INFO(output.text);
    CHECK(output.code == 0);
    CHECK(contains(output.text, "3 regular files"));
    CHECK(contains(output.text, "All digests agree."));
    const bool compared = contains(output.text, "sha256sum agrees on 3 of a sample of 3 files.");
    CHECK((compared || contains(output.text, "There is no sha256sum here")));
    CHECK(contains(output.text, "Processes "));
}

TEST_CASE("a tree without files is no error") {
    const tool::temporary_folder folder;
    const auto output = run_example({tool::to_utf8(folder.path())});
    INFO(output.text);
    CHECK(output.code == 0);
    CHECK(contains(output.text, "0 regular files"));
}

TEST_CASE("a directory that does not exist gives exit code 2 and says which one") {
    const auto output = run_example({"no_such_directory"});
    INFO(output.text);
    CHECK(output.code == 2);
    CHECK(contains(output.text, "no_such_directory"));
}
