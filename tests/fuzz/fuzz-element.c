/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "stream/xmpp-element-reader.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What can be read can be written, and means the same when it is read again. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *written = NULL;
  g_autofree char *rewritten = NULL;
  g_autoptr (XmppElement) element = xmpp_element_new_from_string (text, NULL);
  g_autoptr (XmppElement) again = NULL;
  g_autoptr (GError) error = NULL;

  if (element == NULL)
    return 0;
  g_assert_true (xmpp_element_check (element, NULL));
  written = xmpp_element_to_string (element);
  again = xmpp_element_new_from_string (written, &error);
  g_assert_no_error (error);
  rewritten = xmpp_element_to_string (again);
  g_assert_cmpstr (rewritten, ==, written);
  g_assert_cmpstr (xmpp_element_get_xmlns (again), ==, xmpp_element_get_xmlns (element));
  return 0;
}
