# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Hosts of Prosody that leave SASL to Cyrus, and their accounts.

Prosody's own SASL has no DIGEST-MD5 any more. All such hosts share a list of mechanisms (Cyrus reads
one file per process); what one of them is not to offer, it is told to hide.
"""

import os

import lab

# "cyrus" offers all there is, the others one mechanism only; "gss" is there with Kerberos only.
KINDS = {"cyrus": None, "digest": "DIGEST-MD5", "gss": "GSSAPI"}

MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "PLAIN", "LOGIN", "OTP")


class Cyrus:
    """Its files are in @directory, which must exist. With a running KDC (kerberos.py) it has
    GSSAPI too."""

    def __init__(self, directory, kdc=None):
        self.directory = directory
        self.kdc = kdc
        mechanisms = MECHANISMS if kdc is None else ("GSSAPI", *MECHANISMS)
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
        only = KINDS[kind]
        hidden = [name for name in MECHANISMS if only is not None and name != only]
        return {
            "authentication": "cyrus",
            "cyrus_service_name": "xmpp",
            "cyrus_service_realm": host,
            "cyrus_server_fqdn": host,
            # By itself Prosody hides DIGEST-MD5.
            "disable_sasl_mechanisms": hidden,
        }
