/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "cyrus-check.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What went through to Cyrus' plug-in has nothing that it is known to mishandle */
static void
check_passed (const CyrusMessage *message)
{
  gboolean client = message->receiver == XMPP_SASL_ROLE_CLIENT;
  g_autofree char *text =
      g_strndup (message->data != NULL ? message->data : "", message->length);

  if (g_str_equal (message->mechanism, "X-SITE"))
    return;
  g_assert_cmpuint (strlen (text), ==, message->length);

  if (g_str_equal (message->mechanism, "DIGEST-MD5"))
    {
      g_assert_cmpuint (message->length, <=, client ? 2047 : 4095);
      g_assert_null (strchr (text, '\\'));
      if (client && message->number == 1)
        g_assert_cmpint (g_ascii_strncasecmp (text, "rspauth=", 8), !=, 0);
      if (!client && message->length > 0)
        g_assert_nonnull (strstr (text, "nc=00000001"));
    }
  if (g_str_has_prefix (message->mechanism, "SCRAM-") && client && message->number == 1)
    {
      const char *count = strstr (text, ",i=");

      g_assert_nonnull (count);
      count = strstr (strchr (text, ',') + 1, ",i=");
      g_assert_nonnull (count);
      g_assert_cmpint (g_ascii_strtoll (count + 3, NULL, 10), >=, 4096);
      g_assert_cmpint (g_ascii_strtoll (count + 3, NULL, 10), <=, 1000000);
    }
}

/* The first byte says which message the rest is taken for. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const mechanisms[] = { "SCRAM-SHA-256", "DIGEST-MD5", "CRAM-MD5",
                                            "LOGIN", "X-SITE" };
  CyrusMessage message = { .service = "xmpp",
                           .domain = "a.test",
                           .min_iterations = 4096,
                           .max_iterations = 1000000 };
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;

  if (size == 0)
    return 0;

  message.mechanism = mechanisms[data[0] % G_N_ELEMENTS (mechanisms)];
  message.receiver = data[0] & 0x40 ? XMPP_SASL_ROLE_SERVER : XMPP_SASL_ROLE_CLIENT;
  message.number = data[0] & 0x80 ? 2 : 1;
  message.data = size > 1 ? (const char *) data + 1 : NULL;
  message.length = size - 1;
  if (cyrus_check_message (&message, &error))
    {
      g_assert_no_error (error);
      check_passed (&message);
    }
  else
    g_assert_nonnull (error);

  g_clear_error (&error);
  name = g_strndup (message.data != NULL ? message.data : "", message.length);
  if (!cyrus_check_name (message.mechanism, "user name", name, &error))
    g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE);

  return 0;
}
