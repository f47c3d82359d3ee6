#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// examples/plugins/badge/badge.js logs in to a server, is refused, and throws.

import GObject from 'gi://GObject';
import Xmpp from 'gi://Xmpp?version=1.0';
import '../../examples/plugins/badge/badge.js';
import {equal, finish, makeClient, ok, rejects, sleep} from '../js/tap.js';

const Asked = GObject.registerClass(class Asked extends Xmpp.Credential {
    async vfunc_request(request) {
        this.asked = [request.get_mechanism(), request.get_fields()];
        await sleep(5);
        request.set_field('badge-number', '4711');
        request.reply();
    }
});

function withBadge(number) {
    const credential = Xmpp.Credential.new(null, null);
    credential.set_field('badge-number', number);
    return makeClient('badge', credential);
}

async function failsToLogIn(number, code, part) {
    const error = await rejects(Xmpp.SaslError, code, withBadge(number).open_async(), `code ${code}`);
    ok(error?.message.includes(part) && !error.message.includes(number), 'the error', error?.message);
}

try {
    const client = withBadge('4711');
    ok(await client.open_async(), 'logged in');
    equal(client.get_jid().get_local(), client.account.get_local(), 'as whom');
    await client.close_async();

    const credential = new Asked();
    const asked = makeClient('badge', credential);
    ok(await asked.open_async(), 'logged in when asked');
    equal(credential.asked, ['X-BADGE', ['badge-number']], 'asked for');
    await asked.close_async();

    await failsToLogIn('9876', Xmpp.SaslError.NOT_AUTHORIZED, 'not-authorized');
    await failsToLogIn('98x76', Xmpp.SaslError.MODULE, 'Badge.vfunc_step(): Error in badge.js, line ');
} catch (error) {
    ok(false, 'no exception', `${error}\n${error.stack}`);
}
finish();
