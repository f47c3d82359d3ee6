#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""xmpp-tool component with Prosody, and a component of slixmpp with xmpp-tool serve.

usage: test-components.py CACHE PROSODY-VERSION…
"""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import lab
import prosody

TOOL = os.environ["XMPP_TOOL"]
DOMAIN = "gateway.p.test"
SECRET = "open sesame"
TIMEOUT = 60
MESSAGE = f"<message to='ghost@{DOMAIN}' id='%d'><body>who is there?</body></message>\n"


def wait_for_port(port):
    """It is opened after those that the server is waited for at."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)


def write(folder, name, text):
    path = pathlib.Path(folder, name)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def talk(component, client):
    """What the client has seen from the component's address, once that has ended by itself; the
    component's exit status and output"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(component, **pipes) as far, subprocess.Popen(client, **pipes) as near:
        number = 0
        while far.poll() is None and near.poll() is None and number < 150:
            near.stdin.write(MESSAGE % number)
            near.stdin.flush()
            number += 1
            time.sleep(0.2)
        if far.poll() is None:
            far.kill()
        output, _ = far.communicate(timeout=TIMEOUT)
        seen, _ = near.communicate(timeout=TIMEOUT)
    # Until the component is there, the message comes back as an error.
    echoes = [line for line in seen.splitlines()
              if f"from='ghost@{DOMAIN}'" in line and "type='error'" not in line]
    return echoes, far.returncode, output, seen


def console(port, ca, password):
    return [TOOL, "console", "--host", "127.0.0.1", "--port", str(port), "--starttls", "--ca",
            ca, "--password-file", password, "alice@p.test/desk"]


def check_prosody(tap, folder, cache, version):
    port = lab.free_ports(1)[0]
    settings = (f"component_ports = {{ {port} }}", 'component_interfaces = { "127.0.0.1" }',
                f'Component "{DOMAIN}"', f'  component_secret = "{SECRET}"')
    password = write(folder, "password", lab.PASSWORD + "\n")
    secret = write(folder, "secret", SECRET + "\n")
    ours = [TOOL, "component", "--port", str(port), "--timeout", str(TIMEOUT),
            "--password-file"]
    with prosody.Prosody(version, cache, settings) as server:
        wait_for_port(port)
        echoes, status, output, seen = talk([*ours, secret, "--echo", "--count", "1", DOMAIN],
                                            console(server.port, server.ca, password))
        words = f"prosody {version}: "
        tap.equal(status, 0, words + "the component leaves politely", server.last_words())
        tap.equal(output, "message\talice@p.test/desk\twho is there?\n",
                  words + "the component gets it")
        tap.equal(len(echoes), 1, words + "the client gets the answer", seen)
        for name, arguments, expected in (("wrong secret", [password, DOMAIN], (5, "handshake")),
                                          ("unknown", [secret, "else.p.test"], None)):
            result = subprocess.run([*ours, *arguments], stdin=subprocess.DEVNULL,
                                    capture_output=True, text=True, timeout=TIMEOUT,
                                    check=False)
            good = (result.returncode, "handshake") == expected if expected \
                else result.returncode in (5, 6)
            tap.ok(good and "What to do" in result.stderr, words + name,
                   f"{result.returncode} {result.stderr}")


def check_slixmpp(tap, folder):
    certificates = lab.Certificates(os.path.join(folder, "certificates"))
    certificates.issue("p.test")
    password = write(folder, "password", SECRET + "\n")
    config = write(folder, "server.conf", f"""[server]
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
    theirs = os.path.join(os.path.dirname(os.path.abspath(__file__)), "slixmpp-component.py")
    with subprocess.Popen([TOOL, "serve", "--config", config], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True) as server:
        ports = {}
        for _ in range(2):
            kind, address = server.stdout.readline().rstrip("\n").split("\t")
            ports[kind] = address.rsplit(":", 1)[1]
        echoes, status, _, seen = talk(
            ["/usr/bin/python3", theirs, DOMAIN, password, "127.0.0.1",
             ports["component-listen"]],
            console(ports["listen"], certificates.ca, password))
        tap.equal(status, 0, "slixmpp leaves")
        tap.ok(len(echoes) >= 1 and "who is there?" in echoes[0],
               "slixmpp: the client gets the answer", seen)
        server.terminate()
        tap.equal(server.wait(TIMEOUT), 0, "the server stops")


def main():
    tap = lab.Tap()
    for version in sys.argv[2:]:
        with tempfile.TemporaryDirectory() as folder:
            check_prosody(tap, folder, sys.argv[1], version)
    with tempfile.TemporaryDirectory() as folder:
        check_slixmpp(tap, folder)
    return tap.finish()


sys.exit(main())
