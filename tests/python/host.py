# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 The libxmpp-glib authors
"""An embedded server for a test, and its clients, in two lines:

    with Host(romeo="secret") as host:
        client = host.client("romeo@example.net", "secret")

It listens on a free port of 127.0.0.1 without TLS, and is gone when the block ends.
"""

import gi

gi.require_version("Xmpp", "1.0")
from gi.repository import Xmpp  # noqa: E402

DOMAIN = "example.net"


class Host:
    """@authenticator, or users with their passwords"""

    def __init__(self, authenticator=None, **users):
        self.authenticator = authenticator or Xmpp.MemoryAuthenticator()
        for name, password in users.items():
            self.authenticator.add_user(f"{name}@{DOMAIN}", password)
        self.server = Xmpp.Server(insecure_loopback=True)
        self.server.add_domain(DOMAIN, None, self.authenticator)
        self.port = self.server.listen(Xmpp.ListenKind.CLIENTS, "127.0.0.1", 0)

    def client(self, account, password, **properties):
        return Xmpp.Client(account, password, server_host="127.0.0.1", server_port=self.port,
                           insecure_loopback=True, **properties)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.run_dispose()
