#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""L5: a password given to xmpp-tool is seen by nobody who lists the processes of a machine."""

import os
import pathlib
import select
import socket
import subprocess
import tempfile
import unittest

TOOL = os.environ["XMPP_TOOL"]
SECRET = "correct-horse-battery-staple"


def shown(pid):
    """What /proc tells others of a process: its words, and to its owner its environment"""
    folder = pathlib.Path("/proc", str(pid))
    return (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()


class Silent:
    """A server that accepts and says nothing, so that the program waits."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.connections = []
        return self

    def __exit__(self, *_args):
        for connection in self.connections:
            connection.close()
        self.listener.close()

    @property
    def options(self):
        return ["--host", "127.0.0.1", "--port", str(self.listener.getsockname()[1])]

    def wait(self):
        if not select.select([self.listener], [], [], 60)[0]:
            raise TimeoutError("the program did not connect")
        self.connections.append(self.listener.accept()[0])


class L5(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text, mode=0o600):
        path = pathlib.Path(self.folder.name, name)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return str(path)

    def start(self, server, *options, stdin=subprocess.DEVNULL):
        return subprocess.Popen([TOOL, "login", "--timeout", "60", *server.options, *options,
                                 "a@b.example"], stdin=stdin, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def stop(self, process):
        process.kill()
        return b"".join(process.communicate())

    def test_file(self):
        path = self.write("secret", SECRET + "\n")
        with Silent() as server:
            process = self.start(server, "--password-file", path)
            server.wait()
            seen = shown(process.pid)
            said = self.stop(process)
        self.assertIn(path.encode(), seen)
        self.assertNotIn(SECRET.encode(), seen + said)
        self.assertNotIn(b"warning", said)

    def test_file_of_others(self):
        """It is used, and its owner is told."""
        path = self.write("secret", SECRET + "\n", mode=0o644)
        with Silent() as server:
            process = self.start(server, "--password-file", path)
            server.wait()
            said = self.stop(process)
        self.assertIn(b"others can read", said)
        self.assertNotIn(SECRET.encode(), said)

    def test_standard_input(self):
        with Silent() as server:
            process = self.start(server, "--password-file", "-", stdin=subprocess.PIPE)
            process.stdin.write(SECRET.encode() + b"\n")
            process.stdin.flush()
            server.wait()
            seen = shown(process.pid)
            process.stdin.close()
            process.stdin = None
            said = self.stop(process)
        self.assertNotIn(SECRET.encode(), seen + said)

    def test_command(self):
        """The one who is asked for it sees no secret in himself and in who asks."""
        secret = self.write("secret", SECRET + "\n")
        notes = os.path.join(self.folder.name, "notes")
        command = self.write(
            "command", "#!/bin/sh\n"
            f"cat /proc/$$/cmdline /proc/$$/environ /proc/$PPID/cmdline "
            f"/proc/$PPID/environ >'{notes}'\n"
            f"cat '{secret}'\n", mode=0o700)
        with Silent() as server:
            process = self.start(server, "--password-command", command)
            server.wait()
            seen = shown(process.pid)
            said = self.stop(process)
        noted = pathlib.Path(notes).read_bytes()
        self.assertIn(command.encode(), noted)
        self.assertNotIn(SECRET.encode(), noted + seen + said)

    def test_no_shell(self):
        """Nothing but words is made of a command."""
        trap = os.path.join(self.folder.name, "trap")
        secret = self.write("secret", SECRET + "\n")
        with Silent() as server:
            for command in (f"cat {secret}; touch {trap}", f"cat {secret} $(touch {trap})",
                            f"cat {secret} `touch {trap}`", f"cat {secret} | tee {trap}",
                            f"cat {secret} > {trap}", f"cat {secret} & touch {trap}"):
                process = self.start(server, "--password-command", command)
                # cat finds no file of such a name, and the program ends.
                said = b"".join(process.communicate(timeout=60))
                self.assertEqual(process.returncode, 5, (command, said))
                self.assertFalse(os.path.exists(trap), command)
                self.assertNotIn(SECRET.encode(), said)

    def test_no_option(self):
        for words in (["--password", SECRET], [f"--password={SECRET}"], ["-p", SECRET],
                      ["--token", SECRET]):
            done = subprocess.run([TOOL, "login", *words, "a@b.example"],
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                                  check=False)
            self.assertEqual(done.returncode, 2, words)


if __name__ == "__main__":
    unittest.main()
