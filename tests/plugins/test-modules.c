/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <xmpp.h>

#include <string.h>

/* The modules as an application gets them: through the shared library, by their description
 * files */

static const struct
{
  const char *name;
  XmppSaslFacts facts;
  int strength;
  const char *file;
  const char *type;
} rows[] = {
  { "EXTERNAL", XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_CERTIFICATE, 95,
    "external.sasl", "XmppSaslExternal" },
  { "GS2-KRB5-PLUS",
    XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING |
        XMPP_SASL_FACTS_BLOCKS,
    95, "gssapi.sasl", "XmppSaslGssapi" },
  { "HT-SHA-256-EXPR",
    XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING,
    90, "token.sasl", "XmppSaslToken" },
  { "HT-SHA-256-UNIQ",
    XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING,
    85, "token.sasl", "XmppSaslToken" },
  { "SCRAM-SHA-512-PLUS",
    XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING |
        XMPP_SASL_FACTS_BLOCKS,
    85, "scram.sasl", "XmppSaslScram" },
  { "HT-SHA-256-ENDP",
    XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING,
    80, "token.sasl", "XmppSaslToken" },
  { "SCRAM-SHA-256-PLUS",
    XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING |
        XMPP_SASL_FACTS_BLOCKS,
    80, "scram.sasl", "XmppSaslScram" },
  { "GS2-KRB5", XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_BLOCKS, 75, "gssapi.sasl",
    "XmppSaslGssapi" },
  { "GSSAPI", XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_BLOCKS, 70, "gssapi.sasl",
    "XmppSaslGssapi" },
  { "HT-SHA-256-NONE", XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_MUTUAL, 70,
    "token.sasl", "XmppSaslToken" },
  { "SCRAM-SHA-1-PLUS",
    XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_CHANNEL_BINDING |
        XMPP_SASL_FACTS_BLOCKS,
    70, "scram.sasl", "XmppSaslScram" },
  { "SCRAM-SHA-512", XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_BLOCKS, 65, "scram.sasl",
    "XmppSaslScram" },
  { "SCRAM-SHA-256", XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_BLOCKS, 60, "scram.sasl",
    "XmppSaslScram" },
  { "SCRAM-SHA-1", XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_BLOCKS, 50, "scram.sasl",
    "XmppSaslScram" },
  { "DIGEST-MD5", XMPP_SASL_FACTS_MUTUAL, 25, "digest-md5.sasl", "XmppSaslDigestMd5" },
  { "OAUTHBEARER", XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS, 20,
    "oauth.sasl", "XmppSaslOauthbearer" },
#ifdef WITH_CYRUS
  { "OTP", XMPP_SASL_FACTS_BLOCKS | XMPP_SASL_FACTS_OPT_IN, 20, "cyrus.sasl",
    "XmppSaslCyrus" },
#endif
  { "X-OAUTH2", XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS, 20, "oauth.sasl",
    "XmppSaslXOauth2" },
#ifdef WITH_CYRUS
  { "CRAM-MD5", XMPP_SASL_FACTS_BLOCKS | XMPP_SASL_FACTS_OPT_IN, 15, "cyrus.sasl",
    "XmppSaslCyrus" },
#endif
  { "PLAIN", XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS, 10, "plain.sasl",
    "XmppSaslPlain" },
#ifdef WITH_CYRUS
  { "LOGIN",
    XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_BLOCKS |
        XMPP_SASL_FACTS_OPT_IN,
    5, "cyrus.sasl", "XmppSaslCyrus" },
#endif
  { "ANONYMOUS", XMPP_SASL_FACTS_ANONYMOUS, 0, "anonymous.sasl", "XmppSaslAnonymous" },
};

/* Not the default one, which looks into an installed library too */
static XmppSaslRegistry *
new_registry (void)
{
  XmppSaslRegistry *registry = xmpp_sasl_registry_new ();

  xmpp_sasl_registry_add_directory (registry, g_getenv ("XMPP_SASL_MODULE_PATH"));

  return registry;
}

static void
assert_unbroken (XmppSaslRegistry *registry)
{
  g_autoptr (GVariant) broken = xmpp_sasl_registry_list_broken (registry);
  g_autofree char *text = g_variant_print (broken, FALSE);

  if (g_variant_n_children (broken) > 0)
    g_error ("broken modules: %s", text);
}

static void
test_list (void)
{
  g_autoptr (XmppSaslRegistry) registry = new_registry ();

  for (XmppSaslRole role = XMPP_SASL_ROLE_CLIENT; role <= XMPP_SASL_ROLE_SERVER;
       role <<= 1)
    {
      g_autoptr (GPtrArray) list = xmpp_sasl_registry_list (registry, role);

      g_assert_cmpuint (list->len, ==, G_N_ELEMENTS (rows));
      for (guint i = 0; i < list->len; i++)
        {
          XmppSaslMechanismInfo *info = g_ptr_array_index (list, i);

          g_assert_cmpstr (xmpp_sasl_mechanism_info_get_name (info), ==, rows[i].name);
          g_assert_cmpuint (xmpp_sasl_mechanism_info_get_facts (info), ==, rows[i].facts);
          g_assert_cmpint (xmpp_sasl_mechanism_info_get_strength (info), ==,
                           rows[i].strength);
          g_assert_true (
              g_str_has_suffix (xmpp_sasl_mechanism_info_get_file (info), rows[i].file));
          g_assert_false (xmpp_sasl_mechanism_info_is_loaded (info));
        }
    }

  assert_unbroken (registry);
}

static void
stepped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_create (void)
{
  static const char *const server_first[] = { "DIGEST-MD5", "CRAM-MD5", "LOGIN", NULL };
  g_autoptr (XmppSaslRegistry) registry = new_registry ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  g_autoptr (GVariant) bindings = g_variant_ref_sink (
      g_variant_new_parsed ("[('tls-exporter', [byte 1, 2, 3]), ('tls-unique', [4]), "
                            "('tls-server-end-point', [5])]"));

  xmpp_credential_set_field (credential, "token", "sesame");
  xmpp_credential_set_field (credential, "ccache", "FILE:/nonexistent/tickets");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      XmppSaslBinding binding = rows[i].facts & XMPP_SASL_FACTS_CHANNEL_BINDING
                                    ? XMPP_SASL_BINDING_USED
                                    : XMPP_SASL_BINDING_NONE;
      g_autoptr (XmppSaslContext)
          context = g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", XMPP_SASL_ROLE_CLIENT,
                                  "domain", "a.test", "secure", TRUE, "channel-bindings",
                                  bindings, "binding", binding, NULL);
      g_autofree char *token =
          g_strconcat (rows[i].name, "$2999-12-31T23:59:59Z$token", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppSaslMechanism) mechanism =
          xmpp_sasl_registry_create (registry, rows[i].name, context, credential, &error);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GBytes) message = NULL;
      XmppSaslStatus status;

      g_assert_no_error (error);
      g_assert_cmpstr (G_OBJECT_TYPE_NAME (mechanism), ==, rows[i].type);
      g_assert_true (xmpp_sasl_mechanism_info_is_loaded (
          xmpp_sasl_registry_find (registry, rows[i].name)));

      xmpp_credential_set_field (credential, "fast-token", token);
      xmpp_sasl_mechanism_step_async (mechanism, NULL, NULL, stepped_cb, &result);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      message = xmpp_sasl_mechanism_step_finish (mechanism, result, &status, &error);
      /* No certificate was sent here, and there is no ticket. */
      if (rows[i].facts & XMPP_SASL_FACTS_CERTIFICATE ||
          g_str_equal (rows[i].file, "gssapi.sasl"))
        {
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (message == NULL, ==, g_strv_contains (server_first, rows[i].name));
      g_assert_cmpint (status, !=, XMPP_SASL_STATUS_FAILED);
    }

  assert_unbroken (registry);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/modules/list", test_list);
  g_test_add_func ("/modules/create", test_create);

  return g_test_run ();
}
