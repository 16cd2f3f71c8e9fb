// SPDX-License-Identifier: MIT
// A process of brood gives the program its folder, environment and streams, bounds its time and takes all of its
// descendants along when that is over; in it the system's own call runs the program.
#include "run_program.hpp"

#include "layout.hpp"

#include <brood/brood.hpp>
#include <brood/native/limits.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>

namespace tool {
namespace {

constexpr int cannot_start = 127;

int as_code(const brood::exit_status& status) {
    return status.exited() || status.signal() == 0 ? status.code() : 128 + status.signal();
}

void run_here(const std::vector<std::string>& arguments) {
    int code = cannot_start;
    try {
        code = as_code(brood::native::spawn_wait(arguments).status);
    } catch (const std::exception& error) {
        std::cout << error.what() << std::endl;
    }
    std::exit(code);
}

}  // namespace

program_output run_program(const program_run& what) {
    const temporary_folder folder;
    const auto path = folder.path() / "output.txt";
    const brood::file output = brood::file::open(path, "w");
    brood::process_options options;
    options.name = "runner";
    options.start_method = brood::start_method::spawn;
    options.cwd = what.directory;
    for (const auto& [name, value] : what.environment) options.env[name] = value;
    options.stdout_to = output.as_handle();
    options.stderr_to = output.as_handle();

    program_output result;
    brood::process runner(std::move(options), run_here, what.arguments);
    runner.start();
    if (!runner.join_for(what.limit)) {
        result.timed_out = true;
        runner.kill();
        runner.join();
    }
    result.code = as_code(*runner.exit_status());
    result.text = read_text(path);
    std::erase(result.text, '\r');
    return result;
}

}  // namespace tool
