/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-database.h"

#include "tls/xmpp-certificate-checks.h"
#include "tls/xmpp-certificate-names.h"
#include "tls/xmpp-certificate-text.h"
#include "tls/xmpp-tls-pins.h"

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
  GTlsDatabase *trusted; /* the application's, or the one that all share; nullable */

  GMutex lock;
  guint calls;
  GTlsCertificate *certificate; /* the one that was looked at */
  GTlsCertificateFlags flags;
  GPtrArray *reasons; /* (element-type utf8) */
  XmppTlsTrust trust; /* what it rests on, where there are no flags */
  gboolean final;     /* nobody may accept it all the same */
  gboolean other_key; /* than the pinned ones */
};

/* What a look at one chain has come to */
typedef struct
{
  GTlsCertificateFlags flags;
  GPtrArray *reasons;
  XmppTlsTrust trust;
  gboolean final;
  gboolean other_key;
} Verdict;

#define OTHER_KEY_REMEDY                                                                 \
  "do not log in before whoever runs the server has said that the key is new; then pin " \
  "the new one"

G_DEFINE_FINAL_TYPE (XmppTlsDatabase, xmpp_tls_database, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
verify_trust (XmppTlsDatabase *self,
              GTlsCertificate *chain,
              const char *purpose,
              GSocketConnectable *identity,
              GTlsInteraction *interaction,
              GCancellable *cancellable,
              GPtrArray *reasons)
{
  g_autoptr (GError) error = NULL;
  GTlsCertificateFlags flags;

  if (self->trusted == NULL)
    {
      g_ptr_array_add (reasons, g_strdup ("there is no list of trusted authorities"));
      return G_TLS_CERTIFICATE_GENERIC_ERROR;
    }

  /* The error must not reach the TLS back end: together with flags that turn out to be 0
   * it would abort the process. */
  flags = g_tls_database_verify_chain (self->trusted, chain, purpose, identity,
                                       interaction, G_TLS_DATABASE_VERIFY_NONE,
                                       cancellable, &error);
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

static void
refuse (Verdict *verdict, GTlsCertificateFlags flags, char *reason)
{
  verdict->flags |= flags;
  verdict->final = TRUE;
  if (reason != NULL)
    g_ptr_array_add (verdict->reasons, reason);
}

/* What must hold before anything else looks at the chain; nobody is asked about it. */
static gboolean
check_bounds (GTlsCertificate *chain, gnutls_x509_crt_t leaf, Verdict *verdict)
{
  /* GIO's own databases follow a chain that runs in a circle for ever. */
  if (!xmpp_certificate_chain_is_bounded (chain))
    refuse (verdict, G_TLS_CERTIFICATE_GENERIC_ERROR,
            g_strdup_printf ("its chain is circular or longer than %d",
                             XMPP_CERTIFICATE_CHAIN_MAX));
  else if (leaf == NULL)
    refuse (verdict, G_TLS_CERTIFICATE_GENERIC_ERROR, g_strdup ("it cannot be read"));
  /* With thousands of names in it, a look through them stops the main loop. */
  else if (!xmpp_certificate_names_are_bounded (leaf))
    refuse (verdict, G_TLS_CERTIFICATE_BAD_IDENTITY, NULL);
  return !verdict->final;
}

/* FALSE: nothing else needs to be looked at. */
static gboolean
check_pins (XmppTlsDatabase *self, gnutls_x509_crt_t leaf, Verdict *verdict)
{
  GPtrArray *pins = self->parameters->pins;

  if (pins == NULL || pins->len == 0)
    return TRUE;

  if (!xmpp_tls_pins_match (pins, leaf))
    {
      refuse (verdict, G_TLS_CERTIFICATE_GENERIC_ERROR,
              g_strdup ("its key is none of those that are pinned"));
      verdict->other_key = TRUE;
    }
  else if (self->parameters->pin_only)
    verdict->trust = XMPP_TLS_TRUST_PIN;
  return !verdict->final && verdict->trust != XMPP_TLS_TRUST_PIN;
}

static gboolean
is_accepted (XmppTlsDatabase *self, GTlsCertificate *leaf)
{
  return self->parameters->accepted != NULL &&
         g_tls_certificate_is_same (self->parameters->accepted, leaf);
}

static void
verify_first (XmppTlsDatabase *self,
              GTlsCertificate *chain,
              const char *purpose,
              GSocketConnectable *identity,
              GTlsInteraction *interaction,
              GCancellable *cancellable,
              Verdict *verdict)
{
  g_auto (gnutls_x509_crt_t) leaf = xmpp_certificate_import (chain);

  if (!check_bounds (chain, leaf, verdict) || !check_pins (self, leaf, verdict))
    return;

  verdict->flags = verify_trust (self, chain, purpose, identity, interaction, cancellable,
                                 verdict->reasons);
  verdict->flags |= xmpp_certificate_check_chain (chain, leaf, purpose, verdict->reasons);
  if (!self->parameters->server)
    verdict->flags = verify_name (self, leaf, verdict->flags);

  if (verdict->flags != G_TLS_CERTIFICATE_NO_FLAGS && is_accepted (self, chain))
    {
      verdict->flags = G_TLS_CERTIFICATE_NO_FLAGS;
      verdict->trust = XMPP_TLS_TRUST_ACCEPTED;
      g_ptr_array_set_size (verdict->reasons, 0);
    }
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
  Verdict verdict = { .reasons = reasons, .trust = XMPP_TLS_TRUST_AUTHORITY };
  gboolean again;

  g_mutex_lock (&self->lock);
  again = self->calls++ > 0;
  g_mutex_unlock (&self->lock);

  if (again)
    refuse (&verdict, G_TLS_CERTIFICATE_GENERIC_ERROR,
            g_strdup ("the peer has asked for a second handshake"));
  else
    verify_first (self, chain, purpose, identity, interaction, cancellable, &verdict);

  g_mutex_lock (&self->lock);
  g_set_object (&self->certificate, chain);
  self->flags |= verdict.flags;
  self->trust = verdict.trust;
  self->final |= verdict.final;
  self->other_key |= verdict.other_key;
  g_ptr_array_extend_and_steal (self->reasons, g_steal_pointer (&reasons));
  g_mutex_unlock (&self->lock);
  return verdict.flags;
}

/* The look-ups are the trusted database's own. GIO does not need them, but an application
 * that comes upon this object might. */
static GTlsDatabase *
get_trusted (GTlsDatabase *database)
{
  return XMPP_TLS_DATABASE (database)->trusted;
}

static char *
xmpp_tls_database_create_certificate_handle (GTlsDatabase *database,
                                             GTlsCertificate *certificate)
{
  return g_tls_database_create_certificate_handle (get_trusted (database), certificate);
}

static GTlsCertificate *
xmpp_tls_database_lookup_certificate_for_handle (GTlsDatabase *database,
                                                 const char *handle,
                                                 GTlsInteraction *interaction,
                                                 GTlsDatabaseLookupFlags flags,
                                                 GCancellable *cancellable,
                                                 GError **error)
{
  return g_tls_database_lookup_certificate_for_handle (get_trusted (database), handle,
                                                       interaction, flags, cancellable,
                                                       error);
}

static GTlsCertificate *
xmpp_tls_database_lookup_certificate_issuer (GTlsDatabase *database,
                                             GTlsCertificate *certificate,
                                             GTlsInteraction *interaction,
                                             GTlsDatabaseLookupFlags flags,
                                             GCancellable *cancellable,
                                             GError **error)
{
  return g_tls_database_lookup_certificate_issuer (get_trusted (database), certificate,
                                                   interaction, flags, cancellable,
                                                   error);
}

static GList *
xmpp_tls_database_lookup_certificates_issued_by (GTlsDatabase *database,
                                                 GByteArray *issuer,
                                                 GTlsInteraction *interaction,
                                                 GTlsDatabaseLookupFlags flags,
                                                 GCancellable *cancellable,
                                                 GError **error)
{
  return g_tls_database_lookup_certificates_issued_by (get_trusted (database), issuer,
                                                       interaction, flags, cancellable,
                                                       error);
}

static void
xmpp_tls_database_finalize (GObject *object)
{
  XmppTlsDatabase *self = XMPP_TLS_DATABASE (object);

  g_clear_pointer (&self->parameters, xmpp_tls_parameters_unref);
  g_clear_object (&self->trusted);
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
  /* The default database of GIO's TLS back end is one object per process. */
  self->trusted = parameters->database != NULL
                      ? g_object_ref (parameters->database)
                      : g_tls_backend_get_default_database (g_tls_backend_get_default ());
  return self;
}

static char *
copy_reason (gconstpointer reason, gpointer unused)
{
  return g_strdup (reason);
}

/* What was found in verify_chain(), and what GIO says. */
static GTlsCertificate *
collect_findings (XmppTlsDatabase *self, GTlsConnection *connection, Verdict *verdict)
{
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (connection);
  gboolean asked;

  g_mutex_lock (&self->lock);
  asked = self->calls > 0;
  verdict->flags = self->flags |
                   g_tls_connection_get_peer_certificate_errors (connection);
  verdict->reasons = g_ptr_array_copy (self->reasons, (GCopyFunc) copy_reason, NULL);
  verdict->final = self->final;
  verdict->other_key = self->other_key;
  if (certificate == NULL)
    certificate = self->certificate;
  if (certificate != NULL)
    g_object_ref (certificate);
  g_mutex_unlock (&self->lock);

  if (!asked)
    refuse (verdict, G_TLS_CERTIFICATE_GENERIC_ERROR,
            g_strdup ("it has not been verified"));
  return certificate;
}

gboolean
xmpp_tls_database_judge (XmppTlsDatabase *self,
                         GTlsConnection *connection,
                         GError **error)
{
  const char *domain;
  g_autoptr (GPtrArray) reasons = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autofree char *message = NULL;
  Verdict verdict = { 0 };

  g_return_val_if_fail (XMPP_IS_TLS_DATABASE (self), FALSE);
  g_return_val_if_fail (G_IS_TLS_CONNECTION (connection), FALSE);

  domain = self->parameters->domain;
  certificate = collect_findings (self, connection, &verdict);
  reasons = verdict.reasons;
  if (certificate == NULL)
    {
      g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                   "%s has shown no certificate", domain != NULL ? domain : "The peer");
      return FALSE;
    }
  if (verdict.flags == G_TLS_CERTIFICATE_NO_FLAGS)
    return TRUE;

  message = xmpp_certificate_text_refusal (certificate, verdict.flags, domain, reasons,
                                           verdict.other_key ? OTHER_KEY_REMEDY : NULL);
  if (!verdict.final && self->parameters->doubt != NULL)
    xmpp_tls_doubt_add (self->parameters->doubt,
                        xmpp_certificate_request_new (certificate, verdict.flags, domain,
                                                      message));
  g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, message);
  return FALSE;
}

XmppTlsTrust
xmpp_tls_database_get_trust (XmppTlsDatabase *self)
{
  XmppTlsTrust trust;

  g_return_val_if_fail (XMPP_IS_TLS_DATABASE (self), XMPP_TLS_TRUST_NONE);

  g_mutex_lock (&self->lock);
  trust = self->flags == G_TLS_CERTIFICATE_NO_FLAGS ? self->trust : XMPP_TLS_TRUST_NONE;
  g_mutex_unlock (&self->lock);
  return trust;
}

gboolean
xmpp_tls_database_names_host (GTlsConnection *connection, const char *host)
{
  GTlsDatabase *database = g_tls_connection_get_database (connection);
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (connection);
  g_auto (gnutls_x509_crt_t) leaf = NULL;

  /* A key that is pinned, or that a person has accepted, may claim to be anybody. */
  if (certificate == NULL || !XMPP_IS_TLS_DATABASE (database) ||
      xmpp_tls_database_get_trust (XMPP_TLS_DATABASE (database)) !=
          XMPP_TLS_TRUST_AUTHORITY)
    return FALSE;

  leaf = xmpp_certificate_import (certificate);

  return leaf != NULL &&
         xmpp_certificate_names_match (leaf, host, NULL) == XMPP_CERTIFICATE_NAME_DNS;
}
