# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""The same program in several languages, as the tests are given it; and where the servers of
other tests are imported from."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))


def programs(words):
    """(name, command) of each in "NAME COMMAND… [-- NAME COMMAND…]…"."""
    while words:
        end = words.index("--") if "--" in words else len(words)
        yield words[0], words[1:end]
        words = words[end + 1:]
