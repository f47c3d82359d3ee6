#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Every source file and every script says on top which licence it has."""

import sys

import tree

LICENCE = "SPDX-License-Identifier: LGPL-2.1-or-later"
SUFFIXES = {".c", ".h", ".in", ".py", ".js", ".vala", ".sh", ".lua"}


def is_source(path):
    if path.suffix in SUFFIXES:
        # *.in that are templates of something else (a page of the manual, a configuration)
        return path.suffix != ".in" or path.stem.endswith((".c", ".h", ".py"))
    with open(path, "rb") as stream:
        return stream.read(2) == b"#!"


def main():
    paths = [path for path in tree.files() if is_source(path)]
    offences = []
    for path in paths:
        head = tree.read(path).split("\n")[:3]
        if not any(LICENCE in line for line in head):
            offences.append(f"{tree.where(path)}: no '{LICENCE}' on top")
    return tree.verdict(offences, len(paths))


if __name__ == "__main__":
    sys.exit(main())
