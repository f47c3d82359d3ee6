/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "sasl/xmpp-sasl-policy-private.h"
#include "sasl/xmpp-sasl-registry-private.h"
#include "toy.h"

#define MODULE "[SASL Module]\nApi=1\nLibrary=libtest.so\n"
#define TOKEN "[X-TOKEN]\nRoles=client\nFacts=needs-tls\nStrength=20\nFields=token\n"

static char *
make_directory (void)
{
  char *directory = g_dir_make_tmp ("xmpp-sasl-XXXXXX", NULL);

  g_assert_nonnull (directory);

  return directory;
}

static char *
write_file (const char *directory, const char *name, const char *contents)
{
  char *path = g_build_filename (directory, name, NULL);

  g_assert_true (g_file_set_contents (path, contents, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);

  return path;
}

static void
remove_directory (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

/* The reasons, each on a line */
static char *
dup_broken (XmppSaslRegistry *registry)
{
  g_autoptr (GVariant) broken = xmpp_sasl_registry_list_broken (registry);
  g_autoptr (GVariant) again = xmpp_sasl_registry_list_broken (registry);
  GString *text = g_string_new (NULL);
  GVariantIter iter;
  const char *file, *reason;

  g_assert_true (g_variant_equal (broken, again));
  g_variant_iter_init (&iter, broken);
  while (g_variant_iter_next (&iter, "(&s&s)", &file, &reason))
    g_string_append_printf (text, "%s\n", reason);

  return g_string_free (text, FALSE);
}

static void
expect_warning (const char *text)
{
  g_autofree char *pattern = g_strdup_printf ("*%s*", text);

  g_test_expect_message ("Xmpp-Sasl", G_LOG_LEVEL_WARNING, pattern);
}

static void
test_register (void)
{
  static const char *const fields[] = { "token", NULL };
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (XmppSaslMechanismInfo)
      first = xmpp_sasl_mechanism_info_new ("X-ONE", XMPP_SASL_ROLE_CLIENT,
                                            XMPP_SASL_FACTS_NONE, 10, fields);
  g_autoptr (XmppSaslMechanismInfo)
      second = xmpp_sasl_mechanism_info_new ("X-ONE", XMPP_SASL_ROLE_SERVER,
                                             XMPP_SASL_FACTS_NONE, 20, NULL);
  g_autoptr (XmppSaslContext) context = g_object_new (XMPP_TYPE_SASL_CONTEXT, NULL);
  g_autoptr (XmppSaslMechanism) mechanism = NULL;
  g_autoptr (GError) error = NULL;
  XmppSaslMechanismInfo *found;

  g_assert_null (xmpp_sasl_registry_find (registry, "X-ONE"));
  g_assert_null (xmpp_sasl_registry_create (registry, "X-ONE", context, NULL, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_MECHANISM);
  g_clear_error (&error);

  xmpp_sasl_registry_register (registry, first, TOY_TYPE_MECHANISM);
  found = xmpp_sasl_registry_find (registry, "X-ONE");
  g_assert_true (found == first);
  g_assert_true (xmpp_sasl_mechanism_info_is_loaded (found));
  g_assert_null (xmpp_sasl_mechanism_info_get_file (found));
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_fields (found)[0], ==, "token");

  mechanism = xmpp_sasl_registry_create (registry, "X-ONE", context, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (TOY_IS_MECHANISM (mechanism));
  g_assert_cmpstr (xmpp_sasl_mechanism_get_name (mechanism), ==, "X-ONE");
  g_assert_true (xmpp_sasl_mechanism_get_context (mechanism) == context);

  /* The later registration wins; what find() gave out stays valid. */
  xmpp_sasl_registry_register (registry, second, TOY_TYPE_MECHANISM);
  g_assert_true (xmpp_sasl_registry_find (registry, "X-ONE") == second);
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_name (found), ==, "X-ONE");
  g_assert_null (xmpp_sasl_registry_create (registry, "X-ONE", context, NULL, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_MECHANISM);
}

static void
test_register_refused (void)
{
  static const struct
  {
    const char *name;
    GType (*type) (void);
    const char *reason;
  } rows[] = {
    { "lower", toy_mechanism_get_type, "name" },
    { "ABCDEFGHIJKLMNOPQRSTU", toy_mechanism_get_type, "name" },
    { "X-ABSTRACT", xmpp_sasl_mechanism_get_type, "abstract" },
    { "X-OTHER", xmpp_credential_get_type, "no XmppSaslMechanism" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
      g_autoptr (XmppSaslMechanismInfo) info =
          xmpp_sasl_mechanism_info_new (rows[i].name, XMPP_SASL_ROLE_CLIENT, 0, 1, NULL);
      g_autofree char *broken = NULL;

      expect_warning (rows[i].reason);
      xmpp_sasl_registry_register (registry, info, rows[i].type ());
      g_test_assert_expected_messages ();
      g_assert_null (xmpp_sasl_registry_find (registry, rows[i].name));
      broken = dup_broken (registry);
      g_assert_nonnull (strstr (broken, rows[i].reason));
    }
}

static void
test_list (void)
{
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (GPtrArray) clients = NULL;
  g_autoptr (GPtrArray) servers = NULL;
  static const struct
  {
    const char *name;
    XmppSaslRole roles;
    int strength;
  } rows[] = { { "X-B", XMPP_SASL_ROLE_CLIENT, 5 },
               { "X-A", XMPP_SASL_ROLE_CLIENT | XMPP_SASL_ROLE_SERVER, 5 },
               { "X-C", XMPP_SASL_ROLE_SERVER, 9 },
               { "X-D", XMPP_SASL_ROLE_CLIENT, 7 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanismInfo)
          info = xmpp_sasl_mechanism_info_new (rows[i].name, rows[i].roles, 0,
                                               rows[i].strength, NULL);

      xmpp_sasl_registry_register (registry, info, TOY_TYPE_MECHANISM);
    }

  clients = xmpp_sasl_registry_list (registry, XMPP_SASL_ROLE_CLIENT);
  servers = xmpp_sasl_registry_list (registry, XMPP_SASL_ROLE_SERVER);
  g_assert_cmpint (clients->len, ==, 3);
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_name (clients->pdata[0]), ==, "X-D");
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_name (clients->pdata[1]), ==, "X-A");
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_name (clients->pdata[2]), ==, "X-B");
  g_assert_cmpint (servers->len, ==, 2);
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_name (servers->pdata[0]), ==, "X-C");
}

static void
test_key_files (void)
{
  static const struct
  {
    const char *file;
    const char *contents;
    const char *reason; /* NULL: X-TOKEN is there, and nothing is broken */
    gboolean token;     /* X-TOKEN is there although something is broken */
  } rows[] = {
    { "a-1.sasl", MODULE TOKEN },
    { "a.sasl",
      MODULE "[X-TOKEN]\nRoles=client;server;\nFacts=\nStrength=-3\nFields=\nLater=1\n" },
    { "a.sasl", "", "SASL Module" },
    { "a.sasl", "no key file", "Key file" },
    { "a.sasl", "[SASL Module]\nLibrary=libtest.so\n" TOKEN, "Api" },
    { "a.sasl", "[SASL Module]\nApi=2\nLibrary=libtest.so\n" TOKEN, "Api=2" },
    { "a.sasl", "[SASL Module]\nApi=x\nLibrary=libtest.so\n" TOKEN, "Api" },
    { "a.sasl", "[SASL Module]\nApi=1\n" TOKEN, "Library" },
    { "a.sasl", "[SASL Module]\nApi=1\nLibrary=../libtest.so\n" TOKEN, "bare name" },
    { "a.sasl", "[SASL Module]\nApi=1\nLibrary=/tmp/libtest.so\n" TOKEN, "bare name" },
    { "a.sasl", "[SASL Module]\nApi=1\nLibrary=libte.st.so\n" TOKEN, "bare name" },
    { "a.sasl", "[SASL Module]\nApi=1\nLibrary=lib.so\n" TOKEN, "bare name" },
    { "a.sasl", "[SASL Module]\nApi=1\nLibrary=libTest.so\n" TOKEN, "bare name" },
    { "A.sasl", MODULE TOKEN, "characters" },
    { "a b.sasl", MODULE TOKEN, "characters" },
    { ".sasl", MODULE TOKEN, "characters" },
    { "a.sasl", MODULE TOKEN "[x-lower]\n", "[x-lower]", TRUE },
    { "a.sasl", MODULE TOKEN "[X-B]\nFacts=\nStrength=1\nFields=\n", "Roles", TRUE },
    { "a.sasl", MODULE TOKEN "[X-B]\nRoles=\nFacts=\nStrength=1\nFields=\n", "Roles",
      TRUE },
    { "a.sasl", MODULE TOKEN "[X-B]\nRoles=both\nFacts=\nStrength=1\nFields=\n", "both",
      TRUE },
    { "a.sasl", MODULE TOKEN "[X-B]\nRoles=client\nFacts=magic\nStrength=1\nFields=\n",
      "magic", TRUE },
    { "a.sasl", MODULE TOKEN "[X-B]\nRoles=client\nStrength=1\nFields=\n", "Facts",
      TRUE },
    { "a.sasl", MODULE TOKEN "[X-B]\nRoles=client\nFacts=\nFields=\n", "Strength", TRUE },
    { "a.sasl", MODULE TOKEN "[X-B]\nRoles=client\nFacts=\nStrength=much\nFields=\n",
      "Strength", TRUE },
    { "a.sasl", MODULE TOKEN "[X-B]\nRoles=client\nFacts=\nStrength=1\n", "Fields",
      TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
      g_autofree char *directory = make_directory ();
      g_autofree char *path = write_file (directory, rows[i].file, rows[i].contents);
      g_autofree char *other = write_file (directory, "README", "not a description");
      g_autofree char *broken = NULL;
      XmppSaslMechanismInfo *info;

      g_test_message ("row %u", i);
      if (rows[i].reason != NULL)
        expect_warning (rows[i].reason);
      xmpp_sasl_registry_add_directory (registry, directory);
      /* Once more says nothing more. */
      xmpp_sasl_registry_add_directory (registry, directory);
      g_test_assert_expected_messages ();

      broken = dup_broken (registry);
      info = xmpp_sasl_registry_find (registry, "X-TOKEN");
      g_assert_cmpint (info != NULL, ==, rows[i].reason == NULL || rows[i].token);
      g_assert_null (xmpp_sasl_registry_find (registry, "X-B"));
      if (rows[i].reason == NULL)
        g_assert_cmpstr (broken, ==, "");
      else
        g_assert_nonnull (strstr (broken, rows[i].reason));
      if (info != NULL)
        {
          g_assert_cmpstr (xmpp_sasl_mechanism_info_get_file (info), ==, path);
          g_assert_false (xmpp_sasl_mechanism_info_is_loaded (info));
        }
      remove_directory (directory);
    }
}

static void
test_facts_of_key_file (void)
{
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autofree char *directory = make_directory ();
  g_autofree char *path =
      write_file (directory, "a.sasl",
                  MODULE "[PLAIN]\nRoles=client\nFacts=mutual;blocks\nStrength=99\n"
                         "Fields=username;password\n");
  g_autofree char *broken = NULL;
  XmppSaslMechanismInfo *info;

  /* It is believed in what makes it look worse. */
  expect_warning ("[PLAIN]");
  xmpp_sasl_registry_add_directory (registry, directory);
  g_test_assert_expected_messages ();
  broken = dup_broken (registry);
  g_assert_cmpstr (broken, ==,
                   "[PLAIN] The description is corrected: it is plain-text, it is "
                   "needs-tls, it is not mutual, its strength is 10\n");
  info = xmpp_sasl_registry_find (registry, "PLAIN");
  g_assert_nonnull (info);
  g_assert_cmphex (xmpp_sasl_mechanism_info_get_facts (info), ==,
                   XMPP_SASL_FACTS_PLAIN_TEXT | XMPP_SASL_FACTS_NEEDS_TLS |
                       XMPP_SASL_FACTS_BLOCKS);
  g_assert_cmpint (xmpp_sasl_mechanism_info_get_strength (info), ==, 10);
  g_assert_cmpint (xmpp_sasl_mechanism_info_get_roles (info), ==, XMPP_SASL_ROLE_CLIENT);
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_fields (info)[1], ==, "password");
  remove_directory (directory);
}

static void
test_first_file_wins (void)
{
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (XmppSaslMechanismInfo)
      own = xmpp_sasl_mechanism_info_new ("X-OWN", XMPP_SASL_ROLE_CLIENT,
                                          XMPP_SASL_FACTS_NONE, 1, NULL);
  g_autofree char *first = make_directory ();
  g_autofree char *second = make_directory ();
  g_autofree char *a = write_file (first, "b.sasl", MODULE TOKEN);
  g_autofree char *b = write_file (first, "a.sasl", MODULE TOKEN);
  g_autofree char *c =
      write_file (second, "a.sasl",
                  MODULE TOKEN "[X-OWN]\nRoles=client\nFacts=\nStrength=9\nFields=\n");
  g_autofree char *taken =
      g_strdup_printf ("X-TOKEN is also in %s, which comes first\n", b);
  g_autofree char *expected = g_strconcat (taken, taken, NULL);
  g_autofree char *broken = NULL;
  XmppSaslMechanismInfo *info;

  xmpp_sasl_registry_register (registry, own, TOY_TYPE_MECHANISM);
  xmpp_sasl_registry_add_directory (registry, first);
  xmpp_sasl_registry_add_directory (registry, second);

  info = xmpp_sasl_registry_find (registry, "X-TOKEN");
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_file (info), ==, b);
  g_assert_true (xmpp_sasl_registry_find (registry, "X-OWN") == own);
  /* What the program has registered is meant to come first. */
  broken = dup_broken (registry);
  g_assert_cmpstr (broken, ==, expected);
  remove_directory (first);
  remove_directory (second);
}

/* Whoever comes first counts, unless somebody prefers the module of another. */
static void
test_modules (void)
{
  static const char *const no_such[] = { "c", NULL };
  static const char *const second_one[] = { "c", "b", "a", NULL };
  static const char *const server_only[] = { "a-server", NULL };
  const XmppSaslRole client = XMPP_SASL_ROLE_CLIENT;
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (XmppSaslMechanismInfo) own =
      xmpp_sasl_mechanism_info_new ("X-TOKEN", client, XMPP_SASL_FACTS_NONE, 1, NULL);
  g_autofree char *directory = make_directory ();
  g_autofree char *a = write_file (directory, "a.sasl", MODULE TOKEN);
  g_autofree char *server =
      write_file (directory, "a-server.sasl",
                  MODULE "[X-TOKEN]\nRoles=server\nFacts=\nStrength=9\nFields=\n");
  g_autofree char *b = write_file (directory, "b.sasl", MODULE TOKEN);
  g_autoptr (XmppSaslContext) context = g_object_new (XMPP_TYPE_SASL_CONTEXT, NULL);
  g_autoptr (XmppSaslMechanism) mechanism = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  XmppSaslMechanismInfo *first, *second;

  xmpp_sasl_registry_add_directory (registry, directory);

  /* “-” comes before “.” */
  first = xmpp_sasl_registry_find (registry, "X-TOKEN");
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_module (first), ==, "a-server");
  second = xmpp_sasl_registry_find_from (registry, "X-TOKEN", client, second_one);
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_file (second), ==, b);
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_module (second), ==, "b");
  /* What cannot play the side stands in nobody's way. */
  first = xmpp_sasl_registry_find_from (registry, "X-TOKEN", client, no_such);
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_module (first), ==, "a");
  g_assert_true (
      xmpp_sasl_registry_find_from (registry, "X-TOKEN", client, server_only) == first);
  list = xmpp_sasl_registry_list_from (registry, client, second_one);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_true (g_ptr_array_index (list, 0) == second);

  /* What the program has registered comes first, and can be passed over as well. */
  xmpp_sasl_registry_register (registry, own, TOY_TYPE_MECHANISM);
  g_assert_true (xmpp_sasl_registry_find (registry, "X-TOKEN") == own);
  g_assert_null (xmpp_sasl_mechanism_info_get_module (own));
  g_assert_true (xmpp_sasl_registry_find_from (registry, "X-TOKEN", client, second_one) ==
                 second);
  mechanism = xmpp_sasl_registry_create_from (registry, own, context, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (TOY_IS_MECHANISM (mechanism));

  /* Each goes to its own library, which is not there. */
  expect_warning ("libtest.so");
  g_assert_null (
      xmpp_sasl_registry_create_from (registry, second, context, NULL, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MODULE);
  g_test_assert_expected_messages ();
  remove_directory (directory);
}

/* What waits to be named does not hide what does not wait, whichever comes first. */
static void
test_modules_that_wait (void)
{
  static const char *const waiting[] = { "a", NULL };
  const XmppSaslRole client = XMPP_SASL_ROLE_CLIENT;
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autofree char *directory = make_directory ();
  g_autofree char *a =
      write_file (directory, "a.sasl",
                  MODULE "[X-TOKEN]\nRoles=client\nFacts=opt-in\nStrength=9\nFields=\n"
                         "[X-ONLY]\nRoles=client\nFacts=opt-in\nStrength=9\nFields=\n");
  g_autofree char *b =
      write_file (directory, "b.sasl",
                  MODULE "[X-TOKEN]\nRoles=client;server\nFacts=\nStrength=5\nFields=\n");
  g_autofree char *broken = NULL;
  g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
  g_autoptr (GPtrArray) list = NULL;
  XmppSaslMechanismInfo *info;

  xmpp_sasl_registry_add_directory (registry, directory);

  info = xmpp_sasl_registry_find (registry, "X-TOKEN");
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_file (info), ==, b);
  g_assert_true (xmpp_sasl_registry_find_from (registry, "X-TOKEN", client, NULL) ==
                 info);
  g_assert_true (xmpp_sasl_registry_find_from (registry, "X-TOKEN", XMPP_SASL_ROLE_SERVER,
                                               waiting) == info);
  info = xmpp_sasl_registry_find_from (registry, "X-TOKEN", client, waiting);
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_file (info), ==, a);
  info = xmpp_sasl_registry_find (registry, "X-ONLY");
  g_assert_cmpstr (xmpp_sasl_mechanism_info_get_file (info), ==, a);

  /* To prefer a module opens what it has in the place of another one, and nothing else. */
  g_object_set (policy, "preferred-modules", waiting, NULL);
  g_assert_cmpstr (xmpp_sasl_policy_judge (policy, info), ==,
                   "it is used only where the policy names it");
  info = xmpp_sasl_registry_find_from (registry, "X-TOKEN", client, waiting);
  g_assert_null (xmpp_sasl_policy_judge (policy, info));

  list = xmpp_sasl_registry_list (registry, client);
  g_assert_cmpuint (list->len, ==, 2);
  broken = dup_broken (registry);
  g_assert_cmpstr (broken, ==, "");
  remove_directory (directory);
}

/* L3: nobody else may put code in here. */
static void
expect_refused (const char *directory, const char *reason)
{
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autofree char *broken = NULL;

  expect_warning (reason);
  xmpp_sasl_registry_add_directory (registry, directory);
  g_test_assert_expected_messages ();
  g_assert_null (xmpp_sasl_registry_find (registry, "X-TOKEN"));
  broken = dup_broken (registry);
  g_assert_nonnull (strstr (broken, reason));
}

/* The file is ours, but anybody may put another in its place. */
static void
test_link_to_file (const char *directory, const char *path)
{
  g_autofree char *other = make_directory ();
  g_autofree char *link = g_build_filename (other, "link.sasl", NULL);
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();

  g_assert_cmpint (symlink (path, link), ==, 0);
  xmpp_sasl_registry_add_directory (registry, other);
  g_assert_nonnull (xmpp_sasl_registry_find (registry, "X-TOKEN"));

  g_assert_cmpint (g_chmod (directory, 0777), ==, 0);
  expect_refused (other, "Everybody can write to the directory that it leads to");
  g_assert_cmpint (g_chmod (directory, 0700), ==, 0);
  remove_directory (other);
}

static void
test_L3_paths (void)
{
  g_autofree char *directory = make_directory ();
  g_autofree char *parent = g_path_get_dirname (directory);
  g_autofree char *name = g_path_get_basename (directory);
  g_autofree char *path = write_file (directory, "a.sasl", MODULE TOKEN);
  g_autofree char *dotted = g_strdup_printf ("%s/../%s", directory, name);
  g_autofree char *link = g_strdup_printf ("%s-link", directory);
  g_autofree char *before = g_get_current_dir ();

  g_assert_cmpint (g_chdir (parent), ==, 0);
  expect_refused (name, "absolute");
  g_assert_cmpint (g_chdir (before), ==, 0);

  expect_refused (dotted, "absolute");
  expect_refused ("/nonexistent/sasl", "cannot be opened");
  expect_refused (path, "cannot be opened");

  g_assert_cmpint (g_chmod (path, 0666), ==, 0);
  expect_refused (directory, "Everybody can write to the file");
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);

  g_assert_cmpint (g_chmod (directory, 0777), ==, 0);
  expect_refused (directory, "Everybody can write to the directory");
  g_assert_cmpint (symlink (directory, link), ==, 0);
  expect_refused (link, "Everybody can write to the directory");
  g_assert_cmpint (g_unlink (link), ==, 0);
  g_assert_cmpint (g_chmod (directory, 0700), ==, 0);

  test_link_to_file (directory, path);
  remove_directory (directory);
}

static void
test_L3_kinds_of_files (void)
{
  g_autofree char *directory = make_directory ();
  g_autofree char *pipe_path = g_build_filename (directory, "a.sasl", NULL);
  g_autofree char *big = g_strnfill (70000, '#');

  /* A named pipe must not stop the program. */
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  expect_refused (directory, "regular");
  g_assert_cmpint (g_unlink (pipe_path), ==, 0);

  g_assert_cmpint (g_mkdir (pipe_path, 0700), ==, 0);
  expect_refused (directory, "regular");
  g_assert_cmpint (g_rmdir (pipe_path), ==, 0);

  g_free (write_file (directory, "a.sasl", big));
  expect_refused (directory, "longer");
  remove_directory (directory);
}

static void
test_L3_owners (void)
{
  g_autofree char *directory = NULL;
  g_autofree char *path = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("Only root can give files away");
      return;
    }

  directory = make_directory ();
  path = write_file (directory, "a.sasl", MODULE TOKEN);
  g_assert_cmpint (chown (path, 65534, 65534), ==, 0);
  expect_refused (directory, "The file belongs to another user");
  g_assert_cmpint (chown (path, 0, 0), ==, 0);
  g_assert_cmpint (chown (directory, 65534, 65534), ==, 0);
  expect_refused (directory, "The directory belongs to another user");
  g_assert_cmpint (chown (directory, 0, 0), ==, 0);
  remove_directory (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl/registry/register", test_register);
  g_test_add_func ("/sasl/registry/register-refused", test_register_refused);
  g_test_add_func ("/sasl/registry/list", test_list);
  g_test_add_func ("/sasl/registry/key-files", test_key_files);
  g_test_add_func ("/sasl/registry/facts-of-key-file", test_facts_of_key_file);
  g_test_add_func ("/sasl/registry/first-file-wins", test_first_file_wins);
  g_test_add_func ("/sasl/registry/modules", test_modules);
  g_test_add_func ("/sasl/registry/modules-that-wait", test_modules_that_wait);
  g_test_add_func ("/sasl/registry/L3-paths", test_L3_paths);
  g_test_add_func ("/sasl/registry/L3-kinds-of-files", test_L3_kinds_of_files);
  g_test_add_func ("/sasl/registry/L3-owners", test_L3_owners);

  return g_test_run ();
}
