#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool and a person: the prompt, Ctrl-C, and what others write on the screen."""

import base64
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import lab
import peer

TOOL = os.environ["XMPP_TOOL"]
JID = "alice@p.test"
SECRET = "open sesame"
PROMPT = f"Password for {JID}: "


def setUpModule():
    global FOLDER, CERTIFICATES
    FOLDER = tempfile.TemporaryDirectory()
    CERTIFICATES = lab.Certificates(os.path.join(FOLDER.name, "certificates"))
    CERTIFICATES.issue("p.test")


def tearDownModule():
    FOLDER.cleanup()


def options(server):
    return ["--host", "127.0.0.1", "--port", str(server.port), "--direct-tls",
            "--ca", CERTIFICATES.ca]


def has_terminals():
    """A chroot may have no /dev/pts."""
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError:
        return False
    return True


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, *arguments, environment=os.environ):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execve(TOOL, [TOOL, *arguments], environment)
        self.screen = ""

    def wait_for(self, text, timeout=20):
        end = time.monotonic() + timeout
        while text not in self.screen:
            ready, _, _ = select.select([self.terminal], [], [], end - time.monotonic())
            if not ready:
                raise TimeoutError(self.screen)
            try:
                self.screen += os.read(self.terminal, 4096).decode()
            except OSError as error:
                raise EOFError(self.screen) from error

    def echoes(self):
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def wait_for_echo(self, wanted):
        """The prompt is a thread of the program."""
        for _ in range(200):
            if self.echoes() == wanted:
                return True
            time.sleep(0.05)
        return False

    def finish(self):
        """The exit status; what is left goes to the screen."""
        try:
            self.wait_for("\0")
        except EOFError:
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(status)


@unittest.skipUnless(has_terminals(), "no pseudo-terminals here")
class Prompt(unittest.TestCase):
    def setUp(self):
        self.messages = []

    def authenticate(self, link):
        self.messages.append(link.read_until(r"<auth [^>]*>([^<]*)</auth>").group(1))

    def script(self, link):
        link.start_tls()
        link.greet(peer.PLAIN)
        self.authenticate(link)
        link.send("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/>"
                  "</failure>")
        self.authenticate(link)
        link.send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
        link.bind()
        link.close()

    def type(self, terminal, prompt, text):
        terminal.wait_for(prompt)
        self.assertTrue(terminal.wait_for_echo(False))
        os.write(terminal.terminal, f"{text}\n".encode())

    def test_fields(self):
        """Of a mechanism that asks for more than a password, one after the other"""
        words = {"badge-number": "4711", "door": "north"}
        with Fields.Peer() as server:
            terminal = Terminal("login", *options(server), JID, environment=Fields.environment)
            for field, word in words.items():
                self.type(terminal, f"{field} for {JID}: ", word)
            self.assertEqual(terminal.finish(), 0, terminal.screen)
        self.assertEqual(server.messages, ["4711 north"])
        for word in words.values():
            self.assertNotIn(word, terminal.screen)

    def test_password(self):
        """Asked for without an echo, and once more where it was wrong"""
        with peer.Peer(self.script, CERTIFICATES) as server:
            terminal = Terminal("login", *options(server), JID)
            self.type(terminal, PROMPT, "mistyped")
            self.type(terminal, "refused. " + PROMPT, SECRET)
            self.assertEqual(terminal.finish(), 0, terminal.screen)
        for message, word in zip(self.messages, ("mistyped", SECRET), strict=True):
            self.assertEqual(base64.b64decode(message), f"\0alice\0{word}".encode())
            self.assertNotIn(word, terminal.screen)

    def test_interrupt(self):
        with peer.Peer(self.script, CERTIFICATES) as server:
            terminal = Terminal("login", *options(server), JID)
            terminal.wait_for(PROMPT)
            self.assertTrue(terminal.wait_for_echo(False))
            os.kill(terminal.pid, signal.SIGINT)
            # On its own: the terminal can be looked at only while somebody has it open.
            self.assertTrue(terminal.wait_for_echo(True), terminal.screen)
            self.assertNotEqual(terminal.finish(), 0)
        self.assertEqual(self.messages, [])


class Fields(unittest.TestCase):
    """A module's mechanism, with fields of its own"""

    class Peer(peer.Peer):
        def __init__(self):
            self.messages = []
            super().__init__(self.script, CERTIFICATES)

        def script(self, link):
            link.start_tls()
            link.greet(peer.PLAIN.replace("PLAIN", "X-GOOD-FIELDS"))
            message = link.read_until(r"<auth [^>]*>([^<]*)</auth>|</stream:stream>").group(1)
            if message is not None:
                self.messages.append(base64.b64decode(message).decode())
                link.send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
                link.bind()
            link.close()

    @classmethod
    def setUpClass(cls):
        cls.file = os.path.join(FOLDER.name, "number")
        with open(cls.file, "w", encoding="utf-8", opener=lambda path, flags:
                  os.open(path, flags, 0o600)) as file:
            file.write("4711\n")

    environment = dict(os.environ, XMPP_SASL_MODULE_PATH=os.environ["TEST_MODULES"])

    def log_in(self, *more, typed=""):
        with self.Peer() as server:
            result = subprocess.run([TOOL, "login", "--json", "--debug", *options(server), *more,
                                     JID], env=self.environment, input=typed, timeout=60,
                                    capture_output=True, text=True, check=False)
        for secret in ("4711", "north", base64.b64encode(b"4711 north").decode()):
            self.assertNotIn(secret, result.stdout + result.stderr)
        return result, server.messages

    def test_files(self):
        given = ["--field-file", f"badge-number={self.file}"]
        for more, typed in (([*given, "--field-file", "door=-"], "north\n"),
                            (["--field-file", "badge-number=-", "--field-file", "door=-"],
                             "4711\nnorth\n")):
            result, messages = self.log_in(*more, typed=typed)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(messages, ["4711 north"])

    def test_missing(self):
        """Nobody is there to be asked for it."""
        result, messages = self.log_in("--field-file", "door=-", typed="north\n")
        self.assertEqual(result.returncode, 5, result.stderr)
        self.assertEqual(messages, [])
        error = json.loads(result.stdout)["error"]
        self.assertEqual((error["step"], error["code"]), ("sasl", "need-credential"))
        self.assertIn("There is no badge-number (standard input is no terminal", error["message"])
        self.assertIn("use --field-file", error["message"])


class Listen(unittest.TestCase):
    def listen(self, server, *more):
        return subprocess.Popen([TOOL, "listen", *options(server), *more,
                                 "--password-command", "echo x", JID],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def test_screen(self):
        """I11: nothing that others write steers the terminal."""
        def script(link):
            link.log_in()
            link.send("<message from='b@p.test/\u265a'><body>\u202eevil\u009b2J\nx</body>"
                      "</message>")
            link.close()

        for more, line in (([], "message\tb@p.test/\u265a\t\\u202eevil\\x9b2J\\x0ax\n"),
                           (["--xml"], None)):
            with peer.Peer(script, CERTIFICATES) as server:
                output, errors = self.listen(server, "--count", "1", *more).communicate(
                    timeout=60)
            text = output.decode()
            self.assertIsNone(re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text),
                              text)
            self.assertEqual(text.count("\n"), 1, (text, errors))
            if line is not None:
                self.assertEqual(text, line)
            else:
                self.assertIn("&#x202e;evil&#x9b;2J&#xa;x", text)

    def test_interrupt(self):
        """Ctrl-C leaves politely."""
        ended = threading.Event()

        def script(link):
            link.log_in()
            link.send("<message from='b@p.test'><body>x</body></message>")
            link.read_until(r"<presence[^>]*unavailable")
            link.close()
            ended.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            ended.clear()
            with peer.Peer(script, CERTIFICATES) as server:
                listener = self.listen(server)
                self.assertEqual(listener.stdout.readline(), b"message\tb@p.test\tx\n")
                self.assertFalse(ended.is_set())
                listener.send_signal(number)
                _, errors = listener.communicate(timeout=60)
                self.assertTrue(ended.wait(20), errors)
                self.assertEqual(listener.returncode, 0, errors)

    def test_interrupt_too_early(self):
        """Not done is not well done: the status and the object say the same."""
        for count in ([], ["--count", "1"]):
            reached = threading.Event()

            def script(link, wait=not count, reached=reached):
                if not wait:
                    link.log_in()
                reached.set()
                if not wait:
                    link.close()
                while link.socket.recv(4096):
                    pass

            with peer.Peer(script, CERTIFICATES) as server:
                listener = self.listen(server, "--json", *count)
                self.assertTrue(reached.wait(20))
                time.sleep(0.5)
                listener.send_signal(signal.SIGINT)
                output, errors = listener.communicate(timeout=60)
                self.assertEqual(listener.returncode, 1, errors)
                report = json.loads(output)
                self.assertIs(report["ok"], False)
                self.assertEqual(report["error"]["code"], "cancelled")

    def test_no_reader(self):
        """listen | head: who cannot write any more leaves, and politely."""
        ended = threading.Event()

        def script(link):
            link.log_in()
            link.send("<message from='b@p.test/x'><body>1</body></message>")
            link.read_until(r"<presence[^>]*unavailable")
            link.close()
            ended.set()

        with peer.Peer(script, CERTIFICATES) as server:
            listener = self.listen(server)
            listener.stdout.close()
            self.assertEqual(listener.wait(60), 1, listener.stderr.read())
            self.assertTrue(ended.wait(20))
            listener.stderr.close()

    def test_timeout(self):
        def script(link):
            link.log_in()
            link.close()

        with peer.Peer(script, CERTIFICATES) as server:
            listener = self.listen(server, "--timeout", "1", "--count", "1")
            _, errors = listener.communicate(timeout=60)
            self.assertEqual(listener.returncode, 7, errors)

    def test_impolite(self):
        """A peer that does not end its stream is given up."""
        def script(link):
            link.log_in()
            link.read_until(r"</stream:stream>")
            link.drain()

        with peer.Peer(script, CERTIFICATES) as server:
            listener = self.listen(server, "--timeout", "1")
            _, errors = listener.communicate(timeout=60)
            self.assertEqual(listener.returncode, 7, errors)


class Send(unittest.TestCase):
    def send(self, answer, *more, text="hello"):
        def script(link):
            link.log_in()
            identity = link.read_until(r"<message [^>]*\bid='([^']*)'[^>]*>.*</message>")
            link.send(answer.replace("ID", identity.group(1)))
            link.close()

        with peer.Peer(script, CERTIFICATES) as server:
            return subprocess.run([TOOL, "send", "--json", *options(server), *more,
                                   "--password-command", "echo x", JID, "bob@p.test", text],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=60, check=False)

    def test_done(self):
        for answer in ("", "<message id='ID' from='bob@p.test'><body>hello</body></message>",
                       "<message id='other' type='error' from='bob@p.test'><error type='cancel'>"
                       "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"):
            result = self.send(answer)
            self.assertEqual(result.returncode, 0, result)
            self.assertIs(json.loads(result.stdout)["ok"], True)

    def test_refused(self):
        result = self.send("<message id='ID' type='error' from='bob@p.test'>"
                           "<error type='cancel'><service-unavailable "
                           "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                           "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>who\x9b?</text>"
                           "</error></message>")
        self.assertEqual(result.returncode, 1, result)
        error = json.loads(result.stdout)["error"]
        self.assertEqual(error["code"], "service-unavailable")
        self.assertIn("bob@p.test", error["message"])
        self.assertNotIn("\x9b", result.stderr)

    def test_xml(self):
        """An error of anybody's that names no stanza is not about a stanza without a name."""
        result = self.send("<message type='error' from='mallory@p.test'><error type='cancel'>"
                           "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
                           "--xml", text="<message><body>hello</body></message>")
        self.assertEqual(result.returncode, 0, result)

    def test_stream_error(self):
        result = self.send("<stream:error><policy-violation "
                           "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
                           "</stream:stream>")
        self.assertEqual(result.returncode, 6, result)
        self.assertEqual(json.loads(result.stdout)["error"]["code"], "policy-violation")


if __name__ == "__main__":
    unittest.main()
