#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""The library's mechanisms and those of GNU SASL, each of them on either side.

ROWS is a table: a mechanism is one row of it. Each row is run with everything right, which lets
romeo in, and with every one of its secrets wrong on one side, which both ways ends in a refusal.
"""

import base64
import dataclasses
import sys

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Gio, GLib, Xmpp  # noqa: E402

import gsasl  # noqa: E402
import lab  # noqa: E402
import sides  # noqa: E402
from gsasl import Property  # noqa: E402

DOMAIN = "p.test"
USER = "romeo"
BINDING = bytes(range(200, 232))
OTHER_BINDING = bytes(range(32))


@dataclasses.dataclass
class Row:
    """A mechanism, and what its sides have beyond name, domain and password."""

    mechanism: str
    # The secret: its field in a credential or an authenticator, and its property of GNU SASL.
    # None: there is none that could be wrong.
    field: str | None = "password"
    secret: Property | None = Property.PASSWORD
    # What GNU SASL is told besides
    properties: dict = dataclasses.field(default_factory=dict)
    # More fields of the credential, and more properties of the context on both sides
    fields: dict = dataclasses.field(default_factory=dict)
    context: dict = dataclasses.field(default_factory=dict)
    # Who the library's server believes that the client is; None: a name of its own making
    username: str | None = USER
    # What GNU SASL's server has learned, and from which property
    learned: tuple = (Property.AUTHID, USER)


def bound(mechanism, name, type_name):
    """A row for a mechanism that is bound to the channel"""
    return Row(mechanism, properties={name: base64.b64encode(BINDING).decode()},
               context={"binding": Xmpp.SaslBinding.USED,
                        "channel_bindings": GLib.Variant("a(say)", [(type_name, BINDING)])})


# Whose it is does not matter: what the server has found in it is a property of the context.
CERTIFICATE = """
-----BEGIN CERTIFICATE-----
MIIBdjCCAR2gAwIBAgIUSwApR63n/dIxbfDM6tLV5yRgZuYwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFYWxpY2UwIBcNMjYxMTI0MTQ0OTE1WhgPMjEyNjEwMzExNDQ5
MTVaMBAxDjAMBgNVBAMMBWFsaWNlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
anmgPPd7e7dGAeoDdN6WwHO5jL4xeM0Th03bT0SncrvWb854VBwhpnDLXZWKxvyF
yZrjaTDkMkL4KTXwIKJr96NTMFEwCQYDVR0TBAIwADAlBgNVHREEHjAcoBoGCCsG
AQUFBwgFoA4MDGFsaWNlQGEudGVzdDAdBgNVHQ4EFgQUM6m0LLuerPPfDJ3BgmaS
f9Of1MowCgYIKoZIzj0EAwIDRwAwRAIgIommZNMvUN0MgPU+e/QRE07Fewspvf66
/Va5T6hjiPECIGHgPm0+t0ambP4bJ5cCWetK8IZgXY2BpLaSVzGXJvuV
-----END CERTIFICATE-----
"""


def by_certificate():
    """TLS is not there: both sides are told what it would have come to."""
    account = f"{USER}@{DOMAIN}"
    return Row("EXTERNAL", None, None, properties={Property.AUTHZID: account},
               fields={"authzid": account},
               context={"certificate": Gio.TlsCertificate.new_from_pem(CERTIFICATE, -1),
                        "peer_identities": [account, f"juliet@{DOMAIN}"]},
               learned=(Property.AUTHZID, account))


ROWS = (
    Row("ANONYMOUS", None, None, properties={Property.ANONYMOUS_TOKEN: "sirhc"},
        fields={"trace": "sirhc"}, username=None, learned=(Property.ANONYMOUS_TOKEN, "sirhc")),
    by_certificate(),
    Row("PLAIN"),
    Row("DIGEST-MD5"),
    Row("SCRAM-SHA-1"),
    Row("SCRAM-SHA-256"),
    bound("SCRAM-SHA-1-PLUS", Property.CB_TLS_EXPORTER, "tls-exporter"),
    bound("SCRAM-SHA-256-PLUS", Property.CB_TLS_EXPORTER, "tls-exporter"),
    bound("SCRAM-SHA-256-PLUS", Property.CB_TLS_UNIQUE, "tls-unique"),
)


class Accounts(Xmpp.Authenticator):
    """Knows romeo, and the one field that is his secret"""

    def __init__(self, field, value):
        super().__init__()
        self.field = field
        self.value = value

    def do_lookup(self, request):
        known = (request.get_username(), request.get_field()) == (USER, self.field)
        request.reply(self.value if known else None)
        return True


def own(row, server, secret, changes):
    """A side that the library plays"""
    context = {"domain": DOMAIN, "offered": [row.mechanism], **row.context, **changes}
    credential = None
    if server:
        context["authenticator"] = Accounts(row.field, secret)
    else:
        credential = Xmpp.Credential.new(USER, None)
        for field, value in {row.field: secret, **row.fields}.items():
            if field is not None:
                credential.set_field(field, value)
    return sides.Own(row.mechanism, server, context, credential)


def other(row, server, secret, changes):
    """A side that GNU SASL plays"""
    properties = {Property.AUTHID: USER, Property.SERVICE: "xmpp", Property.HOSTNAME: DOMAIN,
                  **row.properties, **changes}
    if server:
        del properties[Property.AUTHID]
    if row.secret is not None:
        properties[row.secret] = secret
    return gsasl.Session(row.mechanism, server, properties)


def authenticate(row, own_is_server, changes=None, others=None, own_secret=lab.PASSWORD):
    """One authentication; @changes and @others are what changes on our and the other side."""
    with own(row, own_is_server, own_secret, changes or {}) as mine, \
            other(row, not own_is_server, lab.PASSWORD, others or {}) as theirs:
        client, server = (theirs, mine) if own_is_server else (mine, theirs)
        refuser, error = sides.exchange(client, server, gsasl.Refused)
        username = (mine.mechanism.get_username() if own_is_server
                    else theirs.get(row.learned[0]))
        return refuser is mine, refuser is theirs, error, username


def check(tap, row, own_is_server):
    way = "{} of GNU SASL, {} of the library".format(
        *(("client", "server") if own_is_server else ("server", "client")))
    name = f"{row.mechanism}, {way}"
    _, _, error, username = authenticate(row, own_is_server)
    expected = row.username if own_is_server else row.learned[1]
    tap.ok(error is None and username and username == (expected or username), name,
           f"{username}: {error}")

    if row.secret is not None:
        mine, theirs, error, username = authenticate(row, own_is_server, own_secret="other")
        if own_is_server:
            good = mine and error.matches(Xmpp.sasl_error_quark(), Xmpp.SaslError.NOT_AUTHORIZED)
            good = good and username is None
        else:
            good = theirs
        tap.ok(good, f"{name}: another secret", f"{username}: {error}")

    if "channel_bindings" in row.context:
        type_name = row.context["channel_bindings"][0][0]
        bindings = GLib.Variant("a(say)", [(type_name, OTHER_BINDING)])
        mine, theirs, error, _ = authenticate(row, own_is_server, {"channel_bindings": bindings})
        tap.ok(mine if own_is_server else theirs, f"{name}: another channel", error)


def main():
    tap = lab.Tap()
    for row in ROWS:
        for own_is_server in (False, True):
            check(tap, row, own_is_server)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
