#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool hash: keys that Python's PBKDF2 makes too, and where the password comes from."""

import base64
import hashlib
import hmac
import os
import pathlib
import pty
import subprocess
import tempfile
import unittest

TOOL = os.environ["XMPP_TOOL"]
JID = "alice@p.test"
PASSWORD = "pencil \N{LATIN SMALL LETTER E WITH ACUTE}"


def run(*arguments, **options):
    options.setdefault("input", "")
    return subprocess.run([TOOL, "hash", *arguments], capture_output=True, text=True, timeout=60,
                          check=False, **options)


def keys_of(hash_name, salt, iterations):
    name = hash_name.replace("-", "")
    salted = hashlib.pbkdf2_hmac(name, PASSWORD.encode(), salt, iterations)
    stored = hashlib.new(name, hmac.digest(salted, b"Client Key", name)).digest()
    return stored, hmac.digest(salted, b"Server Key", name)


class Hash(unittest.TestCase):
    def assert_line(self, result):
        """It has the keys of all three, each with a salt of its own."""
        self.assertEqual(result.returncode, 0, result)
        self.assertEqual(result.stderr, "")
        self.assertNotIn("pencil", result.stdout)
        address, value = result.stdout.rstrip("\n").split("=", 1)
        self.assertEqual(address, JID)
        self.assertTrue(value.startswith("{SCRAM}"), value)
        salts = set()
        names = []
        for word in value[len("{SCRAM}"):].split(" "):
            name, keys = word.split(":")
            count, *binary = keys.split("$")
            salt, stored, server = [base64.b64decode(part, validate=True) for part in binary]
            self.assertEqual(count, "10000")
            self.assertEqual((stored, server), keys_of(name, salt, int(count)))
            names.append(name)
            salts.add(salt)
        self.assertEqual(sorted(names), ["sha-1", "sha-256", "sha-512"])
        self.assertEqual(len(salts), 3)

    def test_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "password")
            path.write_text(PASSWORD + "\n", encoding="utf-8")
            path.chmod(0o600)
            self.assert_line(run("--password-file", str(path), JID))
            self.assert_line(run("--password-command", f"cat {path}", JID))

    def test_standard_input(self):
        self.assert_line(run("--password-file", "-", JID, input=PASSWORD + "\nmore\n"))
        # The address is the one that logs in.
        self.assert_line(run("--password-file", "-", "Alice@P.test", input=PASSWORD))

    def test_refused(self):
        for status, words in ((2, []), (2, [JID, "bob@p.test"]), (2, ["p.test"]),
                              (2, ["alice@@p.test"]), (2, [JID + "/phone"]),
                              (2, ["--password=pencil", JID]), (2, ["--host", "x", JID]),
                              (5, [JID]), (5, ["--password-file", "/nonexistent", JID]),
                              (5, ["--password-command", "false", JID]),
                              (7, ["--timeout", "1", "--password-command", "sleep 60", JID])):
            result = run(*words)
            self.assertEqual(result.returncode, status, (words, result))
            self.assertEqual(result.stdout, "", words)
            self.assertIn("xmpp-tool", result.stderr)

        # SASLprep lets no control character through.
        result = run("--password-file", "-", JID, input="pen\x07cil")
        self.assertEqual(result.returncode, 5, result)
        self.assertNotIn("cil", result.stderr)

    def on_terminal(self, *answers):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(TOOL, [TOOL, "hash", JID])
        screen = ""
        for prompt, answer in zip((f"Password for {JID}: ", "The same again: "), answers):
            while prompt not in screen:
                screen += os.read(terminal, 4096).decode()
            os.write(terminal, answer.encode() + b"\n")
        try:
            while more := os.read(terminal, 4096):
                screen += more.decode()
        except OSError:
            pass
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), screen.replace("\r", "")

    def test_terminal(self):
        try:
            for end in pty.openpty():
                os.close(end)
        except OSError:
            self.skipTest("there are no terminals here")

        status, screen = self.on_terminal(PASSWORD, PASSWORD)
        self.assertEqual(status, 0, screen)
        self.assertIn(JID + "={SCRAM}", screen)
        self.assertNotIn("pencil", screen)
        status, screen = self.on_terminal(PASSWORD, PASSWORD + "x")
        self.assertEqual(status, 5, screen)
        self.assertIn("not the same", screen)
        self.assertNotIn("{SCRAM}", screen)


if __name__ == "__main__":
    unittest.main()
