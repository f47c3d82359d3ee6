/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-account-line.h"

#include "core/xmpp-prepare.h"
#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-scram-keys.h"

#include <string.h>

#define PLAIN "{PLAIN}"
#define SCRAM "{SCRAM}"
#define NONE "{NONE}"

#define MAX_LINE 4096

#define FIELD_PREFIX "scram-"
#define FIELD_SUFFIX "-keys"

GHashTable *
xmpp_account_fields_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                (GDestroyNotify) xmpp_secret_free);
}

void
xmpp_account_line_free (XmppAccountLine *line)
{
  g_clear_pointer (&line->jid, xmpp_jid_unref);
  xmpp_secret_free (line->password);
  g_hash_table_unref (line->fields);
  g_free (line);
}

XmppJid *
xmpp_account_parse_jid (const char *text, GError **error)
{
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, error);

  if (jid == NULL)
    return NULL;

  if (xmpp_jid_get_local (jid) != NULL && xmpp_jid_is_bare (jid))
    return g_steal_pointer (&jid);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "%s is not the bare address of a user, like alice@example.org",
               xmpp_jid_to_string (jid));
  return NULL;
}

/* What stands behind a backslash in a key file, and what it means */
static gboolean
unescape (const char *text, char **result)
{
  char *out = g_malloc (strlen (text) + 1);
  char *to = out;
  gboolean good = TRUE;

  for (const char *p = text; good && *p != '\0'; p++)
    {
      static const char codes[] = "sntr\\";
      static const char meanings[] = " \n\t\r\\";
      const char *code;

      if (*p != '\\')
        {
          *to++ = *p;
          continue;
        }

      p++;
      code = *p != '\0' ? strchr (codes, *p) : NULL;
      good = code != NULL;
      if (good)
        *to++ = meanings[code - codes];
    }
  *to = '\0';

  *result = out;
  return good;
}

/* sha-256:10000$…$…$… */
static const char *
add_keys (XmppAccountLine *line, const char *word)
{
  const char *colon = strchr (word, ':');
  g_autofree char *hash = NULL;
  g_autofree char *field = NULL;

  if (colon == NULL)
    return "a word has no colon behind the name of its hash";

  hash = g_strndup (word, (gsize) (colon - word));
  field = g_strconcat (FIELD_PREFIX, hash, FIELD_SUFFIX, NULL);
  if (!g_strv_contains (xmpp_scram_keys_fields, field))
    return "it has keys of a hash that is none of sha-1, sha-256, sha-512";
  if (!xmpp_scram_keys_are_valid (field, colon + 1, NULL))
    return "its keys are not COUNT$SALT$STORED-KEY$SERVER-KEY, in base64";
  if (!g_hash_table_insert (line->fields, g_steal_pointer (&field),
                            xmpp_secret_dup (colon + 1)))
    return "it has two keys of one hash";

  return NULL;
}

static const char *
read_keys (XmppAccountLine *line, const char *text)
{
  char **words = g_strsplit (text, " ", -1);
  const char *fault = NULL;

  for (char **word = words; *word != NULL; word++)
    {
      if (fault == NULL && **word != '\0')
        fault = add_keys (line, *word);
      xmpp_secret_free (*word);
    }
  g_free (words);

  if (fault == NULL && g_hash_table_size (line->fields) == 0)
    fault = "it has no keys";

  return fault;
}

static const char *
read_password (XmppAccountLine *line, const char *text)
{
  if (*text == '\0')
    return "its password is empty (a user without one has " NONE ")";

  line->password = xmpp_sasl_prepare (XMPP_SASL_PROFILE_SASLPREP, text, NULL);
  if (line->password == NULL)
    return "its password holds characters that SASLprep prohibits";

  return NULL;
}

/* Returns what is wrong with it; NULL: nothing */
static const char *
read_value (XmppAccountLine *line, const char *value)
{
  xmpp_autosecret char *text = NULL;

  if (!unescape (value, &text))
    return "there is a single backslash: one that is meant is written \\\\";

  if (g_str_has_prefix (text, SCRAM))
    return read_keys (line, text + strlen (SCRAM));
  if (g_str_has_prefix (text, PLAIN))
    return read_password (line, text + strlen (PLAIN));
  if (g_str_has_prefix (text, NONE))
    return text[strlen (NONE)] == '\0' ? NULL : "there is something behind " NONE;
  if (*text == '{')
    return "there is no such kind (a password that begins with a brace is written " PLAIN
           "{…)";

  return read_password (line, text);
}

/* A local part may hold "="; a domain may not. */
static const char *
find_value (const char *text)
{
  const char *at = strchr (text, '@');
  const char *equals = strchr (at != NULL ? at : text, '=');

  return equals != NULL ? equals + 1 : NULL;
}

/* Where the line is not as it should be, what stands there may be half a password. */
static XmppJid *
read_address (const char *text, gsize length, GError **error)
{
  g_autofree char *address = g_strstrip (g_strndup (text, length));
  g_autoptr (GError) reason = NULL;
  g_autoptr (XmppJid) jid = xmpp_jid_new (address, &reason);

  if (jid != NULL && xmpp_jid_get_local (jid) != NULL && xmpp_jid_is_bare (jid))
    return g_steal_pointer (&jid);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "What stands before the “=” is not the bare address of a user%s%s",
               reason != NULL ? ": " : "", reason != NULL ? reason->message : "");
  return NULL;
}

XmppAccountLine *
xmpp_account_line_parse (const char *text, GError **error)
{
  g_autoptr (XmppAccountLine) line = g_new0 (XmppAccountLine, 1);
  const char *value = find_value (text);
  const char *fault;

  line->fields = xmpp_account_fields_new ();
  if (!g_utf8_validate (text, -1, NULL) || value == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           value == NULL ? "It is not ADDRESS=PASSWORD"
                                         : "It is not UTF-8 text");
      return NULL;
    }

  line->jid = read_address (text, (gsize) (value - 1 - text), error);
  if (line->jid == NULL)
    return NULL;

  while (g_ascii_isspace (*value))
    value++;
  fault = read_value (line, value);
  if (fault == NULL)
    return g_steal_pointer (&line);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s",
               xmpp_jid_to_string (line->jid), fault);
  return NULL;
}

char *
xmpp_account_line_build (XmppJid *jid, GHashTable *fields)
{
  /* As long as it can become: what moves leaves a copy behind. */
  GString *text = g_string_sized_new (MAX_LINE);
  const char *before = "=" SCRAM;
  gsize end;

  g_string_append (text, xmpp_jid_to_string (jid));
  for (guint i = 0; xmpp_scram_keys_fields[i] != NULL; i++)
    {
      const char *field = xmpp_scram_keys_fields[i];
      const char *keys = g_hash_table_lookup (fields, field);

      if (keys == NULL)
        continue;

      end = strlen (field) - strlen (FIELD_SUFFIX);
      g_string_append (text, before);
      g_string_append_len (text, field + strlen (FIELD_PREFIX),
                           (gssize) (end - strlen (FIELD_PREFIX)));
      g_string_append_printf (text, ":%s", keys);
      before = " ";
    }

  return g_string_free (text, FALSE);
}
