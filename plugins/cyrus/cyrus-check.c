/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-check.h"

#include "digest-message.h"

#include <string.h>

/* Of 2.1.28, which distributions ship:
 *
 * - its SCRAM client has an empty block where it should look at the iteration count, and
 *   answers any;
 * - its DIGEST-MD5 client writes beyond its buffer where a realm, nonce or name has many
 *   characters that are to be quoted (CVE-2026-107161), and takes challenges of any length;
 *   a proof in a challenge's place ends the process;
 * - its DIGEST-MD5 server takes what was said to another host, and does not look closely;
 * - its LOGIN server keeps the password for ever where the user name has nothing but white
 *   space, or is too long;
 * - its GSSAPI client begins anew, over and over, where the server says nothing;
 * - names longer than 1024 bytes, with a realm behind them, do not fit into what plug-ins
 *   share;
 * - several plug-ins take a message for a string, which ends at its first zero byte. */

#define CRAM_MAX_MESSAGE 1024
#define LOGIN_MAX_CHALLENGE 1024
#define LOGIN_MAX_MESSAGE 512
#define SCRAM_MAX_MESSAGE 8192
#define MAX_NAME 1023

static gboolean
refuse (const CyrusMessage *message, XmppSaslError code, GError **error, const char *why)
{
  g_set_error (error, XMPP_SASL_ERROR, (int) code, "%s: the %s's message %s",
               message->mechanism,
               message->receiver == XMPP_SASL_ROLE_CLIENT ? "server" : "client", why);
  return FALSE;
}

static gboolean
check_text (const CyrusMessage *message, gsize max, GError **error)
{
  if (message->length > max)
    return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error,
                   "is longer than it may be");
  if (message->length > 0 && memchr (message->data, '\0', message->length) != NULL)
    return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error,
                   "has a zero byte in it");

  return TRUE;
}

/* ---- SCRAM ---- */

static gboolean
parse_count (const char *text, guint64 *count)
{
  return (text[0] != '0' || text[1] == '\0') &&
         g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, count, NULL);
}

/* r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096  RFC 5802 §5.1 */
static gboolean
check_scram_challenge (const CyrusMessage *message, GError **error)
{
  g_autofree char *text = g_strndup (message->data, message->length);
  g_auto (GStrv) attributes = g_strsplit (text, ",", 4);
  guint64 count;

  if (g_strv_length (attributes) < 3 || !g_str_has_prefix (attributes[0], "r=") ||
      !g_str_has_prefix (attributes[1], "s=") ||
      !g_str_has_prefix (attributes[2], "i=") || !parse_count (attributes[2] + 2, &count))
    return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error,
                   "is not what it should be");
  if (count < message->min_iterations)
    return refuse (message, XMPP_SASL_ERROR_MECHANISM_TOO_WEAK, error,
                   "asks for too few iterations");
  if (count > message->max_iterations)
    return refuse (message, XMPP_SASL_ERROR_TOO_EXPENSIVE, error,
                   "asks for more iterations than the limit");

  return TRUE;
}

static gboolean
check_scram (const CyrusMessage *message, GError **error)
{
  if (!check_text (message, SCRAM_MAX_MESSAGE, error))
    return FALSE;
  if (message->receiver == XMPP_SASL_ROLE_CLIENT && message->length == 0)
    return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error, "is empty");
  if (message->receiver == XMPP_SASL_ROLE_CLIENT && message->number == 1)
    return check_scram_challenge (message, error);

  return TRUE;
}

/* ---- DIGEST-MD5 ---- */

/* realm="a.test",nonce="OA6MG9tEQGm2hh",qop="auth",…: what stands between quotes has nothing
 * that would have to be quoted itself */
static gboolean
check_quotes (const CyrusMessage *message, GError **error)
{
  gboolean quoted = FALSE;

  for (gsize i = 0; i < message->length; i++)
    {
      char c = message->data[i];

      if (c == '\\')
        return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error,
                       "has a backslash in it, which is not safe with Cyrus SASL");
      if (c != '"')
        continue;

      if (quoted && i + 1 < message->length &&
          strchr (", \t\r\n", message->data[i + 1]) == NULL)
        return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error,
                       "goes on behind a quoted value");
      if (!quoted && (i == 0 || strchr ("= \t\r\n", message->data[i - 1]) == NULL))
        return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error,
                       "has a quote inside of a value");
      quoted = !quoted;
    }

  return !quoted || refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error,
                            "ends inside of a quoted value");
}

/* The client's plug-in takes it for the answer to a message that it has not sent. */
static gboolean
is_early_proof (const CyrusMessage *message)
{
  static const char word[] = "rspauth";

  return message->receiver == XMPP_SASL_ROLE_CLIENT && message->number == 1 &&
         message->length >= strlen (word) &&
         g_ascii_strncasecmp (message->data, word, strlen (word)) == 0;
}

/* By the rules of the library's own mechanism: what it says, and for whom it says it */
static gboolean
check_digest_response (const CyrusMessage *message, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (message->data, message->length);
  g_autoptr (DigestResponse) response = digest_response_parse (bytes, error);
  g_auto (GStrv) uri = NULL;
  guint n_parts;

  if (response == NULL)
    return FALSE;
  if (!g_str_equal (response->nonce_count, DIGEST_NONCE_COUNT))
    return refuse (message, XMPP_SASL_ERROR_NOT_AUTHORIZED, error,
                   "does not use its nonce for the first time");

  /* serv-type "/" host [ "/" serv-name ] */
  uri = g_strsplit (response->uri, "/", 4);
  n_parts = g_strv_length (uri);
  if (n_parts < 2 || n_parts > 3 || g_ascii_strcasecmp (uri[0], message->service) != 0 ||
      g_ascii_strcasecmp (uri[n_parts - 1], message->domain) != 0)
    return refuse (message, XMPP_SASL_ERROR_NOT_AUTHORIZED, error,
                   "is for another service");

  return TRUE;
}

static gboolean
check_digest (const CyrusMessage *message, GError **error)
{
  gboolean client = message->receiver == XMPP_SASL_ROLE_CLIENT;
  gsize max = client ? DIGEST_MAX_CHALLENGE : DIGEST_MAX_RESPONSE;

  if (is_early_proof (message))
    return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error,
                   "is a proof before there was a challenge");

  if (!check_text (message, max, error) || !check_quotes (message, error))
    return FALSE;

  /* Empty: what a client begins with that waits for the challenge, or has its proof */
  return client || message->length == 0 || check_digest_response (message, error);
}

/* ---- The others ---- */

static gboolean
check_cram (const CyrusMessage *message, GError **error)
{
  if (!check_text (message, CRAM_MAX_MESSAGE, error))
    return FALSE;
  if (message->length == 0)
    return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error, "is empty");

  return TRUE;
}

static gboolean
is_blank (const CyrusMessage *message)
{
  for (gsize i = 0; i < message->length; i++)
    if (!g_ascii_isspace (message->data[i]))
      return FALSE;

  return TRUE;
}

static gboolean
check_login (const CyrusMessage *message, GError **error)
{
  gsize max = message->receiver == XMPP_SASL_ROLE_CLIENT ? LOGIN_MAX_CHALLENGE
                                                         : LOGIN_MAX_MESSAGE;

  if (!check_text (message, max, error))
    return FALSE;
  if (message->receiver == XMPP_SASL_ROLE_SERVER && is_blank (message))
    return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error, "is empty");

  return TRUE;
}

/* Kerberos: GSSAPI, GSS-SPNEGO, GS2-KRB5 */
static gboolean
check_gss (const CyrusMessage *message, GError **error)
{
  if (message->receiver == XMPP_SASL_ROLE_CLIENT && message->length == 0)
    return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error, "is empty");

  return TRUE;
}

gboolean
cyrus_check_message (const CyrusMessage *message, GError **error)
{
  static const struct
  {
    const char *prefix;
    gboolean (*check) (const CyrusMessage *message, GError **error);
  } families[] = {
    { "SCRAM-", check_scram },  { "DIGEST-MD5", check_digest },
    { "CRAM-MD5", check_cram }, { "LOGIN", check_login },
    { "GS", check_gss },
  };

  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (g_str_has_prefix (message->mechanism, families[i].prefix))
      return families[i].check (message, error);

  return TRUE;
}

static gboolean
has_control (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return TRUE;

  return FALSE;
}

gboolean
cyrus_check_name (const char *mechanism,
                  const char *what,
                  const char *name,
                  GError **error)
{
  const char *why = NULL;

  if (strlen (name) > MAX_NAME)
    why = "is too long for Cyrus SASL";
  else if (!g_utf8_validate (name, -1, NULL) || has_control (name))
    why = "has characters that no name has";
  else if (g_str_has_prefix (mechanism, "DIGEST-MD5") && strpbrk (name, "\"\\") != NULL)
    why = "has a quote or a backslash in it, which is not safe with Cyrus SASL";

  if (why == NULL)
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE, "%s: the %s %s",
               mechanism, what, why);
  return FALSE;
}
