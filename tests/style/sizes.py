#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""No file over 800 lines, no C function over 80."""

import sys

import tree

FILE_LINES = 800
FUNCTION_LINES = 80

# path, or path:function → why it may be longer
EXCEPTIONS = {}


def main():
    offences = []
    paths = tree.files(".c", ".h", ".py", ".js", ".vala")
    for path in paths:
        text = tree.read(path)
        lines = text.count("\n")
        if lines > FILE_LINES and tree.where(path) not in EXCEPTIONS:
            offences.append(f"{tree.where(path)}: {lines} lines, {FILE_LINES} are allowed")
        if path.suffix != ".c":
            continue
        for name, first, last, _body in tree.functions(text):
            size = last - first + 1
            if size > FUNCTION_LINES and f"{tree.where(path)}:{name}" not in EXCEPTIONS:
                offences.append(f"{tree.where(path, first)}: {name}() has {size} lines, "
                                f"{FUNCTION_LINES} are allowed")
    return tree.verdict(offences, len(paths))


if __name__ == "__main__":
    sys.exit(main())
