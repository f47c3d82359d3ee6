#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Rules for GTask that no compiler checks.

A call that takes g_steal_pointer (&task) must not mention task elsewhere: the order in which
arguments are evaluated is not defined, and GCC begins with the last. A function that makes a
task sets its source tag.
"""

import re
import sys

import tree

_STEAL = re.compile(r"g_steal_pointer \(&(\w+)\)")
_NO_CALL = ("if", "while", "switch", "for", "return", "sizeof")


def enclosing_call(text, offset):
    """The outermost call around @offset, its name included."""
    call = None
    depth = 0
    position = offset - 1
    while position >= 0 and text[position] not in ";{}":
        if text[position] == ")":
            depth += 1
        elif text[position] == "(":
            if depth:
                depth -= 1
            else:
                name = re.search(r"(\w+)\s*$", text[:position])
                if name and name.group(1) not in _NO_CALL:
                    call = (name.start(), position)
        position -= 1
    if call is None:
        return ""
    depth = 0
    for end in range(call[1], len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return text[call[0]:end + 1]
    return text[call[0]:]


def check_steals(path, text):
    for match in _STEAL.finditer(text):
        variable = match.group(1)
        call = enclosing_call(text, match.start())
        if len(re.findall(rf"(?<![\w>.]){variable}\b", call)) > 1:
            line = tree.line_of(text, match.start())
            yield f"{tree.where(path, line)}: '{variable}' is stolen and used in the same call"


def check_tags(path, text):
    for name, first, _last, body in tree.functions(text):
        if "g_task_new (" in body and "g_task_set_source_tag (" not in body:
            yield f"{tree.where(path, first)}: {name}() makes a task without a source tag"


def main():
    offences = []
    paths = tree.files(".c")
    for path in paths:
        text = tree.without_comments(tree.read(path), strings=False)
        offences += check_steals(path, text)
        if "libxmpp-glib" in path.relative_to(tree.ROOT).parts:
            offences += check_tags(path, text)
    return tree.verdict(offences, len(paths))


if __name__ == "__main__":
    sys.exit(main())
