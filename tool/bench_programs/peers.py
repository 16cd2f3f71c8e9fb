# SPDX-License-Identifier: MIT
"""The work of `brood bench`, done by CPython's multiprocessing: one line of JSON for each row.

Usage: peers.py RUNS BULK_RUNS "ROW METHOD"...
"""
import json
import multiprocessing
import multiprocessing.managers
import sys
import time
from concurrent.futures import ProcessPoolExecutor

BULK = 64 * 1024 * 1024


def nothing():
    pass


def same(value):
    return value


def start_join(context):
    process = context.Process(target=nothing)
    process.start()
    process.join()


def result_of(context, function, value):
    """A new process, its result: what brood::async does."""
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        return executor.submit(function, value).result()


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


def measure_calls(context, runs, count=1000):
    """Seconds of one call of a method that does next to nothing."""
    samples = []
    with Manager(ctx=context) as manager:
        tally = manager.Tally()
        tally.add(1)
        for _ in range(runs):
            begin = time.perf_counter()
            for _ in range(count):
                tally.add(1)
            samples.append((time.perf_counter() - begin) / count)
    return samples


def measure(work, runs):
    work()  # warm up: fork server, imports
    samples = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        samples.append(time.perf_counter() - begin)
    return samples


def main():
    runs, bulk_runs, wanted = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    data = b"x" * BULK
    for method in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context(method)
        rows = (
            ("process.start_join", runs, lambda: start_join(context)),
            ("async.int", runs, lambda: result_of(context, same, 1)),
            ("async.64MiB", bulk_runs, lambda: result_of(context, same, data)),
        )
        for name, count, work in rows:
            if f"{name} {method}" not in wanted:
                continue
            samples = measure(work, count)
            print(json.dumps({"name": name, "start_method": method, "seconds": samples}), flush=True)
        if f"manager.call {method}" in wanted:
            samples = measure_calls(context, runs)
            print(json.dumps({"name": "manager.call", "start_method": method, "seconds": samples}), flush=True)


if __name__ == "__main__":
    main()
