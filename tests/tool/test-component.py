#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool component: a component of a server that xmpp-tool is too."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import lab

TOOL = os.environ["XMPP_TOOL"]
DOMAIN = "echo.p.test"
SECRET = "a shared secret"
TIMEOUT = 60


def run(*arguments):
    return subprocess.run([TOOL, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=TIMEOUT, check=False)


class Component(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.certificates = lab.Certificates(os.path.join(cls.folder.name, "certificates"))
        cls.certificates.issue("p.test")
        cls.secret = cls.write("secret", SECRET + "\n")
        config = cls.write("server.conf", f"""[server]
listen=127.0.0.1:0
component-listen=127.0.0.1:0
[domain p.test]
certificate=certificates/p.test.crt
private-key=certificates/p.test.key
[users]
alice@p.test={SECRET}
[component {DOMAIN}]
secret={SECRET}
""")
        cls.server = subprocess.Popen([TOOL, "serve", "--config", config],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      text=True)
        cls.ports = {}
        for _ in range(2):
            kind, address = cls.server.stdout.readline().rstrip("\n").split("\t")
            cls.ports[kind] = address.rsplit(":", 1)[1]

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.communicate(timeout=TIMEOUT)
        cls.folder.cleanup()

    @classmethod
    def write(cls, name, text):
        path = pathlib.Path(cls.folder.name, name)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return str(path)

    def component(self, *more):
        return [TOOL, "component", "--host", "127.0.0.1", "--port",
                self.ports["component-listen"], "--timeout", str(TIMEOUT),
                "--password-file", self.secret, *more]

    def test_talk(self):
        """What comes is printed and sent back, from the address that it was for."""
        console = [TOOL, "console", "--host", "127.0.0.1", "--port", self.ports["listen"],
                   "--ca", self.certificates.ca, "--password-file", self.secret,
                   "alice@p.test/desk"]
        message = f"<message to='ghost@{DOMAIN}' id='%d'><body>who is there?</body></message>\n"
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(self.component("--echo", "--count", "1", DOMAIN), **pipes) as \
                component, subprocess.Popen(console, **pipes) as client:
            # Until both are there, it comes back as an error.
            number = 0
            while component.poll() is None and number < 200:
                client.stdin.write(message % number)
                client.stdin.flush()
                number += 1
                time.sleep(0.1)
            output, _ = component.communicate(timeout=TIMEOUT)
            seen, _ = client.communicate(timeout=TIMEOUT)
        self.assertEqual(component.returncode, 0)
        self.assertEqual(output, "message\talice@p.test/desk\twho is there?\n")
        echoes = [line for line in seen.splitlines()
                  if f"from='ghost@{DOMAIN}'" in line and "type='error'" not in line]
        self.assertEqual(len(echoes), 1, seen)
        self.assertIn("<body>who is there?</body>", echoes[0])

    def test_wrong_secret(self):
        wrong = self.write("wrong", "guessed\n")
        arguments = self.component("--json", DOMAIN)
        arguments[arguments.index(self.secret)] = wrong
        result = run(*arguments[1:])
        report = json.loads(result.stdout)
        self.assertEqual(result.returncode, 5, result.stderr)
        self.assertEqual(report["error"]["step"], "handshake")
        self.assertEqual(report["error"]["code"], "not-authorized")
        self.assertIn("compare the secret", result.stderr)
        self.assertNotIn("guessed", result.stderr + result.stdout)

    def test_unknown_domain(self):
        result = run(*self.component("other.p.test")[1:])
        self.assertEqual(result.returncode, 6, result.stderr)
        self.assertIn("host-unknown", result.stderr)

    def test_no_secret(self):
        result = run("component", "--host", "127.0.0.1", DOMAIN)
        self.assertEqual(result.returncode, 5, result.stderr)

    def test_nobody_listens(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        result = run("component", "--port", port, "--password-file", self.secret, DOMAIN)
        self.assertEqual(result.returncode, 3, result.stderr)

    def test_usage(self):
        for words in ([], ["a@p.test"], ["p.test", "q.test"], ["p.test/x"],
                      ["--mechanism", "PLAIN", DOMAIN], [""]):
            result = run("component", "--password-file", self.secret, *words)
            self.assertEqual(result.returncode, 2, (words, result.stderr))


if __name__ == "__main__":
    unittest.main(verbosity=2)
