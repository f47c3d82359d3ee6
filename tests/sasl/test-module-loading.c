/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <xmpp.h>

#include <string.h>

#include <glib/gstdio.h>

/* Modules as they are loaded: the good one, and each kind of broken one. This program links
 * the shared library, as an application does. */

static XmppSaslRegistry *
new_registry (void)
{
  XmppSaslRegistry *registry = xmpp_sasl_registry_new ();

  xmpp_sasl_registry_add_directory (registry, g_getenv ("TEST_MODULES"));

  return registry;
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_set_object ((GAsyncResult **) user_data, result);
}

static void
test_good (void)
{
  static const char *const names[] = { "X-GOOD", "X-GOOD-TOO" };
  g_autoptr (XmppSaslRegistry) registry = new_registry ();
  g_autoptr (XmppSaslContext) context = g_object_new (XMPP_TYPE_SASL_CONTEXT, NULL);
  g_autoptr (GPtrArray)
      listed = xmpp_sasl_registry_list (registry, XMPP_SASL_ROLE_CLIENT);

  /* Nothing is loaded for the list. */
  g_assert_cmpint (listed->len, ==, 13);
  for (guint i = 0; i < listed->len; i++)
    g_assert_false (xmpp_sasl_mechanism_info_is_loaded (listed->pdata[i]));
  g_assert_cmpint (g_type_from_name ("TestGood"), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (XmppSaslMechanism) mechanism = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GBytes) output = NULL;
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      mechanism = xmpp_sasl_registry_create (registry, names[i], context, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (xmpp_sasl_mechanism_info_is_loaded (
          xmpp_sasl_registry_find (registry, names[i])));

      xmpp_sasl_mechanism_step_async (mechanism, NULL, NULL, finished_cb, &result);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      output = xmpp_sasl_mechanism_step_finish (mechanism, result, &status, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (output, NULL), g_bytes_get_size (output),
                       names[i], strlen (names[i]));
    }
}

static gboolean
is_broken (XmppSaslRegistry *registry, const char *reason)
{
  g_autoptr (GVariant) broken = xmpp_sasl_registry_list_broken (registry);
  g_autofree char *text = g_variant_print (broken, FALSE);

  return strstr (text, reason) != NULL;
}

static void
test_broken (void)
{
  static const struct
  {
    const char *name;
    const char *reason;
  } rows[] = {
    { "X-NO-ENTRY", "xmpp_sasl_module_get_type" },
    { "X-UNDEFINED", "test_function_of_a_later_library" },
    { "X-TEXT", "libtest-text.so" },
    { "X-MISSING", "cannot be opened" },
    { "X-ABSTRACT", "abstract" },
    { "X-OBJECT", "XmppCredential for X-OBJECT is no XmppSaslMechanism" },
    { "X-STRANGER", "does not know X-STRANGER" },
    { "X-ONE-SIDED", "does not play the server's side of X-ONE-SIDED" },
  };
  g_autoptr (XmppSaslRegistry) registry = new_registry ();
  g_autoptr (XmppSaslContext) context = g_object_new (XMPP_TYPE_SASL_CONTEXT, NULL);
  g_autoptr (XmppSaslMechanism) good = NULL;
  g_autoptr (GError) good_error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *pattern = g_strdup_printf ("*%s*", rows[i].reason);

      g_assert_false (is_broken (registry, rows[i].reason));
      g_test_expect_message ("Xmpp-Sasl", G_LOG_LEVEL_WARNING, pattern);
      /* The second time it is not tried again, and says the same. */
      for (guint again = 0; again < 2; again++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_null (
              xmpp_sasl_registry_create (registry, rows[i].name, context, NULL, &error));
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MODULE);
          g_assert_nonnull (strstr (error->message, rows[i].reason));
        }
      g_test_assert_expected_messages ();
      g_assert_true (is_broken (registry, rows[i].reason));
      g_assert_false (xmpp_sasl_mechanism_info_is_loaded (
          xmpp_sasl_registry_find (registry, rows[i].name)));
    }

  /* The others go on working. */
  good = xmpp_sasl_registry_create (registry, "X-GOOD", context, NULL, &good_error);
  g_assert_no_error (good_error);
}

static void
test_role (void)
{
  g_autoptr (XmppSaslRegistry) registry = new_registry ();
  g_autoptr (XmppSaslContext) context =
      g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", XMPP_SASL_ROLE_SERVER, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (xmpp_sasl_registry_create (registry, "X-GOOD", context, NULL, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_MECHANISM);
  g_assert_nonnull (strstr (error->message, "server"));
}

static void
test_authenticator (void)
{
  static const struct
  {
    const char *module;
    const char *reason;
  } rows[] = {
    { "nobody", "no module of this name" },
    { "taken", "brings no authenticator" },
    { "missing", "cannot be opened" },
  };
  g_autoptr (XmppSaslRegistry) registry = new_registry ();
  g_autoptr (GError) good_error = NULL;
  g_autoptr (XmppAuthenticator)
      good = xmpp_sasl_registry_create_authenticator (registry, "good", &good_error);

  g_assert_no_error (good_error);
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (good), ==, "TestAccounts");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
          xmpp_sasl_registry_create_authenticator (registry, rows[i].module, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MODULE);
      g_assert_nonnull (strstr (error->message, rows[i].module));
      g_assert_nonnull (strstr (error->message, rows[i].reason));
    }
}

/* Of two files that have the name of a module, it is the one that was read first, wherever
 * they stand. */
static void
test_authenticator_of_first (void)
{
  g_autofree char *directory = g_dir_make_tmp ("xmpp-modules-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (directory, "good.sasl", NULL);

  g_assert_true (g_file_set_contents (file,
                                      "[SASL Module]\nApi=1\nLibrary=libnone.so\n"
                                      "[X-NONE]\nRoles=client\nFacts=\nStrength=9\n"
                                      "Fields=\n",
                                      -1, NULL));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
      g_autoptr (XmppAuthenticator) made = NULL;
      g_autoptr (GError) error = NULL;

      if (i == 1)
        xmpp_sasl_registry_add_directory (registry, directory);
      xmpp_sasl_registry_add_directory (registry, g_getenv ("TEST_MODULES"));
      if (i == 0)
        xmpp_sasl_registry_add_directory (registry, directory);

      made = xmpp_sasl_registry_create_authenticator (registry, "good", &error);
      if (i == 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MODULE);
      g_assert_cmpint (made != NULL, ==, i == 0);
    }

  g_assert_cmpint (g_unlink (file), ==, 0);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl/module-loading/good", test_good);
  g_test_add_func ("/sasl/module-loading/broken", test_broken);
  g_test_add_func ("/sasl/module-loading/role", test_role);
  g_test_add_func ("/sasl/module-loading/authenticator", test_authenticator);
  g_test_add_func ("/sasl/module-loading/authenticator-of-first",
                   test_authenticator_of_first);

  return g_test_run ();
}
