#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""What entries L1, L7 and L8 of the catalogue ask of the source itself."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "style"))
import tree

# The one file that may ask the system for random numbers
RANDOM = "libxmpp-glib/core/xmpp-secret.c"
RANDOM_SOURCES = re.compile(
    r"\b(?:gnutls_rnd|getrandom|getentropy|arc4random\w*|g_rand\w*|g_random_\w+|rand_r|"
    r"[dlm]rand48|g_uuid_string_random) \(|/dev/u?random")

# What ends the program. Where memory is at an end there is nothing else to do (GLib's own
# allocators do the same); the rest is about data of the library itself.
FATAL = re.compile(r"\b(g_assert\w*|g_error|g_abort|abort|assert|exit|_exit) \(([^;]*)\);")
FATAL_ALLOWED = [
    re.compile(r'^"no memory for '),
    re.compile(r'^"[\w ]+ of more bytes than there are addresses"'),
    # the table of known names
    re.compile(r"^length <= MAX_LENGTH$"),
]

# Names that a secret goes by, in the arguments of what ends up in a log or in an error
SINKS = re.compile(
    r"\b(?:g_(?:debug|info|message|warning|critical|log|set_error\w*|error_new\w*|"
    r"prefix_error\w*)|g_task_return_new_error|xmpp_report_\w+) \((?P<arguments>[^;]*);")
SECRETS = re.compile(
    r"\b\w*(?:password|secret|salted|proof|client_key|server_key|stored_key)\w*\b")
# What only tells about a secret
TELLING = re.compile(r"\b(?:xmpp_credential_\w+|xmpp_sasl_error_quark)\b")


def statements(pattern, text):
    for match in pattern.finditer(text):
        yield match, tree.line_of(text, match.start())


def check_random(path, text):
    if tree.where(path) == RANDOM:
        found = RANDOM_SOURCES.findall(text)
        if found != ["gnutls_rnd ("]:
            yield f"{RANDOM}: L7: {found} instead of one call of gnutls_rnd"
        return
    for match, line in statements(RANDOM_SOURCES, text):
        yield f"{tree.where(path, line)}: L7: {match.group()}"


def check_fatal(path, text):
    for match, line in statements(FATAL, text):
        arguments = " ".join(match.group(2).split())
        if not any(allowed.search(arguments) for allowed in FATAL_ALLOWED):
            yield f"{tree.where(path, line)}: L8: {match.group(1)} ({arguments})"


def check_secrets(path, text):
    # The words of a message may speak of secrets; only what is put into them may not be one.
    for match, line in statements(SINKS, tree.without_comments(text, strings=False)):
        arguments = TELLING.sub("", match.group("arguments"))
        secret = SECRETS.search(arguments)
        if secret:
            yield f"{tree.where(path, line)}: L1: {secret.group()} in a log or an error"


def check_all(path, text):
    yield from check_random(path, text)
    yield from check_fatal(path, text)
    yield from check_secrets(path, text)


def selftest():
    """Each check finds what it is there for."""
    path = tree.ROOT / "libxmpp-glib" / "core" / "example.c"
    for text in ("id = g_random_int ();",
                 'fd = open ("/dev/urandom", O_RDONLY);',
                 "g_assert (element != NULL);",
                 'g_error ("bad element");',
                 'g_debug ("user %s, %s", user, self->password);',
                 'g_set_error (error, DOMAIN, CODE,\n  "%s", salted_password);'):
        if len(list(check_all(path, text))) != 1:
            yield f"the check does not find: {text}"


def main():
    offences = list(selftest())
    paths = [path for path in tree.c_files("libxmpp-glib", "plugins") if path.suffix == ".c"]
    for path in paths:
        offences += check_all(path, tree.without_comments(tree.read(path)))
    return tree.verdict(offences, len(paths))


if __name__ == "__main__":
    sys.exit(main())
