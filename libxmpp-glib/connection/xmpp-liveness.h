/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "stream/xmpp-stream.h"

G_BEGIN_DECLS

/* Looks after an open stream that is silent: gives its parser's memory back, asks the
 * peer whether it is still there, and says when it is not. Any byte of the peer is an
 * answer. */
typedef struct _XmppLiveness XmppLiveness;

typedef struct
{
  /* Silent for idle_seconds, or has not heard of us for what the peer calls idle: send
   * something that the peer answers. */
  void (*ask) (gpointer user_data);
  /* Still silent idle_answer_seconds after that. Comes once. */
  void (*dead) (gpointer user_data);
} XmppLivenessFuncs;

/* The timer runs in the thread-default main context. */
XmppLiveness *xmpp_liveness_new (XmppStream *stream,
                                 const XmppLivenessFuncs *funcs,
                                 gpointer user_data);
void xmpp_liveness_free (XmppLiveness *liveness);

G_END_DECLS
