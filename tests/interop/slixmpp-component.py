#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""A component that knows nothing of us: sends one message back and leaves.

usage: slixmpp-component.py DOMAIN SECRET-FILE HOST PORT
"""

import sys

import slixmpp


class Echo(slixmpp.ComponentXMPP):
    def __init__(self, domain, secret, host, port):
        super().__init__(domain, secret, host, port)
        self.add_event_handler("message", self.answer)
        self.add_event_handler("failed_auth", lambda _: sys.exit("refused"))

    def answer(self, message):
        if message["type"] != "error":
            message.reply(message["body"]).send()
            self.disconnect(wait=2)


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        secret = file.read().strip()
    component = Echo(sys.argv[1], secret, sys.argv[3], int(sys.argv[4]))
    component.add_event_handler("disconnected", lambda _: component.loop.stop())
    component.loop.call_later(60, sys.exit, "nothing comes")
    component.connect()
    component.loop.run_forever()


main()
