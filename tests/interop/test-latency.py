#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""Round trips of a first login with SCRAM over TLS 1.3: as many as promised, and the clock agrees
with the count, on a network with a delay. usage: test-latency.py CACHE VERSION…

Prosody's own wait for acknowledgements (Nagle's algorithm, on by default there) is switched off:
it costs one round trip more.
"""

import contextlib
import math
import re
import sys
import time

import checks
import far
import lab
import prosody
import sandbox
from tool import Account

ADDRESS = sandbox.NETWORK + "1"
SECONDS = 0.08
TRIES = 6


class Tests(checks.Checks):
    """@near needs no time, @far does."""

    def __init__(self, tap, server, near, far_away):
        super().__init__(tap, server)
        self.near = near
        self.far_away = far_away

    def login(self, line, direct_tls):
        """What came of it, and how long it took from the first packet to the session"""
        port = self.server.tls_port if direct_tls else self.server.port
        account = Account(f"alice@{self.server.domain}", lab.PASSWORD, port, direct_tls,
                          self.server.ca, ADDRESS)
        with line:
            result = account.run("login", options=["--debug"], G_MESSAGES_DEBUG="all")
        return result, bound_after(line.next_start(), result)

    def count(self, direct_tls, limit):
        name = (f"Prosody {self.server.version}, "
                + ("direct TLS" if direct_tls else "STARTTLS"))
        # What the machine computes is no way that was gone; a busy one is late, never early.
        computed = spent = math.inf
        for _ in range(TRIES):
            computed = min(computed, self.login(self.near, direct_tls)[1])
            result, seconds = self.login(self.far_away, direct_tls)
            spent = min(spent, seconds)
            counted = result.get("round_trips") or 0
            clock = (spent - computed) / self.far_away.round_trip
            if result.status != 0 or abs(clock - counted) < 0.5:
                break
        self.logged_in(result, f"{name}: logged in", version="1.3", mutual=True)
        self.tap.ok(1 <= counted <= limit, f"{name}: {counted} round trips, at most {limit}",
                    self.diagnose(result))
        self.tap.ok(abs(clock - counted) < 0.5, f"{name}: the clock says {clock:.2f}",
                    f"{spent} s, and {computed} s without a delay\n{result}")


def bound_after(start, result):
    """Seconds from @start to the answer to the request for a resource, as the log has it"""
    stamp = re.search(r"DEBUG: (\d+):(\d+):([\d.]+): [^ ]+ sends: <iq [^>]*\bid='bind'",
                      result.errors)
    if stamp is None:
        return math.inf
    hours, minutes, seconds = (float(each) for each in stamp.groups())
    began = time.localtime(start)
    since_midnight = 3600 * began.tm_hour + 60 * began.tm_min + began.tm_sec + start % 1
    return (3600 * hours + 60 * minutes + seconds - since_midnight) % 86400


def main():
    cache, versions = sys.argv[1], sys.argv[2:]
    tap = lab.Tap()
    servers = [prosody.Prosody(version, cache, ["network_settings = { nagle = false }"],
                               addresses=(ADDRESS,)) for version in versions]
    with contextlib.ExitStack() as stack:
        try:
            sandbox.enter()
            lines = [far.Far(ADDRESS, seconds, number)
                     for number, seconds in enumerate((0, SECONDS), 1)]
        except sandbox.Unavailable as reason:
            return tap.skip_all(reason)
        for line in lines:
            stack.callback(line.close)
        stack.enter_context(lab.together(servers))
        for server in servers:
            tests = Tests(tap, server, *lines)
            tests.count(True, 6)
            tests.count(False, 7)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
