// SPDX-License-Identifier: MIT
// What the headers cost in compile time, beside a program that includes nothing.
#include "bench_groups.hpp"

#include "refusal.hpp"

#include <brood/native/limits.hpp>

#include <stdexcept>

namespace tool {
namespace {

struct compile_cost {
    double wall = 0;
    double user = 0;
};

compile_cost compile(const layout& where, const std::string& compiler, const std::string& name) {
    const temporary_folder folder;
    std::vector<std::string> command = {compiler, "-std=c++20", "-O2", "-c"};
    for (const std::string& directory : where.include_directories()) command.push_back("-I" + directory);
    command.insert(command.end(),
                   {to_utf8(where.data / "bench" / (name + ".cpp")), "-o", to_utf8(folder.path() / "o")});
    brood::native::run_result result;
    const double wall = seconds_of([&] { result = brood::native::spawn_wait(command); });
    if (!result.status.success()) throw std::runtime_error(compiler + " " + result.status.to_string());
    return {wall, result.user_seconds};
}

struct compile_rows {
    row wall, user;
    void add(const compile_cost& cost) {
        wall.samples.push_back(cost.wall);
        user.samples.push_back(cost.user);
    }
};

compile_rows rows_of(const std::string& name) { return {{name, "", "s", {}, {}}, {name + ".user", "", "s", {}, {}}}; }

}  // namespace

void measure_compiler(session& now, const layout& where) {
    if (!now.wants("compile.hello") && !now.wants("limit.compile_nothing")) return;
    const std::string compiler = where.include_directories().empty() ? "" : find_compiler();
    if (compiler.empty()) {
        now.notes.push_back("compile.hello: not measured: no compiler or no headers of brood were found here");
        return;
    }
    now.tell_progress("compile.hello");
    compile_rows nothing = rows_of("limit.compile_nothing"), hello = rows_of("compile.hello");
    for (std::size_t i = 0; i < (now.runs < 10 ? 1 : 3); ++i) {
        nothing.add(compile(where, compiler, "nothing"));
        hello.add(compile(where, compiler, "hello"));
    }
    hello.wall.beside = relation{relation::kind::difference, nothing.wall.id(), 0, 2.0, false};
    hello.user.beside = relation{relation::kind::difference, nothing.user.id(), 0, 2.0, false};
    relate(hello.wall, nothing.wall);
    relate(hello.user, nothing.user);
    for (const row& one : {nothing.wall, hello.wall, nothing.user, hello.user}) now.rows.push_back(one);
}

}  // namespace tool
