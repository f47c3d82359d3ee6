/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-configuration.h"

#include <string.h>

#define USERS "[users]"
#define COMPONENT_DOOR "127.0.0.1:5347"

/* What may stand in it: the name of a group, or the first word of it, and its keys */
static const struct
{
  const char *group;
  gboolean has_name;
  const char *keys[5];
} groups[] = {
  { "server", FALSE, { "listen", "tls-listen", "component-listen", "ca" } },
  { "domain", TRUE, { "certificate", "private-key", "anonymous" } },
  { "component", TRUE, { "secret" } },
};

static const struct
{
  const char *key;
  XmppListenKind kind;
} doors[] = {
  { "listen", XMPP_LISTEN_CLIENTS },
  { "tls-listen", XMPP_LISTEN_CLIENTS_DIRECT_TLS },
  { "component-listen", XMPP_LISTEN_COMPONENTS },
};

static gboolean fail (GError **error, const char *path, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
fail (GError **error, const char *path, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s", path, text);

  return FALSE;
}

void
tool_configuration_free (ToolConfiguration *self)
{
  g_free (self->path);
  g_key_file_free (self->keys);
  g_ptr_array_unref (self->accounts);
  g_free (self);
}

/* ---- Reading ---- */

/* Whose line it is; what is wrong with it is said by who reads the users. */
static void
note_account (ToolConfiguration *self, const char *line)
{
  const char *at = strchr (line, '@');
  const char *equals = at != NULL ? strchr (at, '=') : NULL;
  g_autofree char *address = NULL;
  XmppJid *jid;

  if (equals == NULL || *line == '#')
    return;

  address = g_strstrip (g_strndup (line, (gsize) (equals - line)));
  jid = xmpp_jid_new (address, NULL);
  if (jid != NULL)
    g_ptr_array_add (self->accounts, jid);
}

/* A line that is none is told by its number: what stands there may be half a secret. */
static gboolean
read_lines (ToolConfiguration *self, char *text, GString *rest, GError **error)
{
  gboolean in_users = FALSE;
  guint number = 0;
  char *next = text;
  char *line;

  while ((line = strsep (&next, "\n")) != NULL)
    {
      number++;
      g_strchug (line);
      if (*line == '[')
        {
          in_users = g_str_equal (g_strchomp (line), USERS);
          self->has_users |= in_users;
        }
      else if (in_users)
        note_account (self, line);
      else if (*line != '\0' && *line != '\r' && *line != '#' &&
               strchr (line, '=') == NULL)
        return fail (error, self->path, "line %u is neither [GROUP] nor KEY=VALUE",
                     number);

      if (!in_users)
        g_string_append_printf (rest, "%s\n", line);
    }

  return TRUE;
}

static gboolean
load (ToolConfiguration *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  GString *rest = NULL;
  char *text = NULL;
  gsize length;
  gboolean good;

  if (!g_file_get_contents (self->path, &text, &length, &local_error))
    return fail (error, self->path, "%s", local_error->message);

  rest = g_string_sized_new (length + 2);
  if (strlen (text) != length)
    good = fail (error, self->path, "It is not text: it holds a NUL");
  else
    good = read_lines (self, text, rest, error);
  explicit_bzero (text, length);
  g_free (text);

  if (good && !g_key_file_load_from_data (self->keys, rest->str, rest->len,
                                          G_KEY_FILE_NONE, &local_error))
    good = fail (error, self->path, "%s", local_error->message);
  explicit_bzero (rest->str, rest->len);
  g_string_free (rest, TRUE);

  return good;
}

/* ---- Checking ---- */

static const char *const *
find_keys (const char *group)
{
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      gsize length = strlen (groups[i].group);

      if (!groups[i].has_name && g_str_equal (group, groups[i].group))
        return groups[i].keys;
      if (groups[i].has_name && strncmp (group, groups[i].group, length) == 0 &&
          group[length] == ' ' && group[length + 1] != '\0')
        return groups[i].keys;
    }

  return NULL;
}

static gboolean
check_group (ToolConfiguration *self, const char *group, GError **error)
{
  const char *const *known = find_keys (group);
  g_auto (GStrv) keys = g_key_file_get_keys (self->keys, group, NULL, NULL);

  if (known == NULL)
    return fail (error, self->path, "There is no group [%s]", group);

  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autofree char *value = NULL;

      if (!g_strv_contains (known, keys[i]))
        return fail (error, self->path, "[%s] has no key %s", group, keys[i]);

      value = g_key_file_get_string (self->keys, group, keys[i], &local_error);
      if (value == NULL)
        return fail (error, self->path, "[%s] %s: it is not text as in a key file", group,
                     keys[i]);
      if (*value == '\0')
        return fail (error, self->path, "[%s] %s: it is empty", group, keys[i]);
    }

  return TRUE;
}

static gboolean
check_accounts (ToolConfiguration *self, GError **error)
{
  g_auto (GStrv) domains = tool_configuration_list (self, "domain");

  for (guint i = 0; i < self->accounts->len; i++)
    {
      XmppJid *account = g_ptr_array_index (self->accounts, i);
      gboolean served = FALSE;

      for (gsize j = 0; domains[j] != NULL && !served; j++)
        {
          g_autoptr (XmppJid) domain = xmpp_jid_new (domains[j], NULL);

          served = domain != NULL && g_str_equal (xmpp_jid_get_domain (domain),
                                                  xmpp_jid_get_domain (account));
        }
      if (!served)
        return fail (error, self->path, USERS " %s: there is no group [domain %s]",
                     xmpp_jid_to_string (account), xmpp_jid_get_domain (account));
    }

  return TRUE;
}

ToolConfiguration *
tool_configuration_load (const char *path, GError **error)
{
  g_autoptr (ToolConfiguration) self = g_new0 (ToolConfiguration, 1);
  g_auto (GStrv) names = NULL;

  self->path = g_strdup (path);
  self->keys = g_key_file_new ();
  self->accounts = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_jid_unref);
  if (!load (self, error))
    return NULL;

  names = g_key_file_get_groups (self->keys, NULL);
  for (gsize i = 0; names[i] != NULL; i++)
    if (!check_group (self, names[i], error))
      return NULL;

  return check_accounts (self, error) ? g_steal_pointer (&self) : NULL;
}

/* ---- Asking ---- */

GStrv
tool_configuration_list (ToolConfiguration *self, const char *kind)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = g_key_file_get_groups (self->keys, NULL);
  gsize length = strlen (kind);

  for (gsize i = 0; names[i] != NULL; i++)
    if (strncmp (names[i], kind, length) == 0 && names[i][length] == ' ')
      g_strv_builder_add (builder, names[i] + length + 1);

  return g_strv_builder_end (builder);
}

char *
tool_configuration_dup (ToolConfiguration *self, const char *group, const char *key)
{
  return g_key_file_get_string (self->keys, group, key, NULL);
}

char *
tool_configuration_dup_path (ToolConfiguration *self, const char *group, const char *key)
{
  g_autofree char *name = tool_configuration_dup (self, group, key);
  g_autofree char *path = g_canonicalize_filename (self->path, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  return name != NULL ? g_canonicalize_filename (name, folder) : NULL;
}

gboolean
tool_configuration_get_boolean (ToolConfiguration *self,
                                const char *group,
                                const char *key,
                                gboolean *value,
                                GError **error)
{
  g_autofree char *text = tool_configuration_dup (self, group, key);

  *value = g_strcmp0 (text, "true") == 0;
  if (text == NULL || *value || g_str_equal (text, "false"))
    return TRUE;

  return fail (error, self->path, "[%s] %s: it is neither true nor false", group, key);
}

static void
door_free (gpointer data)
{
  ToolDoor *door = data;

  g_free (door->address);
  g_free (door);
}

/* 127.0.0.1:5222, [::1]:5222 */
static ToolDoor *
parse_door (const char *text)
{
  const char *colon = strrchr (text, ':');
  gboolean bracketed = *text == '[';
  g_autofree char *address = NULL;
  g_autoptr (GInetAddress) parsed = NULL;
  guint64 port;
  ToolDoor *door;

  if (colon == NULL ||
      !g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, &port, NULL) ||
      (bracketed && colon[-1] != ']'))
    return NULL;

  address = bracketed ? g_strndup (text + 1, (gsize) (colon - text) - 2)
                      : g_strndup (text, (gsize) (colon - text));
  parsed = g_inet_address_new_from_string (address);
  if (parsed == NULL ||
      bracketed != (g_inet_address_get_family (parsed) == G_SOCKET_FAMILY_IPV6))
    return NULL;

  door = g_new0 (ToolDoor, 1);
  door->address = g_steal_pointer (&address);
  door->port = (guint) port;
  return door;
}

static gboolean
add_doors (ToolConfiguration *self,
           gsize which,
           const char *value,
           GPtrArray *list,
           GError **error)
{
  g_auto (GStrv) words = g_strsplit (value, ";", -1);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      ToolDoor *door;

      /* As in every list of a key file, one may stand at the end. */
      if (*g_strstrip (words[i]) == '\0')
        continue;

      door = parse_door (words[i]);
      if (door == NULL)
        return fail (error, self->path,
                     "[server] %s: %s is not ADDRESS:PORT, like 127.0.0.1:5222 or "
                     "[::1]:5222",
                     doors[which].key, words[i]);
      door->key = doors[which].key;
      door->kind = doors[which].kind;
      g_ptr_array_add (list, door);
    }

  return TRUE;
}

GPtrArray *
tool_configuration_list_doors (ToolConfiguration *self, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (door_free);
  g_auto (GStrv) components = tool_configuration_list (self, "component");

  for (gsize i = 0; i < G_N_ELEMENTS (doors); i++)
    {
      g_autofree char *value = tool_configuration_dup (self, "server", doors[i].key);

      if (value == NULL && doors[i].kind == XMPP_LISTEN_COMPONENTS &&
          components[0] != NULL)
        value = g_strdup (COMPONENT_DOOR);
      if (value != NULL && !add_doors (self, i, value, list, error))
        return NULL;
    }

  if (list->len > 0)
    return g_steal_pointer (&list);

  fail (error, self->path, "[server] has no key listen, tls-listen or component-listen");
  return NULL;
}
