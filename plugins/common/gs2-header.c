/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gs2-header.h"

#include "sasl-name.h"

#include <string.h>

static gboolean
type_is_valid (const char *type)
{
  for (const char *p = type; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '.' && *p != '-')
      return FALSE;

  return *type != '\0';
}

char *
gs2_header_build (XmppSaslBinding binding, const char *type, const char *authzid)
{
  GString *header = g_string_new (NULL);

  switch (binding)
    {
    case XMPP_SASL_BINDING_USED:
      g_string_append_printf (header, "p=%s,", type);
      break;

    case XMPP_SASL_BINDING_NOT_OFFERED:
      g_string_append (header, "y,");
      break;

    case XMPP_SASL_BINDING_NONE:
    default:
      g_string_append (header, "n,");
      break;
    }

  /* The grammar has no empty one. */
  if (authzid != NULL && authzid[0] != '\0')
    {
      g_string_append (header, "a=");
      sasl_name_append (header, authzid);
    }
  g_string_append_c (header, ',');

  return g_string_free (header, FALSE);
}

/* Up to the second comma. A message of no bytes is NULL. */
static char *
dup_header (const char *data, gsize length)
{
  const char *end = length > 0 ? data + length : NULL;
  const char *comma = length > 0 ? memchr (data, ',', length) : NULL;

  if (comma != NULL)
    comma = memchr (comma + 1, ',', end - (comma + 1));
  if (comma == NULL || !g_utf8_validate_len (data, comma + 1 - data, NULL))
    return NULL;

  return g_strndup (data, comma + 1 - data);
}

/* "n," [a=authzid] ","  ·  "y," …  ·  "p=type," … */
Gs2Header *
gs2_header_parse (const char *data, gsize length, const char **fault)
{
  g_autoptr (Gs2Header) self = g_new0 (Gs2Header, 1);
  g_auto (GStrv) parts = NULL;

  self->text = dup_header (data, length);
  if (self->text == NULL)
    {
      *fault = "has no GS2 header";
      return NULL;
    }

  parts = g_strsplit (self->text, ",", 3);
  self->flag = parts[0][0];
  if (g_str_has_prefix (parts[0], "p=") && type_is_valid (parts[0] + 2))
    self->type = g_strdup (parts[0] + 2);
  else if (!g_str_equal (parts[0], "n") && !g_str_equal (parts[0], "y"))
    {
      *fault = "has an unknown channel binding flag";
      return NULL;
    }

  if (parts[1][0] == '\0')
    return g_steal_pointer (&self);

  if (!g_str_has_prefix (parts[1], "a=") || parts[1][2] == '\0')
    {
      *fault = "has a broken authorization identity";
      return NULL;
    }

  self->authzid = sasl_name_decode (parts[1] + 2);
  if (self->authzid == NULL)
    {
      *fault = "has a name with a bare '='";
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
gs2_header_free (Gs2Header *header)
{
  g_free (header->type);
  g_free (header->text);
  g_free (header->authzid);
  g_free (header);
}

GBytes *
gs2_binding_dup (XmppSaslMechanism *mechanism,
                 const char *type,
                 const char *header,
                 GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  g_autoptr (GByteArray) binding = g_byte_array_new ();
  g_autoptr (GBytes) data = NULL;

  g_byte_array_append (binding, (const guint8 *) header, strlen (header));

  if (type != NULL)
    {
      data = xmpp_sasl_context_get_channel_binding (context, type);
      if (data == NULL || g_bytes_get_size (data) == 0)
        {
          g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                       "%s: this connection has no channel binding of type %s",
                       xmpp_sasl_mechanism_get_name (mechanism), type);
          return NULL;
        }

      g_byte_array_append (binding, g_bytes_get_data (data, NULL),
                           g_bytes_get_size (data));
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&binding));
}

gboolean
gs2_binding_choose (XmppSaslMechanism *mechanism,
                    gboolean plus,
                    const char *authzid,
                    char **header,
                    GBytes **binding,
                    GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  XmppSaslBinding use = xmpp_sasl_context_get_binding (context);
  const char *const *types = xmpp_sasl_context_get_channel_bindings (context);
  gboolean used = use == XMPP_SASL_BINDING_USED;
  const char *type = used && types != NULL ? types[0] : NULL;

  /* The name promises a binding or promises none: RFC 5802 §6 allows no third thing */
  if (plus != used || used != (type != NULL))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                   plus ? "%s needs a channel binding, and here is none"
                        : "%s cannot use the channel binding that is wanted",
                   xmpp_sasl_mechanism_get_name (mechanism));
      return FALSE;
    }

  *header = gs2_header_build (use, type, authzid);
  *binding = gs2_binding_dup (mechanism, type, *header, error);

  return *binding != NULL;
}

static gboolean
offers_binding (XmppSaslContext *context)
{
  const char *const *offered = xmpp_sasl_context_get_offered (context);

  for (guint i = 0; offered != NULL && offered[i] != NULL; i++)
    if (g_str_has_suffix (offered[i], "-PLUS"))
      return TRUE;

  return FALSE;
}

/* RFC 5801 §5, RFC 5802 §6. A client that says "y" saw no -PLUS in our list: where we had
 * one, somebody took it out. */
gboolean
gs2_binding_is_right (XmppSaslMechanism *mechanism,
                      gboolean plus,
                      char flag,
                      const char *type)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *const *types = xmpp_sasl_context_get_channel_bindings (context);

  switch (flag)
    {
    case 'p':
      return plus && types != NULL && g_strv_contains (types, type);

    case 'y':
      return !plus && !offers_binding (context);

    default:
      return !plus;
    }
}
