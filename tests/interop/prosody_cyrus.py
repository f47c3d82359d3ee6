# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Hosts of Prosody that leave SASL to Cyrus, and their accounts. (Cyrus itself, as one side of a
mechanism, is in libsasl2.py.)

Prosody's own SASL has no DIGEST-MD5 any more. All such hosts share a list of mechanisms (Cyrus
reads one file per process); what one of them is not to offer, it is told to hide.
"""

import os

import lab

BY_PASSWORD = ("SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "PLAIN", "LOGIN", "OTP")
# What needs a KDC
BY_TICKET = ("GSSAPI", "GS2-KRB5")

# What each kind of host offers. Two of them tell the host of their service (XEP-0233): with "named"
# it is one of its own, "misnamed" pretends to be a part of somebody else.
KINDS = {
    "cyrus": ("GSSAPI", *BY_PASSWORD),
    "digest": ("DIGEST-MD5",),
    "gss": ("GSSAPI",),
    "gs2": ("GS2-KRB5",),
    "named": ("GSSAPI",),
    "misnamed": ("GSSAPI",),
}
# Those that are there without a KDC
WITHOUT_KDC = ("cyrus", "digest")

SOMEBODY_ELSE = "elsewhere.test"

# Prosody has no such module.
NAME_MODULE = """
local name = module:get_option_string("test_service_host");
module:hook("stream-features", function (event)
  local mechanisms = event.features:get_child("mechanisms", "urn:ietf:params:xml:ns:xmpp-sasl");
  if mechanisms then
    mechanisms:text_tag("hostname", name, { xmlns = "urn:xmpp:domain-based-name:1" });
  end
end, -100);
"""


def service_host(host, kind):
    """Whose service of Kerberos a host is"""
    return "server." + host if kind == "named" else host


class Cyrus:
    """Its files are in @directory, which must exist. With a running KDC (kerberos.py) it has
    Kerberos too."""

    def __init__(self, directory, kdc=None):
        self.directory = directory
        self.kdc = kdc
        mechanisms = BY_PASSWORD if kdc is None else BY_TICKET + BY_PASSWORD
        self.accounts = os.path.join(directory, "sasldb2")
        # The name is Prosody's to Cyrus.
        with open(os.path.join(directory, "prosody.conf"), "w", encoding="ascii") as file:
            file.write("pwcheck_method: auxprop\n"
                       "auxprop_plugin: sasldb\n"
                       f"sasldb_path: {self.accounts}\n"
                       f"mech_list: {' '.join(mechanisms)}\n")

    def environment(self):
        environment = {"SASL_CONF_PATH": self.directory}
        if self.kdc is not None:
            environment.update(self.kdc.server_environment())
        return environment

    def add_account(self, user, host):
        """The realm of DIGEST-MD5 is the host."""
        lab.run("saslpasswd2", "-p", "-c", "-f", self.accounts, "-u", host, user,
                input=lab.PASSWORD)

    @staticmethod
    def settings(host, kind):
        """What a host of Prosody is told"""
        name = service_host(host, kind)
        settings = {
            "authentication": "cyrus",
            "cyrus_service_name": "xmpp",
            "cyrus_service_realm": host,
            "cyrus_server_fqdn": name,
            # By itself Prosody hides DIGEST-MD5.
            "disable_sasl_mechanisms": [each for each in BY_TICKET + BY_PASSWORD
                                        if each not in KINDS[kind]],
        }
        if kind in ("named", "misnamed"):
            told = SOMEBODY_ELSE if kind == "misnamed" else name
            settings.update(modules_enabled=["test_service_host"], test_service_host=told)
        return settings
