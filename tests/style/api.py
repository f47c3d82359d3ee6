#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: api.py LIBRARY [--update]

What the library exports is what the public headers declare and what gir/xmpp-1.0.symbols lists,
so that a review sees each new symbol as a line.
"""

import re
import subprocess
import sys

import tree

SNAPSHOT = tree.ROOT / "gir" / "xmpp-1.0.symbols"
LIBRARY = tree.ROOT / "libxmpp-glib"


def exported(library):
    said = subprocess.run(["nm", "--dynamic", "--defined-only", library],
                          capture_output=True, text=True, check=True)
    symbols = [line.split() for line in said.stdout.splitlines()]
    # A version of the version script is an absolute symbol.
    return {symbol[2].split("@")[0] for symbol in symbols if symbol[1] != "A"}


def declared():
    """The functions of the headers that <xmpp.h> includes; those of enums are generated."""
    names = set()
    for header in re.findall(r'#include "(\w+/[^"]+)"', tree.read(LIBRARY / "xmpp.h")):
        text = tree.without_comments(tree.read(LIBRARY / header))
        for start in re.finditer(r"^XMPP_AVAILABLE_IN_ALL\b", text, re.MULTILINE):
            declaration = text[start.end():text.index(")", start.end())]
            macro = re.match(r"\s*G_DECLARE_\w+_TYPE \(\s*\w+,\s*(\w+)", declaration)
            if macro:
                names.add(macro.group(1) + "_get_type")
            else:
                names.add(re.search(r"(\w+)\s*\(", declaration).group(1))
        for enum in re.findall(r"^\}\s*(Xmpp\w+);", text, re.MULTILINE):
            if re.search(rf"typedef enum[^{{}}]*\{{[^}}]*\}}\s*{enum};", text):
                words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enum)
                names.add(words.lower() + "_get_type")
    return names


def compare(what, expected, found):
    for name in sorted(expected - found):
        yield f"{name}: {what}, but not exported"
    for name in sorted(found - expected):
        yield f"{name}: exported, but not {what}"


def main():
    symbols = exported(sys.argv[1])
    if "--update" in sys.argv[2:]:
        SNAPSHOT.write_text("".join(f"{name}\n" for name in sorted(symbols)), encoding="utf-8")
    offences = list(compare("declared in a public header", declared(), symbols))
    offences += compare("in gir/xmpp-1.0.symbols", set(tree.read(SNAPSHOT).split()), symbols)
    return tree.verdict(offences, len(symbols), "symbols")


if __name__ == "__main__":
    sys.exit(main())
