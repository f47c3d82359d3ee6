# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: beside_server.py [--tls] COMMAND…

Runs a test of another language beside a server; the last argument of the command is its port. With
TLS its certificate is one for example.net that no authority known to the client has signed.
The account chooses what the server does: the name of a script, a dot, and what tells it from other
accounts. The account heard.NAME is told what NAME has said, once that one has ended.
"""

import html
import subprocess
import sys
import tempfile
import threading

import programs  # noqa: F401

import lab
import server

JULIET = "juliet@example.net/balcony"


def three(session):
    """One of each kind, in one packet."""
    session.send(f"<message from='{JULIET}'><body>one</body></message><presence from='{JULIET}'/>"
                 f"<iq from='{JULIET}' type='get' id='q'><query xmlns='urn:example:test'/></iq>")
    server.answer(session)


def two(session):
    """Two messages, and after another one a stream error."""
    for text in ("one", "two"):
        session.message(JULIET, text)
    session.body()
    session.send("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                 "</stream:error></stream:stream>")


SCRIPTS = {"three": three, "two": two, "answer": server.answer}
_changed = threading.Condition()
_ended = {}


def heard(session, name):
    with _changed:
        if not _changed.wait_for(lambda: name in _ended, server.SECONDS):
            raise EOFError
    session.message("server.test", html.escape(_ended[name].heard))
    server.answer(session)


def script(session):
    name, rest = session.user.split(".", 1)
    if name == "heard":
        heard(session, rest.rsplit(".", 1)[0])
        return
    try:
        SCRIPTS[name](session)
    finally:
        with _changed:
            _ended[session.user] = session
            _changed.notify_all()


def main():
    command = sys.argv[1:]
    paths = None
    with tempfile.TemporaryDirectory() as folder:
        if command[0] == "--tls":
            command.pop(0)
            certificates = lab.Certificates(folder + "/certificates")
            certificates.issue("example.net")
            paths = certificates.paths("example.net")
        with server.Server(script, paths) as host:
            return subprocess.run([*command, str(host.port)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
