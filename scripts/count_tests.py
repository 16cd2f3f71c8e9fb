#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints how many test cases passed and failed according to a JUnit file of CTest, as "PASSED FAILED".

A doctest program counts with the test cases that it reports itself; a test that failed without such a report (a crash, a
time limit) counts as one failure, any other as one test. What fails is printed to stderr with its output.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

SUMMARY = re.compile(r"\[doctest\] test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed")


def count(case):
    """(passed, failed) of one CTest test."""
    good = case.get("status") == "run" and case.find("failure") is None
    output = case.findtext("system-out") or ""
    summaries = SUMMARY.findall(output)
    passed, failed = (int(summaries[-1][1]), int(summaries[-1][2])) if summaries else (0, 0)
    if good:
        return (passed, failed) if passed + failed else (1, 0)
    print(f"--- {case.get('name')} failed\n{output}", file=sys.stderr)
    return (passed, failed) if failed else (passed, 1)


def main():
    try:
        cases = ElementTree.parse(sys.argv[1]).getroot().iter("testcase")
        totals = [count(case) for case in cases]
    except (OSError, ElementTree.ParseError) as error:
        print(f"no test report: {error}", file=sys.stderr)
        totals = []
    if not totals:
        totals = [(0, 1)]
    print(sum(passed for passed, _ in totals), sum(failed for _, failed in totals))


if __name__ == "__main__":
    main()
