# SPDX-License-Identifier: MIT
"""The work of `brood bench`, done by CPython's multiprocessing: one line of JSON for each row.

Usage: peers.py RUNS BULK_RUNS "ROW METHOD"...
"""
import json
import multiprocessing
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


if __name__ == "__main__":
    main()
