/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* The test that a mechanism should come with: both sides against each other, a wrong
 * password, a user who is not known, a secret that nobody gives, and a table of messages
 * that a server must refuse. It loads the module from this directory. */

#include <xmpp.h>

#include <string.h>

#define NAME "X-TEMPLATE"

/* ---- The receiving side's user database: romeo, whose password is "secret" ---- */

typedef XmppAuthenticator Users;
typedef XmppAuthenticatorClass UsersClass;
GType users_get_type (void);

G_DEFINE_TYPE (Users, users, XMPP_TYPE_AUTHENTICATOR)

static gboolean
users_lookup (XmppAuthenticator *authenticator, XmppAuthenticatorRequest *request)
{
  const char *username = xmpp_authenticator_request_get_username (request);

  xmpp_authenticator_request_reply (request,
                                    g_str_equal (username, "romeo") ? "secret" : NULL);

  return TRUE;
}

static void
users_class_init (UsersClass *klass)
{
  klass->lookup = users_lookup;
}

static void
users_init (Users *self)
{
}

/* ---- One side, and one step of it ---- */

static XmppSaslMechanism *
create (XmppSaslRole role, XmppCredential *credential)
{
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autofree char *directory = g_get_current_dir ();
  g_autoptr (XmppAuthenticator) users = g_object_new (users_get_type (), NULL);
  g_autoptr (XmppSaslContext) context =
      g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", role, "domain", "example.org",
                    "secure", TRUE, "authenticator", users, NULL);
  XmppSaslMechanism *mechanism;
  GError *error = NULL;

  xmpp_sasl_registry_add_directory (registry, directory);
  mechanism = xmpp_sasl_registry_create (registry, NAME, context, credential, &error);
  g_assert_no_error (error);

  return mechanism;
}

static void
stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static XmppSaslStatus
step (XmppSaslMechanism *mechanism, GBytes *input, GBytes **output, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  XmppSaslStatus status;

  xmpp_sasl_mechanism_step_async (mechanism, input, NULL, stepped_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  *output = xmpp_sasl_mechanism_step_finish (mechanism, result, &status, error);

  return status;
}

/* Both sides in turn, until the server is satisfied or one has failed */
static XmppSaslStatus
talk (XmppSaslMechanism *client, XmppSaslMechanism *server, GError **error)
{
  g_autoptr (GBytes) message = NULL;
  XmppSaslStatus status;

  do
    {
      g_autoptr (GBytes) input = g_steal_pointer (&message);
      g_autoptr (GBytes) question = NULL;

      status = step (client, input, &question, error);
      if (status != XMPP_SASL_STATUS_FAILED)
        status = step (server, question, &message, error);
    }
  while (status == XMPP_SASL_STATUS_CONTINUE);

  return status;
}

/* ---- The tests ---- */

static void
test_both_sides (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("romeo", "secret");
  g_autoptr (XmppSaslMechanism) client = create (XMPP_SASL_ROLE_CLIENT, credential);
  g_autoptr (XmppSaslMechanism) server = create (XMPP_SASL_ROLE_SERVER, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (talk (client, server, &error), ==, XMPP_SASL_STATUS_COMPLETE);
  g_assert_no_error (error);
  g_assert_cmpint (xmpp_sasl_mechanism_get_status (client), ==,
                   XMPP_SASL_STATUS_COMPLETE);
  g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "romeo");
}

static void
test_refused (void)
{
  static const char *const rows[][2] = { { "romeo", "other" },
                                         { "romeo", "secre" },
                                         { "juliet", "secret" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential)
          credential = xmpp_credential_new (rows[i][0], rows[i][1]);
      g_autoptr (XmppSaslMechanism) client = create (XMPP_SASL_ROLE_CLIENT, credential);
      g_autoptr (XmppSaslMechanism) server = create (XMPP_SASL_ROLE_SERVER, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (talk (client, server, &error), ==, XMPP_SASL_STATUS_FAILED);
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
    }
}

static void
test_no_secret (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("romeo", NULL);
  g_autoptr (XmppSaslMechanism) client = create (XMPP_SASL_ROLE_CLIENT, credential);
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (step (client, NULL, &output, &error), ==, XMPP_SASL_STATUS_FAILED);
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
  g_assert_null (output);
}

static void
test_malformed (void)
{
  static const struct
  {
    const char *data;
    gsize size;
  } rows[] = {
    { "", 0 },        { "romeo", 5 },        { "\0secret", 7 }, { "romeo\0sec\0ret", 13 },
    { "\377\0x", 3 }, { "romeo\0\300x", 8 }, { NULL, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism) server = create (XMPP_SASL_ROLE_SERVER, NULL);
      g_autoptr (GBytes) input =
          rows[i].data != NULL ? g_bytes_new_static (rows[i].data, rows[i].size) : NULL;
      g_autoptr (GBytes) output = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (step (server, input, &output, &error), ==,
                       XMPP_SASL_STATUS_FAILED);
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mechanism/both-sides", test_both_sides);
  g_test_add_func ("/mechanism/refused", test_refused);
  g_test_add_func ("/mechanism/no-secret", test_no_secret);
  g_test_add_func ("/mechanism/malformed", test_malformed);

  return g_test_run ();
}
