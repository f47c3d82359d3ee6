# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Two of the example clients talk to each other; for tools/demo and the tests."""

import os
import subprocess
import tempfile
import threading

import lab

SECONDS = 60
PREFIX = "# "


class Client:
    """One run of an example; what it says is printed and kept."""

    def __init__(self, program, server, name, *arguments):
        self.name = name
        self.said = []
        self.online = threading.Event()
        self.process = subprocess.Popen(
            [*program, "--host", "127.0.0.1", "--ca", server.ca, "--report", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            print(f"{PREFIX}{self.name:>5} | {self.said[-1]}", flush=True)
            if line.startswith("online as "):
                self.online.set()
        self.online.set()

    def jid(self):
        """The full JID, once it is online."""
        self.online.wait(SECONDS)
        for line in self.said:
            if line.startswith("online as "):
                return line[len("online as "):]
        raise lab.LabError(f"{self.name} is not online")

    def wait(self):
        status = self.process.wait(SECONDS)
        self.reader.join(SECONDS)
        return status

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def talk(server, bobs_program, alices_program):
    """Bob, over direct TLS, sends back what Alice, over STARTTLS, says. True: all went well."""
    clients = []
    with tempfile.TemporaryDirectory() as folder:
        password_file = os.path.join(folder, "password")
        with open(password_file, "w", encoding="utf-8") as file:
            file.write(lab.PASSWORD + "\n")
        try:
            bob = Client(bobs_program, server, "bob",
                         "--port", str(server.tls_port), "--direct-tls",
                         "--password-file", password_file, "--count", "1", "--echo",
                         "--status", "Bob has gone to bed", f"bob@{lab.PLAIN}")
            clients.append(bob)
            jid = bob.jid()
            alice = Client(alices_program, server, "alice",
                           "--port", str(server.port),
                           "--password-file", password_file, "--count", "1",
                           "--status", "Alice has gone to bed",
                           f"alice@{lab.PLAIN}", jid, "Good evening")
            clients.append(alice)
            statuses = [client.wait() for client in clients]
            return statuses == [0, 0] and f"{jid}: Good evening" in alice.said
        finally:
            for client in clients:
                client.stop()
