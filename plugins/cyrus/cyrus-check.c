/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-check.h"

#include <string.h>

/* Of 2.1.28, which distributions ship:
 *
 * - its SCRAM client has an empty block where it should look at the iteration count, and
 *   answers any;
 * - its DIGEST-MD5 client writes beyond its buffer where a realm, nonce or name has many
 *   characters that are to be quoted (CVE-2026-107161), and takes challenges of any length;
 *   a proof in a challenge's place ends the process;
 * - its LOGIN server keeps the password for ever where the user name has nothing but white
 *   space, or is too long;
 * - its GSSAPI client begins anew, over and over, where the server says nothing;
 * - names longer than 1024 bytes, with a realm behind them, do not fit into what plug-ins
 *   share;
 * - several plug-ins take a message for a string, which ends at its first zero byte. */

/* RFC 2831 §2.1.1, §2.1.2 */
#define DIGEST_MAX_CHALLENGE 2048
#define DIGEST_MAX_RESPONSE 4096
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

/* -1: it is not well formed */
static gint64
parse_count (const char *text)
{
  gint64 count = 0;
  guint digits = 0;

  if (*text == '0')
    return g_str_equal (text, "0") ? 0 : -1;

  for (; g_ascii_isdigit (*text) && digits < 10; text++, digits++)
    count = count * 10 + (*text - '0');

  return digits > 0 && *text == '\0' ? count : -1;
}

/* r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096  RFC 5802 §5.1 */
static gboolean
check_scram_challenge (const CyrusMessage *message, GError **error)
{
  g_autofree char *text = g_strndup (message->data, message->length);
  g_auto (GStrv) attributes = g_strsplit (text, ",", 4);
  gint64 count;

  if (g_strv_length (attributes) < 3 || !g_str_has_prefix (attributes[0], "r=") ||
      !g_str_has_prefix (attributes[1], "s=") ||
      !g_str_has_prefix (attributes[2], "i=") ||
      (count = parse_count (attributes[2] + 2)) < 0)
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
  static const char proof[] = "rspauth";

  return message->receiver == XMPP_SASL_ROLE_CLIENT && message->number == 1 &&
         message->length >= strlen (proof) &&
         g_ascii_strncasecmp (message->data, proof, strlen (proof)) == 0;
}

static gboolean
check_digest (const CyrusMessage *message, GError **error)
{
  gsize max = message->receiver == XMPP_SASL_ROLE_CLIENT ? DIGEST_MAX_CHALLENGE
                                                         : DIGEST_MAX_RESPONSE;

  if (is_early_proof (message))
    return refuse (message, XMPP_SASL_ERROR_MALFORMED_REQUEST, error,
                   "is a proof before there was a challenge");

  return check_text (message, max, error) && check_quotes (message, error);
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
