#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""README shows the programs of examples/, which are built; what the pages name is there."""

import re
import sys

import tree

FOLDERS = "(?:bindings|docs|examples|gir|libxmpp-glib|plugins|tests|tools)"
SHOWN = {"c": "examples/hello.c", "js": "examples/hello.js", "python": "examples/hello.py",
         "vala": "examples/hello.vala"}


def code(path):
    """A program without the lines on its licence."""
    lines = tree.read(path).split("\n")
    return "\n".join(lines[2:]).strip()


def main():
    offences = []
    readme = tree.read(tree.ROOT / "README.md")
    for language, name in SHOWN.items():
        blocks = re.findall(rf"```{language}\n(.*?)```", readme, re.DOTALL)
        if [block.strip() for block in blocks] != [code(tree.ROOT / name)]:
            offences.append(f"README.md: the {language} example is not {name}")
    compile(tree.read(tree.ROOT / SHOWN["python"]), SHOWN["python"], "exec")
    pages = tree.files(".md")
    for path in pages:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", tree.read(path)):
            if not (path.parent / target).exists():
                offences.append(f"{tree.where(path)}: {target} is not there")
        for target in re.findall(rf"`({FOLDERS}/[\w./-]*)[` ]", tree.read(path)):
            if not (tree.ROOT / target).exists():
                offences.append(f"{tree.where(path)}: {target} is not there")
    return tree.verdict(offences, len(pages))


if __name__ == "__main__":
    sys.exit(main())
