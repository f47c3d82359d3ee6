/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-client-certificate.h"

#include "core/xmpp-jid.h"
#include "tls/xmpp-certificate-checks.h"
#include "tls/xmpp-certificate-names.h"
#include "tls/xmpp-certificate-text.h"
#include "tls/xmpp-tls-database.h"

static GQuark
wanted_quark (void)
{
  return g_quark_from_static_string ("xmpp-client-certificate-wanted");
}

/* GIO notifies of the authorities when a server has asked for a certificate, even where it
 * has named none. */
static void
accepted_cas_notify_cb (GObject *connection, GParamSpec *pspec, gpointer user_data)
{
  g_object_set_qdata (connection, wanted_quark (), connection);
}

void
xmpp_client_certificate_watch (GTlsConnection *connection)
{
  g_return_if_fail (G_IS_TLS_CLIENT_CONNECTION (connection));

  g_signal_connect (connection, "notify::accepted-cas",
                    G_CALLBACK (accepted_cas_notify_cb), NULL);
}

gboolean
xmpp_client_certificate_was_wanted (GTlsConnection *connection)
{
  g_return_val_if_fail (G_IS_TLS_CONNECTION (connection), FALSE);

  return g_object_get_qdata (G_OBJECT (connection), wanted_quark ()) != NULL;
}

/* A certificate whose key could not be used has ended the handshake. */
GTlsCertificate *
xmpp_client_certificate_get_sent (GTlsConnection *connection)
{
  return xmpp_client_certificate_was_wanted (connection)
             ? g_tls_connection_get_certificate (connection)
             : NULL;
}

char *
xmpp_client_certificate_explain (GTlsConnection *connection, const char *peer)
{
  g_return_val_if_fail (G_IS_TLS_CONNECTION (connection), NULL);

  if (g_tls_connection_get_certificate (connection) == NULL)
    return g_strdup ("none is set");

  return g_strdup_printf ("%s did not ask for one", peer);
}

char *
xmpp_client_certificate_explain_refusal (GTlsConnection *connection, const char *failure)
{
  GTlsCertificate *certificate = g_tls_connection_get_certificate (connection);
  g_autofree char *summary = xmpp_certificate_text_summary (certificate);

  return g_strdup_printf ("the server has refused the client certificate: %s. It is %s. "
                          "What to do: check that the server trusts who has issued it; "
                          "to log in by other means, set no certificate",
                          failure, summary);
}

typedef struct
{
  const char *domain;
  GPtrArray *found; /* (element-type utf8) */
} Accounts;

static void
add_account (const char *address, gpointer user_data)
{
  Accounts *accounts = user_data;
  g_autoptr (XmppJid) jid = xmpp_jid_new (address, NULL);
  g_autoptr (XmppJid) home = NULL;
  const char *text;

  if (jid == NULL || xmpp_jid_get_local (jid) == NULL)
    return;
  home = xmpp_jid_new_from_parts (xmpp_jid_get_local (jid), accounts->domain, NULL, NULL);
  if (home == NULL || !xmpp_jid_equal (jid, home))
    return;

  text = xmpp_jid_to_string (jid);
  if (!g_ptr_array_find_with_equal_func (accounts->found, text, g_str_equal, NULL))
    g_ptr_array_add (accounts->found, g_strdup (text));
}

GStrv
xmpp_client_certificate_read_accounts (gnutls_x509_crt_t certificate, const char *domain)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  Accounts accounts = { domain, found };

  g_return_val_if_fail (certificate != NULL, NULL);

  xmpp_certificate_names_foreach_address (certificate, add_account, &accounts);
  g_ptr_array_add (found, NULL);

  return (GStrv) g_ptr_array_steal (found, NULL);
}

GStrv
xmpp_client_certificate_list_accounts (GTlsConnection *connection, const char *domain)
{
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (connection);
  GTlsDatabase *database = g_tls_connection_get_database (connection);
  g_auto (gnutls_x509_crt_t) imported = NULL;

  if (domain == NULL || certificate == NULL || !XMPP_IS_TLS_DATABASE (database) ||
      !xmpp_tls_database_judge (XMPP_TLS_DATABASE (database), connection, NULL))
    return NULL;

  imported = xmpp_certificate_import (certificate);

  return imported != NULL ? xmpp_client_certificate_read_accounts (imported, domain)
                          : NULL;
}
