/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-mechanism-private.h"

#include <string.h>

/* What the server says is shown to people and kept in the report. */
#define MAX_NAMES 8
#define MAX_NAME_LENGTH 64
#define MAX_VALUE_LENGTH 2048

/* The step may run in a worker. */
G_LOCK_DEFINE_STATIC (explanations);

static gboolean
is_presentable (const char *text, gsize max)
{
  if (strlen (text) > max || !g_utf8_validate (text, -1, NULL))
    return FALSE;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;

  return *text != '\0';
}

/**
 * xmpp_sasl_mechanism_explain_failure:
 * @mechanism: a mechanism in the client role
 * @name: what @value is: "status", "scope", "openid-configuration"
 * @value: what the server says
 *
 * For subclasses, inside a step: the server is about to refuse the login, and has said
 * why. `status` is a word for the reason, and stands in the message of the error;
 * `scope` and `openid-configuration` (RFC 7628 §3.2.2) go to the next
 * [class@Xmpp.CredentialRequest]; all of it is in the report.
 *
 * This changes nothing of the outcome: the failure itself still has to come. What is no
 * text in one line, or has more than 2048 bytes, is left out; URLs are never fetched.
 *
 * Since: 1.0
 */
void
xmpp_sasl_mechanism_explain_failure (XmppSaslMechanism *mechanism,
                                     const char *name,
                                     const char *value)
{
  XmppSaslMechanismPrivate *priv;

  g_return_if_fail (XMPP_IS_SASL_MECHANISM (mechanism));
  g_return_if_fail (name != NULL);
  g_return_if_fail (value != NULL);

  if (!is_presentable (name, MAX_NAME_LENGTH) ||
      !is_presentable (value, MAX_VALUE_LENGTH))
    return;

  priv = xmpp_sasl_mechanism_get_private (mechanism);

  G_LOCK (explanations);
  if (priv->explanation == NULL)
    priv->explanation = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (g_hash_table_size (priv->explanation) < MAX_NAMES)
    g_hash_table_replace (priv->explanation, g_strdup (name), g_strdup (value));
  G_UNLOCK (explanations);
}

GHashTable *
xmpp_sasl_mechanism_dup_explanation (XmppSaslMechanism *self)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer name, value;

  G_LOCK (explanations);
  if (priv->explanation != NULL)
    {
      g_hash_table_iter_init (&iter, priv->explanation);
      while (g_hash_table_iter_next (&iter, &name, &value))
        g_hash_table_insert (copy, g_strdup (name), g_strdup (value));
    }
  G_UNLOCK (explanations);

  return copy;
}
