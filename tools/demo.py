# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Two clients of examples/client.py on a Prosody of their own; run by tools/demo."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "interop"))

import lab  # noqa: E402
import prosody  # noqa: E402
import talk  # noqa: E402


def main():
    talk.PREFIX = ""
    installed = lab.installed_version()
    version = "0.12" if installed.startswith("0.12") else "13"
    client = [sys.executable, str(ROOT / "examples" / "client.py")]
    print(f"Starting Prosody {installed} on loopback", flush=True)
    with prosody.Prosody(version, str(ROOT / "build" / "servers")) as server:
        done = talk.talk(talk.by_port(client, server, True), talk.by_port(client, server, False))
        if not done:
            print(server.last_words(), file=sys.stderr)
    print("demo: two clients have talked and left" if done else "demo: FAILED", flush=True)
    return 0 if done else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (lab.LabError, subprocess.TimeoutExpired) as error:
        sys.exit(f"demo: {error}")
