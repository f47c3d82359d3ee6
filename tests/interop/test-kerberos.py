#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Logins with tickets of Kerberos at real Prosodys, by xmpp-tool and from Python.

usage: test-kerberos.py [--python] CACHE VERSION…
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import time

import checks
import kerberos
import lab
import prosody
import prosody_cyrus
from tool import Account

LOGIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kerberos-login.py")
KINDS = ("gss", "cyrus", "gs2", "named", "misnamed")
GSS, CYRUS, GS2, NAMED, MISNAMED = (lab.host_name(lab.DOMAIN, kind) for kind in KINDS)
# Its certificate is good and its service is not in Kerberos
UNKNOWN = lab.host_name("unknown." + lab.DOMAIN, "gss")
# Its service has another key in Kerberos than in its keytab
RENEWED = lab.host_name("renewed." + lab.DOMAIN, "gss")
# Each waits for another program, mostly.
WORKERS = 6
# Seconds; a login that is refused, or given up, ends sooner.
PATIENCE = 10
# What a person presses Ctrl-C after, or a program cancels: the KDC has been asked by then, on a
# machine with more to do, too, and still waits for half a minute.
A_WHILE = 5

NO_TICKET = "there is no Kerberos ticket"
EXPIRED = "the Kerberos ticket has expired"


class Tests(checks.Checks):
    """For one server"""

    def __init__(self, tap, server, kdc, collection):
        super().__init__(tap, server)
        self.kdc = kdc
        self.collection = collection
        self.label = f"Prosody {server.version}"

    def account(self, host, user="alice", password=None):
        return Account(f"{user}@{host}", password, self.server.port, False, self.server.ca)

    def login(self, host, cache="alice", user="alice", password=None, options=(),
              config="krb5.conf", interrupt=None, text=False, environment=()):
        return self.account(host, user, password).run(
            "login", options=options, interrupt=interrupt, text=text,
            **{**self.kdc.client_environment(cache, config), **dict(environment)})

    def kerberos_login(self, result, name, mechanism="GSSAPI"):
        self.logged_in(result, f"{self.label}: {name}", mechanism=mechanism, mutual=True,
                       binding=None)

    def says(self, result, name, *texts):
        """Step and status of a refused login, and what its message says"""
        self.failed(result, 5, f"{self.label}: {name}", step=("sasl",))
        self.explains(result, name, *texts)

    def explains(self, result, name, *texts):
        message = result.get("error", "message") or ""
        self.tap.equal([text for text in texts if text not in message], [],
                       f"{self.label}: {name}: the message", result)

    def no_praise(self, name, *arguments, **options):
        """Where a ticket was looked for, or refused, that is the last word."""
        result = self.login(*arguments, text=True, **options)
        self.tap.ok(result.status == 5 and "in order up to the login" not in result.output,
                    f"{self.label}: {name}: it is not all well", result)
        return result

    def with_a_ticket(self):
        self.kerberos_login(self.login(GSS), "nothing but GSSAPI")
        self.kerberos_login(self.login(GSS, cache="by-keytab"), "kinit by a keytab")
        self.kerberos_login(self.login(CYRUS), "GSSAPI among others")
        self.kerberos_login(self.login(CYRUS, password=lab.PASSWORD), "GSSAPI before a password")
        self.kerberos_login(self.login(GS2), "nothing but GS2-KRB5", "GS2-KRB5")
        self.kerberos_login(self.login(NAMED), "the service that the server names")

    def which_ticket(self):
        """Options, and what the environment says"""
        cache = self.kdc.cache("alice")
        keytab = self.kdc.keytab("alice")
        for options in (["--ccache", cache], ["--client-keytab", keytab],
                        ["--client-keytab", keytab.removeprefix("FILE:")],
                        ["--client-keytab", keytab, "--principal", "alice@" + kerberos.REALM]):
            self.kerberos_login(self.login(GSS, cache="none", options=options),
                                " ".join(option for option in options if option[:2] == "--"))
        self.kerberos_login(
            # Kerberos keeps the ticket in that cache.
            self.login(GSS, cache="got", environment={"KRB5_CLIENT_KTNAME": keytab}),
            "a keytab of the environment")
        for user in lab.USERS:
            result = self.login(GSS, user=user, environment=self.collection,
                                options=["--principal", f"{user}@{kerberos.REALM}"])
            self.kerberos_login(result, f"{user}'s ticket out of a collection")
        self.says(self.login(GSS, options=["--principal", "bob@" + kerberos.REALM]),
                  "only somebody else's ticket", f"{NO_TICKET} of bob@{kerberos.REALM}",
                  f"What to do: run kinit bob@{kerberos.REALM}")
        self.says(self.login(GSS, options=["--client-keytab", self.kdc.keytab("bob"),
                                           "--principal", "alice@" + kerberos.REALM]),
                  "somebody else's keytab", "it has no key for this principal",
                  self.kdc.keytab("bob"), "alice@" + kerberos.REALM)
        self.says(self.login(GSS, options=["--client-keytab", self.kdc.path("nowhere")]),
                  "no keytab", "there is no such keytab", "What to do:")
        # Nobody is asked for a password, and one that is there is used.
        options = ["--ccache", self.kdc.cache("none")]
        self.says(self.login(CYRUS, options=options), "no ticket where one was named", NO_TICKET)
        self.logged_in(self.login(CYRUS, options=options, password=lab.PASSWORD),
                       f"{self.label}: no ticket where one was named, and a password",
                       mechanism="SCRAM-SHA-256")

    def without_a_ticket(self):
        self.says(self.login(GSS, cache="none"), "no ticket", NO_TICKET,
                  "What to do: run kinit", GSS)
        for cache, why in (("none", NO_TICKET), ("expired", EXPIRED)):
            result = self.login(CYRUS, cache=cache, password=lab.PASSWORD)
            self.logged_in(result, f"{self.label}: {why}, and a password is there",
                           mechanism="SCRAM-SHA-256", mutual=True)
            reasons = result.reasons()
            self.tap.ok(why in reasons.get("GSSAPI", ""),
                        f"{self.label}: {why}: the report says so", result)
        result = self.login(CYRUS, cache="none", password=lab.PASSWORD,
                            options=["--mechanism", "GSSAPI", "--mechanism", "PLAIN"])
        self.logged_in(result, f"{self.label}: PLAIN in place of GSSAPI", mechanism="PLAIN")
        self.says(self.login(GSS, cache="expired"), "expired ticket",
                  EXPIRED, "Ticket expired", "What to do: run kinit again")

    def other_services(self):
        result = self.login(UNKNOWN)
        self.says(result, "unknown service",
                  f"Kerberos does not know the service xmpp/{UNKNOWN}",
                  f"What to do: check the domain behind the @ (kvno xmpp/{UNKNOWN} ")
        # Else it could log in there as the user.
        self.says(self.login(MISNAMED), "a service of somebody else's, which the server names",
                  f"Kerberos does not know the service xmpp/{MISNAMED}")
        result = self.login(RENEWED)
        self.says(result, "a key that the server does not have", "not-authorized", RENEWED,
                  f"(kvno xmpp/{RENEWED} here)", "What to do: check whose the ticket is (klist)")
        for host in (UNKNOWN, RENEWED):
            self.no_praise(host, host)
        self.no_praise("an expired ticket", GSS, cache="expired")

    def other_identities(self):
        for authzid in ("alice", f"alice@{GSS}"):
            self.kerberos_login(self.login(GSS, options=["--authzid", authzid]),
                                f"as '{authzid}'")
        self.failed(self.login(GSS, options=["--authzid", f"bob@{GSS}"]), 5,
                    f"{self.label}: as somebody else", "not-authorized", ("sasl",))
        result = self.login(GSS, cache="bob")
        self.failed(result, 6, f"{self.label}: the ticket of somebody else", step=("bind",))
        self.explains(result, "the ticket of somebody else",
                      f"to bob@{GSS}, and this account is alice@{GSS}",
                      f"What to do: log in as bob@{GSS}", "klist", "kinit")

    def clocks(self):
        if not self.kdc.has_other_clocks:
            return
        self.says(self.login(GSS, cache="fresh", config="fast.conf"), "clock behind",
                  "the clock of this computer differs too much", "What to do: set the clock",
                  "timedatectl")
        self.says(self.login(GSS, cache="fresh", config="slow.conf"), "clock ahead",
                  "the Kerberos ticket is not valid yet", "What to do: set the clock")
        for name in ("slow", "fast"):
            self.failed(self.login(GSS, cache=name, config=name + ".conf"), 5,
                        f"{self.label}: the server's clock, {name}", "not-authorized", ("sasl",))

    def kdc_is_away(self):
        """Nobody listens; and somebody does, and says nothing: the time that the tool was given
        is kept, as the main loop turns, and Ctrl-C ends it at once."""
        self.says(self.login(GSS, cache="fresh", config="dead.conf"), "dead KDC",
                  "no Kerberos server answers", "Cannot contact any KDC", "What to do:")
        start = time.monotonic()
        result = self.login(GSS, cache="fresh", config="silent.conf", options=["--timeout", "2"])
        self.tap.ok(time.monotonic() - start < PATIENCE, f"{self.label}: silent KDC, in time",
                    result)
        self.failed(result, 7, f"{self.label}: silent KDC", "timed-out")
        start = time.monotonic()
        result = self.login(GSS, cache="fresh", config="silent.conf", interrupt=A_WHILE)
        self.tap.ok(A_WHILE <= time.monotonic() - start < A_WHILE + 2,
                    f"{self.label}: silent KDC, and Ctrl-C: at once", result)
        self.failed(result, 1, f"{self.label}: silent KDC, and Ctrl-C", "cancelled", ("sasl",))

    def logs(self):
        """Attack L1: no message of Kerberos is in what the library says"""
        for host in (GSS, GS2):
            result = self.login(host, options=["--debug"])
            said = result.output + result.errors
            # What tokens of Kerberos, wrapped ones and headers of GS2 begin with, in base64
            self.tap.ok(result.status == 0 and "<auth" in said and "<success" in said
                        and not re.search("(YI|BQ[QUE]|biws|eSws|cD10)[A-Za-z0-9+/]{12}", said),
                        f"{self.label}: the log of {host} has no ticket", result)

    def tests(self):
        return (self.with_a_ticket, self.which_ticket, self.without_a_ticket, self.other_services,
                self.other_identities, self.clocks, self.kdc_is_away, self.logs)


class PythonTests(checks.Checks):
    """The same from Python, for one server"""

    def __init__(self, tap, server, kdc, collection):
        super().__init__(tap, server)
        self.kdc = kdc
        self.collection = collection
        self.label = f"Python, Prosody {server.version}"

    def log_in(self, rows, cache="none", config="krb5.conf", environment=(), cancel_after=None):
        """All of @rows in one process. A row is what it is, host, user, fields, and what comes of
        it: the name of a mechanism, or the code of an error and a part of its message."""
        server = {"port": self.server.port, "ca": self.server.ca, "cancel_after": cancel_after}
        logins = [{**server, "jid": f"{user}@{host}", "fields": fields}
                  for _, host, user, fields, *_ in rows]
        process = subprocess.run(
            [sys.executable, LOGIN], input=json.dumps(logins), capture_output=True, text=True,
            check=False, timeout=60,
            env={**os.environ, **self.kdc.client_environment(cache, config), **dict(environment)})
        results = process.stdout.splitlines()
        self.tap.equal(len(results), len(rows), f"{self.label}: {len(rows)} logins", process)
        results = [json.loads(line) for line in results]
        for (name, _, _, _, result, *text), found in zip(rows, results):
            good = result in (found.get("mechanism"), found.get("error"))
            good = good and all(each in found["message"] for each in text)
            self.tap.ok(good, f"{self.label}: {name}", f"{found}\n{self.server.last_words(15)}")
        return results

    def with_a_ticket(self):
        self.log_in([
            ("by a ticket", GSS, "alice", {}, "GSSAPI"),
            ("GSSAPI among others", CYRUS, "alice", {}, "GSSAPI"),
            ("GS2-KRB5", GS2, "alice", {}, "GS2-KRB5"),
            ("the service that the server names", NAMED, "alice", {}, "GSSAPI"),
            ("as oneself", GSS, "alice", {"authzid": f"alice@{GSS}"}, "GSSAPI"),
            ("as somebody else", GSS, "alice", {"authzid": f"bob@{GSS}"}, "not-authorized"),
            ("unknown service", UNKNOWN, "alice", {}, "unavailable",
             f"Kerberos does not know the service xmpp/{UNKNOWN}"),
            ("somebody else's service, which the server names", MISNAMED, "alice", {},
             "unavailable", f"Kerberos does not know the service xmpp/{MISNAMED}"),
            ("a key that the server does not have", RENEWED, "alice", {}, "not-authorized"),
        ], cache="alice")

    def which_ticket(self):
        self.log_in([
            ("by a keytab", GSS, "alice", {"client-keytab": self.kdc.keytab("alice")}, "GSSAPI"),
            ("by a cache", GSS, "alice", {"ccache": self.kdc.cache("alice")}, "GSSAPI"),
            ("no ticket", GSS, "alice", {}, "unavailable", NO_TICKET),
            ("neither ticket nor password", CYRUS, "alice", {}, "unavailable", NO_TICKET),
            ("no ticket, and a password", CYRUS, "alice", {"password": lab.PASSWORD},
             "SCRAM-SHA-256"),
            ("expired ticket", GSS, "alice", {"ccache": self.kdc.cache("expired")},
             "unavailable", EXPIRED),
        ])
        self.log_in([(f"{user}'s ticket out of a collection", GSS, user,
                      {"principal": f"{user}@{kerberos.REALM}"}, "GSSAPI") for user in lab.USERS],
                    environment=self.collection)

    def silent_kdc(self):
        for found in self.log_in([("silent KDC, cancelled", GSS, "alice", {}, "cancelled")],
                                 "fresh", "silent.conf", cancel_after=int(A_WHILE * 1000)):
            self.tap.ok(A_WHILE <= found["seconds"] < A_WHILE + 1,
                        f"{self.label}: silent KDC: cancelled at once", found)
            self.tap.ok(found["turns"] > A_WHILE * 20,
                        f"{self.label}: silent KDC: the main loop turns", found)

    def tests(self):
        return self.with_a_ticket, self.which_ticket, self.silent_kdc


def make_tickets(kdc):
    for user in lab.USERS:
        kdc.kinit(user)
    kdc.kinit_by_keytab("alice", "by-keytab")
    # This one has no ticket for a service, and gets none.
    kdc.kinit("alice", "fresh", "5h")
    return kdc.collect("collection")


def run(tap, options, kdc):
    servers = [prosody.Prosody(version, options.cache, kdc=kdc, kinds=KINDS,
                               more={UNKNOWN: "gss", RENEWED: "gss"})
               for version in options.versions]
    with lab.together(servers):
        collection = make_tickets(kdc)
        tests = [Tests(tap, server, kdc, collection) for server in servers]
        if options.python:
            tests += [PythonTests(tap, server, kdc, collection) for server in servers]
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            for future in [pool.submit(test) for each in tests for test in each.tests()]:
                future.result()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", action="store_true")
    parser.add_argument("cache")
    parser.add_argument("versions", nargs="+")
    options = parser.parse_args()

    tap = lab.Tap()
    services = [prosody_cyrus.service_host(lab.host_name(lab.DOMAIN, kind), kind)
                for kind in KINDS if kind != "misnamed"]
    with kerberos.Kdc([*services, RENEWED]) as kdc, kerberos.silent_kdc() as port, \
            kdc.other_clocks():
        kdc.write_config("silent.conf", port)
        kdc.write_config("dead.conf", 1)
        kdc.add_service(prosody_cyrus.SOMEBODY_ELSE, "elsewhere")
        kdc.change_key(RENEWED, "unknown")
        # It has expired when the servers are there.
        kdc.kinit("alice", "expired", "1s")
        run(tap, options, kdc)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
