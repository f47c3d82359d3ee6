#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""The library's mechanisms for Kerberos: with those of Cyrus SASL and of GNU SASL, each of them on
either side; and logins by XMPP that are bound to TLS, which real servers do not have."""

import base64
import dataclasses
import json
import os
import subprocess
import sys
import tempfile

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import GLib, Xmpp  # noqa: E402

import gsasl  # noqa: E402
import kerberos  # noqa: E402
import lab  # noqa: E402
import libsasl2  # noqa: E402
import peer  # noqa: E402
import sides  # noqa: E402
import tool  # noqa: E402

LOGIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kerberos-login.py")

HOST = "a.test"
BINDING = bytes(range(200, 232))
OTHER_BINDING = bytes(range(32))
TYPE = "tls-exporter"
MECHANISMS = ("GSSAPI", "GS2-KRB5", "GS2-KRB5-PLUS")


def library(mechanism, server, authzid=None, binding=BINDING, kind=TYPE, host=HOST):
    context = {"domain": host, "offered": list(MECHANISMS)}
    credential = None
    if mechanism.endswith("-PLUS"):
        context["binding"] = Xmpp.SaslBinding.USED
        context["channel_bindings"] = GLib.Variant("a(say)", [(kind, binding)])
    if server:
        context["authenticator"] = Xmpp.Authenticator()
    else:
        credential = Xmpp.Credential.new_for_kerberos(None)
        if authzid is not None:
            credential.set_field("authzid", authzid)
    return sides.Own(mechanism, server, context, credential)


def cyrus(mechanism, server, authzid="", binding=BINDING, layers=0, kind=TYPE, host=HOST):
    bound = (kind, binding) if mechanism.endswith("-PLUS") else None
    return libsasl2.Session(mechanism, server, host, authzid, bound, layers)


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
            refuser, error = sides.exchange(client, server, libsasl2.Refused)
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
            _, error = sides.exchange(client, server, gsasl.Refused)
            if own_is_server:
                tap.ok(error is None, "GSSAPI, GNU SASL is the client", error)
            else:
                # RFC 4752 §3.1 has the client look at that, and GNU SASL does not do as it says.
                tap.ok(error is not None and "size of messages" in str(error),
                       "GSSAPI, GNU SASL is the server, and breaks the rules", error)


# ---- By XMPP, bound to TLS ----

DOMAIN = lab.DOMAIN
BOUND = "GS2-KRB5-PLUS"
END_POINT = "tls-server-end-point"


def serve(make_acceptor):
    """A script of the peer: SASL is what this one says"""
    def script(link):
        link.start_tls()
        link.greet(*OFFER)
        auth = link.read_until(r"<auth [^>]*mechanism=['\"]([^'\"]*)['\"][^>]*>([^<]*)</auth>")
        message = auth.group(2)
        with make_acceptor(auth.group(1)) as acceptor:
            while True:
                try:
                    answer = acceptor.step(base64.b64decode(message))
                except (GLib.Error, libsasl2.Refused):
                    link.send(f"<failure xmlns='{peer.SASL}'><not-authorized/></failure>")
                    link.drain()
                    return
                text = base64.b64encode(answer or b"").decode()
                if acceptor.complete:
                    break
                link.send(f"<challenge xmlns='{peer.SASL}'>{text}</challenge>")
                message = link.read_until(r"<response [^>]*>([^<]*)</response>").group(1)
        link.send(f"<success xmlns='{peer.SASL}'>{text}</success>")
        link.bind()
        link.close()
    return script


OFFER = (f"<mechanisms xmlns='{peer.SASL}'>"
         + "".join(f"<mechanism>{name}</mechanism>" for name in MECHANISMS) + "</mechanisms>",
         "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>"
         f"<channel-binding type='{END_POINT}'/></sasl-channel-binding>")


def by_tool(port, ca):
    result = tool.Account(f"alice@{DOMAIN}", None, port, True, ca).run("login")
    return (result.get("sasl", "mechanism"), result.get("sasl", "channel_binding"),
            result.get("error", "code"), result)


def by_python(port, ca):
    login = {"jid": f"alice@{DOMAIN}", "port": port, "ca": ca, "tls": True, "fields": {}}
    process = subprocess.run([sys.executable, LOGIN], input=json.dumps([login]), text=True,
                             capture_output=True, check=False, timeout=60)
    found = json.loads(process.stdout or "{}")
    return found.get("mechanism"), found.get("binding"), found.get("error"), process


def over_tls(tap, certificates):
    """Clients of the library at two servers, that see the client's connection, or another one: then
    somebody stands in between."""
    end_point = bytes.fromhex(certificates.end_point_hash(DOMAIN))
    for name, make in (("the library", library), ("Cyrus", cyrus)):
        for binding in (end_point, OTHER_BINDING):
            script = serve(lambda mechanism, make=make, binding=binding:
                           make(mechanism, True, binding=binding, kind=END_POINT, host=DOMAIN))
            with peer.Peer(script, certificates, DOMAIN) as server:
                for client, login in (("xmpp-tool", by_tool), ("Python", by_python)):
                    *found, said = login(server.port, certificates.ca)
                    good = binding == end_point
                    expected = [BOUND, END_POINT, None] if good else [None, None, "not-authorized"]
                    tap.equal(found, expected,
                              f"{client} at a server of {name}, "
                              f"{'bound to TLS' if good else 'another channel'}", said)


def main():
    tap = lab.Tap()
    with kerberos.Kdc([HOST, DOMAIN]) as kdc, tempfile.TemporaryDirectory() as directory:
        kdc.kinit("alice")
        # Cyrus and GNU SASL would ask the DNS what else the host may be called.
        kdc.write_config("plain.conf", kdc.port, canonicalize=False)
        os.environ.update({**kdc.server_environment(),
                           **kdc.client_environment("alice", "plain.conf")})
        with_cyrus(tap)
        with_gsasl(tap)
        certificates = lab.Certificates(os.path.join(directory, "certs"))
        certificates.issue(DOMAIN)
        over_tls(tap, certificates)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
