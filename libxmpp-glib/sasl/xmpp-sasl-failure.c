/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-failure.h"

typedef struct
{
  XmppSaslError code;
  XmppSaslReaction from_server;
  XmppSaslReaction local;
} Rule;

#define END XMPP_SASL_REACTION_END
#define REJECTED XMPP_SASL_REACTION_RENEW_REJECTED
#define EXPIRED XMPP_SASL_REACTION_RENEW_EXPIRED
#define NEXT XMPP_SASL_REACTION_NEXT

/* What is not here ends the login. A server whose messages make no sense to a mechanism
 * here is not given a second one to try. */
static const Rule rules[] = {
  { XMPP_SASL_ERROR_NOT_AUTHORIZED, REJECTED, END },
  { XMPP_SASL_ERROR_CREDENTIALS_EXPIRED, EXPIRED, END },
  { XMPP_SASL_ERROR_INVALID_MECHANISM, NEXT, NEXT },
  { XMPP_SASL_ERROR_MECHANISM_TOO_WEAK, NEXT, END },
  { XMPP_SASL_ERROR_MALFORMED_REQUEST, NEXT, END },
  { XMPP_SASL_ERROR_UNAVAILABLE, END, NEXT },
  { XMPP_SASL_ERROR_MODULE, END, NEXT },
  { XMPP_SASL_ERROR_INTERNAL, END, NEXT },
};

#undef END
#undef REJECTED
#undef EXPIRED
#undef NEXT

XmppSaslReaction
xmpp_sasl_failure_react (const GError *failure, gboolean local)
{
  if (failure->domain == XMPP_SASL_ERROR)
    for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
      if ((int) rules[i].code == failure->code)
        return local ? rules[i].local : rules[i].from_server;

  return XMPP_SASL_REACTION_END;
}

gboolean
xmpp_sasl_failure_passes_over (const GError *error)
{
  return xmpp_sasl_failure_react (error, TRUE) == XMPP_SASL_REACTION_NEXT ||
         g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
}
