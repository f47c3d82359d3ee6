#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""The library's mechanisms for Kerberos: with those of Cyrus SASL and of GNU SASL, each of them on
either side; and a login from Python. usage: test-gssapi.py CACHE VERSION"""

import dataclasses
import os
import sys

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, GLib, Xmpp  # noqa: E402

import gsasl  # noqa: E402
import kerberos  # noqa: E402
import lab  # noqa: E402
import libsasl2  # noqa: E402
import prosody  # noqa: E402
import sides  # noqa: E402

HOST = "a.test"
BINDING = bytes(range(200, 232))
OTHER_BINDING = bytes(range(32))
TYPE = "tls-exporter"
MECHANISMS = ("GSSAPI", "GS2-KRB5", "GS2-KRB5-PLUS")


def library(mechanism, server, authzid=None, binding=BINDING):
    context = {"domain": HOST, "offered": list(MECHANISMS)}
    credential = None
    if mechanism.endswith("-PLUS"):
        context["binding"] = Xmpp.SaslBinding.USED
        context["channel_bindings"] = GLib.Variant("a(say)", [(TYPE, binding)])
    if server:
        context["authenticator"] = Xmpp.Authenticator()
    else:
        credential = Xmpp.Credential.new_for_kerberos(None)
        if authzid is not None:
            credential.set_field("authzid", authzid)
    return sides.Own(mechanism, server, context, credential)


def cyrus(mechanism, server, authzid="", binding=BINDING, layers=0):
    bound = (TYPE, binding) if mechanism.endswith("-PLUS") else None
    return libsasl2.Session(mechanism, server, HOST, authzid, bound, layers)


@dataclasses.dataclass
class Talk:
    """One of the library with another one"""

    mechanism: str
    own_is_server: bool
    own: dict = dataclasses.field(default_factory=dict)
    other: dict = dataclasses.field(default_factory=dict)

    def run(self):
        """Who refused, and why; what the server made of the client"""
        with library(self.mechanism, self.own_is_server, **self.own) as mine, \
                cyrus(self.mechanism, not self.own_is_server, **self.other) as theirs:
            client, server = (theirs, mine) if self.own_is_server else (mine, theirs)
            refuser, error = sides.talk(client, server, libsasl2.Refused)
            username = None
            if refuser is None:
                username = (mine.mechanism.get_username() if self.own_is_server
                            else theirs.get_username())
            who = None if refuser is None else "library" if refuser is mine else "Cyrus"
            return who, error, username

    def accepted(self, tap, name):
        who, error, username = self.run()
        tap.ok(who is None and username == "alice", name, f"{who}: {error}; {username}")

    def refused(self, tap, name):
        who, error, _ = self.run()
        tap.equal(who, "library" if self.own_is_server else "Cyrus", name, error)


def with_cyrus(tap):
    for mechanism in MECHANISMS:
        for own_is_server in (False, True):
            name = f"{mechanism}, Cyrus is the {'client' if own_is_server else 'server'}"
            Talk(mechanism, own_is_server).accepted(tap, name)
            # With GS2, Cyrus' client asks for a password then.
            if not own_is_server:
                Talk(mechanism, own_is_server, own={"authzid": f"bob@{HOST}"}
                     ).refused(tap, f"{name}: as somebody else")
            elif mechanism == "GSSAPI":
                Talk(mechanism, own_is_server, other={"authzid": "bob"}
                     ).refused(tap, f"{name}: as somebody else")
            if mechanism.endswith("-PLUS"):
                Talk(mechanism, own_is_server, own={"binding": OTHER_BINDING}
                     ).refused(tap, f"{name}: another channel")
            if mechanism == "GSSAPI":
                Talk(mechanism, own_is_server, other={"layers": 256}
                     ).accepted(tap, f"{name}: it has security layers, too")


def with_gsasl(tap):
    for own_is_server in (False, True):
        properties = {gsasl.Property.SERVICE: "xmpp", gsasl.Property.HOSTNAME: HOST,
                      gsasl.Property.AUTHZID: "alice"}
        with library("GSSAPI", own_is_server) as mine, \
                gsasl.Session("GSSAPI", not own_is_server, properties) as theirs:
            client, server = (theirs, mine) if own_is_server else (mine, theirs)
            _, error = sides.talk(client, server, gsasl.Refused)
            tap.ok(error is None,
                   f"GSSAPI, GNU SASL is the {'client' if own_is_server else 'server'}", error)


async def login(server, credential):
    """From Python: the mechanism, or the error"""
    client = Xmpp.Client(f"alice@{server.host}", credential, server_host="127.0.0.1",
                         server_port=server.port)
    client.set_tls_database(Gio.TlsFileDatabase.new(server.ca))
    try:
        await client.open_async()
        await client.close_async()
    except GLib.Error as error:
        return error.message
    return client.get_report().to_variant().unpack()["sasl"]["mechanism"]


class Server(prosody.Prosody):
    """With one host"""

    kinds = ("gss",)


def from_python(tap, server, kdc):
    server.host = lab.host_name(lab.DOMAIN, "gss")
    named = Xmpp.Credential.new_for_kerberos("alice@" + kerberos.REALM)
    tap.equal(Xmpp.run(login(server, named)), "GSSAPI", "from Python, by principal")

    by_keytab = Xmpp.Credential.new_for_kerberos(None)
    by_keytab.set_field("client-keytab", kdc.keytab("alice"))
    tap.equal(Xmpp.run(login(server, by_keytab)), "GSSAPI", "from Python, by a keytab")

    without = Xmpp.Credential.new_for_kerberos(None)
    without.set_field("ccache", kdc.cache("none"))
    said = Xmpp.run(login(server, without))
    tap.ok("there is no Kerberos ticket" in said, "from Python, without a ticket", said)


def main():
    cache, version = sys.argv[1:]
    tap = lab.Tap()
    with kerberos.Kdc([HOST, lab.host_name(lab.DOMAIN, "gss")]) as kdc:
        kdc.kinit("alice")
        # Cyrus and GNU SASL would ask the DNS what else the host may be called.
        kdc.write_config("plain.conf", kdc.port, canonicalize=False)
        os.environ.update({**kdc.server_environment(),
                           **kdc.client_environment("alice", "plain.conf")})
        with_cyrus(tap)
        with_gsasl(tap)
        with Server(version, cache, kdc=kdc) as server:
            from_python(tap, server, kdc)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
