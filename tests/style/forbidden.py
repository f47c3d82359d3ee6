#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Words and calls that must not be in the tree."""

import re
import sys

import tree

_SECRET = r"\w*(?:secret|password|proof|signature|token|salted)\w*"
_COMPARE = r"(?:strn?cmp|memcmp|strn?casecmp|g_strcmp0|g_str_equal|g_bytes_equal)"

# (where, pattern, why); "code" is C of the library and its modules without comments and the
# inside of strings, "c" is all C without comments, "text" is every file as it stands
RULES = [
    ("text", r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b", "do it, or write an issue"),
    ("text", r"(?<![\w.])/(?:home|root|Users|work)/\w", "a path of somebody's machine"),
    ("c", r"\bXML_PARSE_HUGE\b", "switches libxml2's limits off"),
    ("c", r"\bXML_PARSE_(?:DTDLOAD|DTDATTR|XINCLUDE|RECOVER)\b", "not for a peer's bytes"),
    ("c", r"\bg_memdup \(", "g_memdup2"),
    ("c", r"\bato(?:i|l|f) \(", "g_ascii_string_to_unsigned"),
    ("code", r"\bg_(?:rand|random)_\w+ \(|\b(?:rand|random|drand48) \(", "xmpp_random_bytes"),
    ("code", r"\bg_uuid_string_random \(", "xmpp_random_bytes"),
    ("code", rf"\b{_COMPARE} \([^;]*\b{_SECRET}\b", "xmpp_secret_equal"),
    ("code", r"\b(?:strcpy|strcat|sprintf|vsprintf|gets|alloca|g_alloca) \(", "unbounded"),
    ("code", r"\b(?:printf|puts|g_print|g_printerr) \(", "a library does not print"),
    ("code", r"\bg_main_loop_(?:new|run) \(", "no nested loops"),
]


def check(path, text, kinds):
    for kind, pattern, why in RULES:
        if kind not in kinds:
            continue
        for match in re.finditer(pattern, text):
            line = tree.line_of(text, match.start())
            found = " ".join(match.group().split())[:60]
            yield f"{tree.where(path, line)}: {found} ({why})"


def main():
    offences = []
    paths = tree.files()
    for path in paths:
        try:
            text = tree.read(path)
        except UnicodeDecodeError:
            continue
        offences += check(path, text, {"text"})
        if path.suffix not in (".c", ".h"):
            continue
        offences += check(path, tree.without_comments(text), {"c"})
        if tree.where(path).split("/")[0] in ("libxmpp-glib", "plugins"):
            offences += check(path, tree.without_comments(text, strings=False), {"code"})
    return tree.verdict(offences, len(paths))


if __name__ == "__main__":
    sys.exit(main())
