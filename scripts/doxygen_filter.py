#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Gives a header to Doxygen: comments that stand before or behind a declaration become documentation comments.

A declaration that follows one of the same name without a blank line or a comment between them is documented as its overload.
"""

import re
import sys

FULL = re.compile(r"^(\s*)//(?!/)(.*)$")
RULE = re.compile(r"^\s*-{4}")
TRAILING = re.compile(r"^(.*[;,{}]|\s*\w+)(\s+)// (.*)$")

NAME = re.compile(r"([~\w]+|operator\s*[^\s\w(]+)\s*\(")


def declared_name(lines, at):
    """The function that the declaration beginning at this line declares, or None."""
    text = ""
    for line in lines[at:at + 12]:
        text += line + " "
        if line.rstrip().endswith((";", "{", "}")):
            break
    text = re.sub(r"requires\s*\((?:[^()]|\([^()]*\))*\)", "", text)
    match = NAME.search(text)
    return match.group(1) if match else None


def with_overloads(lines):
    """The lines, with a mark before each overload that has no comment of its own."""
    previous, indent, ended = None, 0, True
    for at, line in enumerate(lines):
        text = line.strip()
        if not text or text.startswith("//"):
            previous, indent, ended = None, 0, True
        elif ended and not text.startswith("}") and (previous is None or len(line) - len(text) <= indent):
            name = declared_name(lines, at)
            if name and name == previous:
                yield "/// @overload"
            previous, indent = name, len(line) - len(text)
        if text and not text.startswith("//"):
            ended = text.endswith((";", "}", "{", ":"))
        yield line


def convert(lines):
    """The lines with `//` comments as Doxygen's. The first comment of a file tells what the file is."""
    head = True
    trailing = False  # the comment behind the line above may go on below
    for line in lines:
        full, behind = FULL.match(line), TRAILING.match(line)
        if head and full:
            text = full.group(2)
            yield "/// @file" if "SPDX-License-Identifier" in text else "///" + text
        elif full and RULE.match(full.group(2)):
            yield ""
        elif full and trailing:
            yield full.group(1) + "///<" + full.group(2)
        elif full:
            yield full.group(1) + "///" + full.group(2)
        elif behind and not line.lstrip().startswith("#"):
            yield behind.group(1) + behind.group(2) + "///< " + behind.group(3)
        else:
            yield line
        head = head and bool(full)
        trailing = bool(behind) or (trailing and bool(full))


def main():
    with open(sys.argv[1], encoding="utf-8") as source:
        print("\n".join(convert(list(with_overloads(source.read().split("\n"))))))


if __name__ == "__main__":
    main()
