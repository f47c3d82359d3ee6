# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""usage: test_examples.py CLIENT.C CLIENT.PY CACHE

The example in C and the one in Python talk to each other, in both parts.
"""

import sys

import lab
import talk


def main():
    in_c = [sys.argv[1]]
    in_python = [sys.executable, sys.argv[2]]
    tap = lab.Tap()
    version = "0.12" if lab.installed_version().startswith("0.12") else "13"
    with lab.Prosody(version, sys.argv[3]) as server:
        for name, bob, alice in (("C answers Python", in_c, in_python),
                                 ("Python answers C", in_python, in_c)):
            tap.ok(talk.talk(server, bob, alice), name, server.last_words())
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
