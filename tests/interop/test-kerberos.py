#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool with tickets of Kerberos against real Prosodys: usage: test-kerberos.py CACHE VERSION…"""

import concurrent.futures
import re
import sys
import time

import checks
import kerberos
import lab
import prosody
from tool import Account

GSS = lab.host_name(lab.DOMAIN, "gss")
CYRUS = lab.host_name(lab.DOMAIN, "cyrus")
# Its certificate is good and its service is not in Kerberos
UNKNOWN = lab.host_name("unknown." + lab.DOMAIN, "gss")
# A login that is refused this way ends soon.
PATIENCE = 10


class Server(prosody.Prosody):
    """With few hosts"""

    kinds = ("gss", "cyrus")


class Tests(checks.Checks):
    """For one server"""

    def __init__(self, tap, server, kdc):
        super().__init__(tap, server)
        self.kdc = kdc
        self.label = f"Prosody {server.version}"

    def login(self, host, cache="alice", user="alice", password=None, options=(),
              config="krb5.conf"):
        account = Account(f"{user}@{host}", password, self.server.port, False, self.server.ca)
        return account.run("login", options=options,
                           **self.kdc.client_environment(cache, config))

    def kerberos_login(self, result, name):
        self.logged_in(result, f"{self.label}: {name}", mechanism="GSSAPI", mutual=True,
                       binding=None)

    def says(self, result, name, *texts):
        """Step and status of a refused login, and what its message says"""
        self.failed(result, 5, f"{self.label}: {name}", step=("sasl",))
        message = result.get("error", "message") or ""
        self.tap.equal([text for text in texts if text not in message], [],
                       f"{self.label}: {name}: the message", result)

    def with_a_ticket(self):
        self.kerberos_login(self.login(GSS), "nothing but GSSAPI")
        self.kerberos_login(self.login(CYRUS), "GSSAPI among others")
        self.kerberos_login(self.login(CYRUS, password=lab.PASSWORD),
                            "GSSAPI before a password")

    def without_a_ticket(self):
        self.says(self.login(GSS, cache="none"), "no ticket", "there is no Kerberos ticket",
                  "What to do: get one with kinit", GSS)
        for cache, why in (("none", "there is no Kerberos ticket"),
                           ("expired", "the Kerberos ticket has expired")):
            result = self.login(CYRUS, cache=cache, password=lab.PASSWORD)
            self.logged_in(result, f"{self.label}: {why}, and a password is there",
                           mechanism="SCRAM-SHA-256", mutual=True)
            reasons = {row.get("name"): row.get("why") for row in result.get("mechanisms") or []}
            self.tap.ok(why in (reasons.get("GSSAPI") or ""),
                        f"{self.label}: {why}: the report says so", result)
        result = self.login(CYRUS, cache="none", password=lab.PASSWORD,
                            options=["--mechanism", "GSSAPI", "--mechanism", "PLAIN"])
        self.logged_in(result, f"{self.label}: PLAIN in place of GSSAPI", mechanism="PLAIN")
        self.says(self.login(GSS, cache="expired"), "expired ticket",
                  "the Kerberos ticket has expired", "Ticket expired", "What to do:")

    def other_services(self):
        result = self.login(UNKNOWN)
        self.says(result, "unknown service",
                  f"Kerberos does not know the service xmpp/{UNKNOWN}", "What to do:")

    def other_identities(self):
        for authzid in ("alice", f"alice@{GSS}"):
            self.kerberos_login(self.login(GSS, options=["--authzid", authzid]),
                                f"as '{authzid}'")
        self.failed(self.login(GSS, options=["--authzid", f"bob@{GSS}"]), 5,
                    f"{self.label}: as somebody else", "not-authorized", ("sasl",))
        result = self.login(GSS, cache="bob")
        self.failed(result, 6, f"{self.label}: the ticket of somebody else", step=("bind",))

    def kdc_is_away(self):
        """Nobody listens; and somebody does, and says nothing: the time that the tool was given
        is kept, as the main loop turns."""
        self.says(self.login(GSS, cache="fresh", config="dead.conf"), "dead KDC",
                  "no Kerberos server answers", "Cannot contact any KDC", "What to do:")
        start = time.monotonic()
        result = self.login(GSS, cache="fresh", config="silent.conf", options=["--timeout", "2"])
        self.tap.ok(time.monotonic() - start < PATIENCE, f"{self.label}: silent KDC, in time",
                    result)
        self.failed(result, 7, f"{self.label}: silent KDC", "timed-out")

    def logs(self):
        """Attack L1: no message of Kerberos is in what the library says"""
        result = self.login(GSS, options=["--debug"])
        said = result.output + result.errors
        # What begins a token of Kerberos, in base64
        self.tap.ok(result.status == 0 and not re.search("YI[IG][A-Za-z0-9+/]{20}", said),
                    f"{self.label}: the log has no ticket", result)

    def run(self):
        for test in (self.with_a_ticket, self.without_a_ticket, self.other_services,
                     self.other_identities, self.kdc_is_away, self.logs):
            test()


def main():
    cache, *versions = sys.argv[1:]
    tap = lab.Tap()
    with kerberos.Kdc([GSS, CYRUS]) as kdc, kerberos.silent_kdc() as port:
        kdc.write_config("silent.conf", port)
        kdc.write_config("dead.conf", 1)
        kdc.kinit("alice", "expired", "1s")
        servers = [Server(version, cache, kdc=kdc) for version in versions]
        for server in servers:
            server.hosts[UNKNOWN] = "gss"
        with lab.together(servers):
            for user in lab.USERS:
                kdc.kinit(user)
            # This one has no ticket for a service, and gets none.
            kdc.kinit("alice", "fresh")
            with concurrent.futures.ThreadPoolExecutor() as pool:
                for future in [pool.submit(Tests(tap, server, kdc).run) for server in servers]:
                    future.result()
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
