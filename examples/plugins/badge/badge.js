// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// X-BADGE in JavaScript, a mechanism of one message: who it is, and the number of the badge. The
// program that imports this has the mechanism.

import GObject from 'gi://GObject';
import Xmpp from 'gi://Xmpp?version=1.0';

export const Badge = GObject.registerClass(class Badge extends Xmpp.SaslMechanism {
    vfunc_step(_input, _cancellable) {
        const username = this.get_secret('username');
        const number = this.get_secret('badge-number');
        if (!/^\d+$/.test(number))
            throw new Error('The number of a badge has digits only');
        return [`${username} ${number}`, Xmpp.SaslStatus.COMPLETE];
    }
});

Xmpp.SaslRegistry.get_default().register(
    Xmpp.SaslMechanismInfo.new('X-BADGE', Xmpp.SaslRole.CLIENT,
        Xmpp.SaslFacts.PLAIN_TEXT | Xmpp.SaslFacts.NEEDS_TLS, 15, ['username', 'badge-number']),
    Badge);
