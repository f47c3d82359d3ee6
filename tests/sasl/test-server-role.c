/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <string.h>

#include "toy.h"
#include "xmpp-test-loop.h"

/* The server role: whose secrets, answers of an authenticator, who the session is for. */

#define TYPE_BOOK (book_get_type ())
typedef struct
{
  XmppAuthenticator parent_instance;
} Book;
typedef XmppAuthenticatorClass BookClass;
static GType book_get_type (void);
G_DEFINE_TYPE (Book, book, XMPP_TYPE_AUTHENTICATOR)

/* alice may be bob. Answers come at once, or in a later turn. */
static gboolean answers_later;
static guint lookups;
static char *authorized;

static gboolean
answer_cb (gpointer user_data)
{
  XmppAuthenticatorRequest *request = user_data;

  if (g_str_equal (xmpp_authenticator_request_get_username (request), "alice"))
    xmpp_authenticator_request_reply (request, "pencil");
  else
    xmpp_authenticator_request_reply (request, NULL);

  return G_SOURCE_REMOVE;
}

static gboolean
book_lookup (XmppAuthenticator *authenticator, XmppAuthenticatorRequest *request)
{
  lookups++;
  if (answers_later)
    g_idle_add_full (G_PRIORITY_DEFAULT, answer_cb, g_object_ref (request),
                     g_object_unref);
  else
    answer_cb (request);

  return TRUE;
}

static gboolean
book_authorize (XmppAuthenticator *authenticator, XmppAuthenticatorRequest *request)
{
  g_free (authorized);
  authorized = g_strdup_printf ("%s=%s",
                                xmpp_authenticator_request_get_username (request),
                                xmpp_authenticator_request_get_authzid (request));

  if (xmpp_authenticator_request_get_authzid (request) == NULL)
    {
      /* Whether somebody may log in at all */
      if (g_str_equal (xmpp_authenticator_request_get_username (request), "alice"))
        xmpp_authenticator_request_allow (request);
      else
        xmpp_authenticator_request_refuse (request);
    }
  else if (g_str_has_prefix (xmpp_authenticator_request_get_authzid (request), "bob@"))
    xmpp_authenticator_request_allow (request);
  else
    xmpp_authenticator_request_refuse (request);

  return TRUE;
}

static void
book_class_init (BookClass *klass)
{
  klass->lookup = book_lookup;
  klass->authorize = book_authorize;
}

static void
book_init (Book *self)
{
}

/* As it comes */
#define TYPE_OPEN_DOOR (open_door_get_type ())
typedef XmppAuthenticator OpenDoor;
typedef XmppAuthenticatorClass OpenDoorClass;
static GType open_door_get_type (void);
G_DEFINE_TYPE (OpenDoor, open_door, XMPP_TYPE_AUTHENTICATOR)

static void
open_door_class_init (OpenDoorClass *klass)
{
}

static void
open_door_init (OpenDoor *self)
{
}

/* What a client of this toy sends first, and what it gets. Returns the last output. */
static char *
run_server (XmppSaslMechanism *server,
            const char *first,
            const char *password,
            XmppSaslStatus *status,
            GError **error)
{
  g_autofree char *nonce = toy_step (server, first, status, error);
  g_autofree char *proof = NULL;

  if (nonce == NULL)
    return NULL;
  g_assert_null (xmpp_sasl_mechanism_get_username (server));

  proof = toy_hash ("client", nonce, password);

  return toy_step (server, proof, status, error);
}

static void
test_both_sides (void)
{
  static const char *const names[] = { "X-TOY", "X-TOY-WORKER" };

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (XmppAuthenticator) book = g_object_new (TYPE_BOOK, NULL);
      g_autoptr (XmppSaslMechanism) server = toy_new_server (names[i % 2], book);
      g_autofree char *expected = toy_hash ("server", TOY_NONCE, "pencil");
      g_autofree char *last = NULL;
      XmppSaslStatus status;
      g_autoptr (GError) error = NULL;

      answers_later = i >= 2;
      lookups = 0;
      last = run_server (server, "alice", "pencil", &status, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (last, ==, expected);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
      g_assert_null (xmpp_sasl_mechanism_get_authzid (server));
      g_assert_cmpint (lookups, ==, 1);
    }
  answers_later = FALSE;
}

static void
test_wrong_password_and_unknown_user (void)
{
  static const char *const rows[][2] = { { "alice", "wrong" }, { "erin", "pencil" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppAuthenticator) book = g_object_new (TYPE_BOOK, NULL);
      g_autoptr (XmppSaslMechanism) server = toy_new_server ("X-TOY", book);
      XmppSaslStatus status;
      g_autoptr (GError) error = NULL;

      g_assert_null (run_server (server, rows[i][0], rows[i][1], &status, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
      g_assert_null (xmpp_sasl_mechanism_get_username (server));
    }
}

static void
test_authzid (void)
{
  static const struct
  {
    const char *first;
    const char *username; /* NULL: refused */
    const char *asked;
    int code;
  } rows[] = {
    { "alice|", "alice" },
    { "alice|alice", "alice" },
    { "alice|alice@p.test", "alice" },
    { "alice|ALICE@P.TEST", "alice" },
    { "alice|bob@p.test", "bob", "alice=bob@p.test" },
    { "alice|bob@other.test", "bob@other.test", "alice=bob@other.test" },
    { "alice|carol@p.test", NULL, "alice=carol@p.test", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "alice|alice@other.test", NULL, "alice=alice@other.test",
      XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "alice|alice@p.test/r", NULL, NULL, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "alice|p.test", NULL, "alice=p.test", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "alice|@", NULL, NULL, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "alice|\xff\xfe", NULL, NULL, XMPP_SASL_ERROR_MALFORMED_REQUEST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppAuthenticator) book = g_object_new (TYPE_BOOK, NULL);
      g_autoptr (XmppSaslMechanism) server = toy_new_server ("X-TOY", book);
      g_autofree char *last = NULL;
      XmppSaslStatus status;
      g_autoptr (GError) error = NULL;

      g_clear_pointer (&authorized, g_free);
      last = run_server (server, rows[i].first, "pencil", &status, &error);
      g_assert_cmpstr (authorized, ==, rows[i].asked);
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, rows[i].username);
      if (rows[i].username == NULL)
        {
          g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
          g_assert_null (last);
          g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
        }
      else
        {
          g_assert_no_error (error);
          g_assert_nonnull (xmpp_sasl_mechanism_get_authzid (server));
        }
    }
  g_clear_pointer (&authorized, g_free);
}

/* ---- verify_secret() ---- */

static GBytes *
verify (XmppSaslMechanism *mechanism,
        GBytes *input,
        GCancellable *cancellable,
        XmppSaslStatus *status,
        GError **error)
{
  g_autofree char *value =
      g_strndup (g_bytes_get_data (input, NULL), g_bytes_get_size (input));

  xmpp_sasl_mechanism_set_identity (mechanism, "alice", NULL);
  if (xmpp_sasl_mechanism_verify_secret (mechanism, "password", value, error))
    *status = XMPP_SASL_STATUS_COMPLETE;

  return NULL;
}

/* A right value for alice is not one for erin. */
static GBytes *
verify_then_be_another (XmppSaslMechanism *mechanism,
                        GBytes *input,
                        GCancellable *cancellable,
                        XmppSaslStatus *status,
                        GError **error)
{
  xmpp_sasl_mechanism_set_identity (mechanism, "alice", NULL);
  if (!xmpp_sasl_mechanism_verify_secret (mechanism, "password", "pencil", error))
    return NULL;

  xmpp_sasl_mechanism_set_identity (mechanism, "erin", NULL);
  if (xmpp_sasl_mechanism_verify_secret (mechanism, "password", "pencil", error))
    *status = XMPP_SASL_STATUS_COMPLETE;

  return NULL;
}

static GBytes *
look_up_nobody (XmppSaslMechanism *mechanism,
                GBytes *input,
                GCancellable *cancellable,
                XmppSaslStatus *status,
                GError **error)
{
  return (GBytes *) xmpp_sasl_mechanism_get_secret (mechanism, "password", error);
}

static GBytes *
prove_empty (XmppSaslMechanism *mechanism,
             GBytes *input,
             GCancellable *cancellable,
             XmppSaslStatus *status,
             GError **error)
{
  xmpp_sasl_mechanism_set_identity (mechanism, "", NULL);
  *status = XMPP_SASL_STATUS_COMPLETE;
  return NULL;
}

static GBytes *
prove_nobody (XmppSaslMechanism *mechanism,
              GBytes *input,
              GCancellable *cancellable,
              XmppSaslStatus *status,
              GError **error)
{
  *status = XMPP_SASL_STATUS_COMPLETE;
  return NULL;
}

static void
test_verify (void)
{
  static const struct
  {
    ToyStepFunc func;
    const char *input;
    int code; /* -1: none */
  } rows[] = {
    { verify, "pencil", -1 },
    { verify, "wrong", XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { verify_then_be_another, "x", XMPP_SASL_ERROR_INTERNAL },
    { look_up_nobody, "x", XMPP_SASL_ERROR_INTERNAL },
    { prove_nobody, "x", XMPP_SASL_ERROR_INTERNAL },
    { prove_empty, "x", XMPP_SASL_ERROR_MALFORMED_REQUEST },
  };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      guint row = i / 2;
      g_autoptr (XmppAuthenticator) book = g_object_new (TYPE_BOOK, NULL);
      g_autoptr (XmppSaslMechanism)
          server = toy_new_server (i % 2 == 0 ? "X-ODD" : "X-ODD-WORKER", book);
      XmppSaslStatus status;
      g_autoptr (GError) error = NULL;

      toy_step_func = rows[row].func;
      answers_later = i % 2 == 0;
      g_assert_null (toy_step (server, rows[row].input, &status, &error));
      if (rows[row].code < 0)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
        }
      else
        g_assert_error (error, XMPP_SASL_ERROR, rows[row].code);
    }
  answers_later = FALSE;
}

/* As EXTERNAL does it: TLS has proven who it is */
static GBytes *
prove_without_secret (XmppSaslMechanism *mechanism,
                      GBytes *input,
                      GCancellable *cancellable,
                      XmppSaslStatus *status,
                      GError **error)
{
  g_autofree char *name = toy_text (input);

  xmpp_sasl_mechanism_set_identity (mechanism, name, NULL);
  *status = XMPP_SASL_STATUS_COMPLETE;
  return NULL;
}

/* Whom no secret has proven, the authenticator is asked about once more; as it is, it has
 * nothing against it. */
static void
test_admitted (void)
{
  static const struct
  {
    const char *username;
    gboolean own; /* an authenticator that knows only alice */
    gboolean good;
  } rows[] = {
    { "alice", TRUE, TRUE },
    { "erin", TRUE, FALSE },
    { "erin", FALSE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppAuthenticator) book = rows[i].own
                                               ? g_object_new (TYPE_BOOK, NULL)
                                               : g_object_new (TYPE_OPEN_DOOR, NULL);
      g_autoptr (XmppSaslMechanism) server = toy_new_server ("X-ODD", book);
      XmppSaslStatus status;
      g_autoptr (GError) error = NULL;

      toy_step_func = prove_without_secret;
      g_clear_pointer (&authorized, g_free);
      g_assert_null (toy_step (server, rows[i].username, &status, &error));
      if (rows[i].good)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==,
                           rows[i].username);
        }
      else
        g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
      g_assert_cmpint (authorized != NULL, ==, rows[i].own);
    }
}

static void
test_no_authenticator (void)
{
  g_autoptr (XmppSaslMechanism) server = toy_new_server ("X-TOY", NULL);
  XmppSaslStatus status;
  g_autoptr (GError) error = NULL;

  g_assert_null (run_server (server, "alice", "pencil", &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl/server-role/both-sides", test_both_sides);
  g_test_add_func ("/sasl/server-role/wrong-password-and-unknown-user",
                   test_wrong_password_and_unknown_user);
  g_test_add_func ("/sasl/server-role/authzid", test_authzid);
  g_test_add_func ("/sasl/server-role/verify", test_verify);
  g_test_add_func ("/sasl/server-role/admitted", test_admitted);
  g_test_add_func ("/sasl/server-role/no-authenticator", test_no_authenticator);

  return g_test_run ();
}
