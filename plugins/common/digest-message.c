/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "digest-message.h"

#include "digest-hash.h"

#include <string.h>

static void
set_malformed (GError **error, const char *what)
{
  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
               "DIGEST-MD5: the peer's message %s", what);
}

static void
set_malformed_directive (GError **error, const char *name, const char *what)
{
  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
               "DIGEST-MD5: the peer's message %s '%s'", what, name);
}

/* ---- Directives: 1#(name "=" value), RFC 2831 §7.1 ---- */

typedef struct
{
  char *name;
  char *value;
} Directive;

static void
directive_free (gpointer data)
{
  Directive *directive = data;

  g_free (directive->name);
  g_free (directive->value);
  g_free (directive);
}

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_spaces (const char **cursor)
{
  while (is_space (**cursor))
    (*cursor)++;
}

static gboolean
is_token_char (char c)
{
  return g_ascii_isgraph (c) && strchr ("()<>@,;:\\\"/[]?={}", c) == NULL;
}

/* NULL: there is none */
static char *
read_token (const char **cursor)
{
  const char *start = *cursor;

  while (is_token_char (**cursor))
    (*cursor)++;

  return *cursor > start ? g_strndup (start, *cursor - start) : NULL;
}

/* TEXT has no control characters; a line that is folded makes no sense within SASL */
static gboolean
is_text_char (char c)
{
  return c == '\t' || !g_ascii_iscntrl (c);
}

/* What stands between the quotes: *( qdtext | "\" CHAR ). NULL: it does not end, or has
 * what it may not. Octets beyond ASCII are for who knows the character set. */
static char *
read_quoted (const char **cursor)
{
  g_autoptr (GString) value = g_string_new (NULL);
  const char *p = *cursor + 1;

  for (; *p != '"'; p++)
    {
      if (*p == '\\')
        {
          p++;
          if (!g_ascii_isprint (*p))
            return NULL;
        }

      /* The NUL at the end is a control character, too */
      if (!is_text_char (*p))
        return NULL;

      g_string_append_c (value, *p);
    }

  *cursor = p + 1;
  return g_string_free (g_steal_pointer (&value), FALSE);
}

/* A directive has quotes or has none, says the RFC; peers put them where they like, and
 * both mean the same. */
static Directive *
read_directive (const char **cursor)
{
  Directive *directive = g_new0 (Directive, 1);

  directive->name = read_token (cursor);
  skip_spaces (cursor);
  if (directive->name != NULL && **cursor == '=')
    {
      (*cursor)++;
      skip_spaces (cursor);
      directive->value = **cursor == '"' ? read_quoted (cursor) : read_token (cursor);
      skip_spaces (cursor);
    }

  if (directive->value != NULL && (**cursor == ',' || **cursor == '\0'))
    return directive;

  directive_free (directive);
  return NULL;
}

/* The size is checked first: it bounds all that follows */
static char *
dup_text (GBytes *message, gsize max, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (message, &length);

  if (length == 0 || length > max)
    {
      set_malformed (error, length == 0 ? "is empty" : "is too long");
      return NULL;
    }

  if (memchr (data, '\0', length) != NULL)
    {
      set_malformed (error, "is no text");
      return NULL;
    }

  return g_strndup (data, length);
}

static GPtrArray *
parse_directives (GBytes *message, gsize max, GError **error)
{
  g_autoptr (GPtrArray) directives = g_ptr_array_new_with_free_func (directive_free);
  g_autofree char *text = dup_text (message, max, error);
  const char *cursor = text;

  if (text == NULL)
    return NULL;

  for (;;)
    {
      Directive *directive;

      /* Elements of a list may be null (§7.1) */
      while (is_space (*cursor) || *cursor == ',')
        cursor++;
      if (*cursor == '\0')
        return g_steal_pointer (&directives);

      directive = read_directive (&cursor);
      if (directive == NULL)
        {
          set_malformed (error, "is no list of directives");
          return NULL;
        }

      g_ptr_array_add (directives, directive);
    }
}

static gboolean
has_name (gconstpointer directive, gconstpointer name)
{
  return g_ascii_strcasecmp (((const Directive *) directive)->name, name) == 0;
}

/* @value: (out): NULL: there is none. FALSE: there are several */
static gboolean
find_optional (GPtrArray *directives,
               const char *name,
               const char **value,
               GError **error)
{
  *value = NULL;
  for (guint i = 0; i < directives->len; i++)
    {
      Directive *directive = g_ptr_array_index (directives, i);

      if (!has_name (directive, name))
        continue;

      if (*value != NULL)
        {
          set_malformed_directive (error, name, "has more than one");
          return FALSE;
        }

      *value = directive->value;
    }

  return TRUE;
}

/* Where an empty value could be meant, it would be an answer that is always the same */
static gboolean
find_required (GPtrArray *directives,
               const char *name,
               const char **value,
               GError **error)
{
  if (!find_optional (directives, name, value, error))
    return FALSE;

  if (*value == NULL || **value == '\0')
    {
      set_malformed_directive (error, name, *value == NULL ? "lacks" : "has an empty");
      return FALSE;
    }

  return TRUE;
}

/* What is of no use here, but ends the authentication where it comes twice */
static gboolean
check_single (GPtrArray *directives, const char *const *names, GError **error)
{
  const char *value;

  for (guint i = 0; names[i] != NULL; i++)
    if (!find_optional (directives, names[i], &value, error))
      return FALSE;

  return TRUE;
}

static gboolean
find_charset (GPtrArray *directives, gboolean *utf8, GError **error)
{
  const char *charset;

  if (!find_optional (directives, "charset", &charset, error))
    return FALSE;

  *utf8 = charset != NULL;
  if (charset == NULL || g_ascii_strcasecmp (charset, "utf-8") == 0)
    return TRUE;

  set_malformed (error, "is in an unknown character set");
  return FALSE;
}

static gboolean
check_octets (const char *octets, gboolean utf8, const char *name, GError **error)
{
  if (!utf8 || octets == NULL || g_utf8_validate (octets, -1, NULL))
    return TRUE;

  set_malformed_directive (error, name, "says UTF-8, and has something else in");
  return FALSE;
}

/* ---- The challenge, §2.1.1 ---- */

/* 1#( "auth" | "auth-int" | "auth-conf" | token ); what is unknown is ignored.
 * FALSE: it is no such list. @auth: (out): whether "auth" is in it */
static gboolean
parse_qop (const char *list, gboolean *auth)
{
  gboolean something = FALSE;

  *auth = FALSE;
  for (;;)
    {
      g_autofree char *quality = NULL;

      while (is_space (*list) || *list == ',')
        list++;
      if (*list == '\0')
        return something;

      quality = read_token (&list);
      skip_spaces (&list);
      if (quality == NULL || (*list != ',' && *list != '\0'))
        return FALSE;

      something = TRUE;
      *auth |= g_ascii_strcasecmp (quality, "auth") == 0;
    }
}

static gboolean
find_qop (GPtrArray *directives, gboolean *auth, GError **error)
{
  const char *qop;

  if (!find_optional (directives, "qop", &qop, error))
    return FALSE;

  *auth = qop == NULL; /* the default */
  if (qop == NULL || parse_qop (qop, auth))
    return TRUE;

  set_malformed (error, "has a broken list of qualities of protection");
  return FALSE;
}

static gboolean
check_algorithm (GPtrArray *directives, GError **error)
{
  const char *algorithm;

  if (!find_required (directives, "algorithm", &algorithm, error))
    return FALSE;

  if (g_ascii_strcasecmp (algorithm, "md5-sess") == 0)
    return TRUE;

  set_malformed (error, "asks for an unknown algorithm");
  return FALSE;
}

/* This directive alone may come several times */
static gboolean
find_realms (GPtrArray *directives, DigestChallenge *challenge, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < directives->len; i++)
    {
      Directive *directive = g_ptr_array_index (directives, i);

      if (!has_name (directive, "realm"))
        continue;

      if (!check_octets (directive->value, challenge->utf8, "realm", error))
        return FALSE;

      g_strv_builder_add (builder, directive->value);
    }

  challenge->realms = g_strv_builder_end (builder);
  return TRUE;
}

/* realm="a.test",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8 */
DigestChallenge *
digest_challenge_parse (GBytes *message, GError **error)
{
  static const char *const unused[] = { "stale", "maxbuf", "cipher", NULL };
  g_autoptr (DigestChallenge) self = g_new0 (DigestChallenge, 1);
  g_autoptr (GPtrArray)
      directives = parse_directives (message, DIGEST_MAX_CHALLENGE, error);
  const char *nonce;

  if (directives == NULL || !check_algorithm (directives, error) ||
      !find_required (directives, "nonce", &nonce, error) ||
      !find_qop (directives, &self->auth, error) ||
      !find_charset (directives, &self->utf8, error) ||
      !find_realms (directives, self, error) || !check_single (directives, unused, error))
    return NULL;

  self->nonce = g_strdup (nonce);

  return g_steal_pointer (&self);
}

void
digest_challenge_free (DigestChallenge *challenge)
{
  g_strfreev (challenge->realms);
  g_free (challenge->nonce);
  g_free (challenge);
}

/* ---- The response, §2.1.2 ---- */

static gboolean
find_identities (GPtrArray *directives, DigestResponse *response, GError **error)
{
  const char *username;
  const char *realm;
  const char *authzid;

  if (!find_charset (directives, &response->utf8, error) ||
      !find_required (directives, "username", &username, error) ||
      !check_octets (username, response->utf8, "username", error) ||
      !find_optional (directives, "realm", &realm, error) ||
      !check_octets (realm, response->utf8, "realm", error) ||
      !find_optional (directives, "authzid", &authzid, error) ||
      !check_octets (authzid, TRUE, "authzid", error))
    return FALSE;

  if (authzid != NULL && authzid[0] == '\0')
    {
      set_malformed_directive (error, "authzid", "has an empty");
      return FALSE;
    }

  response->username = g_strdup (username);
  response->realm = g_strdup (realm);
  response->authzid = g_strdup (authzid);

  return TRUE;
}

static gboolean
is_nonce_count (const char *text)
{
  return strlen (text) == 8 && strspn (text, "0123456789abcdef") == 8;
}

static gboolean
find_proof (GPtrArray *directives, DigestResponse *response, GError **error)
{
  const char *nonce;
  const char *cnonce;
  const char *nonce_count;
  const char *qop;
  const char *uri;
  const char *proof;

  if (!find_required (directives, "nonce", &nonce, error) ||
      !find_required (directives, "cnonce", &cnonce, error) ||
      !find_required (directives, "nc", &nonce_count, error) ||
      !find_optional (directives, "qop", &qop, error) ||
      !find_required (directives, "digest-uri", &uri, error) ||
      !find_required (directives, "response", &proof, error))
    return FALSE;

  if (!is_nonce_count (nonce_count) || !digest_is_hex (proof))
    {
      set_malformed (error, "has a number that is no hexadecimal one of its length");
      return FALSE;
    }

  response->nonce = g_strdup (nonce);
  response->cnonce = g_strdup (cnonce);
  response->nonce_count = g_strdup (nonce_count);
  response->qop = g_strdup (qop);
  response->uri = g_strdup (uri);
  response->response = g_strdup (proof);

  return TRUE;
}

/* charset=utf-8,username="chris",realm="a.test",nonce="OA6MG9tEQGm2hh",nc=00000001,
 * cnonce="OA6MHXh6VqTrRk",digest-uri="xmpp/a.test",response=d388…,qop=auth */
DigestResponse *
digest_response_parse (GBytes *message, GError **error)
{
  static const char *const unused[] = { "maxbuf", "cipher", NULL };
  g_autoptr (DigestResponse) self = g_new0 (DigestResponse, 1);
  g_autoptr (GPtrArray)
      directives = parse_directives (message, DIGEST_MAX_RESPONSE, error);

  if (directives == NULL || !find_identities (directives, self, error) ||
      !find_proof (directives, self, error) || !check_single (directives, unused, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
digest_response_free (DigestResponse *response)
{
  g_free (response->username);
  g_free (response->realm);
  g_free (response->nonce);
  g_free (response->cnonce);
  g_free (response->nonce_count);
  g_free (response->qop);
  g_free (response->uri);
  g_free (response->response);
  g_free (response->authzid);
  g_free (response);
}

/* rspauth=ea40f60335c427b5527b84dbabcdfffd, §2.1.3 */
char *
digest_rspauth_parse (GBytes *message, GError **error)
{
  g_autoptr (GPtrArray)
      directives = parse_directives (message, DIGEST_MAX_CHALLENGE, error);
  const char *rspauth;

  if (directives == NULL || !find_required (directives, "rspauth", &rspauth, error))
    return NULL;

  if (!digest_is_hex (rspauth))
    {
      set_malformed (error, "has a proof that is none");
      return NULL;
    }

  return g_strdup (rspauth);
}

/* ---- Building ---- */

static void
append_quoted (GString *message, const char *name, const char *value)
{
  g_string_append_printf (message, "%s%s=\"", message->len > 0 ? "," : "", name);
  for (const char *p = value; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (message, '\\');
      g_string_append_c (message, *p);
    }
  g_string_append_c (message, '"');
}

char *
digest_challenge_build (const DigestChallenge *challenge)
{
  GString *message = g_string_new (NULL);

  for (guint i = 0; challenge->realms[i] != NULL; i++)
    append_quoted (message, "realm", challenge->realms[i]);
  append_quoted (message, "nonce", challenge->nonce);
  append_quoted (message, "qop", "auth");
  g_string_append (message, ",algorithm=md5-sess");
  if (challenge->utf8)
    g_string_append (message, ",charset=utf-8");

  return g_string_free (message, FALSE);
}

char *
digest_response_build (const DigestResponse *response)
{
  GString *message = g_string_new (response->utf8 ? "charset=utf-8" : NULL);

  append_quoted (message, "username", response->username);
  if (response->realm != NULL)
    append_quoted (message, "realm", response->realm);
  append_quoted (message, "nonce", response->nonce);
  g_string_append_printf (message, ",nc=%s", response->nonce_count);
  append_quoted (message, "cnonce", response->cnonce);
  append_quoted (message, "digest-uri", response->uri);
  g_string_append_printf (message, ",response=%s,qop=%s", response->response,
                          response->qop);
  if (response->authzid != NULL)
    append_quoted (message, "authzid", response->authzid);

  return g_string_free (message, FALSE);
}

char *
digest_rspauth_build (const char *rspauth)
{
  return g_strconcat ("rspauth=", rspauth, NULL);
}

/* ---- Character sets ---- */

char *
digest_to_utf8 (const char *octets, gboolean utf8)
{
  GString *text;

  if (utf8)
    return g_utf8_validate (octets, -1, NULL) ? g_strdup (octets) : NULL;

  text = g_string_new (NULL);
  for (const char *p = octets; *p != '\0'; p++)
    g_string_append_unichar (text, (guchar) *p);

  return g_string_free (text, FALSE);
}

/* The text may be a password: the result is never larger, and has a place of its own */
char *
digest_from_utf8 (const char *text, gboolean utf8)
{
  char *octets = g_strdup (text);
  char *end = octets;

  if (utf8)
    return octets;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c > 0xff)
        {
          xmpp_secret_free (octets);
          return NULL;
        }

      *end++ = (char) c;
    }

  /* What is left of the copy must not outlive xmpp_secret_free() */
  explicit_bzero (end, strlen (end));
  *end = '\0';

  return octets;
}
