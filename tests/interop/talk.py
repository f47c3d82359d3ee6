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

    def __init__(self, command, name, *arguments):
        self.name = name
        self.said = []
        self.online = threading.Event()
        self.process = subprocess.Popen(
            [*command, "--report", *arguments],
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


def by_port(program, server, direct_tls):
    """The command of a client that does not ask the DNS where @server is"""
    port = server.tls_port if direct_tls else server.port
    return [*program, "--host", "127.0.0.1", "--port", str(port), "--ca", server.ca,
            *(["--direct-tls"] if direct_tls else [])]


def talk(bob, alice, domain=lab.PLAIN):
    """Bob sends back what Alice says; each is given as a command. True: all went well."""
    clients = []
    with tempfile.TemporaryDirectory() as folder:
        password_file = os.path.join(folder, "password")
        with open(password_file, "w", encoding="utf-8") as file:
            file.write(lab.PASSWORD + "\n")
        try:
            clients.append(Client(bob, "bob", "--password-file", password_file, "--count", "1",
                                  "--echo", "--status", "Bob has gone to bed", f"bob@{domain}"))
            jid = clients[0].jid()
            clients.append(Client(alice, "alice", "--password-file", password_file,
                                  "--count", "1", "--status", "Alice has gone to bed",
                                  f"alice@{domain}", jid, "Good evening"))
            statuses = [client.wait() for client in clients]
            return statuses == [0, 0] and f"{jid}: Good evening" in clients[1].said
        finally:
            for client in clients:
                client.stop()
