# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""What is checked of a run of xmpp-tool."""

import lab


class Checks:
    """For one server, whose last words explain a failure"""

    def __init__(self, tap, server):
        self.tap = tap
        self.server = server

    def diagnose(self, result):
        return f"{result}\n{self.server.last_words(15)}"

    def logged_in(self, result, name, **expected):
        """Status 0 and a report that says what was expected of it."""
        found = {
            "ok": result.get("ok"),
            "mechanism": result.get("sasl", "mechanism"),
            "mutual": result.get("sasl", "mutual"),
            "binding": result.get("sasl", "channel_binding"),
            "source": result.get("server", "source"),
            "host": result.get("server", "host"),
            "direct_tls": result.get("server", "direct_tls"),
            "version": result.get("tls", "version"),
            "verified": result.get("tls", "verified"),
            "error": result.get("error"),
        }
        expected = {"ok": True, "verified": True, "error": None, **expected}
        found = {key: found[key] for key in expected}
        self.tap.ok(result.status == 0 and found == expected, name,
                    f"{found}, expected {expected}\n{self.diagnose(result)}")

    def failed(self, result, status, name, code=None, step=None):
        found = (result.status, result.get("ok"), result.get("error", "code"))
        good = found[:2] == (status, False)
        good = good and (code is None or found[2] == code)
        good = good and (step is None or result.get("error", "step") in step)
        good = good and lab.PASSWORD not in result.output + result.errors
        self.tap.ok(good, name, f"{found}, expected exit {status}, {code}, {step}\n"
                    + self.diagnose(result))

    def wait_until_there(self, listener):
        """Its own presence comes back to a client that is available."""
        jid = listener.arguments[-1]
        line = listener.wait_for(lambda line: line.startswith(f"presence\t{jid}"))
        self.tap.ok(line, f"{jid} is available", listener)
