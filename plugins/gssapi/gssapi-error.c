/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gssapi-private.h"

#include <errno.h>
#include <krb5.h>

#define MAX_TEXT 512
#define KINIT                                                                            \
  "get one with kinit, or log in to this computer with the account that has it"
#define NO_KEY                                                                           \
  "the keytab has no key for the service %s",                                            \
      "add the principal to Kerberos, and its key to the keytab"
#define KDC_ADMINISTRATOR "ask the administrator of Kerberos"

/* What the codes of Kerberos mean to a person */
typedef struct
{
  krb5_error_code minor;
  const char *what; /* with %s: the service's principal */
  const char *remedy;
} Explanation;

static const Explanation client_explanations[] = {
  { KRB5_FCC_NOFILE, "there is no Kerberos ticket", KINIT },
  { KRB5_CC_NOTFOUND, "there is no Kerberos ticket", KINIT },
  { KRB5_CC_FORMAT, "the Kerberos tickets cannot be read", KINIT },
  { EACCES, "the Kerberos tickets or the keytab cannot be read",
    "check whom the file belongs to" },
  { ENOENT, "there is no Kerberos ticket", KINIT },
  { KRB5KRB_AP_ERR_TKT_EXPIRED, "the Kerberos ticket has expired",
    "get a new one with kinit" },
  { KRB5KRB_AP_ERR_SKEW,
    "the clock of this computer differs too much from that of Kerberos",
    "set the clock, best by NTP" },
  { KRB5_KDCREP_SKEW, "the clock of this computer differs too much from that of Kerberos",
    "set the clock, best by NTP" },
  { KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, "Kerberos does not know the service %s",
    "check the domain behind the @; else ask the operator of the server for this "
    "principal, and for its key in the server's keytab" },
  { KRB5KDC_ERR_ETYPE_NOSUPP,
    "Kerberos has no key for the service %s of a kind that is used here",
    "ask the operator of the server to give it a key for AES" },
  { KRB5_KDC_UNREACH, "no Kerberos server answers",
    "check the network (a VPN may be needed), and the realm in krb5.conf" },
  { KRB5_REALM_UNKNOWN, "nothing says where the Kerberos server of the realm is",
    "check the realm, in krb5.conf or in the DNS" },
  { KRB5_REALM_CANT_RESOLVE, "nothing says where the Kerberos server of the realm is",
    "check the network, and the realm in krb5.conf" },
  { KRB5_CONFIG_NODEFREALM, "this computer belongs to no Kerberos realm",
    "set default_realm in krb5.conf" },
  { KRB5_CONFIG_CANTOPEN, "krb5.conf cannot be read", "check that file" },
  { KRB5_CONFIG_BADFORMAT, "krb5.conf cannot be understood", "check that file" },
  { KRB5_KT_NOTFOUND, "there is no such keytab, or it has no key for this principal",
    "check the credential's keytab and principal" },
  { KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, "Kerberos does not know the user",
    "check the principal" },
  { KRB5KDC_ERR_PREAUTH_FAILED, "the key in the keytab is not right, or not any more",
    "make the keytab anew" },
  { KRB5_PREAUTH_FAILED, "the key in the keytab is not right, or not any more",
    "make the keytab anew" },
  { KRB5KDC_ERR_CLIENT_REVOKED, "Kerberos has locked the user", KDC_ADMINISTRATOR },
  { KRB5KDC_ERR_KEY_EXP, "the password has expired", "change it with kpasswd" },
  { KRB5KRB_AP_ERR_MODIFIED,
    "the server has another key for the service %s than Kerberos has",
    "ask the operator of the server to renew its keytab" },
};

static const Explanation server_explanations[] = {
  { KRB5_KT_NOTFOUND, NO_KEY },
  { KRB5_KT_KVNONOTFOUND, "the keytab has only older or newer keys for the service %s",
    "renew the keytab" },
  { KRB5KRB_AP_ERR_NOKEY, "the keytab has no key for the client's ticket",
    "renew the keytab" },
  { KRB5KRB_AP_WRONG_PRINC, "the client's ticket is not for the service %s",
    "check which name the client asks for" },
  { KRB5KRB_AP_ERR_NOT_US,
    "the keytab has no key for the client's ticket, which is for an older or newer key "
    "of "
    "the service %s, or for another one",
    "renew the keytab" },
  { KRB5KRB_AP_ERR_BAD_INTEGRITY, "the keytab has another key than Kerberos has",
    "renew the keytab" },
  { KRB5KRB_AP_ERR_MODIFIED, "the keytab has another key than Kerberos has",
    "renew the keytab" },
  { KRB5KRB_AP_ERR_TKT_EXPIRED, "the client's ticket has expired", NULL },
  { KRB5KRB_AP_ERR_SKEW, "the client's clock differs too much from this one",
    "set both clocks, best by NTP" },
  { KRB5KRB_AP_ERR_REPEAT, "the client's message has been seen before", NULL },
  { ENOENT, "there is no keytab", "make one, and name it" },
  { EACCES, "the keytab cannot be read", "check whom the file belongs to" },
  { KRB5_CONFIG_NODEFREALM, "this computer belongs to no Kerberos realm",
    "set default_realm in krb5.conf" },
};

static const Explanation no_ticket = { 0, "there is no Kerberos ticket", KINIT };
static const Explanation no_key = { 0, NO_KEY };
static const Explanation expired = { 0, "the Kerberos ticket has expired",
                                     "get a new one with kinit" };
static const Explanation misbound = {
  0, "the client is bound to another connection: somebody may stand in between", NULL
};
static const Explanation defective = { 0, "the peer's message cannot be understood",
                                       NULL };

static const Explanation *
explain (GssapiMoment moment, OM_uint32 major, OM_uint32 minor)
{
  gboolean client = moment == GSSAPI_BEFORE || moment == GSSAPI_PEER;
  const Explanation *rows = client ? client_explanations : server_explanations;
  gsize n_rows = client ? G_N_ELEMENTS (client_explanations)
                        : G_N_ELEMENTS (server_explanations);

  for (gsize i = 0; i < n_rows; i++)
    if (rows[i].minor == (krb5_error_code) minor)
      return &rows[i];

  switch (GSS_ROUTINE_ERROR (major))
    {
    case GSS_S_NO_CRED:
      return client ? &no_ticket : &no_key;
    case GSS_S_CREDENTIALS_EXPIRED:
      return &expired;
    case GSS_S_BAD_BINDINGS:
      return &misbound;
    case GSS_S_DEFECTIVE_TOKEN:
    case GSS_S_BAD_SIG:
    case GSS_S_BAD_MECH:
      return &defective;
    default:
      return NULL;
    }
}

static XmppSaslError
get_code (GssapiMoment moment, OM_uint32 major, OM_uint32 minor)
{
  switch (moment)
    {
    case GSSAPI_BEFORE:
      return XMPP_SASL_ERROR_UNAVAILABLE;

    case GSSAPI_PEER:
      return XMPP_SASL_ERROR_SERVER_NOT_TRUSTED;

    case GSSAPI_KEYTAB:
      return XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE;

    case GSSAPI_CLIENT:
    default:
      if ((krb5_error_code) minor == KRB5KRB_AP_ERR_TKT_EXPIRED)
        return XMPP_SASL_ERROR_CREDENTIALS_EXPIRED;
      if (GSS_ROUTINE_ERROR (major) == GSS_S_DEFECTIVE_TOKEN ||
          GSS_ROUTINE_ERROR (major) == GSS_S_BAD_MECH)
        return XMPP_SASL_ERROR_MALFORMED_REQUEST;
      return XMPP_SASL_ERROR_NOT_AUTHORIZED;
    }
}

/* A text may come from the peer (RFC 4120 §5.9.1, e-text). */
static void
append_text (GString *texts, OM_uint32 code, int type)
{
  OM_uint32 more = 0;
  OM_uint32 minor;

  do
    {
      gss_buffer_desc buffer = GSS_C_EMPTY_BUFFER;
      g_autofree char *text = NULL;

      if (GSS_ERROR (gss_display_status (&minor, code, type, gssapi_get_kerberos (),
                                         &more, &buffer)))
        return;

      if (buffer.length > 0)
        text = g_utf8_make_valid (buffer.value, MIN (buffer.length, MAX_TEXT));
      gss_release_buffer (&minor, &buffer);
      if (text == NULL)
        continue;

      for (char *p = text; *p != '\0'; p++)
        if (g_ascii_iscntrl (*p))
          *p = ' ';
      g_string_append_printf (texts, "%s%s", texts->len > 0 ? "; " : "",
                              g_strstrip (text));
    }
  while (more != 0 && texts->len < 4 * MAX_TEXT);
}

static char *
dup_what (XmppSaslMechanism *mechanism, const Explanation *explanation)
{
  g_autofree char *service = gssapi_dup_service (mechanism);
  g_auto (GStrv) parts = NULL;

  if (explanation == NULL)
    return g_strdup ("Kerberos says no");

  parts = g_strsplit (explanation->what, "%s", 2);
  return g_strjoinv (service, parts);
}

static gboolean
set_error (GError **error,
           XmppSaslMechanism *mechanism,
           GssapiMoment moment,
           OM_uint32 major,
           OM_uint32 minor,
           const char *texts)
{
  const Explanation *explanation = explain (moment, major, minor);
  const char *remedy = explanation != NULL ? explanation->remedy : NULL;
  g_autofree char *what = dup_what (mechanism, explanation);

  g_set_error (error, XMPP_SASL_ERROR, (int) get_code (moment, major, minor),
               "%s: %s (%s)%s%s", xmpp_sasl_mechanism_get_name (mechanism), what, texts,
               remedy != NULL ? ". What to do: " : "", remedy != NULL ? remedy : "");
  return FALSE;
}

gboolean
gssapi_set_error (GError **error,
                  XmppSaslMechanism *mechanism,
                  GssapiMoment moment,
                  OM_uint32 major,
                  OM_uint32 minor)
{
  g_autoptr (GString) texts = g_string_new (NULL);

  append_text (texts, major, GSS_C_GSS_CODE);
  if (minor != 0)
    append_text (texts, minor, GSS_C_MECH_CODE);

  return set_error (error, mechanism, moment, major, minor, texts->str);
}

gboolean
gssapi_set_keytab_error (GError **error,
                         XmppSaslMechanism *mechanism,
                         GssapiMoment moment,
                         int code,
                         const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  return set_error (error, mechanism, moment, GSS_S_NO_CRED, (OM_uint32) code, valid);
}
