/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-secret-private.h"
#include "server/xmpp-server-private.h"

/* Which domains are served, and which belong to components. */

char *
xmpp_server_prepare_domain (const char *domain, GError **error)
{
  g_autoptr (XmppJid) jid = xmpp_jid_new_from_parts (NULL, domain, NULL, error);

  return jid != NULL ? g_strdup (xmpp_jid_get_domain (jid)) : NULL;
}

static gboolean
check_free (XmppServerPrivate *priv, const char *name, GError **error)
{
  if (!g_hash_table_contains (priv->domains, name) &&
      !g_hash_table_contains (priv->secrets, name))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "The domain %s is served already",
               name);
  return FALSE;
}

static gboolean
check_certificate (GTlsCertificate *certificate, GError **error)
{
  g_autoptr (GByteArray) key = NULL;
  g_autofree char *uri = NULL;

  if (certificate == NULL)
    return TRUE;

  g_object_get (certificate, "private-key", &key, "private-key-pkcs11-uri", &uri, NULL);
  if (key != NULL || uri != NULL)
    return TRUE;

  g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                       "The certificate comes without its private key");
  return FALSE;
}

/**
 * xmpp_server_add_domain:
 * @server: a server
 * @domain: the domain, as it stands in addresses
 * @certificate: (nullable): its certificate with the private key; NULL: it has none, and only
 *   [property@Server:insecure-loopback] lets anybody in
 * @authenticator: (nullable): knows its accounts; NULL: it has none, and lets strangers in
 *   (XEP-0175)
 * @error: [error@Gio.IOErrorEnum.INVALID_DATA] (no domain), [error@Gio.IOErrorEnum.EXISTS],
 *   [error@Gio.TlsError.BAD_CERTIFICATE] (no private key)
 *
 * Serves one more domain. Clients that ask for none, where TLS comes first, are shown the
 * certificate of the first one.
 *
 * Returns: whether it is served now
 *
 * Since: 1.0
 */
gboolean
xmpp_server_add_domain (XmppServer *self,
                        const char *domain,
                        GTlsCertificate *certificate,
                        XmppAuthenticator *authenticator,
                        GError **error)
{
  XmppServerPrivate *priv;
  g_autofree char *name = NULL;

  g_return_val_if_fail (XMPP_IS_SERVER (self), FALSE);
  g_return_val_if_fail (domain != NULL, FALSE);
  g_return_val_if_fail (certificate == NULL || G_IS_TLS_CERTIFICATE (certificate), FALSE);
  g_return_val_if_fail (authenticator == NULL || XMPP_IS_AUTHENTICATOR (authenticator),
                        FALSE);

  priv = xmpp_server_get_private (self);
  name = xmpp_server_prepare_domain (domain, error);
  if (name == NULL || !check_free (priv, name, error) ||
      !check_certificate (certificate, error))
    return FALSE;

  g_hash_table_insert (priv->domains, g_strdup (name),
                       xmpp_server_domain_new (name, certificate, priv->tls_database,
                                               authenticator));
  g_ptr_array_add (priv->names, g_steal_pointer (&name));
  return TRUE;
}

/**
 * xmpp_server_remove_domain:
 * @server: a server
 * @domain: a domain
 *
 * Serves a domain no longer. Connections that are open stay.
 *
 * Returns: whether it was served
 *
 * Since: 1.0
 */
gboolean
xmpp_server_remove_domain (XmppServer *self, const char *domain)
{
  XmppServerPrivate *priv;
  g_autofree char *name = NULL;
  guint position;

  g_return_val_if_fail (XMPP_IS_SERVER (self), FALSE);
  g_return_val_if_fail (domain != NULL, FALSE);

  priv = xmpp_server_get_private (self);
  name = xmpp_server_prepare_domain (domain, NULL);
  if (name == NULL || !g_hash_table_remove (priv->domains, name))
    return FALSE;

  if (g_ptr_array_find_with_equal_func (priv->names, name, g_str_equal, &position))
    g_ptr_array_remove_index (priv->names, position);
  return TRUE;
}

/**
 * xmpp_server_set_component_secret:
 * @server: a server
 * @domain: the domain of a component
 * @secret: (nullable): what it proves itself with; NULL: it may not come any longer
 * @error: [error@Gio.IOErrorEnum.INVALID_DATA] (no domain), [error@Gio.IOErrorEnum.EXISTS] (a
 *   domain of the server's own)
 *
 * Lets a component come (XEP-0114), or no longer; one that is connected stays.
 *
 * Returns: whether it was done
 *
 * Since: 1.0
 */
gboolean
xmpp_server_set_component_secret (XmppServer *self,
                                  const char *domain,
                                  const char *secret,
                                  GError **error)
{
  XmppServerPrivate *priv;
  g_autofree char *name = NULL;

  g_return_val_if_fail (XMPP_IS_SERVER (self), FALSE);
  g_return_val_if_fail (domain != NULL, FALSE);

  priv = xmpp_server_get_private (self);
  name = xmpp_server_prepare_domain (domain, error);
  if (name == NULL)
    return FALSE;

  g_hash_table_remove (priv->secrets, name);
  if (secret == NULL)
    return TRUE;

  if (!check_free (priv, name, error))
    return FALSE;

  g_hash_table_insert (priv->secrets, g_steal_pointer (&name), xmpp_secret_dup (secret));
  return TRUE;
}
