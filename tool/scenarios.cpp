// SPDX-License-Identifier: MIT
#include "scenarios.hpp"

#include <cstdlib>
#include <sstream>

namespace tool {
namespace {

using brood::start_method;

std::size_t lines_with(const program_output& output, const std::string& part) {
    std::istringstream text(output.text);
    std::size_t count = 0;
    for (std::string line; std::getline(text, line);) count += line.find(part) != std::string::npos;
    return count;
}

// What follows `label` on its line; empty when there is no such line.
std::string value_after(const program_output& output, const std::string& label) {
    std::istringstream text(output.text);
    for (std::string line; std::getline(text, line);)
        if (line.starts_with(label)) return line.substr(label.size());
    return "";
}

std::string times(std::size_t count) {
    return count == 1 ? "once" : count == 2 ? "twice" : std::to_string(count) + " times";
}

verdict judge_simple_function(start_method, const program_output& output) {
    const bool all = lines_with(output, "Starting simple") == 1 && lines_with(output, "Finishing simple") == 1 &&
                     lines_with(output, "Waiting for") == 1;
    return {all && output.code == 0, "both processes spoke, exit code " + std::to_string(output.code)};
}

verdict judge_initialisers(start_method method, const program_output& output) {
    const std::size_t expected = method == start_method::fork ? 1 : method == start_method::forkserver ? 2 : 4;
    const std::size_t count = lines_with(output, "Initialising");
    const bool worked = lines_with(output, "Working in child") == 3 && output.code == 0;
    return {worked && count == expected, "initialised " + times(count)};
}

verdict judge_missing_guard(start_method method, const program_output& output) {
    const bool once = lines_with(output, "main begins") == 1;
    if (method == start_method::fork)
        return {once && lines_with(output, "Working") == 1 && output.code == 0, "works: fork needs no guard"};
    const bool refused = lines_with(output, "bootstrap_error: ") == 1 && lines_with(output, "Working") == 0;
    return {once && refused && output.code == 1, "refused in the parent; no child was started"};
}

verdict judge_start_too_early(start_method method, const program_output& output) {
    const bool once = lines_with(output, "main runs") == 1 && output.code == 0;
    if (method == start_method::fork)
        return {once && lines_with(output, "Working") == 1, "works: a forked child does not begin again"};
    const bool refused = lines_with(output, "bootstrap_error: ") == 1 && lines_with(output, "Working") == 0;
    return {once && refused, "refused, and no chain of processes"};
}

verdict judge_random_value(start_method method, const program_output& output) {
    const std::string parent = value_after(output, "parent value: ");
    const std::string first = value_after(output, "child 1 value: ");
    const std::string second = value_after(output, "child 2 value: ");
    const bool passed = value_after(output, "child 1 argument: ") == parent &&
                        value_after(output, "child 2 argument: ") == parent && !parent.empty();
    const bool changed = value_after(output, "child 2 setting: ") == "changed by main";
    switch (method) {
        case start_method::fork:
            return {passed && changed && first == parent && second == parent, "the children see the parent's values"};
        case start_method::forkserver:
            return {passed && !changed && first != parent && second == first,
                    "the children share the server's value; main's change is lost"};
        case start_method::spawn: break;
    }
    return {passed && !changed && first != parent && second != parent && first != second,
            "each child has its own value; main's change is lost"};
}

verdict judge_object_method(start_method, const program_output& output) {
    const bool right = lines_with(output, "The stored value is: 1") == 1 && output.code == 0;
    return {right, right ? "the object arrived" : "the object did not arrive"};
}

verdict judge_open_file(start_method, const program_output& output) {
    const bool right = lines_with(output, "The stored value is: 1") == 1 && output.code == 0 &&
                       lines_with(output, "1.txt: line of the parent") == 1 &&
                       lines_with(output, "1.txt: line of the child") == 1;
    return {right, right ? "both lines are in the file" : "the file does not hold both lines"};
}

verdict judge_refusal(start_method, const program_output& output) {
    const bool named = output.text.find("my_class") != std::string::npos &&
                       output.text.find("ofstream") != std::string::npos &&
                       output.text.find("static assertion failed") != std::string::npos;
    return {named && output.code != 0, "refused at compile time, by the name of the member"};
}

verdict judge_same_everywhere(start_method, const program_output& output) {
    const bool same = lines_with(output, "parent sees: changed by main") == 1 &&
                      lines_with(output, "child sees: as written in the source") == 1 && output.code == 0;
    return {same, "what Windows and macOS do"};
}

verdict judge_start_cost(start_method, const program_output& output) {
    const std::string cost = value_after(output, "start and join: ");
    return {std::atof(cost.c_str()) > 0 && output.code == 0, "about " + cost.substr(0, cost.find(" (")) + " each"};
}

std::vector<scenario> make_scenarios() {
    return {
        {"simple_function", "A function in another process",
         "A function runs in a child process while the parent goes on. Then the parent waits for it.",
         "This is the same everywhere, and it is where most programs begin. The differences start with what the child "
         "finds when it begins to run.",
         "simple_function", false, judge_simple_function},
        {"initialisers", "Initialisers that run once, twice or every time",
         "A static initialiser prints a line, then the program starts three children.",
         "A forked child continues with the parent's memory, so nothing is initialised again; a spawned child is a "
         "fresh "
         "program and initialises everything. The fork server initialises once and its children inherit that: put "
         "costly preparation into main, after brood::init(), and pass on what the children need.",
         "initialisers", false, judge_initialisers},
        {"missing_guard", "The missing guard",
         "main() does not call brood::init() and starts a process. A child that runs main() from its beginning would "
         "start a process again, and that one again, without end.",
         "A fork needs no guard, so the mistake goes unnoticed until the program is built for Windows or macOS. brood "
         "refuses the start in the parent and says what is missing, before there is any child.",
         "missing_guard", false, judge_missing_guard},
        {"start_too_early", "A process started by a static initialiser",
         "The process is started before main() begins, where a fresh child would start it once more.",
         "Nothing that runs before brood::init() may start a process, since it runs in each child as well. The error "
         "is "
         "the same one, at the same place, on every system.",
         "start_too_early", false, judge_start_too_early},
        {"random_value", "Values that are set or changed at run time",
         "One global is set at random when the program starts, another one is changed by main(); two children show "
         "both, "
         "and an argument that they were given.",
         "Under fork a child silently works with whatever the globals were at that moment; under spawn it has those of "
         "a "
         "fresh program. What is passed as an argument is right under every method: do not rely on globals.",
         "random_value", false, judge_random_value},
        {"object_method", "A method of an object", "The child runs a method on a copy of the parent's object.",
         "A plain struct crosses without a line of code: its members are found and written one by one. Under fork "
         "nothing needs to be written at all.",
         "object_method", false, judge_object_method},
        {"open_file", "An object that holds an open file",
         "The same object with one more member: a std::ofstream that the method never uses.",
         "Python finds this out at run time, and on Windows and macOS only. Here the compiler refuses it, on every "
         "system, and names the member; three cures follow.",
         "", false, judge_refusal},
        {"open_file_fork", "... by fork_process, where there is fork",
         "brood::fork_process takes any callable, and nothing is serialized: the child has the parent's memory and "
         "files.",
         "This is what Linux users are used to. The name says that it will not compile on Windows, so nobody finds out "
         "late.",
         "open_file_fork_posix", true, judge_open_file},
        {"open_file_handle", "... cured by brood::file", "The member is a brood::file, whose open handle crosses.",
         "Both processes write through the same open file, as if it had been inherited. It costs one word in the class "
         "and works under every method.",
         "open_file_handle", false, judge_open_file},
        {"open_file_recreate", "... cured by brood::recreate",
         "The member is a brood::recreate<std::ofstream>, which crosses as its arguments and is opened again by its "
         "user.",
         "This suits what can exist several times: files, sockets to a server, handles of a library. What can exist "
         "only "
         "once, such as a device, belongs into a manager's process; managers come in a later version.",
         "open_file_recreate", false, judge_open_file},
        {"same_everywhere", "set_start_method(spawn): the same everywhere",
         "Whatever method was chosen before, the program chooses spawn, then looks whether the child sees main()'s "
         "change.",
         "With one line a Linux user sees what users of Windows and macOS see, and finds the mistakes at home. It is "
         "brood's default as well; the line protects from somebody who changes it.",
         "same_everywhere", false, judge_same_everywhere},
        {"start_cost", "What starting costs", "Ten processes that do nothing are started and waited for, one by one.",
         "A task must run well longer than its start, or it is faster without a process. `brood bench` measures this "
         "beside the limit of the machine.",
         "start_cost", false, judge_start_cost},
    };
}

}  // namespace

const std::vector<scenario>& all_scenarios() {
    static const std::vector<scenario> all = make_scenarios();
    return all;
}

}  // namespace tool
