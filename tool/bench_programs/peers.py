# SPDX-License-Identifier: MIT
"""The work of `brood bench`, done by CPython's multiprocessing: one line of JSON for each row.

Usage: peers.py RUNS BULK_RUNS "ROW METHOD"... (rows without a method: "ROW")
"""
import json
import multiprocessing
import multiprocessing.managers
import sys
import time
from concurrent.futures import ProcessPoolExecutor

BULK = 64 * 1024 * 1024
BULK_MEGABYTES = 2 * BULK / 1e6  # there and back


def nothing():
    pass


def same(value):
    return value


def next_number(value):
    return value + 1


def start_join(context):
    process = context.Process(target=nothing)
    process.start()
    process.join()


def result_of(context, function, value):
    """A new process, its result: what brood::async does."""
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        return executor.submit(function, value).result()


def seconds_of(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


class Tally:
    """What manager.call calls."""

    def __init__(self):
        self.sum = 0

    def add(self, more):
        self.sum += more
        return self.sum


class Manager(multiprocessing.managers.SyncManager):
    pass


Manager.register("Tally", Tally)


def call_samples(context, runs, count=1000):
    """Seconds of one call of a method that does next to nothing."""
    with Manager(ctx=context) as manager:
        tally = manager.Tally()
        tally.add(1)
        return [seconds_of(lambda: [tally.add(1) for _ in range(count)]) / count for _ in range(runs)]


def samples_of(work, runs):
    work()  # warm up: fork server, imports
    return [seconds_of(work) for _ in range(runs)]


def receive(source, count, done):
    source.get()
    done.put(0)
    for _ in range(count):
        source.get()
    done.put(0)


def throughput_samples(context, runs, count=100_000):
    """Numbers each second from one producer to one consumer."""

    def once():
        queue, done = context.Queue(), context.Queue()
        consumer = context.Process(target=receive, args=(queue, count, done))
        consumer.start()
        queue.put(0)
        done.get()

        def work():
            for number in range(count):
                queue.put(number)
            done.get()

        rate = count / seconds_of(work)
        consumer.join()
        return rate

    return [once() for _ in range(runs)]


def send_back(source, target):
    while (value := source.get()) is not None:
        target.put(value)


def trip_samples(context, runs, count=2000):
    """Seconds from this process to another and back."""
    there, back = context.Queue(), context.Queue()
    other = context.Process(target=send_back, args=(there, back))
    other.start()

    def trip():
        there.put(1)
        back.get()

    trip()
    samples = [seconds_of(lambda: [trip() for _ in range(count)]) / count for _ in range(runs)]
    there.put(None)
    other.join()
    return samples


def apply_samples(context, runs, count=500):
    with context.Pool() as pool:
        pool.apply(next_number, (1,))
        return [seconds_of(lambda: [pool.apply(next_number, (i,)) for i in range(count)]) / count for _ in range(runs)]


def submit_samples(context, runs, count=5000):
    """Tasks each second, one future for each."""
    with ProcessPoolExecutor(mp_context=context) as executor:
        executor.submit(next_number, 1).result()

        def work():
            for future in [executor.submit(next_number, i) for i in range(count)]:
                future.result()

        return [count / seconds_of(work) for _ in range(runs)]


def map_samples(context, runs, chunk, count):
    """Elements each second."""
    with context.Pool() as pool:
        pool.map(next_number, range(100))
        return [count / seconds_of(lambda: pool.map(next_number, range(count), chunk)) for _ in range(runs)]


def echo_samples(context, runs, data):
    with context.Pool() as pool:
        pool.apply(same, (1,))
        return [BULK_MEGABYTES / seconds for seconds in samples_of(lambda: pool.apply(same, (data,)), runs)]


def main():
    runs, bulk_runs, wanted = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    data = b"x" * BULK

    def measure(name, method, unit, work):
        if f"{name} {method}".strip() in wanted:
            line = {"name": name, "start_method": method, "unit": unit, "samples": work()}
            print(json.dumps(line), flush=True)

    for method in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context(method)
        measure("process.start_join", method, "s", lambda: samples_of(lambda: start_join(context), runs))
        measure("async.int", method, "s", lambda: samples_of(lambda: result_of(context, same, 1), runs))
        measure("async.64MiB", method, "MB/s",
                lambda: [BULK_MEGABYTES / s for s in samples_of(lambda: result_of(context, same, data), bulk_runs)])
    context = multiprocessing.get_context("spawn")
    measure("manager.call", "spawn", "s", lambda: call_samples(context, runs))
    measure("queue.throughput", "", "messages/s", lambda: throughput_samples(context, bulk_runs))
    measure("queue.round_trip", "", "s", lambda: trip_samples(context, runs))
    measure("pool.apply", "", "s", lambda: apply_samples(context, runs))
    measure("pool.submit", "", "tasks/s", lambda: submit_samples(context, bulk_runs))
    measure("pool.map_chunk1", "", "tasks/s", lambda: map_samples(context, bulk_runs, 1, 20_000))
    measure("pool.map", "", "tasks/s", lambda: map_samples(context, bulk_runs, None, 1_000_000))
    measure("pool.echo", "", "MB/s", lambda: echo_samples(context, bulk_runs, data))


if __name__ == "__main__":
    main()
