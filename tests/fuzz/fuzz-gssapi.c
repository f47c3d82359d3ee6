/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gs2-header.h"
#include "gssapi-token.h"

#include <string.h>

/* What the network can bring before the Kerberos library sees it. All of it is tried as each. */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
try_token (GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) stripped = NULL;
  g_autoptr (GBytes) again = NULL;
  GssapiTokenId id;

  if (!gssapi_token_check (message, &id, &error))
    {
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
      return;
    }

  g_assert_no_error (error);
  stripped = gssapi_token_strip (message, &error);
  g_assert_no_error (error);
  again = gssapi_token_restore (g_bytes_get_data (stripped, NULL),
                                g_bytes_get_size (stripped));
  g_assert_true (g_bytes_equal (again, message));
}

static void
try_header (const guint8 *data, gsize size)
{
  const char *fault = NULL;
  g_autoptr (Gs2Header) header = gs2_header_parse ((const char *) data, size, &fault);
  g_autofree char *again = NULL;
  XmppSaslBinding binding;

  if (header == NULL)
    {
      g_assert_nonnull (fault);
      return;
    }

  g_assert_cmpuint (strlen (header->text), <=, size);
  g_assert_cmpint (header->flag == 'p', ==, header->type != NULL);
  binding = header->flag == 'p'   ? XMPP_SASL_BINDING_USED
            : header->flag == 'y' ? XMPP_SASL_BINDING_NOT_OFFERED
                                  : XMPP_SASL_BINDING_NONE;
  again = gs2_header_build (binding, header->type, header->authzid);
  g_assert_cmpstr (again, ==, header->text);
}

static void
try_wrapped (GBytes *message)
{
  g_autoptr (GError) error = NULL;

  if (gssapi_wrap_check (message, &error))
    g_assert_cmpuint (g_bytes_get_size (message), >=, 20);
  else
    g_assert_true (error->domain == XMPP_SASL_ERROR);
}

static void
try_layers (GBytes *message)
{
  g_autofree char *authzid = NULL;

  gssapi_layers_check_offer (message, NULL);
  if (gssapi_layers_check_choice (message, &authzid, NULL))
    {
      g_autoptr (GBytes) again = gssapi_layers_build (authzid);

      g_assert_true (g_bytes_equal (again, message));
      g_assert_true (authzid == NULL || g_utf8_validate (authzid, -1, NULL));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* A copy of this size, so that a sanitizer sees a byte too many */
  g_autoptr (GBytes) message = g_bytes_new (data, size);

  try_token (message);
  try_header (g_bytes_get_data (message, NULL), size);
  try_wrapped (message);
  try_layers (message);

  return 0;
}
