/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Users by their bare address, each with fields. May be used in any thread. A password that
 * is not kept becomes keys in a thread of its own, one user after the other; whoever asks
 * in the meantime waits until that is done for all, so that no answer tells by its time who
 * has just been added. */
typedef struct _XmppAccounts XmppAccounts;

XmppAccounts *xmpp_accounts_new (void);
/* Nobody needs them any more: the thread stops soon. */
void xmpp_accounts_close (XmppAccounts *accounts);

/* A user in the place of the one before. @password: prepared; NULL: none. @keep FALSE: it
 * becomes keys */
void xmpp_accounts_add (XmppAccounts *accounts,
                        const char *jid,
                        const char *password,
                        gboolean keep);
/* A field of a user that is added where there is none. @value NULL: takes it away */
void xmpp_accounts_set (XmppAccounts *accounts,
                        const char *jid,
                        const char *field,
                        const char *value);
gboolean xmpp_accounts_remove (XmppAccounts *accounts, const char *jid);

gboolean xmpp_accounts_has (XmppAccounts *accounts, const char *jid);
char *xmpp_accounts_dup (XmppAccounts *accounts, const char *jid, const char *field);
/* The keys that the first user had who had keys: (out) (transfer none), and how many
 * iterations. NULL: there was none */
const char *xmpp_accounts_get_form (XmppAccounts *accounts, guint *iterations);

/* @task: (transfer full): returns TRUE, in its own context, as soon as nothing is left to
 * derive */
void xmpp_accounts_wait (XmppAccounts *accounts, GTask *task);

G_END_DECLS
