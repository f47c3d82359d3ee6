/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "fuzz-mechanism.h"

#include <string.h>

static const char *const names[] = { "username", "authzid", "realm", "trace", NULL };

static XmppSaslMechanism *
create (const FuzzMechanism *self)
{
  gboolean server = self->role == XMPP_SASL_ROLE_SERVER;
  g_autoptr (XmppTestAuthenticator) authenticator = NULL;
  g_autoptr (XmppCredential) credential = NULL;
  g_autoptr (XmppSaslContext) context = NULL;
  g_autoptr (XmppSaslMechanismInfo) info = NULL;
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (GError) error = NULL;
  XmppSaslMechanism *mechanism;

  if (server)
    authenticator = xmpp_test_authenticator_new ();
  else
    credential = xmpp_credential_new (self->username, NULL);

  for (gsize i = 0; self->fields != NULL && self->fields[i] != NULL; i += 2)
    if (server)
      xmpp_test_authenticator_set (authenticator, self->username, self->fields[i],
                                   self->fields[i + 1]);
    else
      xmpp_credential_set_field (credential, self->fields[i], self->fields[i + 1]);

  context = xmpp_test_context_new (self->role, &self->channel,
                                   XMPP_AUTHENTICATOR (authenticator));
  /* No fact says that it blocks: all is done in this thread, and is soon over. */
  info = xmpp_sasl_mechanism_info_new (self->name, self->role,
                                       self->username == NULL ? XMPP_SASL_FACTS_ANONYMOUS
                                                              : XMPP_SASL_FACTS_NONE,
                                       0, NULL);
  xmpp_sasl_registry_register (registry, info, self->get_type ());
  mechanism =
      xmpp_sasl_registry_create (registry, self->name, context, credential, &error);
  g_assert_no_error (error);

  if (self->prepare != NULL)
    self->prepare (mechanism);

  return mechanism;
}

static void
check_error (const FuzzMechanism *self, const GError *error)
{
  g_assert_nonnull (error);
  g_assert_false (g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL));
  g_assert_false (g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MODULE));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));

  for (gsize i = 0; self->fields != NULL && self->fields[i] != NULL; i += 2)
    if (!g_strv_contains (names, self->fields[i]))
      g_assert_null (strstr (error->message, self->fields[i + 1]));
}

/* Whether it goes on */
static gboolean
step (const FuzzMechanism *self, XmppSaslMechanism *mechanism, GBytes *message)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;
  g_autoptr (GBytes) output = xmpp_test_step_bytes (mechanism, message, &status, &error);

  switch (status)
    {
    case XMPP_SASL_STATUS_CONTINUE:
      g_assert_no_error (error);
      return TRUE;

    case XMPP_SASL_STATUS_SATISFIED:
      g_assert_no_error (error);
      g_assert_cmpint (self->role, ==, XMPP_SASL_ROLE_CLIENT);
      return TRUE;

    case XMPP_SASL_STATUS_COMPLETE:
      g_assert_no_error (error);
      /* The name of somebody anonymous is made up. */
      if (self->role == XMPP_SASL_ROLE_SERVER && self->username != NULL)
        g_assert_cmpstr (xmpp_sasl_mechanism_get_username (mechanism), ==,
                         self->username);
      return FALSE;

    case XMPP_SASL_STATUS_FAILED:
    default:
      g_assert_null (output);
      g_assert_null (xmpp_sasl_mechanism_get_username (mechanism));
      check_error (self, error);
      return FALSE;
    }
}

/* The next message; @data and @size: (inout): what is left, NULL after the last one */
static GBytes *
take_message (const guint8 **data, gsize *size)
{
  gsize between = strlen (FUZZ_BETWEEN);
  const guint8 *start = *data;
  const guint8 *end = memmem (start, *size, FUZZ_BETWEEN, between);
  gsize length = end != NULL ? (gsize) (end - start) : *size;

  *data = end != NULL ? end + between : NULL;
  *size = end != NULL ? *size - length - between : 0;

  if (length == strlen (FUZZ_NOTHING) && memcmp (start, FUZZ_NOTHING, length) == 0)
    return NULL;

  /* A copy of this size, so that a sanitizer sees a byte too many */
  return g_bytes_new (start, length);
}

int
fuzz_mechanism_run (const FuzzMechanism *self, const guint8 *data, gsize size)
{
  g_autoptr (XmppSaslMechanism) mechanism = create (self);
  const guint8 *left = size > 0 ? data : (const guint8 *) "";
  gboolean goes_on = TRUE;

  if (self->role == XMPP_SASL_ROLE_CLIENT)
    goes_on = step (self, mechanism, NULL);

  while (goes_on && left != NULL)
    {
      g_autoptr (GBytes) message = take_message (&left, &size);

      goes_on = step (self, mechanism, message);
    }

  return 0;
}
