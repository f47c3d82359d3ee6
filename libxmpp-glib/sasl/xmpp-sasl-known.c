/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-known.h"

#include <string.h>

#define MAX_NAME_LENGTH 20

#define SECRET_TRAVELS (XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS)
#define MUTUAL XMPP_SASL_FACTS_MUTUAL
#define BOUND (XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING)
#define OF_TLS (XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_CERTIFICATE)
#define VIRTUES                                                                          \
  (XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING | XMPP_SASL_FACTS_CERTIFICATE)

typedef struct
{
  const char *name; /* with "*" at its end: a prefix */
  XmppSaslFacts dangers;
  XmppSaslFacts virtues; /* the most that it can have */
  int strength;
} KnownName;

/* The first row that fits counts. */
static const KnownName known_names[] = {
  { "ANONYMOUS", XMPP_SASL_FACTS_ANONYMOUS, 0, 0 },
  { "LOGIN", SECRET_TRAVELS, 0, 5 },
  { "PLAIN", SECRET_TRAVELS, 0, 10 },
  { "X-OAUTH2", SECRET_TRAVELS, 0, 20 },
  { "OAUTHBEARER", SECRET_TRAVELS, 0, 20 },
  { "OAUTH10A", SECRET_TRAVELS, 0, 20 },
  { "CRAM-MD5", 0, 0, 15 },
  { "NTLM", 0, 0, 15 },
  { "OTP", 0, 0, 20 },
  { "DIGEST-MD5", 0, MUTUAL, 25 },
  { "SCRAM-SHA-1", 0, MUTUAL, 50 },
  { "SCRAM-SHA-1-PLUS", XMPP_SASL_FACTS_NEEDS_TLS, BOUND, 70 },
  { "SCRAM-SHA-256", 0, MUTUAL, 60 },
  { "SCRAM-SHA-256-PLUS", XMPP_SASL_FACTS_NEEDS_TLS, BOUND, 80 },
  { "SCRAM-SHA-512", 0, MUTUAL, 65 },
  { "SCRAM-SHA-512-PLUS", XMPP_SASL_FACTS_NEEDS_TLS, BOUND, 85 },
  { "GSSAPI", 0, MUTUAL, 70 },
  { "GS2-KRB5", 0, MUTUAL, 75 },
  { "GS2-KRB5-PLUS", XMPP_SASL_FACTS_NEEDS_TLS, BOUND, 95 },
  { "EXTERNAL", OF_TLS, MUTUAL, 95 },
  { "HT-*", XMPP_SASL_FACTS_NEEDS_TLS, BOUND, 90 },
};

gboolean
xmpp_sasl_name_is_valid (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > MAX_NAME_LENGTH)
    return FALSE;

  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isupper (*c) && !g_ascii_isdigit (*c) && *c != '-' && *c != '_')
      return FALSE;

  return TRUE;
}

static gboolean
name_matches (const char *pattern, const char *name)
{
  gsize length = strlen (pattern);

  if (pattern[length - 1] == '*')
    return strncmp (pattern, name, length - 1) == 0;

  return g_str_equal (pattern, name);
}

void
xmpp_sasl_known_restrict (const char *name, XmppSaslFacts *facts, int *strength)
{
  for (guint i = 0; i < G_N_ELEMENTS (known_names); i++)
    if (name_matches (known_names[i].name, name))
      {
        *facts = (*facts & ~VIRTUES) | known_names[i].dangers |
                 (*facts & known_names[i].virtues);
        *strength = MIN (*strength, known_names[i].strength);
        return;
      }
}

gboolean
xmpp_sasl_known_is_standard (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (known_names); i++)
    if (g_str_equal (known_names[i].name, name))
      return TRUE;

  return FALSE;
}

gboolean
xmpp_sasl_known_is_guessed (const char *name)
{
  return g_str_equal (name, "DIGEST-MD5");
}

gboolean
xmpp_sasl_known_is_token (const char *name)
{
  return g_str_has_prefix (name, "HT-");
}

gboolean
xmpp_sasl_known_is_kerberos (const char *name)
{
  return g_str_equal (name, "GSSAPI") || g_str_has_prefix (name, "GS2-KRB5");
}

gboolean
xmpp_sasl_known_proves_offer (const char *name)
{
  return g_str_has_prefix (name, "SCRAM-");
}
