#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool serve: its other commands log in there, and what is wrong in its file is named."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import lab

TOOL = os.environ["XMPP_TOOL"]
SECRET = "open sesame"
# Whoever waits for it is told by a test's own limit.
TIMEOUT = 60


def setUpModule():
    global FOLDER, CERTIFICATES, PASSWORD
    FOLDER = tempfile.TemporaryDirectory()
    CERTIFICATES = lab.Certificates(os.path.join(FOLDER.name, "certificates"))
    for host in ("p.test", "q.test", "guests.test"):
        CERTIFICATES.issue(host)
    CERTIFICATES.issue_client("alice", ["alice@p.test"])
    CERTIFICATES.issue_client("mallory", ["mallory@p.test"])
    PASSWORD = write("password", SECRET + "\n")


def tearDownModule():
    FOLDER.cleanup()


def write(name, text):
    path = pathlib.Path(FOLDER.name, name)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def run(*arguments):
    return subprocess.run([TOOL, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=TIMEOUT, check=False)


def hashed(jid):
    return run("hash", "--password-file", PASSWORD, jid).stdout


def domain(name):
    # Beside the file of the server
    return (f"[domain {name}]\ncertificate=certificates/{name}.crt\n"
            f"private-key=certificates/{name}.key\n")


class Service:
    """xmpp-tool serve with a file; its ports are read from what it prints."""

    def __init__(self, text, count):
        self.config = write("server.conf", text)
        self.process = subprocess.Popen([TOOL, "serve", "--config", self.config],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        lines = [self.process.stdout.readline() for _ in range(count)]
        self.doors = [line.rstrip("\n").split("\t") for line in lines]

    def options(self, number, *more):
        kind, address = self.doors[number]
        host, port = address.rsplit(":", 1)
        tls = "--direct-tls" if kind == "tls-listen" else "--starttls"
        return ["--host", host, "--port", port, tls, "--ca", CERTIFICATES.ca, *more]

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, output, errors

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)
        self.process.stdout.close()
        self.process.stderr.close()


class Serve(unittest.TestCase):
    def serve(self, more=""):
        return Service("# A server\n[server]\nlisten=127.0.0.1:0;[::1]:0\n"
                       "tls-listen = 127.0.0.1:0;\nca=certificates/ca.crt\n"
                       + domain("p.test") + domain("q.test") + domain("guests.test")
                       + "anonymous=true\n[users]\n" + hashed("alice@p.test")
                       + f"bob@p.test={SECRET}\ncarol@q.test={SECRET}\n" + more, 3)

    def login(self, service, number, jid, *more, password=True):
        if password:
            more = ["--password-file", PASSWORD, *more]
        result = run("login", "--json", *service.options(number, *more), jid)
        return result.returncode, json.loads(result.stdout)

    def assert_login(self, *arguments, mechanism=None, **options):
        status, report = self.login(*arguments, **options)
        self.assertEqual(status, 0, report)
        self.assertTrue(report["ok"])
        if mechanism is not None:
            self.assertEqual(report["sasl"]["mechanism"], mechanism)
        return report

    def test_doors(self):
        with self.serve() as service:
            self.assertEqual([kind for kind, _ in service.doors],
                             ["listen", "listen", "tls-listen"])
            self.assertRegex(service.doors[0][1], r"^127\.0\.0\.1:[1-9]\d*$")
            self.assertRegex(service.doors[1][1], r"^\[::1\]:[1-9]\d*$")
            for number in range(3):
                report = self.assert_login(service, number, "bob@p.test")
                self.assertEqual(report["jid"].split("/")[0], "bob@p.test")
                self.assertEqual(report["server"]["direct_tls"], number == 2)
            self.assert_login(service, 2, "carol@q.test")

    def test_mechanisms(self):
        """The keys of a line verify all that SCRAM can do, and PLAIN."""
        with self.serve() as service:
            self.assert_login(service, 0, "alice@p.test", mechanism="SCRAM-SHA-512-PLUS")
            for mechanism in ("SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"):
                self.assert_login(service, 2, "alice@p.test", "--mechanism", mechanism,
                                  mechanism=mechanism)
            self.assert_login(service, 0, "bob@p.test", "--mechanism", "DIGEST-MD5")
            self.assert_login(service, 0, "guests.test", password=False, mechanism="ANONYMOUS")
            status, report = self.login(service, 0, "alice@q.test")
            self.assertEqual(status, 5, report)
            status, report = self.login(service, 0, "p.test", password=False)
            self.assertEqual(status, 5, report)
            status, report = self.login(service, 0, "bob@guests.test")
            self.assertEqual(status, 5, report)

    def test_certificates(self):
        """A certificate says who somebody is, not that there is such an account."""
        with self.serve() as service:
            for name, expected in (("alice", 0), ("mallory", 5)):
                certificate = os.path.join(FOLDER.name, "certificates", name + ".pem")
                status, report = self.login(service, 0, name + "@p.test", "--client-cert",
                                            certificate, "--mechanism", "EXTERNAL",
                                            password=False)
                self.assertEqual(status, expected, report)

    def listen(self, service, number, jid, *more):
        listener = subprocess.Popen(
            [TOOL, "listen", *more, *service.options(number, "--password-file", PASSWORD), jid],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(listener.communicate)
        self.addCleanup(listener.kill)
        return listener

    def send(self, service, jid, to, *text):
        """The server refuses it as long as nobody is there to get it."""
        options = service.options(0, "--password-file", PASSWORD)
        end = time.monotonic() + TIMEOUT
        result = run("send", *options, jid, to, *text)
        while result.returncode == 1 and time.monotonic() < end:
            self.assertIn("service-unavailable", result.stderr)
            result = run("send", *options, jid, to, *text)
        self.assertEqual(result.returncode, 0, result)

    def test_messages(self):
        with self.serve() as service:
            listener = self.listen(service, 2, "carol@q.test", "--count", "1")
            self.send(service, "alice@p.test", "carol@q.test", "good", "day")
            self.assertEqual(listener.wait(TIMEOUT), 0)
            self.assertRegex(listener.stdout.read(),
                             r"(?m)^message\talice@p\.test/[^\t]+\tgood day$")

    def test_changes(self):
        """Users come while it runs; a file that is broken locks nobody out."""
        with self.serve() as service:
            text = pathlib.Path(service.config).read_text(encoding="utf-8")
            self.assertEqual(self.login(service, 0, "dave@p.test")[0], 5)
            write("server.conf", text + hashed("dave@p.test"))
            self.assert_login(service, 0, "dave@p.test")
            write("server.conf", text + "erin@p.test=\n")
            self.assert_login(service, 0, "dave@p.test")
            status, _, errors = service.stop()
            self.assertEqual(status, 0, errors)
            self.assertIn("erin@p.test: its password is empty", errors)

    def test_stop(self):
        """Whoever is there hears why it ends."""
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.serve() as service:
                listener = self.listen(service, 0, "alice@p.test")
                self.send(service, "bob@p.test", "alice@p.test", "hello")
                self.assertEqual(service.stop(number), (0, "", ""))
                self.assertEqual(listener.wait(TIMEOUT), 6)
                self.assertIn("hello", listener.stdout.read())
                self.assertIn("shut", listener.stderr.read())

    def test_port_in_use(self):
        with self.serve() as service:
            port = service.doors[0][1].rsplit(":", 1)[1]
            config = write("other.conf", f"[server]\nlisten=127.0.0.1:{port}\n" + domain("p.test"))
            result = run("serve", "--config", config)
            self.assertEqual(result.returncode, 1, result)
            self.assertIn(f"listen, 127.0.0.1, port {port}: ", result.stderr)
            self.assertEqual(result.stdout, "")

    def test_components(self):
        with Service("[server]\ncomponent-listen=127.0.0.1:0\n" + domain("p.test")
                     + "[component gate.test]\nsecret=Geheimnis\n", 1) as service:
            self.assertEqual(service.doors[0][0], "component-listen")
            self.assertEqual(service.stop(), (0, "", ""))


class Broken(unittest.TestCase):
    def test_files(self):
        listen = "[server]\nlisten=127.0.0.1:0\n"
        good = listen + domain("p.test")
        for text, said in (
                ("", "[domain …]: there is no such group"),
                (listen, "[domain …]: there is no such group"),
                (domain("p.test"), "[server] has no key listen"),
                (good + "[users\n", "users"),
                (good + "Geheimnis\n", "line 6 is neither"),
                ("listen=Geheimnis\n" + good, "group"),
                (good + "[user]\n", "There is no group [user]"),
                (good + "[domain]\n", "There is no group [domain]"),
                (good + "[domain ]\n", "There is no group [domain ]"),
                (good + "certficate=x\n", "[domain p.test] has no key certficate"),
                (good + "[server]\nlisen=x\n", "[server] has no key lisen"),
                (good + "[server]\ns2s-listen=127.0.0.1:0\n", "[server] has no key s2s-listen"),
                (good + "[server]\nca=\n", "[server] ca: it is empty"),
                (good + "[server]\nca=nowhere\n", "[server] ca: "),
                (good + "[server]\nlisten=127.0.0.1\n", "[server] listen: 127.0.0.1 is not"),
                (good + "[server]\nlisten=::1:5222\n", "[server] listen: ::1:5222 is not"),
                (good + "[server]\nlisten=[127.0.0.1]:5222\n", "[server] listen: "),
                (good + "[server]\nlisten=127.0.0.1:65536\n", "[server] listen: "),
                (good + "[server]\nlisten=localhost:0\n", "[server] listen: localhost:0 is not"),
                (good + "[server]\ntls-listen=127.0.0.1:0;:0\n", "[server] tls-listen: :0"),
                (listen + "[domain p.test]\n", "[domain p.test] certificate: it is missing"),
                (listen + "[domain p.test]\ncertificate=nowhere\n", "[domain p.test] certificate: "),
                (listen + "[domain p.test]\ncertificate=certificates/p.test.crt\n",
                 "[domain p.test]"),
                (listen + domain("p.test") + "anonymous=perhaps\n", "[domain p.test] anonymous: "),
                (good + "anonymous=true\n[users]\nalice@p.test=Geheimnis\n",
                 "[domain p.test] anonymous: "),
                (listen + domain("p.test").replace("[domain p.test]", "[domain p..test]"),
                 "[domain p..test]: "),
                (good + "[users]\nalice@p.test=\n", "[users]: "),
                (good + "[users]\nalice@p.test=Geheimnis\n\nGeheimnis\n", "line 9: "),
                (good + "[users]\nalice@q.test=Geheimnis\n",
                 "[users] alice@q.test: there is no group [domain q.test]"),
                (good + "[component g.test]\n", "[component g.test] secret: it is missing"),
                (good + "[component p.test]\nsecret=Geheimnis\n", "[component p.test]: "),
        ):
            with self.subTest(said):
                result = run("serve", "--config", write("broken.conf", text))
                self.assertEqual(result.returncode, 2, result)
                self.assertIn(said, result.stderr)
                self.assertNotIn("Geheimnis", result.stderr)
                self.assertEqual(result.stdout, "")

    def test_words(self):
        for words in ([], ["--config"], ["--config", "/nonexistent"], ["more"],
                      ["--config", write("x.conf", ""), "more"], ["--host", "x"]):
            result = run("serve", *words)
            self.assertEqual(result.returncode, 2, (words, result))
            self.assertIn("xmpp-tool", result.stderr)


if __name__ == "__main__":
    unittest.main()
