/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-redirect.h"

#include "core/xmpp-domain.h"

#include <string.h>

/* [host]:port, a name as long as DNS carries it */
#define MAX_LENGTH (253 + 2 + 6)

static gboolean
parse_port (const char *text, guint16 *port)
{
  guint64 number;

  /* The function would take a sign and white space. */
  if (!g_ascii_isdigit (*text) ||
      !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &number, NULL))
    return FALSE;

  *port = (guint16) number;
  return TRUE;
}

XmppCandidate *
xmpp_redirect_parse (const char *text, gboolean direct_tls)
{
  guint16 port = direct_tls ? XMPP_PORT_CLIENT_DIRECT_TLS : XMPP_PORT_CLIENT;
  gsize length = strlen (text);
  gsize host = *text == '[' ? strcspn (text, "]") + 1 : strcspn (text, ":");
  g_autofree char *unicode = NULL;
  g_autofree char *ascii = NULL;

  if (length > MAX_LENGTH || host > length)
    return NULL;

  if (host < length && (text[host] != ':' || !parse_port (text + host + 1, &port)))
    return NULL;

  if (!xmpp_domain_prepare (text, host, &unicode, &ascii, NULL))
    return NULL;

  return xmpp_candidate_new_for_host (ascii, port, direct_tls, "redirect");
}
