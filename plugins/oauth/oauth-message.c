/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "oauth-message.h"

#include "oauth-json.h"
#include "sasl-message.h"
#include "sasl-name.h"

#include <string.h>

#define SEPARATOR '\1'

static void
set_malformed (GError **error, const char *what)
{
  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
               "OAUTHBEARER: the peer's message %s", what);
}

static GBytes *
bytes_take (char *text)
{
  return g_bytes_new_with_free_func (text, strlen (text),
                                     (GDestroyNotify) xmpp_secret_free, text);
}

/* ---- The client's ---- */

gboolean
oauth_token_is_valid (const char *token)
{
  for (const char *p = token; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;

  return *token != '\0';
}

/* n,a=USER@HOST,^Aauth=Bearer TOKEN^A^A                                     RFC 7628 §3.1
 *
 * The pairs host= and port= may follow. They are left out: the server knows both, and
 * mod_sasl_oauthbearer of Prosody refuses a message that has them. */
GBytes *
oauth_request_build (const char *authzid, const char *token)
{
  g_autoptr (GString) header = g_string_new ("n,a=");

  sasl_name_append (header, authzid);

  return bytes_take (g_strconcat (header->str, ",\1auth=Bearer ", token, "\1\1", NULL));
}

/* "n," or "y,", [a=authzid] ",": there is no channel binding with these mechanisms. */
static gboolean
parse_header (OauthRequest *request, const char *header, GError **error)
{
  g_auto (GStrv) fields = g_strsplit (header, ",", -1);

  if (g_strv_length (fields) != 3 || *fields[2] != '\0' ||
      (!g_str_equal (fields[0], "n") && !g_str_equal (fields[0], "y")))
    {
      set_malformed (error, "has no GS2 header that is allowed here");
      return FALSE;
    }
  if (*fields[1] == '\0')
    return TRUE;

  if (g_str_has_prefix (fields[1], "a=") && fields[1][2] != '\0')
    request->authzid = sasl_name_decode (fields[1] + 2);
  if (request->authzid == NULL)
    set_malformed (error, "has an authorization identity that is no saslname");

  return request->authzid != NULL;
}

/* *(VCHAR / SP / HTAB / CR / LF) */
static gboolean
value_is_valid (const char *value)
{
  for (const char *p = value; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p) && strchr (" \t\r\n", *p) == NULL)
      return FALSE;

  return TRUE;
}

/* key "=" value. What is unknown is allowed, and nothing to us. */
static gboolean
parse_pair (OauthRequest *request, const char *pair, GError **error)
{
  static const char scheme[] = "Bearer ";
  const char *value = strchr (pair, '=');
  gsize length;

  for (length = 0; g_ascii_isalpha (pair[length]); length++)
    ;
  if (length == 0 || value != pair + length || !value_is_valid (value + 1))
    {
      set_malformed (error,
                     "has a pair without a key, or with a value that is not allowed");
      return FALSE;
    }
  if (length != strlen ("auth") || strncmp (pair, "auth", length) != 0)
    return TRUE;

  value++;
  if (request->token != NULL ||
      g_ascii_strncasecmp (value, scheme, strlen (scheme)) != 0 ||
      !oauth_token_is_valid (value + strlen (scheme)))
    {
      set_malformed (error, "has not one token of the kind Bearer");
      return FALSE;
    }

  request->token = g_strdup (value + strlen (scheme));
  return TRUE;
}

/* Behind the header: *(pair ^A) ^A, which is to be the end. The text is cut up. */
static gboolean
parse_pairs (OauthRequest *request, char *cursor, GError **error)
{
  while (*cursor != SEPARATOR)
    {
      char *end = strchr (cursor, SEPARATOR);

      if (end == NULL)
        {
          set_malformed (error, "ends in the middle");
          return FALSE;
        }
      *end = '\0';
      if (!parse_pair (request, cursor, error))
        return FALSE;
      cursor = end + 1;
    }

  if (cursor[1] == '\0' && request->token != NULL)
    return TRUE;

  set_malformed (error, cursor[1] == '\0' ? "has no token" : "goes on behind its end");
  return FALSE;
}

OauthRequest *
oauth_request_parse (GBytes *message, GError **error)
{
  g_autoptr (OauthRequest) request = g_new0 (OauthRequest, 1);
  char *text = sasl_message_dup_text ("OAUTHBEARER", message, OAUTH_MAX_REQUEST, error);
  char *end;
  gsize length;
  gboolean ok = FALSE;

  if (text == NULL)
    return NULL;

  length = strlen (text);
  end = strchr (text, SEPARATOR);
  if (end == NULL)
    set_malformed (error, "has no GS2 header");
  else
    {
      *end = '\0';
      ok = parse_header (request, text, error) && parse_pairs (request, end + 1, error);
    }
  explicit_bzero (text, length);
  g_free (text);

  return ok ? g_steal_pointer (&request) : NULL;
}

void
oauth_request_free (OauthRequest *request)
{
  g_free (request->authzid);
  xmpp_secret_free (request->token);
  g_free (request);
}

/* ---- The server's ---- */

static void
append_member (GString *json, const char *name, const char *value)
{
  if (value == NULL)
    return;

  g_string_append_c (json, json->len == 0 ? '{' : ',');
  oauth_json_append_string (json, name);
  g_string_append_c (json, ':');
  oauth_json_append_string (json, value);
}

/* {"status":"invalid_token","scope":"…","openid-configuration":"…"}       RFC 7628 §3.2.2 */
GBytes *
oauth_error_build (const OauthError *error)
{
  GString *json = g_string_new (NULL);

  append_member (json, "status", error->status);
  append_member (json, "scope", error->scope);
  append_member (json, "openid-configuration", error->openid_configuration);
  g_string_append_c (json, '}');

  return g_string_free_to_bytes (json);
}

static void
take_member (const char *name, const char *value, gpointer user_data)
{
  OauthError *error = user_data;
  char **member = NULL;

  if (g_str_equal (name, "status"))
    member = &error->status;
  else if (g_str_equal (name, "scope"))
    member = &error->scope;
  else if (g_str_equal (name, "openid-configuration"))
    member = &error->openid_configuration;
  if (member == NULL)
    return;

  g_free (*member);
  *member = g_strdup (value);
}

OauthError *
oauth_error_parse (GBytes *message, GError **error)
{
  g_autoptr (OauthError) parsed = g_new0 (OauthError, 1);
  g_autofree char *text =
      sasl_message_dup_text ("OAUTHBEARER", message, OAUTH_MAX_ERROR, error);

  if (text == NULL)
    return NULL;

  if (!oauth_json_read (text, OAUTH_MAX_DEPTH, take_member, parsed))
    {
      set_malformed (error, "is no JSON object, or one that is nested too deep");
      return NULL;
    }
  if (parsed->status == NULL)
    {
      set_malformed (error, "has no status");
      return NULL;
    }

  return g_steal_pointer (&parsed);
}

void
oauth_error_free (OauthError *error)
{
  g_free (error->status);
  g_free (error->scope);
  g_free (error->openid_configuration);
  g_free (error);
}
