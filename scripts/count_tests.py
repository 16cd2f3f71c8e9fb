#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints how many test cases passed and failed according to a JUnit file of CTest, as "PASSED FAILED".

A doctest program counts with the test cases that it reports itself; a test that failed without such a report (a crash, a
time limit) counts as one failure, any other as one test. What fails is printed to stderr with its output. A second
file, of those that failed and ran again, replaces what the first says of them, and only what it says is printed.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

SUMMARY = re.compile(r"\[doctest\] test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed")


def count(case):
    """(passed, failed) of one CTest test."""
    good = case.get("status") == "run" and case.find("failure") is None
    summaries = SUMMARY.findall(case.findtext("system-out") or "")
    passed, failed = (int(summaries[-1][1]), int(summaries[-1][2])) if summaries else (0, 0)
    if good:
        return (passed, failed) if passed + failed else (1, 0)
    return (passed, failed) if failed else (passed, 1)


def read(path):
    """The tests of a file by name: (passed, failed), output."""
    cases = ElementTree.parse(path).getroot().iter("testcase")
    return {case.get("name"): (count(case), case.findtext("system-out") or "") for case in cases}


def show_failed(tests):
    for name, ((_, failed), output) in tests.items():
        if failed:
            print(f"--- {name} failed\n{output}", file=sys.stderr)


def total(tests, which):
    return sum(counts[which] for counts, _ in tests.values())


def main():
    try:
        *earlier, latest = [read(path) for path in sys.argv[1:]]
        show_failed(latest)
        tests = {name: test for run in [*earlier, latest] for name, test in run.items()}
    except (OSError, ElementTree.ParseError) as error:
        print(f"no test report: {error}", file=sys.stderr)
        tests = {}
    print(*((total(tests, 0), total(tests, 1)) if tests else (0, 1)))


if __name__ == "__main__":
    main()
