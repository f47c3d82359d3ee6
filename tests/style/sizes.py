#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""No file over 800 lines, no C function over 80, not counting its comments: the documentation
of properties and signals stands inside the function that installs them."""

import sys

import tree

FILE_LINES = 800
FUNCTION_LINES = 80

# path, or path:function → why it may be longer
EXCEPTIONS = {}


def check_file(path, text):
    lines = text.count("\n")
    if lines > FILE_LINES and tree.where(path) not in EXCEPTIONS:
        yield f"{tree.where(path)}: {lines} lines, {FILE_LINES} are allowed"


def check_functions(path, text):
    for name, first, _last, body in tree.functions(text):
        size = sum(1 for line in tree.without_comments(body).split("\n") if line.strip())
        if size > FUNCTION_LINES and f"{tree.where(path)}:{name}" not in EXCEPTIONS:
            yield (f"{tree.where(path, first)}: {name}() has {size} lines, "
                   f"{FUNCTION_LINES} are allowed")


def main():
    offences = []
    paths = tree.files(".c", ".h", ".py", ".js", ".vala")
    for path in paths:
        text = tree.read(path)
        offences += check_file(path, text)
        if path.suffix == ".c":
            offences += check_functions(path, text)
    return tree.verdict(offences, len(paths))


if __name__ == "__main__":
    sys.exit(main())
