#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool without a server: what is wrong on the command line, and nobody who answers."""

import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import unittest

TOOL = os.environ["XMPP_TOOL"]

KEYS = ["ok", "jid", "domain", "server", "tls", "sasl", "refusal", "bind", "session",
        "stream_management", "round_trips", "mechanisms", "steps", "error"]


def run(*arguments, **options):
    return subprocess.run([TOOL, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, check=False, **options)


def closed_port():
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Usage(unittest.TestCase):
    def assert_usage(self, *arguments):
        result = run(*arguments)
        self.assertEqual(result.returncode, 2, (arguments, result))
        self.assertEqual(result.stdout, "", arguments)
        self.assertIn("xmpp-tool", result.stderr, arguments)

    def test_words(self):
        self.assert_usage()
        self.assert_usage("fly")
        self.assert_usage("login")
        self.assert_usage("login", "a@b.example", "c@d.example")
        self.assert_usage("send", "a@b.example")
        self.assert_usage("send", "a@b.example", "c@d.example")
        self.assert_usage("listen")
        self.assert_usage("listen", "a@b.example", "more")
        self.assert_usage("mechanisms", "more")

    def test_options(self):
        for options in (["--colour"], ["--password=secret"], ["--token=secret"],
                        ["--pin", "x"], ["--no-sasl2"], ["--timeline", "x"],
                        ["--port", "0"], ["--port", "65536"], ["--port", "x"],
                        ["--timeout", "0"], ["--timeout", "-1"],
                        ["--direct-tls", "--starttls"], ["--host"], ["--count", "1"],
                        ["--host", ""], ["--host", "[]"], ["--mechanism", ""],
                        ["--mechanism", "scram"], ["--mechanism", "A" * 21], ["--authzid", "a@@b"],
                        ["--status", "\x01"], ["--status", b"\xff"],
                        ["--password-file", "x", "--password-command", "y"],
                        ["--password-file", "x", "--token-file", "y"],
                        ["--field-file", "x"], ["--field-file", "=x"], ["--field-file", "x="],
                        ["--field-file", "password=x"], ["--field-file", b"\xff=x"],
                        ["--field-file", "ccache=x"], ["--principal", ""],
                        ["--ccache", ""], ["--client-keytab", b"\xff"],
                        ["--token-file", "x", "--password-command", "y"]):
            self.assert_usage("login", *options, "a@b.example")
        self.assert_usage("listen", "--count", "0", "a@b.example")
        self.assert_usage("mechanisms", "--host", "x")

    def test_json(self):
        """One object on failure too, whatever it is that is wrong"""
        for words, code in ((["login", "--json"], "failed"),
                            (["login", "--json", "--colour", "a@b.example"],
                             "unknown-option"),
                            (["login", "--json", "--port", "0", "a@b.example"], "bad-value"),
                            (["mechanisms", "--json", "more"], "failed")):
            result = run(*words)
            self.assertEqual(result.returncode, 2, (words, result))
            report = json.loads(result.stdout)
            self.assertEqual(list(report), KEYS)
            self.assertEqual(report["error"]["step"], "usage")
            self.assertEqual(report["error"]["code"], code)
            self.assertTrue(report["error"]["message"])

    def test_output(self):
        """What cannot be written is not done."""
        with open("/dev/full", "w", encoding="utf-8") as full:
            for words in (["--help"], ["--version"], ["mechanisms"], ["mechanisms", "--json"]):
                result = subprocess.run([TOOL, *words], stdin=subprocess.DEVNULL, stdout=full,
                                        stderr=subprocess.PIPE, timeout=60, check=False)
                self.assertEqual(result.returncode, 1, (words, result))
                self.assertIn(b"could not be written", result.stderr)

    def test_authorities(self):
        result = run("login", "--ca", "/nonexistent/ca.pem", "a@b.example")
        self.assertEqual(result.returncode, 2, result)
        self.assertIn("No such file", result.stderr)

    def test_values(self):
        for arguments in (["login", "a@@b.example"], ["login", "@b.example"], ["login", ""],
                          ["login", "a@b.example/"], ["listen", "a b@c.example"],
                          ["login", "--resource", "\n", "a@b.example"],
                          ["login", "--ca", "/nonexistent/ca.pem", "--password-file",
                           os.devnull + "x", "a@@b.example"],
                          ["send", "a@b.example", "@", "text"],
                          ["send", "--xml", "a@b.example", "c@d.example", "<message>"],
                          ["send", "--xml", "a@b.example", "c@d.example", "<other/>"]):
            result = run(arguments[0], "--json", *arguments[1:])
            self.assertEqual(result.returncode, 2, (arguments, result))
            report = json.loads(result.stdout)
            self.assertEqual(list(report), KEYS)
            self.assertIs(report["ok"], False)
            self.assertEqual(report["error"]["step"], "usage")

    def test_help(self):
        self.assertEqual(run("--help").returncode, 0)
        self.assertRegex(run("--version").stdout, r"^xmpp-tool \d+\.\d+")
        result = run("login", "--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("--password-file", result.stdout)
        # No word of the command line is a secret.
        self.assertIsNone(re.search(r"--password[ =]", result.stdout))


class Secrets(unittest.TestCase):
    def assert_no_password(self, *options):
        result = run("login", "--json", "--host", "127.0.0.1", "--port", closed_port(),
                     *options, "a@b.example")
        self.assertEqual(result.returncode, 5, result)
        error = json.loads(result.stdout)["error"]
        self.assertEqual(error["step"], "sasl")
        self.assertEqual(error["domain"], "xmpp-sasl-error-quark")
        self.assertEqual(error["code"], "need-credential")

    def test_files(self):
        for option in ("--password-file", "--token-file"):
            self.assert_no_password(option, "/nonexistent")
            self.assert_no_password(option, "-")
            self.assert_no_password(option, "/dev/zero")
            with tempfile.NamedTemporaryFile() as empty:
                self.assert_no_password(option, empty.name)

    def test_fields(self):
        self.assert_no_password("--field-file", "badge-number=/nonexistent")
        self.assert_no_password("--field-file", "badge-number=-")

    def test_text(self):
        """What a file may hold, up to the step that needs no password"""
        for content, status in ((b"secret", 3), (b"secret\r\n", 3), (b"sec\xc3\xa9\nmore", 3),
                                (b"x" * 16384, 3), (b"x" * 16385, 5), (b"\nsecret", 5),
                                (b"\r\n", 5), (b"sec\0ret\n", 5), (b"\xff\n", 5)):
            with tempfile.NamedTemporaryFile() as file:
                file.write(content)
                file.flush()
                result = run("login", "--host", "127.0.0.1", "--port", closed_port(),
                             "--password-file", file.name, "a@b.example")
                self.assertEqual(result.returncode, status, (content, result))

    def test_state(self):
        """What cannot be a state file is ignored, and said so; it does not keep one from
        logging in."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "state")
            for place, told in ((folder, True), (path, False), ("/dev/null", True),
                                (os.path.join(folder, "no", "state"), False)):
                result = run("login", "--host", "127.0.0.1", "--port", closed_port(),
                             "--password-command", "echo secret", "--state", place,
                             "a@b.example")
                self.assertEqual(result.returncode, 3, result)
                self.assertEqual("is ignored" in result.stderr, told, result)
            self.assertEqual(os.listdir(folder), [])

    def test_timeout(self):
        """--timeout is for all of it."""
        with tempfile.TemporaryDirectory() as folder:
            pipe = os.path.join(folder, "pipe")
            os.mkfifo(pipe)
            for options in (["--password-command", "sleep 60"],
                            ["--password-command", "sh -c 'echo secret; exec sleep 60'"],
                            ["--password-file", pipe]):
                began = time.monotonic()
                result = run("login", "--json", "--timeout", "1", "--host", "127.0.0.1",
                             "--port", closed_port(), *options, "a@b.example")
                self.assertEqual(result.returncode, 7, (options, result))
                self.assertLess(time.monotonic() - began, 30)
                self.assertEqual(json.loads(result.stdout)["error"]["code"], "timed-out")
                self.assertNotIn("secret", result.stdout + result.stderr)

    def test_commands(self):
        self.assert_no_password("--password-command", "/nonexistent/command")
        self.assert_no_password("--password-command", "false")
        self.assert_no_password("--password-command", "sh -c 'echo secret; exit 3'")
        self.assert_no_password("--password-command", "sh -c 'echo secret; kill -9 $$'")
        self.assert_no_password("--password-command", "unbalanced 'quote")

    def test_complaining_command(self):
        """What it says of itself is seen, and why it is of no use."""
        result = run("login", "--host", "127.0.0.1", "--port", closed_port(),
                     "--password-command", "sh -c 'echo The safe is locked >&2; exit 3'",
                     "a@b.example")
        self.assertEqual(result.returncode, 5, result)
        self.assertIn("The safe is locked\n", result.stderr)
        self.assertIn("--password-command", result.stderr)
        self.assertIn("code 3", result.stderr)

    def assert_gone(self, pid):
        """No such process, or only what init has not looked at yet"""
        for _ in range(200):
            try:
                status = pathlib.Path("/proc", pid, "stat").read_text(encoding="utf-8")
            except OSError:
                return
            if status.rpartition(")")[2].split()[0] == "Z":
                return
            time.sleep(0.05)
        self.fail(f"the command is still there: {status}")

    def test_end_of_command(self):
        """It does not go on when nobody waits for the password any more."""
        for command in ("echo $$ >PID; exec sleep 300",
                        "trap \"\" TERM; echo $$ >PID; exec sleep 300"):
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder, "pid")
                words = command.replace("PID", str(path))
                result = run("login", "--timeout", "1", "--host", "127.0.0.1", "--port",
                             closed_port(), "--password-command", f"sh -c '{words}'",
                             "a@b.example")
                self.assertEqual(result.returncode, 7, result)
                self.assert_gone(path.read_text(encoding="utf-8").strip())

    def test_interrupted_command(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "pid")
            path.touch()
            with subprocess.Popen([TOOL, "login", "--password-command",
                                   f"sh -c 'echo $$ >{path}; exec sleep 300'", "a@b.example"],
                                  stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as tool:
                while not path.read_text(encoding="utf-8").endswith("\n"):
                    time.sleep(0.01)
                tool.terminate()
                tool.wait(60)
            self.assert_gone(path.read_text(encoding="utf-8").strip())

    def test_talkative_command(self):
        """Only the first line is read; that the command finds no reader then is our doing."""
        result = run("login", "--host", "127.0.0.1", "--port", closed_port(),
                     "--password-command", "sh -c 'while echo secret; do :; done'",
                     "a@b.example")
        self.assertEqual(result.returncode, 3, result)

    def test_no_shell(self):
        with tempfile.TemporaryDirectory() as folder:
            trap = os.path.join(folder, "made")
            self.assert_no_password("--password-command", f"true; touch {trap}")
            self.assertFalse(os.path.exists(trap))

    def test_mode(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("secret\n")
            file.flush()
            for mode, warned in ((0o600, False), (0o640, True), (0o604, True)):
                os.chmod(file.name, mode)
                for option in ("--password-file", "--token-file"):
                    result = run("login", "--host", "127.0.0.1", "--port", closed_port(),
                                 option, file.name, "a@b.example")
                    self.assertEqual(result.returncode, 3, result)
                    self.assertEqual("warning" in result.stderr, warned, result)
                    self.assertNotIn("secret", result.stdout + result.stderr)


class Refused(unittest.TestCase):
    def test_refused(self):
        for command, words in (("login", []), ("send", ["c@d.example", "text"]),
                               ("listen", [])):
            for kind in ("--direct-tls", "--starttls"):
                result = run(command, "--json", "--host", "127.0.0.1", "--port",
                             closed_port(), kind, "--password-command", "echo secret",
                             "--timeout", "20", "A@B.example/x", *words)
                self.assertEqual(result.returncode, 3, result)
                report = json.loads(result.stdout)
                self.assertEqual(list(report), KEYS)
                self.assertIs(report["ok"], False)
                self.assertEqual(report["jid"], "a@b.example/x")
                self.assertEqual(report["domain"], "b.example")
                self.assertEqual(report["error"]["step"], "connect")
                self.assertTrue(report["error"]["message"])
                self.assertIsNone(report["sasl"])
                self.assertIsNone(report["bind"])
                self.assertIn("connect", [step["step"] for step in report["steps"]])
                self.assertNotIn("secret", result.stdout + result.stderr)

    def test_debug(self):
        result = run("login", "--json", "--debug", "--host", "127.0.0.1", "--port",
                     closed_port(), "b.example")
        self.assertEqual(result.returncode, 3, result)
        self.assertIs(json.loads(result.stdout)["ok"], False)
        self.assertRegex(result.stderr, r"Xmpp-\w+-DEBUG")

    def test_report(self):
        result = run("login", "--host", "127.0.0.1", "--port", closed_port(), "b.example")
        self.assertEqual(result.returncode, 3, result)
        self.assertRegex(result.stdout, r"(?m)^✗ connect ")
        self.assertRegex(result.stderr, r"^xmpp-tool: connect: ")


if __name__ == "__main__":
    unittest.main()
