/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "scram-private.h"

#include <stdlib.h>
#include <string.h>

/* Neither may stand in XML, so that no name can look like two. */
#define BETWEEN "\x1e"
#define BEFORE_TYPES "\x1f"

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
join_sorted (const char *const *words)
{
  gsize length = g_strv_length ((GStrv) words);
  g_autofree char **sorted = g_memdup2 (words, (length + 1) * sizeof *words);

  qsort (sorted, length, sizeof *sorted, compare_words);

  return g_strjoinv (BETWEEN, sorted);
}

/* SCRAM-SHA-1 RS SCRAM-SHA-1-PLUS US tls-exporter RS tls-server-end-point  XEP-0474 §6.1 */
char *
scram_offer_hash (const ScramHash *hash,
                  const char *const *mechanisms,
                  const char *const *types)
{
  g_autofree char *first = join_sorted (mechanisms);
  g_autofree char *second = types != NULL ? join_sorted (types) : NULL;
  g_autofree char *text = second != NULL ? g_strconcat (first, BEFORE_TYPES, second, NULL)
                                         : g_strdup (first);
  guint8 digest[SCRAM_MAX_HASH];

  if (!scram_digest (hash, text, strlen (text), digest))
    return NULL;

  return g_base64_encode (digest, scram_hash_get_size (hash));
}

gboolean
scram_offer_check (XmppSaslMechanism *mechanism,
                   const ScramHash *hash,
                   const char *received,
                   gboolean *proven,
                   GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *const *mechanisms = xmpp_sasl_context_get_offered (context);
  g_autofree char *own = NULL;

  *proven = FALSE;
  if (received == NULL || mechanisms == NULL || mechanisms[0] == NULL)
    {
      if (!xmpp_sasl_context_needs_offer_proof (context))
        return TRUE;

      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE,
                   "SCRAM: the server does not prove that its lists of mechanisms and of "
                   "channel bindings have arrived as it sent them (XEP-0474), and here "
                   "it has to: somebody may have changed them");
      return FALSE;
    }

  own = scram_offer_hash (hash, mechanisms,
                          xmpp_sasl_context_get_offered_channel_bindings (context));
  if (g_strcmp0 (own, received) != 0)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE,
                   "SCRAM: the lists of mechanisms and of channel bindings are not those "
                   "that the server has sent (XEP-0474): somebody has changed them on "
                   "their way");
      return FALSE;
    }

  *proven = TRUE;
  return TRUE;
}
