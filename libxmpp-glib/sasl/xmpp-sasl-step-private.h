/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-step.h"

G_BEGIN_DECLS

/* What the task of a step returns */
typedef struct
{
  GBytes *output;
  XmppSaslStatus status;
} XmppSaslAnswer;

void xmpp_sasl_answer_free (XmppSaslAnswer *answer);

/* @task: (transfer full): gets the #XmppSaslAnswer or the error, once, in its own context
 */
XmppSaslStep *xmpp_sasl_step_new (GBytes *input, GCancellable *cancellable, GTask *task);
gboolean xmpp_sasl_step_is_answered (XmppSaslStep *step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppSaslAnswer, xmpp_sasl_answer_free)

G_END_DECLS
