# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Logins by a client's certificate, and without an account, at a real server."""

import json
import os
import subprocess
import sys

import checks
import lab
from tool import Account

LOGIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "certificate-login.py")
WAYS = ((False, "STARTTLS"), (True, "direct TLS"))
# What the report says where nothing was sent
NONE_SET = "no client certificate was sent: none is set"


class CertificateTests(checks.Checks):
    """The same for each server; @python: from Python too"""

    def __init__(self, tap, server, label, python):
        super().__init__(tap, server)
        self.label = label
        self.python = python
        self.host = lab.host_name(server.domain, "cert")
        self.alice, self.bob = (f"{user}@{self.host}" for user in lab.USERS)
        issue = server.certificates.issue_client
        self.one = issue(f"one-{label}", [self.alice])
        self.two = issue(f"two-{label}", [self.alice, self.bob])
        self.untrusted = issue(f"untrusted-{label}", [self.alice], trusted=False)

    def login(self, jid, direct_tls, certificate=None, authzid=None, password=None, options=()):
        account = Account(jid, password, self.server.tls_port if direct_tls else self.server.port,
                          direct_tls, host=self.server.addresses[0])
        options = [*options]
        if certificate is not None:
            options += ["--client-cert", certificate]
        if authzid is not None:
            options += ["--authzid", authzid]
        return account.run("login", options=options)

    def is_in(self, result, jid, name, **expected):
        self.logged_in(result, name, mechanism="EXTERNAL", binding=None, mutual=False, **expected)
        self.tap.equal((result.get("jid") or "").split("/")[0], jid,
                       f"{name}: whose session it is", result)

    def names(self):
        for direct_tls, way in WAYS:
            result = self.login(self.alice, direct_tls, self.one)
            self.is_in(result, self.alice, f"{self.label}: certificate, {way}",
                       direct_tls=direct_tls)
            for who in (self.alice, self.bob):
                for jid in (self.alice, who):
                    result = self.login(jid, direct_tls, self.two, who)
                    self.is_in(result, who, f"{self.label}: {jid} with a certificate of two names "
                               f"as {who}, {way}", direct_tls=direct_tls)
            result = self.login(self.alice, direct_tls, self.one, self.bob)
            self.refused(result, f"{self.label}: not named in it, {way}")

    def refused(self, result, name):
        self.failed(result, 5, name, step=("sasl",))
        message = result.get("error", "message") or ""
        self.tap.ok("The client certificate is for" in message and self.alice in message
                    and "What to do:" in message, f"{name}: the message helps", result)

    def not_trusted(self):
        for direct_tls, way in WAYS:
            result = self.login(self.alice, direct_tls, self.untrusted)
            self.refused(result, f"{self.label}: a certificate that is not trusted, {way}")

    def without(self):
        """To the next mechanism, where there is one; the reason stands in the report"""
        for direct_tls, way in WAYS:
            name = f"{self.label}: no certificate, {way}"
            result = self.login(self.alice, direct_tls, password=lab.PASSWORD)
            reasons = result.reasons()
            if reasons.keys() == {"EXTERNAL"}:
                self.failed(result, 5, name, "policy", ("sasl",))
                self.tap.ok(NONE_SET in (result.get("error", "message") or ""),
                            f"{name}: the message says why not", result)
            else:
                self.tap.ok(result.status == 0
                            and (result.get("sasl", "mechanism") or "").startswith("SCRAM"),
                            f"{name}: the next mechanism", self.diagnose(result))
            self.tap.equal(reasons.get("EXTERNAL"), NONE_SET, f"{name}: why", result)

    def anonymous(self):
        host = lab.host_name(self.server.domain, "anon")
        for direct_tls, way in WAYS:
            result = self.login(host, direct_tls)
            name = f"{self.label}: without an account, {way}"
            self.logged_in(result, name, mechanism="ANONYMOUS", binding=None)
            local, _, domain = (result.get("jid") or "").split("/")[0].partition("@")
            self.tap.ok(local and domain == host, f"{name}: a name was made up", result)
            # Some offer PLAIN there, though nobody has a password.
            result = self.login(f"alice@{host}", direct_tls, password=lab.PASSWORD)
            name = f"{self.label}: an account is not given up, {way}"
            self.failed(result, 5, name, step=("sasl",))
            reasons = result.reasons()
            self.tap.equal(reasons.get("ANONYMOUS"), "the login is not to be anonymous",
                           f"{name}: why", result)

    def from_python(self):
        if not self.python:
            return
        for arguments, expected in (
                ([self.alice, self.one], ["EXTERNAL", self.alice, "sent"]),
                ([self.alice, self.two, self.bob], ["EXTERNAL", self.bob, "sent"]),
                ([self.alice, self.untrusted], None),
                ([lab.host_name(self.server.domain, "anon")], ["ANONYMOUS", None, None])):
            process = subprocess.run(
                [sys.executable, LOGIN, self.server.addresses[0], str(self.server.port),
                 *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                timeout=60, check=False)
            try:
                found = json.loads(process.stdout)
            except ValueError:
                found = {}
            name = f"{self.label}: from Python, {' '.join(map(os.path.basename, arguments))}"
            if expected is None:
                good = found.get("step") == "sasl" and "client certificate" in found.get("error")
            else:
                good = all(value is None or value == wanted for value, wanted in zip(
                    expected, (found.get("mechanism"), found.get("jid"), found.get("sent"))))
            self.tap.ok(good, name, process.stdout + self.server.last_words(15))

    def run(self):
        for test in (self.names, self.not_trusted, self.without, self.anonymous,
                     self.from_python):
            test()
