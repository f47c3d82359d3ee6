/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* What the peer has sent, before a plug-in of Cyrus sees it */
typedef struct
{
  const char *mechanism;
  XmppSaslRole receiver;
  guint number; /* of the messages that were received: the first one is 1 */
  const char *data;
  gsize length;
  const char *service; /* whom the login is for */
  const char *domain;
  guint min_iterations; /* of SCRAM */
  guint max_iterations;
} CyrusMessage;

/* Refuses what plug-ins that are in use are known to mishandle, and what no honest peer
 * sends. Mechanisms that are not known here pass. */
gboolean cyrus_check_message (const CyrusMessage *message, GError **error);

/* A name of ours, before a plug-in sees it: XMPP_SASL_ERROR_UNAVAILABLE where it would not be
 * safe with it. @what goes into the text */
gboolean cyrus_check_name (const char *mechanism,
                           const char *what,
                           const char *name,
                           GError **error);

G_END_DECLS
