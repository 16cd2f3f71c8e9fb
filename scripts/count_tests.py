#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints how many test cases passed, failed and were unsteady according to JUnit files of CTest: "PASSED FAILED UNSTEADY".

A doctest program counts with the test cases that it reports itself; a test that failed without such a report (a crash, a
time limit) counts as one failure, any other as one test. What fails is printed to stderr with its output. The first file
is of all tests; the second, where there is one, of those that failed and ran again: it replaces what the first says of
them, and what failed in the first alone was unsteady.
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
    """The tests of a file by name: [passed, failed], output."""
    cases = ElementTree.parse(path).getroot().iter("testcase")
    return {case.get("name"): (count(case), case.findtext("system-out") or "") for case in cases}


def show_failed(tests):
    for name, ((_, failed), output) in tests.items():
        if failed:
            print(f"--- {name} failed\n{output}", file=sys.stderr)


def total(tests, which):
    return sum(counts[which] for counts, _ in tests.values())


def main():
    unsteady = 0
    try:
        tests = read(sys.argv[1])
        again = read(sys.argv[2]) if len(sys.argv) > 2 else None
        show_failed(tests if again is None else again)
        if again is not None:
            unsteady = total(tests, 1)
            tests.update(again)
            unsteady = max(0, unsteady - total(tests, 1))
    except (OSError, ElementTree.ParseError) as error:
        print(f"no test report: {error}", file=sys.stderr)
        tests = {}
    if not tests:
        print(0, 1, 0)
        return
    print(total(tests, 0), total(tests, 1), unsteady)


if __name__ == "__main__":
    main()
