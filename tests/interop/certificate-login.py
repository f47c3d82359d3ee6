#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Logs in from Python without a password: usage: certificate-login.py HOST PORT JID
[CERTIFICATE [AUTHZID]]; a JID that is a domain is for a login without an account.

Prints one JSON object: the mechanism, whose session it is, and what became of the certificate; or
the step that failed, and the message.
"""

import json
import sys

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, GLib, Xmpp  # noqa: E402


def make_client(host, port, jid, certificate=None, authzid=None):
    if "@" not in jid:
        credential = Xmpp.Credential.new_anonymous()
    else:
        credential = Xmpp.Credential.new(None, None)
        if authzid is not None:
            credential.set_field("authzid", authzid)
    client = Xmpp.Client(jid, credential, server_host=host, server_port=int(port))
    if certificate is not None:
        client.set_certificate(Gio.TlsCertificate.new_from_file(certificate))
    return client


async def main(*arguments):
    client = make_client(*arguments)
    found = {}
    try:
        await client.open_async()
        found["jid"] = str(client.get_jid()).split("/")[0]
        await client.close_async()
    except GLib.Error as error:
        found["error"] = error.message
        found["step"] = client.get_report().get_failed_step()
    report = client.get_report().to_variant().unpack()
    found["mechanism"] = report.get("sasl", {}).get("mechanism")
    found["sent"] = report.get("tls", {}).get("client_certificate")
    print(json.dumps(found))


if __name__ == "__main__":
    Xmpp.run(main(*sys.argv[1:]))
