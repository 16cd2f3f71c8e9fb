// SPDX-License-Identifier: MIT
// Spawn: a fresh run of this program.
#include "arena/mapping.hpp"
#include "arena/session.hpp"
#include "process/launch.hpp"
#include "process/this_process.hpp"

#include <chrono>
#include <cstdlib>

namespace brood::detail {
namespace {

using kind = platform::stdio_target::kind;

struct make_target_stream {
    launch_request& request;
    bool output;

    platform::stdio_target operator()(null_t) const { return {kind::null, {}}; }
    platform::stdio_target operator()(inherit_t) const { return {kind::inherit, {}}; }
    platform::stdio_target operator()(const handle& open) const { return {kind::handle, open.native_handle()}; }
    platform::stdio_target operator()(const std::filesystem::path& path) const {
        const auto text = path.u8string();
        request.opened.push_back(platform::open_for_stdio({text.begin(), text.end()}, output));
        return {kind::handle, request.opened.back().get()};
    }
};

bool names_variable(const std::string& entry, const std::string& name) {
    return entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name);
}

void set_variable(std::vector<std::string>& environment, const std::string& name, const std::string& value) {
    if (name.empty() || name.find('=') != name.npos || name.find('\0') != name.npos || value.find('\0') != value.npos)
        throw std::invalid_argument("'" + name +
                                    "' cannot be the name of an environment variable, or its value cannot be one");
    std::erase_if(environment, [&](const auto& entry) { return names_variable(entry, name); });
    environment.push_back(name + "=" + value);
}

}  // namespace

launch_request make_request(const process_options& options, const std::string& name, bool always_with_environment) {
    launch_request request;
    request.stdio[0] = std::visit(make_target_stream{request, false}, options.stdin_from.where());
    request.stdio[1] = std::visit(make_target_stream{request, true}, options.stdout_to.where());
    request.stdio[2] = std::visit(make_target_stream{request, true}, options.stderr_to.where());
    for (const auto& one : options.inherit) request.inherit.push_back(one.native_handle());
    request.same_environment = !options.clear_env && options.env.empty();
    if (!options.clear_env && (always_with_environment || !options.env.empty()))
        request.environment = platform::environment();
    for (const auto& [variable, value] : options.env) set_variable(request.environment, variable, value);
    const auto directory = options.cwd.u8string();
    request.directory.assign(directory.begin(), directory.end());
    request.name = name;
    request.receive_ctrl_c = options.receive_ctrl_c;
    return request;
}

std::array<std::string, 3> current_streams() {
    return {platform::stream_identity(0), platform::stream_identity(1), platform::stream_identity(2)};
}

surroundings current_surroundings() {
    return {platform::environment(), platform::working_directory(), current_streams()};
}

std::string child_program() {
    std::string chosen = this_process::get().executable();
    return chosen.empty() ? platform::executable_path() : chosen;
}

platform::deadline bootstrap_deadline() {
    const char* seconds = std::getenv("BROOD_BOOTSTRAP_TIMEOUT");
    const long limit = seconds == nullptr ? 120 : std::strtol(seconds, nullptr, 10);
    if (limit <= 0) return {};
    return std::chrono::steady_clock::now() + std::chrono::seconds(limit);
}

namespace {

// Its own children could have no shared objects otherwise; where the system gives no memory, they say so when they try.
void hand_over_session(platform::spawn_spec& spec) noexcept {
    try {
        arena::join_session();
    } catch (const std::exception&) {
        return;
    }
    spec.session_memory = arena::memory_handle();
    spec.session_keeper = arena::handle_keeper().way;
}

}  // namespace

platform::spawned spawn_self(const launch_request& request, const std::string& note) {
    platform::spawn_spec spec;
    spec.executable = child_program();
    spec.arguments = {spec.executable, "--brood-child=" + request.name};  // for who reads a process list
    spec.environment = request.environment;
    spec.directory = request.directory;
    spec.stdio = request.stdio;
    spec.inherit = request.inherit;
    spec.receive_ctrl_c = request.receive_ctrl_c;
    spec.note = note;
    hand_over_session(spec);
    return platform::spawn_process(spec);
}

launched launch_spawn(const launch_request& request) {
    if (auto ready = take_from_reserve(request)) return std::move(*ready);
    auto made = spawn_self(request, {});
    return {std::move(made.child), std::move(made.channel), nullptr, std::nullopt, false};
}

}  // namespace brood::detail
