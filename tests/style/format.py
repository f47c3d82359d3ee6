#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""All C is as clang-format 14 writes it; `format.py --fix` makes it so.

Other versions of clang-format disagree with each other about the same configuration.
"""

import re
import shutil
import subprocess
import sys

import tree

VERSION = "14"


def find_program():
    for name in (f"clang-format-{VERSION}", "clang-format"):
        program = shutil.which(name)
        if program is None:
            continue
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        if re.search(rf"version {VERSION}\.", said.stdout):
            return program
    return None


def main():
    program = find_program()
    if program is None:
        tree.skip(f"clang-format {VERSION} is not installed")
    paths = tree.c_files()
    mode = ["-i"] if sys.argv[1:] == ["--fix"] else ["--dry-run", "-Werror"]
    done = subprocess.run([program, *mode, "--style=file", *map(str, paths)], check=False)
    return 1 if done.returncode or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
