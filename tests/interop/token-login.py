#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Logs in from Python with one token after the other: usage: token-login.py JID TOKEN…

Prints one JSON object: the mechanism, or the code of the error; what was asked for; what was
rejected.
"""

import json
import sys

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import GLib, Xmpp  # noqa: E402


class Tokens(Xmpp.Credential):
    """A subclass answers a moment later, as one would that has to fetch a token."""

    def __init__(self, tokens):
        super().__init__(kind=Xmpp.CredentialKind.TOKEN)
        self.left = list(tokens)
        self.asked = []
        self.refused = []
        self.connect("rejected", lambda _, field: self.refused.append(field))

    def do_request(self, request):
        self.asked.append({"fields": request.get_fields(),
                           "reason": request.get_reason().value_nick,
                           "scope": request.get_scope(),
                           "openid_configuration": request.get_openid_configuration()})
        if "token" not in request.get_fields() or not self.left:
            return False
        GLib.idle_add(self.answer, request)
        return True

    def answer(self, request):
        request.set_field("token", self.left.pop(0))
        request.reply()


async def main(jid, tokens):
    credential = Tokens(tokens)
    client = Xmpp.Client(jid, credential)
    code = None
    try:
        await client.open_async()
        await client.close_async()
    except GLib.Error as error:
        code = Xmpp.error_dup_nick(error)
    report = client.get_report().to_variant().unpack()
    print(json.dumps({
        "error": code, "mechanism": report.get("sasl", {}).get("mechanism"),
        "asked": credential.asked, "rejected": credential.refused,
    }))


if __name__ == "__main__":
    Xmpp.run(main(sys.argv[1], sys.argv[2:]))
