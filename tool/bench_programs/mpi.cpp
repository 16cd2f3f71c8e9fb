// SPDX-License-Identifier: MIT
// Two processes of an MPI that exchange numbers. Compiled and started by the bench, where there is an MPI:
//   mpiexec -n 2 PROGRAM throughput|round_trip
// prints numbers a second, or seconds a trip.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mpi.h>

namespace {

constexpr int numbers = 300'000, trips = 20'000;

void send(int to, int value) { MPI_Send(&value, 1, MPI_INT, to, 0, MPI_COMM_WORLD); }
int receive(int from) {
    int value = 0;
    MPI_Recv(&value, 1, MPI_INT, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return value;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double throughput_of_first() {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < numbers; ++i) send(1, i);
    receive(1);
    return numbers / seconds_since(begin);
}
void swallow() {
    for (int i = 0; i < numbers; ++i)
        if (receive(0) != i) std::abort();
    send(0, 1);
}

double round_trip_of_first() {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < trips; ++i) {
        send(1, i);
        receive(1);
    }
    return seconds_since(begin) / trips;
}
void send_back() {
    for (int i = 0; i < trips; ++i) send(0, receive(0));
}

}  // namespace

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    int rank = 0, size = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (argc != 2 || size != 2) return 2;
    const bool one_way = std::strcmp(argv[1], "throughput") == 0;
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        std::printf("%.9g\n", one_way ? throughput_of_first() : round_trip_of_first());
    else
        one_way ? swallow() : send_back();
    MPI_Finalize();
    return 0;
}
