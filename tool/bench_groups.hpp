// SPDX-License-Identifier: MIT
// The groups of rows that `brood bench` measures.
#pragma once

#include "layout.hpp"
#include "measure.hpp"

namespace tool {

// Given as the tool's only argument, the tool returns at once: the program of limit.posix_spawn_wait.
inline constexpr const char* return_at_once = "--return-at-once";

void measure_starts(session& now,
                    const layout& where);  // limit.posix_spawn_wait, limit.fork_wait, process.*, async.int
void measure_reserve(session& now);        // process.start_join.reserve
void measure_large_parent(session& now);   // process.start_join.1GiB
void measure_break_even(session& now);     // break_even.async
void measure_bulk(session& now);           // limit.memcpy, async.64MiB
void measure_shared(session& now);         // shared_array.pass.*, loan.64MiB
void measure_locks(session& now);          // limit.std_mutex, limit.futex_mutex, mutex.*
void measure_managers(session& now);       // manager.*, limit.queue_round_trip, limit.connection_round_trip
void measure_pools(session& now);          // limit.queue_trip, limit.two_copies, limit.all_processors, pool.*
void measure_channels(session& now);       // queue.*, pipe.*, limit.spsc_ring, limit.spin_round_trip, limit.memcpy.*
void measure_memory(session& now, const layout& where);    // limit.empty_program, memory.idle_child
void measure_compiler(session& now, const layout& where);  // limit.compile_nothing, compile.hello
void measure_peers(session& now, const layout& where);     // cpython.*
void measure_native_peers(session& now);                   // boost.*, zeromq.*
void measure_mpi_peer(session& now, const layout& where);  // mpi.*

// Rows that others are measured beside.
double queue_throughput();  // queue.throughput
double queue_round_trip();  // queue.round_trip

}  // namespace tool
