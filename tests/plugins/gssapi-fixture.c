/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gssapi-fixture.h"

#include "xmpp-sasl-gssapi.h"

#include <string.h>

const char *const gssapi_fixture_mechanisms[3] = { "GSSAPI", "GS2-KRB5",
                                                   "GS2-KRB5-PLUS" };

const XmppTestChannel gssapi_fixture_unbound = { .binding = XMPP_SASL_BINDING_NONE };
const XmppTestChannel gssapi_fixture_bound = { .binding = XMPP_SASL_BINDING_USED,
                                               .type = "tls-exporter",
                                               .data = GSSAPI_FIXTURE_BINDING };

static const XmppTestChannel *
channel_for (const char *mechanism)
{
  return g_str_has_suffix (mechanism, "-PLUS") ? &gssapi_fixture_bound
                                               : &gssapi_fixture_unbound;
}

char *
gssapi_fixture_dup_file (const char *name)
{
  return g_strconcat ("FILE:", g_getenv ("XMPP_TEST_KERBEROS"), "/", name, NULL);
}

static XmppSaslMechanism *
create (const char *name, XmppSaslContext *context, XmppCredential *credential)
{
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (XmppSaslMechanismInfo) info =
      xmpp_sasl_mechanism_info_new (name, XMPP_SASL_ROLE_CLIENT | XMPP_SASL_ROLE_SERVER,
                                    XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_BLOCKS, 70,
                                    NULL);
  g_autoptr (GError) error = NULL;
  XmppSaslMechanism *mechanism;

  xmpp_sasl_registry_register (registry, info, XMPP_TYPE_SASL_GSSAPI);
  mechanism = xmpp_sasl_registry_create (registry, name, context, credential, &error);
  g_assert_no_error (error);

  return mechanism;
}

XmppSaslMechanism *
gssapi_fixture_client_on (const char *name,
                          const XmppTestChannel *channel,
                          const char *field,
                          const char *value)
{
  g_autoptr (XmppSaslContext)
      context = xmpp_test_context_new (XMPP_SASL_ROLE_CLIENT, channel, NULL);
  g_autoptr (XmppCredential) credential = xmpp_credential_new_for_kerberos (NULL);

  if (field != NULL)
    xmpp_credential_set_field (credential, field, value);

  return create (name, context, credential);
}

XmppSaslMechanism *
gssapi_fixture_client (const char *name, const char *field, const char *value)
{
  return gssapi_fixture_client_on (name, channel_for (name), field, value);
}

XmppSaslMechanism *
gssapi_fixture_server_on (const char *name,
                          const XmppTestChannel *channel,
                          const char *keytab)
{
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
  g_autoptr (XmppSaslContext) context =
      xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, channel, XMPP_AUTHENTICATOR (users));

  xmpp_authenticator_set_keytab (XMPP_AUTHENTICATOR (users), keytab);

  return create (name, context, NULL);
}

XmppSaslMechanism *
gssapi_fixture_server (const char *name)
{
  return gssapi_fixture_server_on (name, channel_for (name), NULL);
}

XmppSaslMechanism *
gssapi_fixture_for_host (XmppSaslRole role, const char *host)
{
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new_for_kerberos (NULL);
  g_autoptr (XmppSaslContext) context =
      g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", role, "domain", "other.test", "host",
                    host, "secure", TRUE, "authenticator", users, NULL);

  return create ("GSSAPI", context, role == XMPP_SASL_ROLE_CLIENT ? credential : NULL);
}

void
gssapi_fixture_assert_contains (const GError *error, const char *text)
{
  if (strstr (error->message, text) == NULL)
    g_error ("'%s' lacks '%s'", error->message, text);
}

void
gssapi_fixture_assert_success (XmppSaslMechanism *client,
                               XmppSaslMechanism *server,
                               const char *username)
{
  g_autoptr (GError) client_error = NULL;
  g_autoptr (GError) server_error = NULL;

  xmpp_test_sasl_run (client, server, &client_error, &server_error);
  g_assert_no_error (client_error);
  g_assert_no_error (server_error);
  g_assert_cmpint (xmpp_sasl_mechanism_get_status (client), ==,
                   XMPP_SASL_STATUS_COMPLETE);
  g_assert_cmpint (xmpp_sasl_mechanism_get_status (server), ==,
                   XMPP_SASL_STATUS_COMPLETE);
  g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, username);
}

void
gssapi_fixture_assert_server_refuses (XmppSaslMechanism *client,
                                      XmppSaslMechanism *server,
                                      int code,
                                      const char *text)
{
  g_autoptr (GError) client_error = NULL;
  g_autoptr (GError) server_error = NULL;

  g_assert_false (xmpp_test_sasl_run (client, server, &client_error, &server_error));
  g_assert_no_error (client_error);
  g_assert_error (server_error, XMPP_SASL_ERROR, code);
  gssapi_fixture_assert_contains (server_error, text);
  g_assert_null (xmpp_sasl_mechanism_get_username (server));
}

void
gssapi_fixture_step_refused (XmppSaslMechanism *mechanism,
                             GBytes *input,
                             int code,
                             const char *text)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  g_assert_null (xmpp_test_step_bytes (mechanism, input, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, code);
  gssapi_fixture_assert_contains (error, text);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
}

GBytes *
gssapi_fixture_step_good (XmppSaslMechanism *mechanism,
                          GBytes *input,
                          XmppSaslStatus expected)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;
  GBytes *output = xmpp_test_step_bytes (mechanism, input, &status, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status, ==, expected);

  return output;
}
