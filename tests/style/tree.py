# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""What the style checks share: the files of the source tree, C without its comments, a verdict."""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

_NOT_OURS = re.compile(r"^(_?build.*|\..*|subprojects|__pycache__)$")
_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def files(*suffixes, under=(".",)):
    """The files below the folders @under, build directories left out."""
    found = []
    for top in under:
        for folder, folders, names in os.walk(ROOT / top):
            folders[:] = sorted(name for name in folders
                                if not _NOT_OURS.match(name) or name == ".ci")
            for name in sorted(names):
                path = pathlib.Path(folder, name)
                if path.is_file() and (not suffixes or path.suffix in suffixes):
                    found.append(path)
    return found


def c_files(*under):
    return files(".c", ".h", under=under or (".",))


def read(path):
    return path.read_text(encoding="utf-8")


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text, strings=True):
    """Comments, and with strings=False the inside of literals, become spaces; lines stay."""
    def replace(match):
        token = match.group()
        if token.startswith("/"):
            return _blank(token)
        return token if strings else token[0] + _blank(token[1:-1]) + token[-1]
    return _TOKEN.sub(replace, text)


def functions(text):
    """(name, first line, last line, body) of each function, told by braces in column 0."""
    lines = text.split("\n")
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line.startswith("}") and start is not None:
            if line.rstrip() == "}":
                head = "\n".join(lines[max(0, start - 12):start])
                names = re.findall(r"^(\w+) \(", head, re.MULTILINE)
                yield (names[-1] if names else "?", start + 1, number + 1,
                       "\n".join(lines[start:number + 1]))
            start = None


def where(path, line=None):
    name = str(path.relative_to(ROOT))
    return f"{name}:{line}" if line else name


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def verdict(offences, looked_at, what="files"):
    """Prints what was found; the exit status for sys.exit()."""
    for offence in offences:
        print(offence)
    print(f"{looked_at} {what}, {len(offences)} offences")
    if looked_at == 0:
        print("nothing was looked at")
    return 1 if offences or looked_at == 0 else 0


def skip(why):
    print(why)
    sys.exit(77)
