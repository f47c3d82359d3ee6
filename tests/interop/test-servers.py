#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""All real servers at once, found through the DNS as a user finds them: a JID and a password.

usage: test-servers.py CACHE NAME-VERSION… [--python CLIENT.PY]

Everything runs in a sandbox (sandbox.py) with a name server and a CA of its own.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import certificates as by_certificate
import checks
import ejabberd
import lab
import names
import prosody
import prosody_cyrus
import sandbox
import talk
from tool import Account

TOKEN_LOGIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "token-login.py")
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
PORTS = (5222, 5223)
SCRAM = ("SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512")
TLS_STEPS = ("tls", "starttls")
RESOLVE_STEPS = ("resolve", "connect")

# The mechanisms besides PLAIN, and what binds the best of them to TLS 1.3 and to TLS 1.2
Facts = collections.namedtuple("Facts", "domain make address scram binding binding_12")

PROSODY = functools.partial(prosody.Prosody,
                            kinds=prosody.Prosody.kinds + prosody_cyrus.WITHOUT_KDC)
SERVERS = {
    "prosody-0.12": Facts("p.test", PROSODY, "12", SCRAM[:2], None, "tls-unique"),
    "prosody-13": Facts("q.test", PROSODY, "13", SCRAM[:2], "tls-exporter",
                        "tls-server-end-point"),
    "ejabberd-23": Facts("e.test", ejabberd.Ejabberd, "23", SCRAM, None, "tls-unique"),
    "ejabberd-24": Facts("f.test", ejabberd.Ejabberd, "24", SCRAM, "tls-exporter",
                         "tls-server-end-point"),
}

# Hosts of one server, each found in its own way (or not)
ODD_SERVER = "prosody-13"
IDN = "b\u00fccher.test"
ODD_HOSTS = ("dead-first.test", "silent-first.test", "mute-first.test", "foreign-first.test",
             "nosrv.test", "alias.test", "far-alias.test", "no-direct.test", "none.test",
             "six.test", "broken-six.test", IDN)
# Seconds; a place that does not answer is given up after longer than that.
PATIENCE = 8
SILENT_PORT, MUTE_PORT, DEAD_PORT = 6001, 6002, 6003


def account(jid, password=lab.PASSWORD, **more):
    return Account(jid, password, **more)


def host_of(label):
    return f"{label.replace('.', '-')}.hosts.test"


class ServerTests(checks.Checks):
    """The same for each server"""

    def __init__(self, tap, server, label):
        super().__init__(tap, server)
        self.label = label
        self.facts = SERVERS[label]
        self.domain = server.domain

    def host(self, kind):
        return lab.host_name(self.domain, kind)

    def login(self, kind="", user="alice", options=(), **more):
        return account(f"{user}@{self.host(kind)}", **more).run("login", options=options)

    def best(self, scram, binding):
        return {"mechanism": scram + ("-PLUS" if binding else ""), "binding": binding,
                "mutual": True}

    def best_by_name(self):
        result = self.login()
        self.logged_in(result, f"{self.label}: best mechanism by DNS alone", source="srv",
                       host=host_of(self.label), version="1.3",
                       **self.best(self.facts.scram[-1], self.facts.binding))
        rows = result.get("mechanisms") or []
        unused = [row for row in rows if not row.get("used")]
        self.tap.ok(len(rows) == len(unused) + 1 and all(row.get("why") for row in unused),
                    f"{self.label}: the report gives a reason for each that was not used", result)

    def tls_12(self):
        best = self.best(self.facts.scram[-1], self.facts.binding_12)
        self.logged_in(self.login("tls12"), f"{self.label}: best mechanism on TLS 1.2",
                       source="srv", direct_tls=False, version="1.2", **best)
        for scram in self.facts.scram:
            self.logged_in(self.login("tls12", options=["--mechanism", scram + "-PLUS"]),
                           f"{self.label}: {scram}-PLUS on TLS 1.2", version="1.2",
                           **self.best(scram, self.facts.binding_12))

    def stored_hashed(self):
        for kind, digest in lab.DIGESTS.items():
            scram = f"SCRAM-SHA-{digest[3:]}"
            if scram in self.facts.scram:
                self.logged_in(self.login(kind), f"{self.label}: best where {digest} is stored",
                               source="srv", direct_tls=True, **self.best(scram, self.facts.binding))
        self.failed(self.login("hash256", password="wrong"), 5,
                    f"{self.label}: wrong password", "not-authorized", ("sasl",))

    def each_mechanism(self):
        for scram in self.facts.scram:
            self.logged_in(self.login(options=["--mechanism", scram]),
                           f"{self.label}: {scram}", mechanism=scram, binding=None, mutual=True)
            if self.facts.binding:
                self.logged_in(self.login(options=["--mechanism", scram + "-PLUS"]),
                               f"{self.label}: {scram}-PLUS",
                               **self.best(scram, self.facts.binding))
        self.logged_in(self.login(options=["--mechanism", "PLAIN"]), f"{self.label}: PLAIN",
                       mechanism="PLAIN", binding=None, mutual=False)

    def digest_md5(self):
        """Where there is nothing else, and where there is and it is asked for: not otherwise."""
        told = ["--mechanism", "DIGEST-MD5"]
        expected = {"mechanism": "DIGEST-MD5", "mutual": True, "binding": None}
        everything = "cyrus" if "cyrus" in self.server.kinds else ""
        self.logged_in(self.login("digest"), f"{self.label}: nothing but DIGEST-MD5", **expected)
        self.logged_in(self.login(everything, options=told), f"{self.label}: DIGEST-MD5 by name",
                       **expected)
        result = self.login(everything)
        self.tap.ok(result.status == 0 and result.get("sasl", "mechanism") != "DIGEST-MD5",
                    f"{self.label}: DIGEST-MD5 is not the best", self.diagnose(result))
        for user, password in (("alice", "wrong"), ("nobody", lab.PASSWORD)):
            self.failed(self.login("digest", user=user, password=password, options=told), 5,
                        f"{self.label}: DIGEST-MD5, {user} with '{password}'", "not-authorized",
                        ("sasl",))

    def by_cyrus(self):
        """What only the bridge to Cyrus SASL knows, and what it does in place of the library's own.
        (Prosody begins CRAM-MD5 in a way that Cyrus refuses.)"""
        if "cyrus" not in self.server.kinds:
            return
        for name in ("LOGIN", "OTP"):
            told = ["--mechanism", name]
            self.logged_in(self.login("cyrus", options=told), f"{self.label}: {name} by Cyrus",
                           mechanism=name, mutual=False, binding=None)
            self.failed(self.login("cyrus", password="wrong", options=told), 5,
                        f"{self.label}: {name} with a wrong password", "not-authorized", ("sasl",))
        result = self.login("cyrus")
        reasons = result.reasons()
        self.tap.ok(all("policy names it" in reasons.get(each, "") for each in ("LOGIN", "OTP")),
                    f"{self.label}: LOGIN and OTP wait to be named", result)
        with tempfile.TemporaryDirectory() as site:
            self.site_of_cyrus(site)

    def site_of_cyrus(self, site):
        """A site's description, in a directory of its own"""
        modules = os.environ["XMPP_SASL_MODULE_PATH"]
        library = "libxmpp-sasl-cyrus.so"
        os.symlink(os.path.join(modules, library), os.path.join(site, library))
        with open(os.path.join(site, "site.sasl"), "w", encoding="ascii") as file:
            file.write(f"[SASL Module]\nApi=1\nLibrary={library}\n")
            for name in ("SCRAM-SHA-256", "DIGEST-MD5"):
                file.write(f"[{name}]\nRoles=client\nFacts=mutual;blocks;opt-in\nStrength=60\n"
                           "Fields=username;password\n")
        for name in ("SCRAM-SHA-256", "DIGEST-MD5"):
            for user, status in (("alice", 0), ("nobody", 5)):
                result = account(f"{user}@{self.host('cyrus')}").run(
                    "login", options=["--module", "site", "--mechanism", name, "--debug"],
                    XMPP_SASL_MODULE_PATH=f"{site}:{modules}", G_MESSAGES_DEBUG="Xmpp-Cyrus")
                self.tap.ok(result.status == status and
                            (name != "DIGEST-MD5" or "DIGEST-MD5 client step" in result.errors),
                            f"{self.label}: {name} for {user} by a site's module", result)

    def binding_required(self):
        result = self.login(options=["--require-channel-binding"])
        name = f"{self.label}: channel binding required on TLS 1.3"
        if self.facts.binding:
            self.logged_in(result, name, binding=self.facts.binding)
        else:
            self.failed(result, 5, name, step=("sasl",))

    def useless_plus(self):
        """ejabberd 23 offers -PLUS on TLS 1.3 with tls-unique, which does not exist there, and
        lists no types (XEP-0440). The login goes on without, and the report says so."""
        if self.label != "ejabberd-23":
            return
        result = self.login()
        reasons = result.reasons()
        for scram in self.facts.scram:
            self.tap.ok("binding" in reasons.get(scram + "-PLUS", ""),
                        f"{self.label}: why not {scram}-PLUS on TLS 1.3", result)

    def without_password(self):
        """What a domain offers can be seen by anybody."""
        result = self.login(password=None)
        self.failed(result, 5, f"{self.label}: no password", step=("sasl",))
        reasons = result.reasons()
        best = self.best(self.facts.scram[-1], self.facts.binding)["mechanism"]
        self.tap.ok(reasons.keys() >= {"PLAIN", *self.facts.scram}
                    and "password" in reasons.get(best, ""),
                    f"{self.label}: what is offered, and would be used, without a password", result)

    def certificates(self):
        for kind in ("selfsigned", "othername", "expired"):
            result = self.login(kind)
            self.failed(result, 4, f"{self.label}: {kind} certificate", step=TLS_STEPS)

    def messages(self):
        """Both ways; each listener leaves after the message that it waits for."""
        text = "Grüße <&> ' \""
        alice, bob = (f"{user}@{self.domain}" for user in lab.USERS)
        for sender, receiver in ((alice, bob), (bob, alice)):
            with account(receiver).listen("--count", "1") as listener:
                self.wait_until_there(listener)
                result = account(sender).run("send", receiver, text)
                self.tap.equal(result.status, 0, f"{self.label}: {sender} sends", result)
                line = listener.wait_for(
                    lambda line, sender=sender: line.startswith(f"message\t{sender}")
                    and line.endswith("\t" + text))
                self.tap.ok(line, f"{self.label}: {receiver} reads", listener)
                self.tap.equal(listener.finish(), 0, f"{self.label}: {receiver} leaves", listener)

    def tokens(self):
        """Prosody 13 has OAUTHBEARER, ejabberd has X-OAUTH2."""
        kind, bad, good, mechanism, _ = self.server.some_tokens()
        if good is None:
            return
        for token in (good, bad):
            result = account(f"alice@{self.host(kind)}", token, secret="token").run("login")
            if token == good:
                self.logged_in(result, f"{self.label}: a token", mechanism=mechanism,
                               mutual=False, source="srv")
            else:
                self.failed(result, 5, f"{self.label}: a bad token", "not-authorized",
                            ("sasl",))
                message = result.get("error", "message") or ""
                self.tap.ok("What to do: get a new token" in message,
                            f"{self.label}: what to do about a bad token", result)

    def tokens_from_python(self):
        """What has expired is asked for once more, and the login goes on with it."""
        kind, bad, good, mechanism, said = self.server.some_tokens()
        if good is None:
            return
        asked = [{"fields": ["token"], "reason": reason, **details}
                 for reason, details in (("missing", dict.fromkeys(said)), ("expired", said))]
        for last in (good, bad + "x"):
            jid = f"alice@{self.host(kind)}"
            result = subprocess.run([sys.executable, TOKEN_LOGIN, jid, bad, last],
                                    capture_output=True, text=True, check=False, timeout=60)
            try:
                found = json.loads(result.stdout)
            except ValueError:
                found = {}
            self.tap.equal(found, {
                "error": None if last == good else "not-authorized",
                "mechanism": mechanism if last == good else None,
                "asked": asked, "rejected": ["token"] * (1 if last == good else 2),
            }, f"{self.label}: tokens from Python", f"{result}\n{self.server.last_words()}")

    def run(self):
        for test in (self.best_by_name, self.tls_12, self.stored_hashed, self.each_mechanism,
                     self.digest_md5, self.by_cyrus, self.binding_required, self.useless_plus,
                     self.without_password, self.certificates, self.tokens, self.messages):
            test()


class NameTests(checks.Checks):
    """What the DNS can say, and what the places that it names can do"""

    def login(self, domain, options=()):
        return account(f"alice@{domain}").run("login", options=options)

    def found(self, domain, name, **expected):
        self.logged_in(self.login(domain), f"{domain}: {name}", **expected)

    def ways(self):
        good = host_of(ODD_SERVER)
        self.found("dead-first.test", "the first target refuses", source="srv", host=good)
        for domain, why in (("silent-first.test", "the first target does not answer the SYN"),
                            ("mute-first.test", "the first target for direct TLS says nothing")):
            start = time.monotonic()
            self.found(domain, why, source="srv", host=good)
            spent = time.monotonic() - start
            self.tap.ok(spent < PATIENCE, f"{domain}: nobody waits for it", f"{spent} s")
        self.found("foreign-first.test", "the first target shows a certificate for others",
                   source="srv", host=good)
        self.found("no-direct.test", "direct TLS is declined with a '.'", source="srv",
                   host=good, direct_tls=False)
        self.found("nosrv.test", "no SRV", source="fallback", direct_tls=False)
        self.found("alias.test", "an alias without SRV", source="fallback", direct_tls=False)
        self.found("far-alias.test", "the target is an alias", source="srv")
        self.found("six.test", "an address of IPv6 alone", source="srv")
        self.found("broken-six.test", "the address of IPv6 leads nowhere", source="srv")
        self.found(IDN, "a name that is not ASCII", source="srv", host=good)

    def never(self):
        """Nobody else to go to: the time runs out, and the message says where and what helps."""
        for domain, step in (("silent.test", "connect"), ("mute.test", "tls")):
            result = self.login(domain, ["--timeout", "2"])
            self.failed(result, 7, f"{domain}: time runs out", "timed-out", (step,))
            message = result.get("error", "message") or ""
            self.tap.ok(domain in message and "What to do:" in message,
                        f"{domain}: the message names peer and remedy", result)

    def nowhere(self):
        """Nothing else runs in the sandbox meanwhile: the counter is that of this login."""
        for domain, why, steps in (("none.test", "the target is '.'", ("resolve",)),
                                   ("missing.test", "no such name", RESOLVE_STEPS)):
            before = sandbox.tcp_attempts()
            result = self.login(domain)
            self.failed(result, 3, f"{domain}: {why}", step=steps)
            self.tap.equal(sandbox.tcp_attempts() - before, 0,
                           f"{domain}: nobody is called", result)

    def no_name_server(self, server):
        server.stop()
        before = sandbox.tcp_attempts()
        result = self.login("p.test")
        self.failed(result, 3, "no name server answers", step=RESOLVE_STEPS)
        self.tap.equal(sandbox.tcp_attempts() - before, 0,
                       "no name server answers: nobody is called", result)


def zone(servers):
    """What the name server says"""
    lines = []
    for label, server in servers.items():
        host = host_of(label)
        lines.append(names.address(host, *server.addresses))
        for domain, kind in server.hosts.items():
            if domain in ODD_HOSTS:
                continue
            direct, starttls = names.client_services(domain, host, *PORTS)
            lines += [direct] if kind != "tls12" else []
            lines += [starttls] if kind not in lab.DIGESTS else []
    if ODD_SERVER in servers:
        lines += odd_zone(servers[ODD_SERVER])
    return lines


def odd_zone(server):
    good = host_of(ODD_SERVER)
    ipv4, ipv6 = server.addresses
    here = "here.hosts.test"
    others = [host for host in map(host_of, SERVERS) if host != good]
    idn = IDN.encode("idna").decode()
    return [
        names.address(here, sandbox.NETWORK + "1"),
        names.srv("xmpp-client", "dead-first.test", here, DEAD_PORT, 0),
        names.srv("xmpp-client", "dead-first.test", good, PORTS[0], 1),
        names.srv("xmpp-client", "silent-first.test", here, SILENT_PORT, 0),
        names.srv("xmpp-client", "silent-first.test", good, PORTS[0], 1),
        names.srv("xmpps-client", "mute-first.test", here, MUTE_PORT, 0),
        names.srv("xmpp-client", "mute-first.test", good, PORTS[0], 1),
        names.srv("xmpp-client", "silent.test", here, SILENT_PORT),
        names.srv("xmpps-client", "mute.test", here, MUTE_PORT),
        names.srv("xmpps-client", "foreign-first.test", others[-1], PORTS[1], 0),
        names.srv("xmpps-client", "foreign-first.test", good, PORTS[1], 1),
        names.srv("xmpps-client", "no-direct.test"),
        names.srv("xmpp-client", "no-direct.test", good, PORTS[0]),
        names.address("nosrv.test", ipv4),
        names.alias("alias.test", "nosrv.test"),
        names.alias("alias.hosts.test", good),
        *names.client_services("far-alias.test", "alias.hosts.test", *PORTS),
        names.address("none.test", ipv4),
        names.srv("xmpps-client", "none.test"),
        names.srv("xmpp-client", "none.test"),
        names.address("six.hosts.test", ipv6),
        *names.client_services("six.test", "six.hosts.test", *PORTS),
        names.address("broken-six.hosts.test", ipv4, "2001:db8::1"),
        *names.client_services("broken-six.test", "broken-six.hosts.test", *PORTS),
        *names.client_services(idn, good, *PORTS),
    ]


@contextlib.contextmanager
def useless_listeners():
    """One whose queue is full, so that the kernel drops each SYN; one that accepts and waits"""
    here = sandbox.NETWORK + "1"
    with socket.create_server((here, SILENT_PORT), backlog=0), \
            socket.create_connection((here, SILENT_PORT)), \
            socket.create_server((here, MUTE_PORT), backlog=100):
        yield


def make_servers(cache, labels, certificates):
    servers = {}
    for label in labels:
        facts = SERVERS[label]
        addresses = [sandbox.NETWORK + facts.address]
        more = {}
        if label == ODD_SERVER:
            addresses.append(sandbox.IPV6)
            more = dict.fromkeys(ODD_HOSTS, "")
        servers[label] = facts.make(label.split("-")[1], cache, domain=facts.domain, more=more,
                                    addresses=addresses, ports=PORTS, certificates=certificates)
    return servers


def run(tap, servers, client):
    with useless_listeners(), names.NameServer(zone(servers)) as name_server:
        with lab.together(list(servers.values())):
            tests = [ServerTests(tap, server, label) for label, server in servers.items()]
            tests += [by_certificate.CertificateTests(tap, server, label, client is not None)
                      for label, server in servers.items()]
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                for future in [pool.submit(each.run) for each in tests]:
                    future.result()
            if client is not None:
                command = [sys.executable, client]
                for label, server in servers.items():
                    for kind in ("", "digest"):
                        domain = lab.host_name(server.domain, kind)
                        tap.ok(talk.talk(command, command, domain),
                               f"{label}: messages both ways from Python, {domain}",
                               server.last_words())
                for each in tests:
                    if isinstance(each, ServerTests):
                        each.tokens_from_python()
            odd = NameTests(tap, servers[ODD_SERVER])
            odd.ways()
            odd.never()
            odd.nowhere()
            odd.no_name_server(name_server)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cache")
    parser.add_argument("labels", nargs="+", choices=SERVERS)
    parser.add_argument("--python")
    options = parser.parse_args()

    tap = lab.Tap()
    directory = tempfile.mkdtemp(prefix="xmpp-servers-")
    try:
        os.chmod(directory, 0o755)
        certificates = lab.Certificates(os.path.join(directory, "certs"))
        servers = make_servers(options.cache, options.labels, certificates)
        try:
            sandbox.enter()
        except sandbox.Unavailable as reason:
            return tap.skip_all(reason)
        with open(certificates.ca, encoding="ascii") as file:
            sandbox.overlay(BUNDLE, file.read())
        run(tap, servers, options.python)
        return tap.finish()
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    sys.exit(main())
