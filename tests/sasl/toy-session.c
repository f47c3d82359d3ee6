/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "toy-session.h"

#include "core/xmpp-secret-private.h"

#include "xmpp-test-loop.h"

static gboolean
request_cb (XmppCredential *credential, XmppCredentialRequest *request, ToySession *self)
{
  g_autofree char *fields =
      g_strjoinv (",", (char **) xmpp_credential_request_get_fields (request));

  g_string_append_printf (self->log, "request %s %d #%u;", fields,
                          xmpp_credential_request_get_reason (request),
                          xmpp_credential_request_get_attempt (request));
  if (self->answers == NULL)
    return FALSE;

  if (*self->answers != NULL)
    xmpp_credential_request_set_field (request, "password", *self->answers++);
  xmpp_credential_request_reply (request);

  return TRUE;
}

static void
obtained_cb (XmppCredential *credential,
             const char *field,
             const char *value,
             ToySession *self)
{
  g_string_append_printf (self->log, "obtained %s;", field);
}

static void
rejected_cb (XmppCredential *credential, const char *field, ToySession *self)
{
  g_string_append_printf (self->log, "rejected %s;", field);
}

void
toy_session_init (ToySession *self, const char *username, const char *password)
{
  self->registry = xmpp_sasl_registry_new ();
  toy_register (self->registry);
  self->policy = xmpp_sasl_policy_new ();
  self->credential = xmpp_credential_new (username, password);
  self->limits = xmpp_limits_new ();
  self->report = xmpp_report_new ();
  self->log = g_string_new (NULL);
  self->answers = NULL;
  self->session = xmpp_sasl_session_new (self->registry, self->policy, self->credential,
                                         self->limits, self->report);

  g_signal_connect (self->credential, "request", G_CALLBACK (request_cb), self);
  g_signal_connect (self->credential, "obtained", G_CALLBACK (obtained_cb), self);
  g_signal_connect (self->credential, "rejected", G_CALLBACK (rejected_cb), self);
  toy_session_connect (self, TRUE, NULL);
}

void
toy_session_connect (ToySession *self, gboolean secure, const char *bindings)
{
  g_auto (GStrv) types = g_strsplit (bindings != NULL ? bindings : "", " ", -1);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(say)"));
  for (guint i = 0; types[i] != NULL; i++)
    g_variant_builder_add (&builder, "(s@ay)", types[i],
                           g_variant_new_bytestring (types[i]));

  xmpp_sasl_session_set_connection (self->session, "local", "p.test", secure,
                                    g_variant_builder_end (&builder));
}

void
toy_session_set_credential (ToySession *self, XmppCredential *credential)
{
  g_signal_handlers_disconnect_by_data (self->credential, self);
  g_object_unref (self->session);
  g_set_object (&self->credential, credential);
  self->session = xmpp_sasl_session_new (self->registry, self->policy, self->credential,
                                         self->limits, self->report);
  toy_session_connect (self, TRUE, NULL);
}

void
toy_session_clear (ToySession *self)
{
  g_signal_handlers_disconnect_by_data (self->credential, self);
  xmpp_test_assert_last_unref (&self->session);
  xmpp_test_assert_last_unref (&self->credential);
  g_clear_object (&self->registry);
  g_clear_object (&self->policy);
  g_clear_object (&self->limits);
  g_clear_object (&self->report);
  g_string_free (self->log, TRUE);
}

gboolean
toy_session_offer (ToySession *self,
                   const char *mechanisms,
                   const char *types,
                   GError **error)
{
  g_auto (GStrv) names = g_strsplit (mechanisms, " ", -1);
  g_auto (GStrv) list = types != NULL ? g_strsplit (types, " ", -1) : NULL;

  return xmpp_sasl_session_set_offer (self->session, (const char *const *) names,
                                      (const char *const *) list, FALSE, error);
}

char *
toy_session_start (ToySession *self, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GBytes) initial = NULL;
  g_autofree char *text = NULL;
  const char *name;

  xmpp_sasl_session_start_async (self->session, NULL, xmpp_test_result_cb, &result);
  name = xmpp_sasl_session_start_finish (self->session, xmpp_test_result_wait (&result),
                                         &initial, error);
  if (name == NULL || initial == NULL)
    return g_strdup (name);

  text = toy_text (initial);

  return g_strdup_printf ("%s %s", name, text);
}

char *
toy_session_step (ToySession *self, const char *challenge, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GBytes) input = toy_bytes (challenge);
  g_autoptr (GBytes) response = NULL;

  xmpp_sasl_session_step_async (self->session, input, NULL, xmpp_test_result_cb, &result);
  response = xmpp_sasl_session_step_finish (self->session,
                                            xmpp_test_result_wait (&result), error);

  return response != NULL ? toy_text (response) : NULL;
}

gboolean
toy_session_succeed (ToySession *self, const char *data, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GBytes) bytes = data != NULL ? toy_bytes (data) : NULL;

  xmpp_sasl_session_succeed_async (self->session, bytes, NULL, xmpp_test_result_cb,
                                   &result);

  return xmpp_sasl_session_succeed_finish (self->session, xmpp_test_result_wait (&result),
                                           error);
}

gboolean
toy_session_fail_with (ToySession *self, const GError *failure, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_sasl_session_fail_async (self->session, failure, NULL, xmpp_test_result_cb,
                                &result);

  return xmpp_sasl_session_fail_finish (self->session, xmpp_test_result_wait (&result),
                                        error);
}

gboolean
toy_session_fail (ToySession *self, XmppSaslError code, GError **error)
{
  g_autoptr (GError)
      failure = g_error_new_literal (XMPP_SASL_ERROR, code, "The server says no");

  return toy_session_fail_with (self, failure, error);
}

char *
toy_session_report (ToySession *self)
{
  g_autoptr (GVariant) report = xmpp_report_to_variant (self->report);
  g_autoptr (GVariant)
      list = g_variant_lookup_value (report, "mechanisms", G_VARIANT_TYPE ("aa{sv}"));
  GString *text = g_string_new (NULL);

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (list, i);
      const char *name = NULL, *why = NULL;
      gboolean used = FALSE;

      g_variant_lookup (row, "name", "&s", &name);
      g_variant_lookup (row, "used", "b", &used);
      g_variant_lookup (row, "why", "&s", &why);
      g_string_append_printf (text, "%s%c", name, used ? '+' : '-');
      if (why != NULL && *why != '\0')
        g_string_append_printf (text, "(%s)", why);
      g_string_append_c (text, ';');
    }

  return g_string_free (text, FALSE);
}
