#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: documented.py Xmpp-1.0.gir

Every public symbol says what it is, every parameter what it takes; of a function that only
tells something, what it returns is enough. Every symbol says since when it is there.
"""

import sys
import xml.etree.ElementTree as ElementTree

import tree

GIR = "{http://www.gtk.org/introspection/core/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"

CALLABLES = ("function", "constructor", "method", "virtual-method", "callback")
TYPES = ("class", "record", "interface", "enumeration", "bitfield")


def kind(node):
    return node.tag.rsplit("}", 1)[1]


def name(node):
    return (node.get(f"{C}identifier") or node.get(f"{C}type") or node.get(f"{GLIB}type-name")
            or node.get("name") or "?")


def has_doc(node):
    return node is not None and node.find(f"{GIR}doc") is not None


def is_hidden(node):
    """Class structs are documented by their virtual functions, and what starts with an
    underscore, or is private, is nobody's."""
    return (node.get(f"{GLIB}is-gtype-struct-for") is not None or node.get("introspectable") == "0"
            or node.get("disguised") == "1" and not has_doc(node))


def check_callable(node, owner):
    title = f"{owner}.{name(node)}" if kind(node) == "virtual-method" else name(node)
    if kind(node) == "virtual-method" and node.get("invoker") is None and not has_doc(node):
        # Signals are documented as signals.
        return
    if not has_doc(node) and not has_doc(node.find(f"{GIR}return-value")):
        yield f"{title}: not documented"
    if kind(node) in ("function", "constructor", "method") and node.get("version") is None:
        yield f"{title}: no Since"
    for parameter in node.iterfind(f"{GIR}parameters/{GIR}parameter"):
        if not has_doc(parameter) and parameter.get("name") not in ("callback", "user_data"):
            yield f"{title}: @{parameter.get('name')} is not documented"


def check_type(node):
    if not has_doc(node):
        yield f"{name(node)}: not documented"
    if node.get("version") is None:
        yield f"{name(node)}: no Since"
    for child in node:
        if kind(child) == "member" and not has_doc(child):
            yield f"{name(child)}: not documented"
        elif kind(child) in ("property", "signal") and not has_doc(child):
            yield f"{name(node)}:{child.get('name')}: {kind(child)} is not documented"
        elif kind(child) in CALLABLES and not is_hidden(child):
            yield from check_callable(child, name(node))


def main():
    namespace = ElementTree.parse(sys.argv[1]).getroot().find(f"{GIR}namespace")
    offences = []
    looked_at = 0
    for node in namespace:
        if is_hidden(node):
            continue
        if kind(node) in TYPES:
            looked_at += 1
            offences += check_type(node)
        elif kind(node) in CALLABLES:
            looked_at += 1
            offences += check_callable(node, "")
    return tree.verdict(offences, looked_at, "symbols")


if __name__ == "__main__":
    sys.exit(main())
