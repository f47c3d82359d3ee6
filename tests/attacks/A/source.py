#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""What entry A10 of the catalogue asks of the source: how long it takes to compare a proof, a
signature, a token, a password or a pin tells nothing. Whoever compares one in another place adds
the function to the list."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "style"))
import tree

# Every function that compares what is secret, and with what
COMPARING = {
    # the one place; all others come to it
    ("libxmpp-glib/core/xmpp-secret.c", "xmpp_secret_equal"): "gnutls_memcmp",
    ("libxmpp-glib/core/xmpp-secret.c", "xmpp_secret_equal_text"): "xmpp_secret_equal",
    # a value that the receiving side verifies, looked up or judged before
    ("libxmpp-glib/sasl/xmpp-authenticator.c", "looked_up_cb"): "xmpp_secret_equal",
    ("libxmpp-glib/sasl/xmpp-sasl-secrets.c", "is_judged_locked"): "xmpp_secret_equal_text",
    # users that a server keeps: a password with the one that is kept, or by its keys
    ("libxmpp-glib/sasl/xmpp-password-check.c", "work"): "xmpp_secret_equal_text",
    ("libxmpp-glib/sasl/xmpp-scram-keys.c", "xmpp_scram_keys_verify"): "xmpp_secret_equal",
    # the password that a person types after a refusal, with the refused one
    ("libxmpp-glib/sasl/xmpp-sasl-renewal.c", "is_different"): "xmpp_secret_equal_text",
    # what a component proves its secret with
    ("libxmpp-glib/negotiation/xmpp-component-handshake.c", "check_proof"):
        "xmpp_secret_equal_text",
    # pins
    ("libxmpp-glib/tls/xmpp-tls-pins.c", "xmpp_tls_pins_match"): "xmpp_secret_equal",
    # DIGEST-MD5: the server's proof, the client's
    ("plugins/common/digest-hash.c", "digest_equal"): "xmpp_secret_equal",
    ("plugins/digest-md5/digest-client.c", "check_rspauth"): "digest_equal",
    ("plugins/digest-md5/digest-server.c", "verify"): "digest_equal",
    # SCRAM: the server's signature, the client's proof
    ("plugins/scram/scram-keys.c", "scram_equal"): "xmpp_secret_equal",
    ("plugins/scram/scram-client.c", "check_final"): "scram_equal",
    ("plugins/scram/scram-server.c", "proof_is_right"): "scram_equal",
    # tokens: the proof of either side
    ("plugins/token/xmpp-sasl-token.c", "is_same_proof"): "xmpp_secret_equal",
}
CONSTANT = re.compile(r"\b(gnutls_memcmp|xmpp_secret_equal|xmpp_secret_equal_text|digest_equal|"
                      r"scram_equal) \(")

# What stops at the first difference
HASTY = re.compile(
    r"\b(?:memcmp|bcmp|strn?cmp|strn?casecmp|g_strcmp0|g_str_equal|g_ascii_strn?casecmp|"
    r"g_str_has_prefix|g_bytes_equal|g_bytes_compare|g_strv_equal|g_variant_equal) "
    r"\((?P<arguments>[^;]*?)\)\s*(?:[;)|&?]|[=!]=)")
SECRET = re.compile(
    r"\b\w*(?:password|passwd|secret|salted|proof|signature|token|client_key|server_key|"
    r"stored_key)\w*\b")
# A field or a mechanism by its name is no secret.
NAMES = re.compile(r"\b(?:needs_proof|\w*_is_token)\b")


def check_hasty(path, text):
    for match in HASTY.finditer(tree.without_comments(text, strings=False)):
        secret = SECRET.search(NAMES.sub("", match.group("arguments")))
        if secret:
            line = tree.line_of(text, match.start())
            yield f"{tree.where(path, line)}: A10: {secret.group()} is compared in a hurry"


def check_list(path, text):
    """The list names all functions that compare, and they do."""
    where = tree.where(path)
    used = {name: set(CONSTANT.findall(body))
            for name, _, _, body in tree.functions(tree.without_comments(text))}
    for (file, name), compare in COMPARING.items():
        if file == where and compare not in used.get(name, ()):
            yield f"{where}: A10: {name}() does not compare with {compare}()"
    for name, found in used.items():
        if found and (where, name) not in COMPARING:
            yield f"{where}: A10: {name}() is not in the list of what compares"


def check_all(path, text):
    yield from check_hasty(path, text)
    yield from check_list(path, text)


def selftest():
    """Each check finds what it is there for, and nothing else."""
    path = tree.ROOT / "libxmpp-glib" / "core" / "example.c"
    for text in ("if (memcmp (proof, own, size) == 0)\n",
                 "return g_str_equal (value, self->password);\n",
                 "right &= g_bytes_equal (final->signature,\n  own);\n",
                 "same = g_strcmp0 (given, stored_token) == 0;\n",
                 "gboolean\nequal (void)\n{\n  return xmpp_secret_equal (a, b);\n}\n"):
        if len(list(check_all(path, text))) != 1:
            yield f"the check does not find: {text}"
    for text in ('if (g_str_equal (field, "password"))\n',
                 "if (g_strcmp0 (a, b) != 0)\n    proof = NULL;\n"):
        if list(check_all(path, text)):
            yield f"the check finds too much: {text}"


def main():
    offences = list(selftest())
    paths = [path for path in tree.c_files("libxmpp-glib", "plugins") if path.suffix == ".c"]
    for path in paths:
        offences += check_all(path, tree.read(path))
    missing = {file for file, _ in COMPARING} - {tree.where(path) for path in paths}
    offences += [f"{file}: A10: there is no such file" for file in sorted(missing)]
    return tree.verdict(offences, len(paths))


if __name__ == "__main__":
    sys.exit(main())
