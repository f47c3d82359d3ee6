#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Logins that are broken, and domains that are looked at: whoever reads what xmpp-tool has
written knows the step, the cause and the remedy, and needs nothing else."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import lab
import peer

TOOL = os.environ["XMPP_TOOL"]
JID = "alice@p.test"
SECRET = "open sesame"
SCRAM = peer.PLAIN.replace("<mechanism>",
                           "<mechanism>SCRAM-SHA-256</mechanism><mechanism>", 1)


def setUpModule():
    global FOLDER, CERTIFICATES
    FOLDER = tempfile.TemporaryDirectory()
    CERTIFICATES = lab.Certificates(os.path.join(FOLDER.name, "certificates"))
    CERTIFICATES.issue("p.test")
    CERTIFICATES.issue("other.test", name="elsewhere.test")
    CERTIFICATES.issue("expired.test", name="p.test", expired=True)
    CERTIFICATES.self_sign("self.test")
    CERTIFICATES.issue("client.test")


def tearDownModule():
    FOLDER.cleanup()


def answer(failure, mechanisms=peer.PLAIN, text=""):
    def script(link):
        link.start_tls()
        link.greet(mechanisms)
        link.read_until(r"<auth .*?</auth>")
        link.send(f"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{failure}/>"
                  f"{text}</failure>")
        link.drain()
    return script


def stream_error(condition):
    def script(link):
        link.start_tls()
        link.read_until(r"<stream:stream [^>]*>")
        link.send(peer.HEADER + f"<stream:error><{condition} "
                  "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
                  "</stream:stream>")
        link.drain()
    return script


def refuse_bind(link):
    link.authenticate()
    link.refuse_bind("conflict")
    link.drain()


def handshake(link):
    link.start_tls()
    link.drain()


def no_starttls(link):
    link.greet(peer.PLAIN)
    link.read_until(r"<starttls[^>]*>")
    link.send("<stream:error><unsupported-stanza-type "
              "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
    link.drain()


def http(link):
    link.socket.recv(4096)
    link.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def offer(*features):
    def script(link):
        link.start_tls()
        link.greet(*features)
        link.drain()
    return script


def log_in(link):
    link.log_in()
    link.read_until(r"</stream:stream>")
    link.send("</stream:stream>")
    link.drain()


class Tool(unittest.TestCase):
    def run_tool(self, *words, stdin=subprocess.DEVNULL):
        result = subprocess.run([TOOL, "login", *words], stdin=stdin, capture_output=True,
                                text=True, timeout=60, check=False)
        self.assertNotIn(SECRET, result.stdout + result.stderr)
        return result

    def login(self, script, *more, direct=True, certificate="p.test", secret=True, jid=JID):
        """Both ways to be told: text, and one object."""
        results = []
        for json_option in ([], ["--json"]):
            with peer.Peer(script, CERTIFICATES, certificate) as server:
                results.append(self.run_tool(
                    "--host", "127.0.0.1", "--port", str(server.port),
                    "--direct-tls" if direct else "--starttls", "--ca", CERTIFICATES.ca,
                    *(["--password-command", f"echo '{SECRET}'"] if secret else []),
                    *json_option, *more, jid))
        return results

    def assert_told(self, results, status, step, code, *parts):
        text, obj = results
        report = json.loads(obj.stdout)
        self.assertEqual(text.returncode, status, text)
        self.assertEqual(obj.returncode, status, obj)
        self.assertEqual(report["error"]["step"], step)
        self.assertEqual(report["error"]["code"], code)
        self.assertIs(report["ok"], False)
        # The line on the screen: step, peer, cause, remedy
        for message in (text.stderr, report["error"]["message"]):
            self.assertIn("p.test", message)
            self.assertIn("What to do: ", message)
            for part in parts:
                self.assertIn(part, message)
        self.assertTrue(text.stderr.startswith(f"xmpp-tool: {step}: "), text.stderr)
        self.assertIn(f"✗ {step}" if step != "starttls" else "✗", text.stdout)


class Logins(Tool):
    def test_wrong_password(self):
        self.assert_told(self.login(answer("not-authorized")), 5, "sasl", "not-authorized",
                         "check the user name", "the password")

    def test_disabled_account(self):
        self.assert_told(self.login(answer("account-disabled", text="<text>pay first</text>")),
                         5, "sasl", "account-disabled", "enable the account", "pay first")

    def test_other_name(self):
        self.assert_told(self.login(handshake, certificate="other.test"), 4, "tls",
                         "bad-certificate", "bad-identity", "elsewhere.test",
                         "how the domain of the address is spelt", "SHA-256")

    def test_clock(self):
        self.assert_told(self.login(handshake, certificate="expired.test"), 4, "tls",
                         "bad-certificate", "expired", "2020-02-01", "check the clock")

    def test_unknown_authority(self):
        self.assert_told(self.login(handshake, certificate="self.test"), 4, "tls",
                         "bad-certificate", "unknown-ca", "authority")

    def test_refused(self):
        with peer.Peer(handshake, CERTIFICATES) as server:
            port = str(server.port)
        results = [self.run_tool("--host", "127.0.0.1", "--port", port, "--direct-tls",
                                 "--password-command", f"echo '{SECRET}'", *more, JID)
                   for more in ([], ["--json"])]
        self.assert_told(results, 3, "connect", "connection-refused", port, "check the port")

    def test_wrong_port(self):
        self.assert_told(self.login(http, direct=False), 6, "stream", "not-well-formed",
                         "check that this is the port of an XMPP server")

    def test_resolver(self):
        results = [self.run_tool("--host", "host.invalid", "--password-command",
                                 f"echo '{SECRET}'", *more, JID)
                   for more in ([], ["--json"])]
        report = json.loads(results[1].stdout)
        self.assertEqual([each.returncode for each in results], [3, 3])
        self.assertEqual(report["error"]["step"], "resolve")
        self.assertEqual(report["error"]["domain"], "g-resolver-error-quark")
        self.assertRegex(results[0].stderr, "host.invalid.*What to do: .*(spelt|name servers)")

    def test_no_tls(self):
        self.assert_told(self.login(no_starttls, direct=False), 4, "starttls", "policy",
                         "offers no STARTTLS", "switch TLS on")

    def test_no_modules(self):
        """Then it is not the server's fault."""
        with unittest.mock.patch.dict(os.environ, XMPP_SASL_MODULE_PATH=FOLDER.name):
            results = self.login(offer(SCRAM))
        if "there is no module for it" not in results[0].stdout:
            self.skipTest("the library is installed")
        self.assert_told(results, 5, "sasl", "policy", "No module of any mechanism is found",
                         "XMPP_SASL_MODULE_PATH")
        self.assertNotIn("operator", results[0].stderr)

    def test_no_mechanism(self):
        results = self.login(offer(peer.PLAIN.replace("PLAIN", "X-OTHER")))
        self.assert_told(results, 5, "sasl", "policy", "X-OTHER", "there is no module")
        self.assertIn("  X-OTHER              not used: there is no module", results[0].stdout)

    def test_required_binding(self):
        self.assert_told(self.login(offer(SCRAM), "--require-channel-binding"), 5, "sasl",
                         "policy", "loosen what is required")

    def test_silent(self):
        for direct, step in ((True, "tls"), (False, "stream")):
            self.assert_told(self.login(peer.Link.drain, "--timeout", "2", direct=direct), 7, step,
                             "timed-out", "within 2 s", "port")

    def test_unknown_host(self):
        self.assert_told(self.login(stream_error("host-unknown")), 6, "stream", "host-unknown",
                         "does not serve this domain")

    def test_shutdown(self):
        self.assert_told(self.login(stream_error("system-shutdown")), 6, "stream",
                         "system-shutdown", "in some minutes")

    def test_conflict(self):
        self.assert_told(self.login(refuse_bind, "--resource", "desk"), 6, "bind", "conflict",
                         "let the server choose the resource")

    def test_wrong_pin(self):
        pin = "SHA256:" + "A" * 43 + "="
        text, obj = self.login(handshake, "--pin", pin)
        self.assert_told((text, obj), 4, "tls", "bad-certificate", "SHA256:")


class Success(Tool):
    """A login that works, and nothing in its report that must not leave the house"""

    def test_report(self):
        text, obj = self.login(log_in, "--resource", "x")
        for each in (text, obj):
            self.assertEqual(each.returncode, 0, each)
            self.assertEqual(each.stderr, "")
        report = json.loads(obj.stdout)
        self.assertIs(report["ok"], True)
        self.assertIsNone(report["error"])
        self.assertEqual(report["jid"], "alice@p.test/x")
        self.assertEqual(list(report["server"]), ["host", "port", "direct_tls", "source"])
        self.assertEqual(report["server"]["source"], "given")
        self.assertEqual(list(report["tls"]), ["version", "ciphersuite", "verified"])
        self.assertEqual(report["sasl"], {"profile": "sasl", "mechanism": "PLAIN",
                                          "channel_binding": None, "mutual": False})
        self.assertEqual(report["bind"], {"profile": "bind", "resource": "x"})
        self.assertIs(report["session"], False)
        self.assertEqual(report["stream_management"], {"enabled": False, "resumed": False})
        self.assertGreaterEqual(report["round_trips"], 4)
        self.assertEqual([(each["name"], each["used"]) for each in report["mechanisms"]],
                         [("PLAIN", True)])
        for each in report["steps"]:
            self.assertEqual(list(each), ["step", "ms", "ok", "detail"])
            self.assertIs(each["ok"], True)
            self.assertGreaterEqual(each["ms"], 0)
        names = [each["step"] for each in report["steps"]]
        self.assertEqual([names.index(name) for name in ("connect", "tls", "sasl", "bind")],
                         sorted(names.index(name) for name in
                                ("connect", "tls", "sasl", "bind")))
        for name in ("connect", "tls", "stream", "sasl", "bind"):
            self.assertRegex(text.stdout, rf"(?m)^✓ {name} +\d+\.\d ms")
        self.assertRegex(text.stdout, r"(?m)^  127\.0\.0\.1 port \d+, direct TLS, given: used")
        self.assertRegex(text.stdout, r"(?m)^  PLAIN +used")

    def test_modules(self):
        """One that was asked for and had no part in it is no secret."""
        for words, text in (([], None), (["--module", "plain"], None),
                            (["--module", "site", "--module", "plain"],
                             "site (there is no such module)"),
                            (["--module", "scram"], "scram (PLAIN is of plain)")):
            for result in self.login(log_in, *words):
                self.assertEqual(result.returncode, 0, result)
                self.assertEqual(result.stderr,
                                 f"xmpp-tool: warning: --module was not used: {text}\n"
                                 if text else "")

    def test_no_secret(self):
        """L1: whatever is printed, the password is not in it, in no clothes."""
        message = f"\0alice\0{SECRET}".encode()
        for script in (log_in, answer("not-authorized")):
            for result in self.login(script, "--debug"):
                self.assertIn("Xmpp-", result.stderr)
                for word in (SECRET, SECRET.encode().hex(),
                             base64.b64encode(SECRET.encode()).decode(),
                             base64.b64encode(message).decode()):
                    self.assertNotIn(word, result.stdout + result.stderr)


class Options(Tool):
    """What else there is to say about TLS"""

    def assert_usage(self, *words):
        result = self.run_tool("--password-command", "echo x", "--host", "127.0.0.1",
                               "--port", "1", *words, JID)
        self.assertEqual(result.returncode, 2, result)

    def test_usage(self):
        certificate, key = CERTIFICATES.paths("client.test")
        self.assert_usage("--pin", "SHA256:short")
        self.assert_usage("--client-key", key)
        self.assert_usage("--client-cert", certificate)
        self.assert_usage("--client-cert", "/nonexistent", "--client-key", key)
        self.assert_usage("--client-cert", certificate, "--client-key", certificate)
        self.assert_usage("--client-cert", "pkcs11:token=t;object=o;pin-value=1234")

    def test_pin(self):
        """The one that a refusal names is the one to give."""
        text, _ = self.login(handshake, certificate="self.test")
        pin = text.stderr.split("key SHA256:")[1].split()[0].rstrip(".")
        wrong, _ = self.login(handshake, "--pin", f"SHA256:{pin}")
        self.assertEqual(wrong.returncode, 4, wrong)
        text, _ = self.login(handshake, "--pin", "SHA256:" + "A" * 43 + "=")
        pin = text.stderr.split("key SHA256:")[1].split()[0].rstrip(".")
        for result in self.login(log_in, "--pin", f"SHA256:{pin}"):
            self.assertEqual(result.returncode, 0, result)

    def test_client_certificate(self):
        certificate, key = CERTIFICATES.paths("client.test")
        both = os.path.join(FOLDER.name, "both.pem")
        with open(both, "wb") as file:
            for path in (certificate, key):
                with open(path, "rb") as part:
                    file.write(part.read())
        for words in (["--client-cert", certificate, "--client-key", key],
                      ["--client-cert", both]):
            seen = []

            def script(link, seen=seen):
                link.ask_for_certificate(CERTIFICATES.ca)
                link.start_tls()
                seen.append(link.socket.getpeercert()["subject"])
                link.greet(peer.PLAIN)
                link.read_until(r"<auth .*?</auth>")
                link.send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
                link.bind()
                link.read_until(r"</stream:stream>")
                link.send("</stream:stream>")
                link.drain()

            for result in self.login(script, *words):
                self.assertEqual(result.returncode, 0, result)
            self.assertEqual(seen, [((("commonName", "client.test"),),)] * 2)

    def test_client_certificate_refused(self):
        """By TLS itself, which says so behind its handshake"""
        certificate, key = CERTIFICATES.paths("self.test")

        def script(link):
            link.ask_for_certificate(CERTIFICATES.ca)
            link.start_tls()

        text, obj = self.login(script, "--client-cert", certificate, "--client-key", key)
        self.assertEqual((text.returncode, obj.returncode), (4, 4), text)
        self.assertEqual(json.loads(obj.stdout)["error"]["step"], "tls")
        self.assertRegex(text.stderr, "^xmpp-tool: tls: .*refused the client certificate: "
                                      ".*What to do: .*trusts who has issued it")

    def test_no_pipelining(self):
        for result in self.login(log_in, "--no-pipelining"):
            self.assertEqual(result.returncode, 0, result)


class Domains(Tool):
    """Without a password: how far it gets, what there is, what would be used"""

    def assert_checked(self, results, choice):
        text, obj = results
        for each in results:
            self.assertEqual(each.returncode, 5, each)
        report = json.loads(obj.stdout)
        self.assertEqual(report["error"]["step"], "sasl")
        self.assertIs(report["tls"]["verified"], True)
        self.assertIsNone(report["sasl"])
        self.assertIn("SCRAM-SHA-256", [each["name"] for each in report["mechanisms"]])
        self.assertIn("p.test is in order up to the login", text.stdout)
        self.assertIn(f"It would use {choice}", text.stdout)
        for part in ("mechanisms SCRAM-SHA-256 PLAIN", "features_before_login mechanisms sm", "for p.test",
                     "SHA-256", "✓ tls", "✗ sasl"):
            self.assertIn(part, text.stdout)

    def test_account(self):
        script = offer(SCRAM, "<sm xmlns='urn:xmpp:sm:3'/>")
        results = self.login(script, secret=False)
        self.assert_checked(results, "SCRAM-SHA-256.")
        self.assertEqual(json.loads(results[1].stdout)["error"]["code"], "need-credential")

    def test_domain(self):
        script = offer(SCRAM, "<sm xmlns='urn:xmpp:sm:3'/>")
        results = self.login(script, secret=False, jid="p.test")
        self.assert_checked(results, "SCRAM-SHA-256 for whoever has an account.")
        self.assertIn("offers no login without an account", results[0].stderr)
        self.assertIn("What to do: give the address of an account", results[0].stderr)

    def test_ticket(self):
        script = offer(peer.PLAIN.replace("PLAIN", "GSSAPI"))
        text, _ = self.login(script, secret=False, jid="p.test")
        self.assertIn("needs an account and its ticket of Kerberos. It would use GSSAPI for",
                      text.stdout)

    def test_ticket_or_password(self):
        script = offer(SCRAM.replace("SCRAM-SHA-256", "GSSAPI"))
        text, _ = self.login(script, secret=False, jid="p.test")
        self.assertIn("needs an account and its ticket of Kerberos or its password. It would use "
                      "GSSAPI for", text.stdout)

    def test_nothing(self):
        """No praise for a domain where nobody can log in."""
        text, _ = self.login(offer(peer.PLAIN.replace("PLAIN", "X-OTHER")), secret=False)
        self.assertEqual(text.returncode, 5, text)
        self.assertNotIn("in order", text.stdout)

    def test_earlier(self):
        text, _ = self.login(handshake, certificate="expired.test", secret=False)
        self.assertEqual(text.returncode, 4, text)
        self.assertNotIn("in order", text.stdout)


if __name__ == "__main__":
    unittest.main()
