/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-check.h"
#include "cyrus-private.h"
#include "sasl-account.h"

#include <string.h>

/* What plug-ins ask for, and the fields of a credential that say it */

static char *
get_prepared (XmppSaslMechanism *mechanism,
              const char *field,
              const char *what,
              GError **error)
{
  char *value = xmpp_sasl_mechanism_get_secret (mechanism, field, error);
  char *prepared = NULL;

  if (value != NULL)
    prepared = sasl_account_prepare (xmpp_sasl_mechanism_get_name (mechanism), value,
                                     what, error);
  xmpp_secret_free (value);

  return prepared;
}

static char *
check_name (XmppSaslMechanism *mechanism, const char *what, char *name, GError **error)
{
  if (name == NULL ||
      cyrus_check_name (xmpp_sasl_mechanism_get_name (mechanism), what, name, error))
    return name;

  g_free (name);

  return NULL;
}

static char *
get_optional (XmppSaslMechanism *mechanism, const char *field, const char *otherwise)
{
  char *value = xmpp_sasl_mechanism_peek_secret (mechanism, field);

  return value != NULL ? value : g_strdup (otherwise);
}

static char *
get_username (XmppSaslMechanism *mechanism, GError **error)
{
  /* What it leaves behind is no account's name (RFC 4505). */
  if (g_str_equal (xmpp_sasl_mechanism_get_name (mechanism), "ANONYMOUS"))
    return get_optional (mechanism, "trace", "anonymous");
  /* The ticket says it. */
  if (cyrus_exchange_is_kerberos (mechanism))
    return g_strdup ("");

  return check_name (mechanism, "user name",
                     get_prepared (mechanism, "username", "user name", error), error);
}

static char *
get_answer (XmppSaslMechanism *mechanism, unsigned long id, GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  switch (id)
    {
    case SASL_CB_USER:
      return check_name (mechanism, "authorization identity",
                         get_optional (mechanism, "authzid", ""), error);
    case SASL_CB_AUTHNAME:
      return get_username (mechanism, error);
    case SASL_CB_PASS:
      return get_prepared (mechanism, "password", "password", error);
    case SASL_CB_GETREALM:
      return check_name (mechanism, "realm",
                         get_optional (mechanism, "realm",
                                       xmpp_sasl_context_get_domain (context)),
                         error);
    case SASL_CB_ECHOPROMPT:
      return xmpp_sasl_mechanism_get_secret (mechanism, "answer", error);
    case SASL_CB_NOECHOPROMPT:
      return xmpp_sasl_mechanism_get_secret (mechanism, "passcode", error);
    default:
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                   "%s: Cyrus' plug-in asks for something that nobody can answer",
                   xmpp_sasl_mechanism_get_name (mechanism));
      return NULL;
    }
}

gboolean
cyrus_prompts_answer (CyrusExchange *exchange, guint *answered, GError **error)
{
  *answered = 0;
  for (sasl_interact_t *prompt = exchange->prompts;
       prompt != NULL && prompt->id != SASL_CB_LIST_END; prompt++)
    {
      char *answer;

      if (prompt->result != NULL)
        continue;

      answer = get_answer (exchange->mechanism, prompt->id, error);
      if (answer == NULL)
        return FALSE;

      g_ptr_array_add (exchange->answers, answer);
      prompt->result = answer;
      prompt->len = strlen (answer);
      ++*answered;
    }

  return TRUE;
}
