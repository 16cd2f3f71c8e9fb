// SPDX-License-Identifier: MIT
// The work of queues by an MPI, where one is found: its compiler makes the program, its launcher starts it.
#include "bench_groups.hpp"

#include "run_program.hpp"

#include <stdexcept>

namespace tool {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

class mpi_program {
public:
    explicit mpi_program(const layout& where) : program_(folder_.path() / "mpi") {
        const auto made = run_program(
            {.arguments = {"mpicxx", "-O2", "-o", to_utf8(program_), to_utf8(where.data / "bench" / "mpi.cpp")}});
        if (made.code != 0) throw std::runtime_error("mpicxx: " + first_line(made.text));
    }

    // Two processes, also on one processor, and by whoever runs the bench.
    double run(const std::string& what) const {
        const auto output = run_program({.arguments = {"mpiexec", "-n", "2", to_utf8(program_), what},
                                         .environment = {{"OMPI_ALLOW_RUN_AS_ROOT", "1"},
                                                         {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
                                                         {"OMPI_MCA_rmaps_base_oversubscribe", "1"}}});
        if (output.code != 0) throw std::runtime_error("mpiexec: " + first_line(output.text));
        return std::stod(output.text);
    }

private:
    const temporary_folder folder_;
    const std::filesystem::path program_;
};

}  // namespace

void measure_mpi_peer(session& now, const layout& where) {
    std::optional<mpi_program> program;  // made when the first row is wanted
    const auto run = [&](const std::string& what) {
        if (!program) program.emplace(where);
        return program->run(what);
    };
    const auto beside = [](const char* ours) { return relation{relation::kind::ratio, ours, 0, {}}; };
    race(now,
         {{"queue.throughput", "", "messages/s", queue_throughput, {}},
          {"mpi.queue.throughput", "", "messages/s", [&] { return run("throughput"); }, beside("queue.throughput")}},
         now.few_runs());
    race(now,
         {{"queue.round_trip", "", "s", queue_round_trip, {}},
          {"mpi.queue.round_trip", "", "s", [&] { return run("round_trip"); }, beside("queue.round_trip")}},
         now.few_runs());
}

}  // namespace tool
