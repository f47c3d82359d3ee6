/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gssapi-private.h"

#include <errno.h>
#include <krb5.h>
#include <string.h>

#define MAX_TEXT 512

#define NO_TICKET "there is no Kerberos ticket"
#define EXPIRED "the Kerberos ticket has expired"
#define CLOCK "the clock of this computer differs too much from that of Kerberos"
#define NO_REALM "nothing says where the Kerberos server of the realm is"
#define KEY_IS_OLD "the key in the keytab is not right, or not any more"
#define OTHER_KEY "the keytab has another key for the service %s than Kerberos has"
#define NO_KEY "the keytab has no key for the service %s"

#define KINIT                                                                            \
  "run kinit (klist shows which tickets there are), or log in to this computer with "    \
  "the account that has one"
#define KINIT_AGAIN "run kinit again, or kinit -R where the ticket can be renewed"
#define SET_CLOCK "set the clock of this computer, best by NTP: timedatectl set-ntp true"
#define NEW_CLIENT_KEY                                                                   \
  "make the keytab anew: kadmin -q 'ktadd -k FILE PRINCIPAL' (and kinit -k -t FILE "     \
  "PRINCIPAL tries it)"
#define ADD_KEY                                                                          \
  "let Kerberos know the service, and put its key into the keytab: "                     \
  "kadmin -q 'addprinc -randkey %s', kadmin -q 'ktadd -k FILE %s' (and klist -k FILE "   \
  "shows what is there)"
#define NEW_KEY "put the newest key into the keytab: kadmin -q 'ktadd -k FILE %s'"

/* What the codes of Kerberos mean to a person. A row is for a minor code; those of major ones
 * are asked last. */
typedef struct
{
  krb5_error_code minor; /* 0: any */
  OM_uint32 major;       /* 0: any */
  const char *what;      /* with %s: the service's principal */
  const char *remedy;    /* the same; or NULL */
} Explanation;

static const Explanation client_explanations[] = {
  { KRB5_FCC_NOFILE, 0, NO_TICKET, KINIT },
  { KRB5_CC_NOTFOUND, 0, NO_TICKET, KINIT },
  { ENOENT, 0, NO_TICKET, KINIT },
  { KRB5_CC_FORMAT, 0, "the Kerberos tickets cannot be read", KINIT },
  { EACCES, 0, "the Kerberos tickets or the keytab cannot be read",
    "check whom the file belongs to" },
  { KRB5KRB_AP_ERR_TKT_EXPIRED, 0, EXPIRED, KINIT_AGAIN },
  { KRB5KRB_AP_ERR_TKT_NYV, 0, "the Kerberos ticket is not valid yet", SET_CLOCK },
  { KRB5KRB_AP_ERR_SKEW, 0, CLOCK, SET_CLOCK },
  { KRB5_KDCREP_SKEW, 0, CLOCK, SET_CLOCK },
  { KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, 0, "Kerberos does not know the service %s",
    "check the domain behind the @ (kvno %s asks Kerberos for the same); else ask the "
    "operator of the server for this principal, and for its key in the server's keytab" },
  { KRB5KDC_ERR_ETYPE_NOSUPP, 0,
    "Kerberos has no key for the service %s of a kind that is used here",
    "ask the operator of the server to give it a key for AES" },
  { KRB5_KDC_UNREACH, 0, "no Kerberos server answers",
    "check the network (a VPN may be needed), and the realm in krb5.conf; kinit meets "
    "the "
    "same" },
  { KRB5_REALM_UNKNOWN, 0, NO_REALM, "name it in krb5.conf, or in the DNS" },
  { KRB5_REALM_CANT_RESOLVE, 0, NO_REALM, "check the network, and krb5.conf" },
  { KRB5_CONFIG_NODEFREALM, 0, "this computer belongs to no Kerberos realm",
    "set default_realm in krb5.conf" },
  { KRB5_CONFIG_CANTOPEN, 0, "krb5.conf cannot be read", "check that file" },
  { KRB5_CONFIG_BADFORMAT, 0, "krb5.conf cannot be understood", "check that file" },
  { KRB5_KT_NOTFOUND, 0, "there is no such keytab, or it has no key for this principal",
    "check client-keytab (klist -k FILE shows whose keys it has) and principal" },
  { KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, 0, "Kerberos does not know the user",
    "check the principal" },
  { KRB5KDC_ERR_PREAUTH_FAILED, 0, KEY_IS_OLD, NEW_CLIENT_KEY },
  { KRB5_PREAUTH_FAILED, 0, KEY_IS_OLD, NEW_CLIENT_KEY },
  { KRB5KDC_ERR_CLIENT_REVOKED, 0, "Kerberos has locked the user",
    "ask the administrator of Kerberos" },
  { KRB5KDC_ERR_KEY_EXP, 0, "the password has expired", "change it: run kpasswd" },
  { KRB5KRB_AP_ERR_MODIFIED, 0,
    "the server has another key for the service %s than Kerberos has",
    "ask the operator of the server to renew its keytab" },
  { 0, GSS_S_NO_CRED, NO_TICKET, KINIT },
  { 0, GSS_S_CREDENTIALS_EXPIRED, EXPIRED, KINIT_AGAIN },
  { 0, GSS_S_DEFECTIVE_TOKEN, "the server's message cannot be understood", NULL },
  { 0, GSS_S_BAD_SIG, "the server's message cannot be understood", NULL },
};

static const Explanation server_explanations[] = {
  { KRB5_KT_NOTFOUND, 0, NO_KEY, ADD_KEY },
  { KRB5_KT_KVNONOTFOUND, 0, "the keytab has only older or newer keys for the service %s",
    NEW_KEY },
  { KRB5KRB_AP_ERR_NOKEY, 0, "the keytab has no key for the client's ticket", NEW_KEY },
  { KRB5KRB_AP_WRONG_PRINC, 0, "the client's ticket is not for the service %s",
    "check which name the client asks for" },
  { KRB5KRB_AP_ERR_NOT_US, 0,
    "the keytab has no key for the client's ticket, which is for an older or newer key "
    "of "
    "the service %s, or for another one",
    NEW_KEY },
  { KRB5KRB_AP_ERR_BAD_INTEGRITY, 0, OTHER_KEY, NEW_KEY },
  { KRB5KRB_AP_ERR_MODIFIED, 0, OTHER_KEY, NEW_KEY },
  { KRB5KRB_AP_ERR_TKT_EXPIRED, 0, "the client's ticket has expired", NULL },
  { KRB5KRB_AP_ERR_TKT_NYV, 0, "the client's ticket is not valid yet", SET_CLOCK },
  { KRB5KRB_AP_ERR_SKEW, 0,
    "the client's clock, or that of Kerberos, differs too much from this one",
    SET_CLOCK },
  { KRB5KRB_AP_ERR_REPEAT, 0, "the client's message has been seen before", NULL },
  { ENOENT, 0, "there is no keytab", ADD_KEY },
  { EACCES, 0, "the keytab cannot be read", "check whom the file belongs to" },
  { KRB5_CONFIG_NODEFREALM, 0, "this computer belongs to no Kerberos realm",
    "set default_realm in krb5.conf" },
  { 0, GSS_S_NO_CRED, NO_KEY, ADD_KEY },
  { 0, GSS_S_CREDENTIALS_EXPIRED, "the client's ticket has expired", NULL },
  { 0, GSS_S_BAD_BINDINGS,
    "the client is bound to another connection: somebody may stand in between", NULL },
  { 0, GSS_S_DEFECTIVE_TOKEN, "the client's message cannot be understood", NULL },
  { 0, GSS_S_BAD_SIG, "the client's message cannot be understood", NULL },
  { 0, GSS_S_BAD_MECH, "the client's message cannot be understood", NULL },
};

static const Explanation *
explain (GssapiMoment moment, OM_uint32 major, OM_uint32 minor)
{
  gboolean client = moment == GSSAPI_BEFORE || moment == GSSAPI_PEER;
  const Explanation *rows = client ? client_explanations : server_explanations;
  gsize n_rows = client ? G_N_ELEMENTS (client_explanations)
                        : G_N_ELEMENTS (server_explanations);

  for (gsize i = 0; i < n_rows; i++)
    if (rows[i].major == 0 ? rows[i].minor == (krb5_error_code) minor
                           : rows[i].major == GSS_ROUTINE_ERROR (major))
      return &rows[i];

  return NULL;
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

char *
gssapi_dup_text (gss_buffer_t buffer)
{
  g_autofree char *valid = g_utf8_make_valid (buffer->value != NULL ? buffer->value : "",
                                              (gssize) MIN (buffer->length, MAX_TEXT));
  GString *text = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      g_string_append_unichar (text, g_unichar_isprint (character) ? character : ' ');
    }

  return g_strstrip (g_string_free (text, FALSE));
}

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

      text = gssapi_dup_text (&buffer);
      gss_release_buffer (&minor, &buffer);
      g_string_append_printf (texts, "%s%s", texts->len > 0 ? "; " : "", text);
    }
  while (more != 0 && texts->len < 4 * MAX_TEXT);
}

/* @text with the service's principal in it */
static char *
fill_in (XmppSaslMechanism *mechanism, const char *text)
{
  g_autofree char *service = gssapi_dup_service (mechanism);
  g_auto (GStrv) parts = g_strsplit (text, "%s", -1);

  return g_strjoinv (service, parts);
}

/* A client's own field, as it can be shown; NULL: it has none */
static char *
dup_shown (XmppSaslMechanism *mechanism, const char *field)
{
  g_autofree char *value = xmpp_sasl_mechanism_peek_secret (mechanism, field);
  gss_buffer_desc buffer = { value != NULL ? strlen (value) : 0, value };

  return value != NULL ? gssapi_dup_text (&buffer) : NULL;
}

/* Whose ticket was looked for, and where */
static void
name_ticket (XmppSaslMechanism *mechanism, char **what, char **remedy)
{
  g_autofree char *principal = dup_shown (mechanism, "principal");
  g_autofree char *cache = dup_shown (mechanism, "ccache");
  g_autofree char *general = g_steal_pointer (what);

  if (principal == NULL && cache == NULL)
    {
      *what = g_steal_pointer (&general);
      return;
    }

  *what = g_strconcat (general, principal != NULL ? " of " : "",
                       principal != NULL ? principal : "", cache != NULL ? " in " : "",
                       cache, NULL);
  g_free (*remedy);
  *remedy = g_strconcat ("run kinit", cache != NULL ? " -c " : "",
                         cache != NULL ? cache : "", principal != NULL ? " " : "",
                         principal != NULL ? principal : "",
                         " (klist -A shows which tickets there are)", NULL);
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
  g_autofree char *what = NULL;
  g_autofree char *remedy = NULL;

  what =
      fill_in (mechanism, explanation != NULL ? explanation->what : "Kerberos says no");
  if (explanation != NULL && explanation->remedy != NULL)
    remedy = fill_in (mechanism, explanation->remedy);
  if (explanation != NULL && g_str_equal (explanation->what, NO_TICKET))
    name_ticket (mechanism, &what, &remedy);

  g_set_error (error, XMPP_SASL_ERROR, (int) get_code (moment, major, minor),
               "%s: %s%s (%s)%s%s", xmpp_sasl_mechanism_get_name (mechanism),
               moment == GSSAPI_PEER ? "by the server's answer, " : "", what, texts,
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

  /* Where there is a minor code, the text of the major one says that there is. */
  if (minor != 0)
    append_text (texts, minor, GSS_C_MECH_CODE);
  if (texts->len == 0)
    append_text (texts, major, GSS_C_GSS_CODE);

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
