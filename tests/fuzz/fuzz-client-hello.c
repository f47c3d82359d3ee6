/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "transport/xmpp-client-hello.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check (const XmppClientHello *hello)
{
  if (hello->server_name != NULL)
    {
      g_assert_cmpuint (strlen (hello->server_name), >, 0);
      g_assert_cmpuint (strlen (hello->server_name), <=, 255);
      for (const char *c = hello->server_name; *c != '\0'; c++)
        g_assert_true (g_ascii_islower (*c) || g_ascii_isdigit (*c) || *c == '-' ||
                       *c == '.' || *c == '_' || *c == ':');
    }
  g_assert_true (hello->protocols != NULL ||
                 xmpp_client_hello_allows (hello, "xmpp-client", NULL));
}

/* One verdict, however the bytes arrive: nothing is judged before it is there, and nothing that
 * follows changes it. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  XmppClientHello *hello = NULL;
  XmppClientHelloState final = xmpp_client_hello_parse (data, size, &hello);
  gsize step = size / 64 + 1;
  gboolean judged = FALSE;

  g_assert_cmpint (hello != NULL, ==, final == XMPP_CLIENT_HELLO_COMPLETE);
  if (hello != NULL)
    check (hello);
  xmpp_client_hello_free (hello);

  for (gsize length = 0; length < size; length += step)
    {
      XmppClientHelloState state;

      hello = NULL;
      state = xmpp_client_hello_parse (data, length, &hello);
      xmpp_client_hello_free (hello);
      g_assert_true (state == final || state == XMPP_CLIENT_HELLO_INCOMPLETE);
      g_assert_false (judged && state == XMPP_CLIENT_HELLO_INCOMPLETE);
      judged = state != XMPP_CLIENT_HELLO_INCOMPLETE;
    }

  return 0;
}
