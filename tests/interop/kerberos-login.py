#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Logs in from Python with tickets of Kerberos: usage: kerberos-login.py <LOGINS

It reads a list of objects: jid, port, ca, fields, and perhaps tls and cancel_after (milliseconds).
It prints an object a line: mechanism and channel binding, or the code of the error and its message;
how long it took, and how often the main loop turned meanwhile.
"""

import json
import sys
import time

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, GLib, Xmpp  # noqa: E402

TURN = 10  # ms


def make_client(login):
    credential = Xmpp.Credential.new_for_kerberos(None)
    for field, value in login["fields"].items():
        credential.set_field(field, value)
    client = Xmpp.Client(login["jid"], credential, server_host="127.0.0.1",
                         server_port=login["port"])
    client.set_tls_mode(Xmpp.TlsMode.DIRECT if login.get("tls") else Xmpp.TlsMode.STARTTLS)
    client.set_tls_database(Gio.TlsFileDatabase.new(login["ca"]))
    return client


async def log_in(client, cancellable):
    try:
        await client.open_async(cancellable)
        await client.close_async()
    except GLib.Error as error:
        return {"error": Xmpp.error_dup_nick(error), "message": error.message}
    sasl = client.get_report().to_variant().unpack()["sasl"]
    return {"mechanism": sasl["mechanism"], "binding": sasl.get("channel_binding")}


async def main():
    for login in json.load(sys.stdin):
        turns = []
        source = GLib.timeout_add(TURN, lambda turns=turns: turns.append(None) or True)
        cancellable = Gio.Cancellable.new()
        if login.get("cancel_after") is not None:
            GLib.timeout_add(login["cancel_after"], cancellable.cancel)
        start = time.monotonic()
        found = await log_in(make_client(login), cancellable)
        found["seconds"] = time.monotonic() - start
        found["turns"] = len(turns)
        GLib.source_remove(source)
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    Xmpp.run(main())
