# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: test_clients.py CACHE NAME COMMAND… [-- NAME COMMAND…]…

The example client in each language talks to the one in the next, on a real server: each has both
parts once. And Ctrl-C lets each leave politely.
"""

import os
import signal
import subprocess
import sys
import tempfile

from programs import programs

import lab
import prosody
import server
import talk

LAST_WORD = "Gone, by Ctrl-C"


def leaves_politely(servers, command):
    """Interrupted while it waits for messages, it says goodbye, and fails nothing."""
    paths = servers.certificates.paths(lab.PLAIN)
    with tempfile.TemporaryDirectory() as folder, \
            server.Server(server.answer, paths, domain=lab.PLAIN) as host:
        password_file = os.path.join(folder, "password")
        with open(password_file, "w", encoding="utf-8") as file:
            file.write("secret\n")
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(host.port), "--ca", servers.ca,
             "--password-file", password_file, "--status", LAST_WORD, f"alice@{lab.PLAIN}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            if process.stdout.readline().startswith("online as "):
                process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=talk.SECONDS)
        finally:
            process.kill()
        heard = host.wait().heard
    return (process.returncode, rest) == (0, "") and f"<status>{LAST_WORD}</status>" in heard \
        and heard.endswith("</stream:stream>")


def main():
    clients = list(programs(sys.argv[2:]))
    tap = lab.Tap()
    version = "0.12" if lab.installed_version().startswith("0.12") else "13"
    with prosody.Prosody(version, sys.argv[1]) as servers:
        for (bob, answers), (alice, asks) in zip(clients, clients[1:] + clients[:1]):
            done = talk.talk(talk.by_port(answers, servers, True), talk.by_port(asks, servers, False))
            tap.ok(done, f"{bob} answers {alice}", servers.last_words())
        for name, command in clients:
            tap.ok(leaves_politely(servers, command), f"{name} leaves politely at Ctrl-C")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
