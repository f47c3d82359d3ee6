/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gssapi-private.h"

#include <krb5.h>
#include <string.h>

/* As in the DNS: those who name services know no other names of hosts. NULL: it has none, or
 * one that would make another principal. */
static char *
dup_host (XmppSaslMechanism *mechanism)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *host = xmpp_sasl_context_get_host (context);
  g_autofree char *ascii = host != NULL ? g_hostname_to_ascii (host) : NULL;

  if (ascii == NULL || ascii[0] == '\0' || strpbrk (ascii, "/@\\") != NULL)
    return NULL;

  return g_steal_pointer (&ascii);
}

char *
gssapi_dup_service (XmppSaslMechanism *mechanism)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  g_autofree char *host = dup_host (mechanism);

  return g_strdup_printf ("%s/%s", xmpp_sasl_context_get_service (context),
                          host != NULL ? host : "?");
}

static gboolean
import_principal (XmppSaslMechanism *mechanism,
                  GssapiMoment moment,
                  const char *principal,
                  gss_name_t *name,
                  GError **error)
{
  gss_buffer_desc buffer = { strlen (principal), (void *) principal };
  OM_uint32 minor;
  OM_uint32 major =
      gss_import_name (&minor, &buffer, (gss_OID) GSS_KRB5_NT_PRINCIPAL_NAME, name);

  return !GSS_ERROR (major) || gssapi_set_error (error, mechanism, moment, major, minor);
}

/* Without a realm: Kerberos finds it. A name of the type hostbased would be looked up in the
 * DNS, and become another one. */
static char *
dup_service_principal (XmppSaslMechanism *mechanism, GError **error)
{
  g_autofree char *host = dup_host (mechanism);
  g_autofree char *service = gssapi_dup_service (mechanism);

  if (host != NULL)
    return g_strconcat (service, "@", NULL);

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
               "%s: the server's name is not that of a host",
               xmpp_sasl_mechanism_get_name (mechanism));
  return NULL;
}

static gss_OID_set_desc *
get_mechanisms (void)
{
  static gss_OID_set_desc set;
  static gsize made = 0;

  if (g_once_init_enter (&made))
    {
      set.count = 1;
      set.elements = gssapi_get_kerberos ();
      g_once_init_leave (&made, 1);
    }

  return &set;
}

/* A key for @principal, or any where that is NULL */
static krb5_error_code
find_key (krb5_context context, krb5_keytab keytab, const char *principal)
{
  krb5_keytab_entry entry;
  krb5_principal parsed;
  krb5_error_code code;

  if (principal == NULL)
    return krb5_kt_have_content (context, keytab);

  code = krb5_parse_name (context, principal, &parsed);
  if (code != 0)
    return code;

  code = krb5_kt_get_entry (context, keytab, parsed, 0, 0, &entry);
  if (code == 0)
    krb5_free_keytab_entry_contents (context, &entry);
  krb5_free_principal (context, parsed);

  return code;
}

/* Of a client's keytab that is not there the library for GSS-API says that there is no
 * ticket; and upon a server's, 1.20 loses memory. @name NULL: the default one */
static gboolean
check_keytab (XmppSaslMechanism *mechanism,
              GssapiMoment moment,
              const char *name,
              const char *principal,
              GError **error)
{
  krb5_context context = NULL;
  krb5_keytab keytab;
  krb5_error_code code = krb5_init_context (&context);

  if (code == 0)
    {
      code = name != NULL ? krb5_kt_resolve (context, name, &keytab)
                          : krb5_kt_default (context, &keytab);
      if (code == 0)
        {
          code = find_key (context, keytab, principal);
          krb5_kt_close (context, keytab);
        }
    }

  if (code != 0)
    {
      const char *text = krb5_get_error_message (context, code);
      g_autofree char *named = name != NULL && strstr (text, name) == NULL
                                   ? g_strdup_printf ("%s: %s", name, text)
                                   : g_strdup (text);

      gssapi_set_keytab_error (error, mechanism, moment, code, named);
      krb5_free_error_message (context, text);
    }
  krb5_free_context (context);

  return code == 0;
}

/* Where the credential says which one: that of @principal, those in @cache, or one that is
 * got with the key in @keytab and kept in memory */
static gboolean
acquire_named (XmppSaslMechanism *mechanism,
               GssapiExchange *exchange,
               const char *principal,
               const char *cache,
               const char *keytab,
               GError **error)
{
  gss_key_value_element_desc elements[2];
  gss_key_value_set_desc store = { 0, elements };
  gss_name_t name = GSS_C_NO_NAME;
  OM_uint32 major;
  OM_uint32 minor;
  OM_uint32 unused;

  if (keytab != NULL && (!check_keytab (mechanism, GSSAPI_BEFORE, keytab, NULL, error) ||
                         (principal != NULL && !check_keytab (mechanism, GSSAPI_BEFORE,
                                                              keytab, principal, error))))
    return FALSE;

  if (principal != NULL &&
      !import_principal (mechanism, GSSAPI_BEFORE, principal, &name, error))
    return FALSE;

  if (cache == NULL && keytab != NULL)
    {
      static int count = 0;

      /* Such a name is the process's own. */
      exchange->memory_cache =
          g_strdup_printf ("MEMORY:xmpp-glib-%d", g_atomic_int_add (&count, 1));
      cache = exchange->memory_cache;
    }
  if (cache != NULL)
    elements[store.count++] = (gss_key_value_element_desc){ "ccache", cache };
  if (keytab != NULL)
    elements[store.count++] = (gss_key_value_element_desc){ "client_keytab", keytab };

  major = gss_acquire_cred_from (&minor, name, GSS_C_INDEFINITE, get_mechanisms (),
                                 GSS_C_INITIATE, &store, &exchange->credential, NULL,
                                 NULL);
  gss_release_name (&unused, &name);

  return !GSS_ERROR (major) ||
         gssapi_set_error (error, mechanism, GSSAPI_BEFORE, major, minor);
}

gboolean
gssapi_acquire_client (XmppSaslMechanism *mechanism,
                       GssapiExchange *exchange,
                       GError **error)
{
  g_autofree char *principal = xmpp_sasl_mechanism_peek_secret (mechanism, "principal");
  g_autofree char *cache = xmpp_sasl_mechanism_peek_secret (mechanism, "ccache");
  g_autofree char *keytab = xmpp_sasl_mechanism_peek_secret (mechanism, "client-keytab");
  g_autofree char *service = dup_service_principal (mechanism, error);

  if (service == NULL ||
      !import_principal (mechanism, GSSAPI_BEFORE, service, &exchange->service, error))
    return FALSE;

  /* The default one is chosen when the service is known. */
  if (principal == NULL && cache == NULL && keytab == NULL)
    return TRUE;

  return acquire_named (mechanism, exchange, principal, cache, keytab, error);
}

static void
destroy_cache (const char *name)
{
  krb5_context context;
  krb5_ccache cache;

  if (krb5_init_context (&context) != 0)
    return;

  if (krb5_cc_resolve (context, name, &cache) == 0)
    krb5_cc_destroy (context, cache);
  krb5_free_context (context);
}

void
gssapi_release_client (GssapiExchange *exchange)
{
  OM_uint32 minor;

  gss_release_cred (&minor, &exchange->credential);
  gss_release_name (&minor, &exchange->service);
  if (exchange->memory_cache != NULL)
    destroy_cache (exchange->memory_cache);
  g_clear_pointer (&exchange->memory_cache, g_free);
}

gboolean
gssapi_acquire_server (XmppSaslMechanism *mechanism,
                       gss_cred_id_t *credential,
                       GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  XmppAuthenticator *authenticator = xmpp_sasl_context_get_authenticator (context);
  g_autofree char *keytab =
      authenticator != NULL ? xmpp_authenticator_dup_keytab (authenticator) : NULL;
  gss_key_value_element_desc element = { "keytab", keytab };
  gss_key_value_set_desc store = { 1, &element };
  gss_name_t name = GSS_C_NO_NAME;
  OM_uint32 major;
  OM_uint32 minor;
  OM_uint32 unused;
  g_autofree char *service = dup_service_principal (mechanism, error);

  if (service == NULL ||
      !check_keytab (mechanism, GSSAPI_KEYTAB, keytab, service, error) ||
      !import_principal (mechanism, GSSAPI_KEYTAB, service, &name, error))
    return FALSE;

  major = gss_acquire_cred_from (&minor, name, GSS_C_INDEFINITE, get_mechanisms (),
                                 GSS_C_ACCEPT, keytab != NULL ? &store : NULL, credential,
                                 NULL, NULL);
  gss_release_name (&unused, &name);

  return !GSS_ERROR (major) ||
         gssapi_set_error (error, mechanism, GSSAPI_KEYTAB, major, minor);
}

/* As Kerberos writes it: NUL, '@' and '/' that separate nothing have a backslash in front */
static char *
dup_principal (gss_name_t principal)
{
  gss_buffer_desc buffer = GSS_C_EMPTY_BUFFER;
  OM_uint32 minor;
  char *text = NULL;

  if (!GSS_ERROR (gss_display_name (&minor, principal, &buffer, NULL)))
    text = gssapi_dup_text (&buffer);
  gss_release_buffer (&minor, &buffer);

  return text != NULL ? text : g_strdup ("?");
}

static char *
dup_local (gss_name_t principal)
{
  gss_buffer_desc buffer = GSS_C_EMPTY_BUFFER;
  OM_uint32 minor;
  char *local = NULL;

  if (GSS_ERROR (gss_localname (&minor, principal, gssapi_get_kerberos (), &buffer)))
    return NULL;

  if (memchr (buffer.value, '\0', buffer.length) == NULL &&
      g_utf8_validate_len (buffer.value, buffer.length, NULL))
    local = g_strndup (buffer.value, buffer.length);
  gss_release_buffer (&minor, &buffer);

  return local;
}

/* Whether @local can be nobody else's: the library ends it at a NUL, a user name with an '@'
 * would be a whole address, and what SASLprep makes of one is another principal's. */
static gboolean
is_own_name (const char *local, const char *principal)
{
  g_autofree char *prepared = NULL;

  if (local == NULL || strpbrk (local, "@/") != NULL || strchr (principal, '\\') != NULL)
    return FALSE;

  prepared = xmpp_sasl_prepare (XMPP_SASL_PROFILE_SASLPREP, local, NULL);

  return prepared != NULL && prepared[0] != '\0' && g_str_equal (prepared, local);
}

char *
gssapi_dup_username (XmppSaslMechanism *mechanism, gss_name_t principal, GError **error)
{
  g_autofree char *text = dup_principal (principal);
  /* MIT 1.20 loses a byte of a name that is empty. */
  g_autofree char *local = text[0] != '@' ? dup_local (principal) : NULL;

  if (is_own_name (local, text))
    return g_steal_pointer (&local);

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
               "%s: the principal %s is nobody's here. What to do: where it has an "
               "account, say so with auth_to_local in krb5.conf",
               xmpp_sasl_mechanism_get_name (mechanism), text);
  return NULL;
}
