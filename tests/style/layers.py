#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""A folder of the library includes only what stands below it, and knows nothing of the rest.

The rule is the table of docs/architecture.md, read off the text of the sources.
"""

import re
import sys

import tree

ALLOWED = {
    "core": set(),
    "stream": {"core"},
    "tls": {"core"},
    "sasl": {"core"},
    "transport": {"core", "tls"},
    "negotiation": {"core", "stream", "tls", "sasl"},
    "connection": {"core", "stream", "tls", "sasl", "transport", "negotiation"},
    "client": {"core", "stream", "tls", "sasl", "transport", "negotiation", "connection"},
    "server": {"core", "stream", "tls", "sasl", "transport", "negotiation", "connection"},
}

# What a folder has no word for.
UNKNOWN = {
    "core": r"\bG(Socket\w*|IOStream|InputStream|OutputStream|Tls\w+|Resolver)\b",
    "stream": r"\b(XmppSasl|XmppCredential|XmppTls|GTls|GResolver)\w*",
    "tls": r"\b(XmppStream(?!Error)|XmppParser|XmppWriter|XmppElement|XmppSasl|XmppCredential)\w*",
    "sasl": r"\b(XmppElement|XmppStanza|XmppStream(?!Error)|GSocket|GIOStream|GTlsConnection)\w*",
    "transport": r"\b(XmppElement|XmppStanza|XmppStream(?!Error)|XmppSasl|XmppCredential)\w*",
    "negotiation": r"\b(GResolver|GSocket\w*|XmppClient|XmppConnection(?!Error)|XmppCandidate)\b",
    "connection": r"\bXmpp(Client|Component|Server)\b",
    "client": r"\bXmppServer\b",
    "server": r"\bXmppClient\b",
}

GENERATED = {"config.h", "xmpp-enum-types.h"}

# The driver of the negotiation and its mirror name no feature.
DRIVERS = ("negotiation/xmpp-negotiator.c", "negotiation/xmpp-responder.c")
FEATURES = r"(?i)starttls|\bxmpp_?sasl|\bbind\b|xmpp_bind|legacy|urn:ietf:params"


def check_includes(path, text, layer):
    for match in re.finditer(r'^#include "([^"]+)"', text, re.MULTILINE):
        target = match.group(1)
        line = tree.line_of(text, match.start())
        if target in GENERATED:
            continue
        if "/" not in target:
            yield f"{tree.where(path, line)}: name the folder of {target}"
        elif target.split("/")[0] not in ALLOWED[layer] | {layer}:
            yield f"{tree.where(path, line)}: {layer}/ must not include {target}"


def check_words(path, text, layer):
    for match in re.finditer(UNKNOWN[layer], text):
        line = tree.line_of(text, match.start())
        yield f"{tree.where(path, line)}: {layer}/ must not know {match.group()}"


def check_plugin(path, text):
    folders = (path.parent, path.parent.parent / "common")
    for match in re.finditer(r'^#include "([^"]+)"', text, re.MULTILINE):
        target = match.group(1)
        if target != "config.h" and not any((folder / target).exists() for folder in folders):
            line = tree.line_of(text, match.start())
            yield f"{tree.where(path, line)}: a module includes <xmpp.h>, not {target}"


def main():
    offences = []
    library = tree.ROOT / "libxmpp-glib"
    paths = [path for path in tree.c_files("libxmpp-glib") if path.parent != library]
    for path in paths:
        layer = path.relative_to(library).parts[0]
        if layer not in ALLOWED:
            offences.append(f"{tree.where(path)}: {layer}/ is no layer")
            continue
        text = tree.without_comments(tree.read(path))
        offences += check_includes(path, text, layer)
        offences += check_words(path, tree.without_comments(text, strings=False), layer)
        if str(path.relative_to(library)) in DRIVERS:
            offences += (f"{tree.where(path, tree.line_of(text, match.start()))}: "
                         f"the driver names a feature: {match.group()}"
                         for match in re.finditer(FEATURES, text))
    plugins = tree.c_files("plugins")
    for path in plugins:
        offences += check_plugin(path, tree.without_comments(tree.read(path)))
    return tree.verdict(offences, len(paths) + len(plugins))


if __name__ == "__main__":
    sys.exit(main())
