/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

/**
 * XmppSaslStatus:
 * @XMPP_SASL_STATUS_FAILED: it has failed; what is there where nobody wrote a status
 * @XMPP_SASL_STATUS_CONTINUE: more is expected from the peer
 * @XMPP_SASL_STATUS_COMPLETE: this side is satisfied, the peer's success may be believed
 * @XMPP_SASL_STATUS_SATISFIED: as complete, but the server may still send why it is about
 *   to refuse (RFC 7628); in the client role only
 *
 * Where a mechanism stands after a step.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_SASL_STATUS_FAILED,    /* must be 0: what is there if nobody wrote a status */
  XMPP_SASL_STATUS_CONTINUE,  /* more is expected from the peer */
  XMPP_SASL_STATUS_COMPLETE,  /* this side is satisfied: success may be believed */
  XMPP_SASL_STATUS_SATISFIED, /* the same, and a refusal may still be explained */
} XmppSaslStatus;

/* One step, to be answered now or later; fails itself when dropped. */
#define XMPP_TYPE_SASL_STEP (xmpp_sasl_step_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppSaslStep, xmpp_sasl_step, XMPP, SASL_STEP, GObject)

/* (transfer none) (nullable): NULL: the peer sent nothing */
XMPP_AVAILABLE_IN_ALL
GBytes *xmpp_sasl_step_get_input (XmppSaslStep *step);
XMPP_AVAILABLE_IN_ALL
GCancellable *xmpp_sasl_step_get_cancellable (XmppSaslStep *step);
/* @output: (nullable): NULL sends nothing; empty bytes send an empty message, "=" */
XMPP_AVAILABLE_IN_ALL
void xmpp_sasl_step_reply (XmppSaslStep *step, GBytes *output, XmppSaslStatus status);
XMPP_AVAILABLE_IN_ALL
void xmpp_sasl_step_fail (XmppSaslStep *step, const GError *error);

G_END_DECLS
