/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-mechanisms.h"

#include "xmpp-sasl-anonymous.h"
#include "xmpp-sasl-digest-md5.h"
#include "xmpp-sasl-external.h"
#include "xmpp-sasl-oauthbearer.h"
#include "xmpp-sasl-plain.h"
#include "xmpp-sasl-scram.h"
#include "xmpp-sasl-token.h"
#include "xmpp-sasl-x-oauth2.h"

static void
register_mechanism (XmppSaslRegistry *registry,
                    const char *name,
                    XmppSaslFacts facts,
                    int strength,
                    const char *secret,
                    GType type)
{
  const char *const fields[] = { "username", secret, NULL };
  static const char *const none[] = { NULL };
  gboolean asks = !(facts & (XMPP_SASL_FACTS_ANONYMOUS | XMPP_SASL_FACTS_CERTIFICATE));
  g_autoptr (XmppSaslMechanismInfo) info =
      xmpp_sasl_mechanism_info_new (name, XMPP_SASL_ROLE_CLIENT | XMPP_SASL_ROLE_SERVER,
                                    facts, strength, asks ? fields : none);

  xmpp_sasl_registry_register (registry, info, type);
}

void
xmpp_test_register_mechanisms (XmppSaslRegistry *registry)
{
  static const struct
  {
    const char *name;
    const char *plus;
    int strength;
  } hashes[] = {
    { "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", 50 },
    { "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", 60 },
    { "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS", 65 },
  };
  static const char *const bound_tokens[] = { "HT-SHA-256-ENDP", "HT-SHA-256-UNIQ",
                                              "HT-SHA-256-EXPR" };
  XmppSaslFacts token_facts = XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_NEEDS_TLS;
  XmppSaslFacts facts = XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_BLOCKS;
  XmppSaslFacts plus_facts = facts | XMPP_SASL_FACTS_CHANNEL_BINDING |
                             XMPP_SASL_FACTS_NEEDS_TLS;

  register_mechanism (registry, "ANONYMOUS", XMPP_SASL_FACTS_ANONYMOUS, 0, NULL,
                      XMPP_TYPE_SASL_ANONYMOUS);
  register_mechanism (registry, "EXTERNAL",
                      XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_CERTIFICATE, 95, NULL,
                      XMPP_TYPE_SASL_EXTERNAL);
  register_mechanism (registry, "PLAIN",
                      XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS, 10,
                      "password", XMPP_TYPE_SASL_PLAIN);
  register_mechanism (registry, "OAUTHBEARER",
                      XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS, 20, "token",
                      XMPP_TYPE_SASL_OAUTHBEARER);
  register_mechanism (registry, "X-OAUTH2",
                      XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS, 20, "token",
                      XMPP_TYPE_SASL_X_OAUTH2);
  register_mechanism (registry, "DIGEST-MD5", XMPP_SASL_FACTS_MUTUAL, 25, "password",
                      XMPP_TYPE_SASL_DIGEST_MD5);

  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    {
      register_mechanism (registry, hashes[i].name, facts, hashes[i].strength, "password",
                          XMPP_TYPE_SASL_SCRAM);
      register_mechanism (registry, hashes[i].plus, plus_facts, hashes[i].strength + 20,
                          "password", XMPP_TYPE_SASL_SCRAM);
    }

  register_mechanism (registry, "HT-SHA-256-NONE", token_facts, 70, NULL,
                      XMPP_TYPE_SASL_TOKEN);
  for (guint i = 0; i < G_N_ELEMENTS (bound_tokens); i++)
    register_mechanism (registry, bound_tokens[i],
                        token_facts | XMPP_SASL_FACTS_CHANNEL_BINDING, 80 + 5 * i, NULL,
                        XMPP_TYPE_SASL_TOKEN);
}
