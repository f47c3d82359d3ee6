/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-database.h"

#include "tls/xmpp-certificate-checks.h"
#include "tls/xmpp-certificate-names.h"
#include "tls/xmpp-certificate-text.h"

/* What decides about the peer's certificate of one connection.
 *
 * GIO copies the database that a connection is constructed with unless it is of a foreign
 * class, and then parses all authorities of the system for every connection. So there is
 * one small object of this class per connection in front of one shared database.
 *
 * verify_chain() may be called in a worker thread: it calls no code of the application
 * but its database, and what it finds out is kept under the lock. */
struct _XmppTlsDatabase
{
  GTlsDatabase parent_instance;

  XmppTlsParameters *parameters;

  GMutex lock;
  guint calls;
  GTlsCertificate *certificate; /* the one that was looked at */
  GTlsCertificateFlags flags;
  GPtrArray *reasons; /* (element-type utf8) */
};

G_DEFINE_FINAL_TYPE (XmppTlsDatabase, xmpp_tls_database, G_TYPE_TLS_DATABASE)

/* The default database of GIO's TLS back end is one object per process. */
static GTlsDatabase *
dup_trust (XmppTlsDatabase *self)
{
  if (self->parameters->database != NULL)
    return g_object_ref (self->parameters->database);
  return g_tls_backend_get_default_database (g_tls_backend_get_default ());
}

static GTlsCertificateFlags
verify_trust (XmppTlsDatabase *self,
              GTlsCertificate *chain,
              const char *purpose,
              GSocketConnectable *identity,
              GTlsInteraction *interaction,
              GCancellable *cancellable,
              GPtrArray *reasons)
{
  g_autoptr (GTlsDatabase) trust = dup_trust (self);
  g_autoptr (GError) error = NULL;
  GTlsCertificateFlags flags;

  if (trust == NULL)
    {
      g_ptr_array_add (reasons, g_strdup ("there is no list of trusted authorities"));
      return G_TLS_CERTIFICATE_GENERIC_ERROR;
    }

  /* The error must not reach the TLS back end: together with flags that turn out to be 0
   * it would abort the process. */
  flags = g_tls_database_verify_chain (trust, chain, purpose, identity, interaction,
                                       G_TLS_DATABASE_VERIFY_NONE, cancellable, &error);
  if (error != NULL)
    {
      g_ptr_array_add (reasons, g_strdup (error->message));
      if (flags == G_TLS_CERTIFICATE_NO_FLAGS)
        flags = G_TLS_CERTIFICATE_GENERIC_ERROR;
    }
  return flags;
}

/* RFC 6120 §13.7.2.1: the domain of the JID is the only reference identity. */
static GTlsCertificateFlags
verify_name (XmppTlsDatabase *self, gnutls_x509_crt_t leaf, GTlsCertificateFlags flags)
{
  XmppCertificateName match = XMPP_CERTIFICATE_NAME_NONE;

  if (self->parameters->domain != NULL)
    match = xmpp_certificate_names_match (leaf, self->parameters->domain,
                                          self->parameters->service);
  switch (match)
    {
    /* GIO knows these two and has looked at them itself. */
    case XMPP_CERTIFICATE_NAME_DNS:
    case XMPP_CERTIFICATE_NAME_ADDRESS:
      return flags;

    case XMPP_CERTIFICATE_NAME_SRV:
    case XMPP_CERTIFICATE_NAME_XMPP:
      return flags & ~G_TLS_CERTIFICATE_BAD_IDENTITY;

    case XMPP_CERTIFICATE_NAME_NONE:
    default:
      return flags | G_TLS_CERTIFICATE_BAD_IDENTITY;
    }
}

static GTlsCertificateFlags
verify_first (XmppTlsDatabase *self,
              GTlsCertificate *chain,
              const char *purpose,
              GSocketConnectable *identity,
              GTlsInteraction *interaction,
              GCancellable *cancellable,
              GPtrArray *reasons)
{
  g_auto (gnutls_x509_crt_t) leaf = NULL;
  GTlsCertificateFlags flags;

  /* GIO's own databases follow a chain that runs in a circle for ever. */
  if (!xmpp_certificate_chain_is_bounded (chain))
    {
      g_ptr_array_add (reasons,
                       g_strdup_printf ("its chain is circular or longer than %d",
                                        XMPP_CERTIFICATE_CHAIN_MAX));
      return G_TLS_CERTIFICATE_GENERIC_ERROR;
    }
  leaf = xmpp_certificate_import (chain);
  if (leaf == NULL)
    {
      g_ptr_array_add (reasons, g_strdup ("it cannot be read"));
      return G_TLS_CERTIFICATE_GENERIC_ERROR;
    }
  /* With thousands of names in it, a look through them stops the main loop. */
  if (!xmpp_certificate_names_are_bounded (leaf))
    return G_TLS_CERTIFICATE_BAD_IDENTITY;

  flags =
      verify_trust (self, chain, purpose, identity, interaction, cancellable, reasons);
  flags |= xmpp_certificate_check_chain (chain, purpose, reasons);
  if (!self->parameters->server)
    flags = verify_name (self, leaf, flags);
  return flags;
}

static GTlsCertificateFlags
xmpp_tls_database_verify_chain (GTlsDatabase *database,
                                GTlsCertificate *chain,
                                const char *purpose,
                                GSocketConnectable *identity,
                                GTlsInteraction *interaction,
                                GTlsDatabaseVerifyFlags verify_flags,
                                GCancellable *cancellable,
                                GError **error)
{
  XmppTlsDatabase *self = XMPP_TLS_DATABASE (database);
  g_autoptr (GPtrArray) reasons = g_ptr_array_new_with_free_func (g_free);
  GTlsCertificateFlags flags;
  gboolean again;

  g_mutex_lock (&self->lock);
  again = self->calls++ > 0;
  g_mutex_unlock (&self->lock);

  if (again)
    {
      g_ptr_array_add (reasons, g_strdup ("the peer has asked for a second handshake"));
      flags = G_TLS_CERTIFICATE_GENERIC_ERROR;
    }
  else
    flags =
        verify_first (self, chain, purpose, identity, interaction, cancellable, reasons);

  g_mutex_lock (&self->lock);
  g_set_object (&self->certificate, chain);
  self->flags |= flags;
  g_ptr_array_extend_and_steal (self->reasons, g_steal_pointer (&reasons));
  g_mutex_unlock (&self->lock);
  return flags;
}

static char *
xmpp_tls_database_create_certificate_handle (GTlsDatabase *database,
                                             GTlsCertificate *certificate)
{
  g_autoptr (GTlsDatabase) trust = dup_trust (XMPP_TLS_DATABASE (database));

  return trust != NULL ? g_tls_database_create_certificate_handle (trust, certificate)
                       : NULL;
}

static GTlsCertificate *
xmpp_tls_database_lookup_certificate_for_handle (GTlsDatabase *database,
                                                 const char *handle,
                                                 GTlsInteraction *interaction,
                                                 GTlsDatabaseLookupFlags flags,
                                                 GCancellable *cancellable,
                                                 GError **error)
{
  g_autoptr (GTlsDatabase) trust = dup_trust (XMPP_TLS_DATABASE (database));

  return trust != NULL
             ? g_tls_database_lookup_certificate_for_handle (trust, handle, interaction,
                                                             flags, cancellable, error)
             : NULL;
}

static GTlsCertificate *
xmpp_tls_database_lookup_certificate_issuer (GTlsDatabase *database,
                                             GTlsCertificate *certificate,
                                             GTlsInteraction *interaction,
                                             GTlsDatabaseLookupFlags flags,
                                             GCancellable *cancellable,
                                             GError **error)
{
  g_autoptr (GTlsDatabase) trust = dup_trust (XMPP_TLS_DATABASE (database));

  return trust != NULL
             ? g_tls_database_lookup_certificate_issuer (trust, certificate, interaction,
                                                         flags, cancellable, error)
             : NULL;
}

static GList *
xmpp_tls_database_lookup_certificates_issued_by (GTlsDatabase *database,
                                                 GByteArray *issuer,
                                                 GTlsInteraction *interaction,
                                                 GTlsDatabaseLookupFlags flags,
                                                 GCancellable *cancellable,
                                                 GError **error)
{
  g_autoptr (GTlsDatabase) trust = dup_trust (XMPP_TLS_DATABASE (database));

  return trust != NULL
             ? g_tls_database_lookup_certificates_issued_by (trust, issuer, interaction,
                                                             flags, cancellable, error)
             : NULL;
}

static void
xmpp_tls_database_finalize (GObject *object)
{
  XmppTlsDatabase *self = XMPP_TLS_DATABASE (object);

  g_clear_pointer (&self->parameters, xmpp_tls_parameters_unref);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->reasons, g_ptr_array_unref);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (xmpp_tls_database_parent_class)->finalize (object);
}

static void
xmpp_tls_database_class_init (XmppTlsDatabaseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GTlsDatabaseClass *database_class = G_TLS_DATABASE_CLASS (klass);

  object_class->finalize = xmpp_tls_database_finalize;

  database_class->verify_chain = xmpp_tls_database_verify_chain;
  database_class->create_certificate_handle = xmpp_tls_database_create_certificate_handle;
  database_class->lookup_certificate_for_handle =
      xmpp_tls_database_lookup_certificate_for_handle;
  database_class->lookup_certificate_issuer = xmpp_tls_database_lookup_certificate_issuer;
  database_class->lookup_certificates_issued_by =
      xmpp_tls_database_lookup_certificates_issued_by;
}

static void
xmpp_tls_database_init (XmppTlsDatabase *self)
{
  g_mutex_init (&self->lock);
  self->reasons = g_ptr_array_new_with_free_func (g_free);
}

XmppTlsDatabase *
xmpp_tls_database_new (XmppTlsParameters *parameters)
{
  XmppTlsDatabase *self;

  g_return_val_if_fail (parameters != NULL, NULL);

  self = g_object_new (XMPP_TYPE_TLS_DATABASE, NULL);
  self->parameters = xmpp_tls_parameters_ref (parameters);
  return self;
}

static char *
copy_reason (gconstpointer reason, gpointer unused)
{
  return g_strdup (reason);
}

gboolean
xmpp_tls_database_judge (XmppTlsDatabase *self,
                         GTlsConnection *connection,
                         GError **error)
{
  g_autoptr (GPtrArray) reasons = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autofree char *message = NULL;
  GTlsCertificateFlags flags = g_tls_connection_get_peer_certificate_errors (connection);
  gboolean asked;

  g_return_val_if_fail (XMPP_IS_TLS_DATABASE (self), FALSE);
  g_return_val_if_fail (G_IS_TLS_CONNECTION (connection), FALSE);

  g_set_object (&certificate, g_tls_connection_get_peer_certificate (connection));
  g_mutex_lock (&self->lock);
  asked = self->calls > 0;
  flags |= self->flags;
  reasons = g_ptr_array_copy (self->reasons, (GCopyFunc) copy_reason, NULL);
  if (certificate == NULL)
    g_set_object (&certificate, self->certificate);
  g_mutex_unlock (&self->lock);

  if (certificate == NULL)
    {
      g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                   "%s has shown no certificate",
                   self->parameters->domain != NULL ? self->parameters->domain
                                                    : "The peer");
      return FALSE;
    }
  if (!asked)
    {
      g_ptr_array_add (reasons, g_strdup ("it has not been verified"));
      flags |= G_TLS_CERTIFICATE_GENERIC_ERROR;
    }
  if (flags == G_TLS_CERTIFICATE_NO_FLAGS)
    return TRUE;

  message = xmpp_certificate_describe_refusal (certificate, flags,
                                               self->parameters->domain, reasons);
  g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, message);
  return FALSE;
}
