/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-anonymous.h"

#include "sasl-step.h"

#include <string.h>

/* Characters, and the bytes that these can be (RFC 4505 §2) */
#define MAX_TRACE 255
#define MAX_MESSAGE (4 * MAX_TRACE)

#define NAME_BYTES 16

/*
 * XmppSaslAnonymous:
 *
 * The ANONYMOUS mechanism of RFC 4505, on both sides: a name that the server makes up. The
 * client may leave a trace of whom it is; it leaves none unless it is told to.
 */
struct _XmppSaslAnonymous
{
  XmppSaslMechanism parent_instance;
};

G_DEFINE_FINAL_TYPE (XmppSaslAnonymous, xmpp_sasl_anonymous, XMPP_TYPE_SASL_MECHANISM)

/* A token, or an address, which has something on both sides of its "@" (RFC 4505 §2); NULL:
 * neither. */
static char *
prepare_trace (const char *trace)
{
  g_autofree char *prepared = xmpp_sasl_prepare (XMPP_SASL_PROFILE_TRACE, trace, NULL);
  const char *at = prepared != NULL ? strrchr (prepared, '@') : NULL;

  if (prepared == NULL || *prepared == '\0' || g_utf8_strlen (prepared, -1) > MAX_TRACE ||
      (at != NULL && (at == prepared || at[1] == '\0')))
    return NULL;

  return g_steal_pointer (&prepared);
}

static GBytes *
client_step (XmppSaslMechanism *mechanism, XmppSaslStatus *status, GError **error)
{
  char *trace = xmpp_sasl_mechanism_peek_secret (mechanism, "trace");
  g_autofree char *prepared = trace != NULL ? prepare_trace (trace) : g_strdup ("");

  xmpp_secret_free (trace);
  if (prepared == NULL)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "ANONYMOUS: the trace information is empty, longer than %d "
                   "characters, or has some that are prohibited",
                   MAX_TRACE);
      return NULL;
    }

  *status = XMPP_SASL_STATUS_COMPLETE;

  return g_bytes_new (prepared, strlen (prepared));
}

static gboolean
check_trace (GBytes *input)
{
  gsize length;
  const char *data = g_bytes_get_data (input, &length);
  g_autofree char *trace = NULL;
  g_autofree char *prepared = NULL;

  if (length == 0)
    return TRUE;
  if (length > MAX_MESSAGE || !g_utf8_validate_len (data, length, NULL))
    return FALSE;

  trace = g_strndup (data, length);
  prepared = prepare_trace (trace);

  return prepared != NULL;
}

/* Nobody can guess it, and nobody gets it twice. */
static char *
make_name (GError **error)
{
  guint8 bytes[NAME_BYTES];
  GString *name;

  if (!xmpp_random_bytes (bytes, sizeof bytes, error))
    return NULL;

  name = g_string_sized_new (2 * NAME_BYTES);
  for (guint i = 0; i < NAME_BYTES; i++)
    g_string_append_printf (name, "%02x", bytes[i]);

  return g_string_free (name, FALSE);
}

static void
server_step (XmppSaslMechanism *mechanism,
             GBytes *input,
             XmppSaslStatus *status,
             GError **error)
{
  g_autofree char *name = NULL;

  if (!check_trace (input))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "ANONYMOUS: the client's message is no trace information of RFC 4505");
      return;
    }

  name = make_name (error);
  if (name == NULL)
    return;

  xmpp_sasl_mechanism_set_identity (mechanism, name, NULL);
  *status = XMPP_SASL_STATUS_COMPLETE;
}

static GBytes *
xmpp_sasl_anonymous_step (XmppSaslMechanism *mechanism,
                          GBytes *input,
                          GCancellable *cancellable,
                          XmppSaslStatus *status,
                          GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_CLIENT)
    return client_step (mechanism, status, error);

  if (input != NULL)
    {
      server_step (mechanism, input, status, error);
      return NULL;
    }

  return sasl_step_ask_for_initial (status);
}

static void
xmpp_sasl_anonymous_class_init (XmppSaslAnonymousClass *klass)
{
  XMPP_SASL_MECHANISM_CLASS (klass)->step = xmpp_sasl_anonymous_step;
}

static void
xmpp_sasl_anonymous_init (XmppSaslAnonymous *self)
{
}
