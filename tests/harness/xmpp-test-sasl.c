/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-sasl.h"

#include "xmpp-test-mechanisms.h"

#include <string.h>

struct _XmppTestAuthenticator
{
  XmppAuthenticator parent_instance;

  GHashTable *values; /* "user\nfield" → value */
  gboolean delayed;
  GString *log;
};

G_DEFINE_FINAL_TYPE (XmppTestAuthenticator,
                     xmpp_test_authenticator,
                     XMPP_TYPE_AUTHENTICATOR)

typedef struct
{
  XmppAuthenticatorRequest *request;
  char *value;
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_object_unref (answer->request);
  xmpp_secret_free (answer->value);
  g_free (answer);
}

static gboolean
answered_cb (gpointer user_data)
{
  Answer *answer = user_data;

  xmpp_authenticator_request_reply (answer->request, answer->value);

  return G_SOURCE_REMOVE;
}

static gboolean
xmpp_test_authenticator_lookup (XmppAuthenticator *authenticator,
                                XmppAuthenticatorRequest *request)
{
  XmppTestAuthenticator *self = XMPP_TEST_AUTHENTICATOR (authenticator);
  g_autofree char *key = g_strjoin ("\n",
                                    xmpp_authenticator_request_get_username (request),
                                    xmpp_authenticator_request_get_field (request), NULL);
  const char *value = g_hash_table_lookup (self->values, key);
  Answer *answer;

  g_string_append_printf (self->log, "%s ",
                          xmpp_authenticator_request_get_field (request));
  if (!self->delayed)
    {
      xmpp_authenticator_request_reply (request, value);
      return TRUE;
    }

  answer = g_new0 (Answer, 1);
  answer->request = g_object_ref (request);
  answer->value = g_strdup (value);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, answered_cb, answer, answer_free);

  return TRUE;
}

static void
xmpp_test_authenticator_finalize (GObject *object)
{
  g_hash_table_unref (XMPP_TEST_AUTHENTICATOR (object)->values);
  g_string_free (XMPP_TEST_AUTHENTICATOR (object)->log, TRUE);

  G_OBJECT_CLASS (xmpp_test_authenticator_parent_class)->finalize (object);
}

static void
xmpp_test_authenticator_class_init (XmppTestAuthenticatorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_test_authenticator_finalize;
  XMPP_AUTHENTICATOR_CLASS (klass)->lookup = xmpp_test_authenticator_lookup;
}

static void
xmpp_test_authenticator_init (XmppTestAuthenticator *self)
{
  /* Wiped, for the test that looks for what is not */
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) xmpp_secret_free);
  self->log = g_string_new (NULL);
}

XmppTestAuthenticator *
xmpp_test_authenticator_new (void)
{
  return g_object_new (XMPP_TYPE_TEST_AUTHENTICATOR, NULL);
}

void
xmpp_test_authenticator_set (XmppTestAuthenticator *self,
                             const char *username,
                             const char *field,
                             const char *value)
{
  g_hash_table_insert (self->values, g_strjoin ("\n", username, field, NULL),
                       g_strdup (value));
}

void
xmpp_test_authenticator_set_delayed (XmppTestAuthenticator *self, gboolean delayed)
{
  self->delayed = delayed;
}

char *
xmpp_test_authenticator_take_log (XmppTestAuthenticator *self)
{
  char *log = g_string_free (self->log, FALSE);

  self->log = g_string_new (NULL);

  return log;
}

XmppSaslContext *
xmpp_test_context_new (XmppSaslRole role,
                       const XmppTestChannel *channel,
                       XmppAuthenticator *authenticator)
{
  static const XmppTestChannel plain_channel;
  GVariantBuilder bindings;

  if (channel == NULL)
    channel = &plain_channel;

  g_variant_builder_init (&bindings, G_VARIANT_TYPE ("a(say)"));
  if (channel->type != NULL)
    g_variant_builder_add (&bindings, "(s@ay)", channel->type,
                           g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, channel->data,
                                                      strlen (channel->data), 1));

  return g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", role, "domain", "a.test", "secure",
                       !channel->insecure, "offered", channel->offered,
                       "offered-channel-bindings", channel->offered_types, "binding",
                       channel->binding, "channel-bindings",
                       g_variant_builder_end (&bindings), "authenticator", authenticator,
                       "certificate", channel->certificate, "peer-identities",
                       channel->identities, NULL);
}

GTlsCertificate *
xmpp_test_sasl_certificate (void)
{
  static const char pem[] =
      "-----BEGIN CERTIFICATE-----\n"
      "MIIBdjCCAR2gAwIBAgIUSwApR63n/dIxbfDM6tLV5yRgZuYwCgYIKoZIzj0EAwIw\n"
      "EDEOMAwGA1UEAwwFYWxpY2UwIBcNMjYxMTI0MTQ0OTE1WhgPMjEyNjEwMzExNDQ5\n"
      "MTVaMBAxDjAMBgNVBAMMBWFsaWNlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"
      "anmgPPd7e7dGAeoDdN6WwHO5jL4xeM0Th03bT0SncrvWb854VBwhpnDLXZWKxvyF\n"
      "yZrjaTDkMkL4KTXwIKJr96NTMFEwCQYDVR0TBAIwADAlBgNVHREEHjAcoBoGCCsG\n"
      "AQUFBwgFoA4MDGFsaWNlQGEudGVzdDAdBgNVHQ4EFgQUM6m0LLuerPPfDJ3BgmaS\n"
      "f9Of1MowCgYIKoZIzj0EAwIDRwAwRAIgIommZNMvUN0MgPU+e/QRE07Fewspvf66\n"
      "/Va5T6hjiPECIGHgPm0+t0ambP4bJ5cCWetK8IZgXY2BpLaSVzGXJvuV\n"
      "-----END CERTIFICATE-----\n";
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_pem (pem, -1, &error);

  g_assert_no_error (error);

  return certificate;
}

XmppSaslMechanism *
xmpp_test_mechanism_new (const char *name,
                         XmppSaslContext *context,
                         XmppCredential *credential)
{
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (GError) error = NULL;
  XmppSaslMechanism *mechanism;

  xmpp_test_register_mechanisms (registry);
  mechanism = xmpp_sasl_registry_create (registry, name, context, credential, &error);
  g_assert_no_error (error);

  return mechanism;
}

XmppSaslMechanism *
xmpp_test_mechanism_new_client (const char *name,
                                const XmppTestChannel *channel,
                                XmppCredential *credential)
{
  g_autoptr (XmppSaslContext)
      context = xmpp_test_context_new (XMPP_SASL_ROLE_CLIENT, channel, NULL);

  return xmpp_test_mechanism_new (name, context, credential);
}

XmppSaslMechanism *
xmpp_test_mechanism_new_server (const char *name,
                                const XmppTestChannel *channel,
                                XmppTestAuthenticator *authenticator)
{
  g_autoptr (XmppSaslContext)
      context = xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, channel,
                                       XMPP_AUTHENTICATOR (authenticator));

  return xmpp_test_mechanism_new (name, context, NULL);
}

static void
stepped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

GBytes *
xmpp_test_step_bytes (XmppSaslMechanism *mechanism,
                      GBytes *input,
                      XmppSaslStatus *status,
                      GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  xmpp_sasl_mechanism_step_async (mechanism, input, NULL, stepped_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return xmpp_sasl_mechanism_step_finish (mechanism, result, status, error);
}

char *
xmpp_test_step (XmppSaslMechanism *mechanism,
                const char *input,
                XmppSaslStatus *status,
                GError **error)
{
  g_autoptr (GBytes) bytes = input != NULL ? g_bytes_new (input, strlen (input)) : NULL;
  g_autoptr (GBytes) output = xmpp_test_step_bytes (mechanism, bytes, status, error);

  if (output == NULL)
    return NULL;

  return g_strndup (g_bytes_get_size (output) > 0 ? g_bytes_get_data (output, NULL) : "",
                    g_bytes_get_size (output));
}

char *
xmpp_test_step_good (XmppSaslMechanism *mechanism,
                     const char *input,
                     XmppSaslStatus expected)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;
  char *output = xmpp_test_step (mechanism, input, &status, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status, ==, expected);

  return output;
}

char *
xmpp_test_step_refused (XmppSaslMechanism *mechanism, const char *input, int code)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  g_assert_null (xmpp_test_step (mechanism, input, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, code);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);

  return g_strdup (error->message);
}

gboolean
xmpp_test_sasl_run (XmppSaslMechanism *client,
                    XmppSaslMechanism *server,
                    GError **client_error,
                    GError **server_error)
{
  XmppSaslStatus client_status = XMPP_SASL_STATUS_FAILED;
  XmppSaslStatus server_status = XMPP_SASL_STATUS_CONTINUE;
  g_autoptr (GBytes) message = NULL;

  for (;;)
    {
      g_autoptr (GBytes) from_client = NULL;

      if (server_status != XMPP_SASL_STATUS_COMPLETE || message != NULL)
        {
          from_client =
              xmpp_test_step_bytes (client, message, &client_status, client_error);
          if (client_status == XMPP_SASL_STATUS_FAILED)
            return FALSE;
        }

      if (server_status == XMPP_SASL_STATUS_COMPLETE)
        return client_status == XMPP_SASL_STATUS_COMPLETE ||
               client_status == XMPP_SASL_STATUS_SATISFIED;

      g_clear_pointer (&message, g_bytes_unref);
      message = xmpp_test_step_bytes (server, from_client, &server_status, server_error);
      if (server_status == XMPP_SASL_STATUS_FAILED)
        return FALSE;
    }
}

void
xmpp_test_sasl_check (XmppSaslMechanism *client,
                      XmppSaslMechanism *server,
                      const char *username)
{
  g_autoptr (GError) client_error = NULL;
  g_autoptr (GError) server_error = NULL;
  gboolean good = xmpp_test_sasl_run (client, server, &client_error, &server_error);

  g_assert_no_error (client_error);
  g_assert_cmpint (good, ==, username != NULL);
  if (good)
    g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, username);
  else
    g_assert_error (server_error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
}
