/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-element.h"
#include "sasl/xmpp-sasl-baseline.h"

G_BEGIN_DECLS

/* What is remembered of an account from one login to the next, as the state store keeps
 * it: a{sv} with "features" (s), "secrets" (a{ss}) and "login" (a{sv}). What cannot be read
 * is left out. */
typedef struct _XmppAccountState XmppAccountState;

/* @stored: (nullable) */
XmppAccountState *xmpp_account_state_new (GVariant *stored);
void xmpp_account_state_free (XmppAccountState *state);
/* (transfer full), not floating */
GVariant *xmpp_account_state_to_variant (XmppAccountState *state);

/* The features that the server offered over TLS before authentication; nullable */
XmppElement *xmpp_account_state_get_features (XmppAccountState *state);
void xmpp_account_state_set_features (XmppAccountState *state, XmppElement *features);

/* Derived secrets by credential field; NULL forgets. */
void xmpp_account_state_set_secret (XmppAccountState *state,
                                    const char *field,
                                    const char *value);
void xmpp_account_state_foreach_secret (XmppAccountState *state,
                                        GHFunc func,
                                        gpointer user_data);
/* What the last login was, which the next one must not be weaker than; nullable */
const XmppSaslBaseline *xmpp_account_state_get_baseline (XmppAccountState *state);
void xmpp_account_state_set_baseline (XmppAccountState *state,
                                      const XmppSaslBaseline *baseline);

/* Something was set since the state was made or last saved */
gboolean xmpp_account_state_is_changed (XmppAccountState *state);
void xmpp_account_state_set_saved (XmppAccountState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppAccountState, xmpp_account_state_free)

G_END_DECLS
