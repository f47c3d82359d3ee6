#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool console: what it shows, what it sends, and the transcript, which is played by the
test of the transcripts afterwards."""

import base64
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import lab
import peer

TOOL = os.environ["XMPP_TOOL"]
PLAYER = os.environ["XMPP_TEST_TRANSCRIPTS"]
# The account of the tests that play transcripts
JID = "user@x.test"
SECRET = "pencil"
HEADER = peer.HEADER.replace("p.test", "x.test")
MESSAGE = ("<message from='bob@x.test/{braces}' id='b1'><body>two\nlines, \u202eturned, "
           "[3 bytes] &amp; {braces}</body></message>")


def setUpModule():
    global FOLDER, CERTIFICATES
    FOLDER = tempfile.TemporaryDirectory()
    CERTIFICATES = lab.Certificates(os.path.join(FOLDER.name, "certificates"))
    CERTIFICATES.issue("x.test")


def tearDownModule():
    FOLDER.cleanup()


def greet(link, *offers):
    link.read_until(r"<stream:stream [^>]*>")
    link.send(HEADER + peer.features(*offers))


def log_in(link, starttls=False, failure=None):
    if starttls:
        greet(link, peer.STARTTLS)
        link.read_until(r"<starttls[^>]*>")
        link.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    link.start_tls()
    greet(link, peer.PLAIN)
    link.read_until(r"<auth .*?</auth>")
    if failure is not None:
        link.send(f"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{failure}/></failure>")
        return
    link.send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
    greet(link, peer.BIND)
    request = link.read_until(r"<iq [^>]*\bid='([^']*)'.*?</iq>")
    link.send(f"<iq type='result' id='{request.group(1)}'>"
              "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
              f"<jid>{JID}/x</jid></bind></iq>")
    link.read_until(r"<presence[^>]*>")


class Console(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(os.path.join(self.folder, "transcripts"))
        self.transcript = os.path.join(self.folder, "transcripts", "recorded.txt")

    def console(self, script, typed="", direct=True, options=()):
        """Password and stanzas come through the same pipe."""
        with peer.Peer(script, CERTIFICATES, "x.test") as server:
            return subprocess.run(
                [TOOL, "console", "--host", "127.0.0.1", "--port", str(server.port),
                 "--direct-tls" if direct else "--starttls", "--ca", CERTIFICATES.ca,
                 "--password-file", "-", "--transcript", self.transcript, *options, JID],
                input=SECRET + "\n" + typed, capture_output=True, text=True, timeout=60,
                check=False)

    def read(self):
        with open(self.transcript, encoding="utf-8") as file:
            return file.read()

    def play(self, result):
        """What was recorded is a test now, and it passes."""
        played = subprocess.run([PLAYER], capture_output=True, text=True, timeout=60,
                                check=False,
                                env={**os.environ, "G_TEST_SRCDIR": self.folder})
        self.assertEqual(played.returncode, 0,
                         (played.stdout, played.stderr, self.read(), result))
        self.assertIn("/transcripts/recorded", played.stdout)

    def assert_no_secret(self, result):
        for word in (SECRET, base64.b64encode(f"\0user\0{SECRET}".encode()).decode()):
            for text in (result.stdout, result.stderr, self.read()):
                self.assertNotIn(word, text)

    def test_talk(self):
        for direct in (True, False):
            def script(link, direct=direct):
                log_in(link, starttls=not direct)
                request = link.read_until(r"<iq [^>]*\bid='([^']*)'.*</iq>")
                link.send(f"<iq type='result' id='{request.group(1)}' from='x.test'/>")
                link.send(MESSAGE)
                link.read_until(r"<message .*</message>")
                link.close()

            result = self.console(
                script, "<iq type='get' to='x.test' id='my own'>\n"
                "<query xmlns='jabber:iq:version'/>\n</iq>\n\n"
                "<message to='bob@x.test'><body>hello</body></message>\n", direct)
            self.assertEqual(result.returncode, 0, result)
            self.assert_no_secret(result)
            self.assertRegex(result.stdout, r"(?m)^C: <stream:stream .*to='x\.test'.*[^/]>$")
            self.assertRegex(result.stdout, r"(?m)^C: <auth .*\[\d+ bytes\]")
            self.assertRegex(result.stdout, r"(?m)^S: <iq .*id='my own'")
            self.assertRegex(result.stdout, r"(?m)^C: <message .*hello")
            self.assertRegex(result.stdout, r"(?m)^S: <message .*two&#xa;lines, &#x202e;turned")
            text = self.read()
            self.assertEqual("T: handshake" in text, not direct)
            self.assertRegex(text, r"(?m)^=> client=ok( direct)? mechanisms=PLAIN$")
            self.assertEqual(stat.S_IMODE(os.stat(self.transcript).st_mode), 0o600)
            self.play(result)

    def test_refused_login(self):
        def script(link):
            log_in(link, failure="not-authorized")
            link.close()

        result = self.console(script)
        self.assertEqual(result.returncode, 5, result)
        self.assert_no_secret(result)
        self.assertRegex(self.read(), r"(?m)^=> client=sasl/not-authorized direct ")
        self.play(result)

    def test_masked_challenge(self):
        """The other side's half of a secret exchange is not shown either."""
        def script(link):
            link.start_tls()
            greet(link, peer.PLAIN.replace("PLAIN", "SCRAM-SHA-1"))
            first = link.read_until(r"<auth [^>]*>([^<]*)</auth>").group(1)
            nonce = re.search(r"r=(.*)", base64.b64decode(first).decode()).group(1)
            challenge = base64.b64encode(f"r={nonce}x,s=c2FsdHNhbHQ=,i=4096".encode())
            link.send("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                      f"{challenge.decode()}</challenge>")
            link.read_until(r"<response [^>]*>.*</response>")
            link.send("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/>"
                      "</failure>")
            link.close()

        result = self.console(script)
        self.assertEqual(result.returncode, 5, result)
        text = self.read()
        self.assertRegex(text, r"(?m)^C: <auth [^>]*>\{\*\}</auth>$")
        self.assertRegex(text, r"(?m)^S: <challenge [^>]*>\{secret1\}</challenge>$")
        self.assertNotRegex(text + result.stdout, r"cj[A-Za-z0-9+/]{20}")

    def test_wrong_words(self):
        def script(link):
            log_in(link)
            link.close()

        result = self.console(script, "hello\n<message>\n\n<message><body></message>\n\n"
                              "<other/>\n<message ")
        self.assertEqual(result.returncode, 0, result)
        self.assertEqual(result.stderr.count("The text is no stanza"), 2, result.stderr)
        self.assertIn("given up", result.stderr)
        self.assertIn("not whole", result.stderr)
        self.assertNotIn("C: <message", result.stdout)
        self.play(result)

    def test_dropped(self):
        """The end in the middle"""
        def script(link):
            log_in(link)
            link.read_until(r"<message .*</message>")

        with peer.Peer(script, CERTIFICATES, "x.test") as server:
            console = subprocess.Popen(
                [TOOL, "console", "--host", "127.0.0.1", "--port", str(server.port),
                 "--direct-tls", "--ca", CERTIFICATES.ca, "--password-file", "-",
                 "--transcript", self.transcript, JID],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True)
            console.stdin.write(SECRET + "\n<message><body>1</body></message>\n")
            console.stdin.flush()
            self.assertEqual(console.wait(60), 6)
            for pipe in (console.stdin, console.stdout, console.stderr):
                pipe.close()
        self.assertRegex(self.read(), r"(?m)^E: drop\n=> client=ok direct ")
        self.play(None)

    def test_no_reader(self):
        """console | head: who cannot show any more leaves, and politely."""
        def script(link):
            log_in(link)
            link.read_until(r"<presence[^>]*unavailable")
            link.close()

        with peer.Peer(script, CERTIFICATES, "x.test") as server:
            console = subprocess.Popen(
                [TOOL, "console", "--host", "127.0.0.1", "--port", str(server.port),
                 "--direct-tls", "--ca", CERTIFICATES.ca, "--password-file", "-", JID],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True)
            console.stdout.close()
            console.stdin.write(SECRET + "\n")
            console.stdin.flush()
            try:
                self.assertEqual(console.wait(20), 1)
                self.assertIn("cannot be written", console.stderr.read())
            finally:
                console.kill()
                console.wait()
                console.stdin.close()
                console.stderr.close()

    def test_usage(self):
        def run(*words):
            return subprocess.run([TOOL, "console", *words], stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=60, check=False).returncode

        link = os.path.join(self.folder, "link")
        os.symlink("/nonexistent", link)
        self.assertEqual(run(), 2)
        self.assertEqual(run("a@b.test", "c"), 2)
        self.assertEqual(run("--transcript", "/nonexistent/x", "b.test"), 2)
        self.assertEqual(run("--transcript", link, "b.test"), 2)


if __name__ == "__main__":
    unittest.main()
