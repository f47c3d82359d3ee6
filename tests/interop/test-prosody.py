#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool against a real Prosody: usage: test-prosody.py VERSION CACHE"""

import base64
import pathlib
import sys
import tempfile

import checks
import lab
import prosody
from tool import Account

# What each host can check, by what it stores
STORED = {
    lab.PLAIN: ("SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"),
    lab.HASHED: ("SCRAM-SHA-1", "PLAIN"),
    lab.HASHED_256: ("SCRAM-SHA-256", "PLAIN"),
}


class Tests(checks.Checks):
    """Every test takes the same server."""

    def account(self, host, user="alice", password=lab.PASSWORD, direct_tls=False, ca=True):
        port = self.server.tls_port if direct_tls else self.server.port
        return Account(f"{user}@{host}", password, port, direct_tls,
                       self.server.ca if ca else None)

    def mechanisms(self):
        for host, mechanisms in STORED.items():
            for mechanism in mechanisms:
                for direct_tls in (False, True):
                    account = self.account(host, direct_tls=direct_tls)
                    result = account.run("login", options=["--mechanism", mechanism])
                    self.logged_in(result, f"{mechanism} on {host}, "
                                   + ("direct TLS" if direct_tls else "STARTTLS"),
                                   mechanism=mechanism, mutual=mechanism != "PLAIN",
                                   direct_tls=direct_tls)

    def channel_binding(self):
        """0.12 binds below TLS 1.3 only, and lists no types; 13 everywhere."""
        plus = ["--mechanism", "SCRAM-SHA-256-PLUS", "--require-channel-binding"]
        result = self.account(lab.PLAIN).run("login", options=plus)
        if self.server.version == "13":
            self.logged_in(result, "SCRAM-SHA-256-PLUS on TLS 1.3",
                           mechanism="SCRAM-SHA-256-PLUS", binding="tls-exporter")
            result = self.account(lab.TLS_12).run("login", options=plus)
            self.logged_in(result, "SCRAM-SHA-256-PLUS on TLS 1.2",
                           mechanism="SCRAM-SHA-256-PLUS", binding="tls-server-end-point")
        else:
            self.failed(result, 5, "channel binding wanted and not offered")
            result = self.account(lab.TLS_12).run("login", options=plus)
            self.logged_in(result, "SCRAM-SHA-256-PLUS on TLS 1.2",
                           mechanism="SCRAM-SHA-256-PLUS", binding="tls-unique")

    def best_mechanism(self):
        plus = self.server.version == "13"
        for direct_tls in (False, True):
            result = self.account(lab.PLAIN, direct_tls=direct_tls).run("login")
            self.logged_in(result, "best mechanism, "
                           + ("direct TLS" if direct_tls else "STARTTLS"),
                           mechanism="SCRAM-SHA-256-PLUS" if plus else "SCRAM-SHA-256",
                           binding="tls-exporter" if plus else None, mutual=True)
        used = [each for each in result.get("mechanisms") or [] if each.get("used")]
        unused = [each for each in result.get("mechanisms") or [] if not each.get("used")]
        self.tap.equal(len(used), 1, "the report names the one that was used", result)
        self.tap.ok(all(each.get("why") for each in unused) and unused,
                    "the report says why the others were not", result)

    def wrong_secrets(self):
        for host in STORED:
            for direct_tls in (False, True):
                account = self.account(host, password="wrong", direct_tls=direct_tls)
                self.failed(account.run("login"), 5, f"wrong password on {host}",
                            "not-authorized", ("sasl",))
        account = self.account(lab.PLAIN, user="nobody")
        self.failed(account.run("login"), 5, "unknown user", "not-authorized", ("sasl",))
        account = self.account(lab.PLAIN, password="wrong")
        result = account.run("login", options=["--mechanism", "PLAIN"])
        self.failed(result, 5, "wrong password with PLAIN", "not-authorized", ("sasl",))
        result = self.account(lab.PLAIN).run("login", options=["--mechanism", "OTP"])
        self.failed(result, 5, "a mechanism that nobody has")

    def keeps_quiet(self, account, message, mechanism, status=0):
        """Attack L1: all that the library can be made to say has the secret in no form."""
        forms = [account.password, account.password.encode().hex(),
                 *(base64.b64encode(text.encode()).decode().rstrip("=")
                   for text in (message, account.password))]
        result = account.run("login", options=["--debug", "--mechanism", mechanism],
                             G_MESSAGES_DEBUG="all")
        said = result.output + result.errors
        self.tap.ok(result.status == status and "urn:ietf:params:xml:ns:xmpp-sasl" in said,
                    f"the log shows the login with {mechanism}", result)
        self.tap.equal([form for form in forms if form in said], [],
                       f"and not the secret with {mechanism}", said)

    def logs(self):
        for mechanism in STORED[lab.PLAIN]:
            self.keeps_quiet(self.account(lab.PLAIN), f"\0alice\0{lab.PASSWORD}", mechanism)

    def tokens(self):
        """OAUTHBEARER, which version 13 has"""
        kind, expired, good, _, said = self.server.some_tokens()
        if good is None:
            return
        host = lab.host_name(lab.DOMAIN, kind)
        accounts = [self.account(host, password=token) for token in (good, expired)]
        for account in accounts:
            account.secret = "token"
        result = accounts[0].run("login")
        self.logged_in(result, "a token is enough", mechanism="OAUTHBEARER", mutual=False)
        reasons = result.reasons()
        self.tap.equal((reasons.get("SCRAM-SHA-1"), reasons.get("PLAIN")),
                       ("the login is to be with a token",) * 2,
                       "the report says why not with a password", result)
        result = accounts[1].run("login")
        self.failed(result, 5, "a token that has expired", "not-authorized", ("sasl",))
        self.tap.ok("hash.p.test refused the token: invalid_token. What to do: "
                    in (result.get("error", "message") or ""),
                    "the message says so, and what to do", result)
        self.tap.equal(result.get("refusal"), {"status": "invalid_token", **said},
                       "what the server says of it", result)
        result = self.account(host).run("login", options=["--mechanism", "OAUTHBEARER"])
        self.failed(result, 5, "a password for OAUTHBEARER", step=("sasl",))
        for account, status in zip(accounts, (0, 5)):
            message = f"n,a={account.jid},\1auth=Bearer {account.password}\1\1"
            self.keeps_quiet(account, message, "OAUTHBEARER", status)

    def remembered(self):
        """What the first login leaves in its file spares the second one the password and waits
        for the server; a file that is damaged spares nothing, and harms nothing."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "state")
            options = ["--state", str(path), "--mechanism", "SCRAM-SHA-256"]
            # A host that stores the password itself makes up a new salt each time.
            account = self.account(lab.HASHED_256)
            forgetful = self.account(lab.HASHED_256, password=None)
            first = account.run("login", options=options)
            self.logged_in(first, "first login with a state file", mechanism="SCRAM-SHA-256")
            self.tap.equal(path.stat().st_mode & 0o777, 0o600, "only its owner reads the file",
                           first)
            content = path.read_bytes()
            self.tap.ok(lab.PASSWORD.encode() not in content,
                        "the password is not in the file", first)

            second = forgetful.run("login", options=options)
            self.logged_in(second, "second login without the password",
                           mechanism="SCRAM-SHA-256")
            self.tap.ok(second.get("round_trips") < first.get("round_trips"),
                        "the second login waits less often",
                        f"{first.get('round_trips')}, then {second.get('round_trips')}")

            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
            result = forgetful.run("login", options=options)
            self.failed(result, 5, "a damaged state file is no password", step=("sasl",))
            self.tap.ok("is ignored" in result.errors, "and its owner is told", result)
            result = account.run("login", options=options)
            self.logged_in(result, "login in spite of a damaged state file")
            self.logged_in(forgetful.run("login", options=options),
                           "the state file has been renewed")

    def certificates(self):
        steps = ("tls", "starttls")
        for direct_tls in (False, True):
            kind = "direct TLS" if direct_tls else "STARTTLS"
            for host, what in ((lab.SELF_SIGNED, "self-signed"), (lab.EXPIRED, "expired"),
                               (lab.OTHER_NAME, "for another name")):
                result = self.account(host, direct_tls=direct_tls).run("login")
                self.failed(result, 4, f"certificate {what}, {kind}", step=steps)
            result = self.account(lab.PLAIN, direct_tls=direct_tls, ca=False).run("login")
            self.failed(result, 4, f"unknown CA, {kind}", step=steps)

    def wrong_kind_of_port(self):
        """The port for direct TLS taken for STARTTLS, and the reverse"""
        account = Account(f"alice@{lab.PLAIN}", lab.PASSWORD, self.server.tls_port, False,
                          self.server.ca)
        result = account.run("login")
        self.tap.ok(result.status in (4, 6) and result.get("ok") is False,
                    "TLS port taken for STARTTLS", self.diagnose(result))
        account = Account(f"alice@{lab.PLAIN}", lab.PASSWORD, self.server.port, True,
                          self.server.ca)
        self.failed(account.run("login"), 4, "STARTTLS port taken for TLS", step=("tls",))

    def messages(self):
        text = "Grüße <&> ' \""
        with self.account(lab.PLAIN, "bob").listen("--count", "2") as bob:
            self.wait_until_there(bob)
            for index, direct_tls in enumerate((False, True)):
                account = self.account(lab.PLAIN, direct_tls=direct_tls)
                result = account.run("send", f"bob@{lab.PLAIN}", f"{text} {index}")
                self.tap.equal(result.status, 0, f"message {index} sent", result)
            for index in range(2):
                line = bob.wait_for(lambda line, text=f"{text} {index}":
                                    line.startswith("message\talice@p.test")
                                    and line.endswith("\t" + text))
                self.tap.ok(line, f"message {index} delivered", bob)
            self.tap.equal(bob.finish(), 0, "the listener has counted and left", bob)

    def departure(self):
        """Whoever leaves says why, and the others see it."""
        with self.account(lab.PLAIN, "bob").listen() as bob:
            self.wait_until_there(bob)
            result = self.account(lab.PLAIN).run("login", options=["--status", "Gone fishing"])
            self.tap.equal(result.status, 0, "logged in and left with a status text", result)
            line = bob.wait_for(lambda line: line.startswith("presence\talice@p.test")
                                and line.endswith("Gone fishing"))
            self.tap.ok(line, "the other client sees the departure's status text", bob)

    def server_leaves(self):
        """What was sent just before the server closes arrives. The last test."""
        count = 10
        with self.account(lab.PLAIN, "bob").listen() as bob:
            self.wait_until_there(bob)
            for index in range(count):
                result = self.account(lab.PLAIN).run("send", f"bob@{lab.PLAIN}", f"n{index}")
                if result.status != 0:
                    self.tap.ok(False, f"message {index} sent", self.diagnose(result))
            self.server.stop()
            status = bob.finish()
            bodies = [line.split("\t")[-1] for line in bob.lines
                      if line.startswith("message\t")]
            self.tap.equal(bodies, [f"n{index}" for index in range(count)],
                           "messages sent just before the server leaves arrive", bob)
            self.tap.ok(status not in (None, 0), "the listener says that the server left", bob)


def main():
    version, cache = sys.argv[1:]
    with prosody.Prosody(version, cache) as server:
        tests = Tests(lab.Tap(), server)
        for test in (tests.mechanisms, tests.channel_binding, tests.best_mechanism,
                     tests.wrong_secrets, tests.logs, tests.tokens, tests.remembered,
                     tests.certificates, tests.wrong_kind_of_port, tests.messages,
                     tests.departure, tests.server_leaves):
            test()
        return tests.tap.finish()


if __name__ == "__main__":
    sys.exit(main())
