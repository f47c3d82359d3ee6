// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// An embedded server for a test, and its clients: it listens on a free port of 127.0.0.1
// without TLS.

import Xmpp from 'gi://Xmpp?version=1.0';

export class Host {
    constructor(authenticator) {
        this.server = new Xmpp.Server({insecure_loopback: true});
        this.server.add_domain('example.net', null, authenticator);
        this.port = this.server.listen(Xmpp.ListenKind.CLIENTS, '127.0.0.1', 0);
    }

    client(name, password) {
        const client = Xmpp.Client.new(`${name}@example.net`, Xmpp.Credential.new(null, password));
        client.server_host = '127.0.0.1';
        client.server_port = this.port;
        client.insecure_loopback = true;
        return client;
    }
}
