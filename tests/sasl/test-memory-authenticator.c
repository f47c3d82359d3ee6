/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <xmpp.h>

#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-authenticator-private.h"

#include "xmpp-test-loop.h"
#include "xmpp-test-sasl.h"

#include <string.h>

#define ALICE "alice@a.test"

/* "pencil" with a salt of its own, 4096 times: RFC 7677 §3 */
#define KEYS_256                                                                         \
  "4096$W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="           \
  "$wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="

/* How alice got in */
typedef enum
{
  AS_KEYS,
  AS_PASSWORD,
  AS_LINE,
  AS_IMPORTED_KEYS,
  AS_NOTHING,
  N_FORMS,
} Form;

static XmppMemoryAuthenticator *
users_new (Form form)
{
  XmppMemoryAuthenticator *users = xmpp_memory_authenticator_new ();
  g_autoptr (GError) error = NULL;
  xmpp_autosecret char *line = NULL;

  xmpp_memory_authenticator_set_keep_passwords (users, form == AS_PASSWORD);
  switch (form)
    {
    case AS_LINE:
      line = xmpp_memory_authenticator_make_line (ALICE, "pencil", &error);
      g_assert_no_error (error);
      xmpp_memory_authenticator_add_line (users, line, &error);
      break;
    case AS_IMPORTED_KEYS:
      xmpp_memory_authenticator_set_field (users, ALICE, "scram-sha-256-keys", KEYS_256,
                                           &error);
      break;
    case AS_NOTHING:
      xmpp_memory_authenticator_add_user (users, ALICE, NULL, &error);
      break;
    default:
      xmpp_memory_authenticator_add_user (users, ALICE, "pencil", &error);
      break;
    }
  g_assert_no_error (error);

  return users;
}

static XmppSaslMechanism *
server_new (const char *mechanism, XmppMemoryAuthenticator *users)
{
  g_autoptr (XmppSaslContext) context =
      xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, NULL, XMPP_AUTHENTICATOR (users));

  return xmpp_test_mechanism_new (mechanism, context, NULL);
}

static void
check_login (XmppMemoryAuthenticator *users,
             const char *mechanism,
             const char *username,
             const char *password,
             const char *let_in)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (username, password);
  g_autoptr (XmppSaslMechanism) server = server_new (mechanism, users);
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client (mechanism, NULL, credential);

  g_test_message ("%s as %s", mechanism, username);
  xmpp_test_sasl_check (client, server, let_in);
}

/* In each form, with each mechanism: the right password, a wrong one, nobody. The first login
 * comes before any key is made. */
static void
test_logins (void)
{
  static const struct
  {
    const char *mechanism;
    gboolean works[N_FORMS];
  } rows[] = {
    { "PLAIN", { TRUE, TRUE, TRUE, TRUE, FALSE } },
    { "SCRAM-SHA-1", { TRUE, TRUE, TRUE, FALSE, FALSE } },
    { "SCRAM-SHA-256", { TRUE, TRUE, TRUE, TRUE, FALSE } },
    { "SCRAM-SHA-512", { TRUE, TRUE, TRUE, FALSE, FALSE } },
    { "DIGEST-MD5", { FALSE, TRUE, FALSE, FALSE, FALSE } },
  };

  /* Keys take their time under valgrind. */
  guint n_forms = g_getenv ("XMPP_TEST_SLOW") != NULL ? 1 : N_FORMS;

  for (guint form = 0; form < n_forms; form++)
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_autoptr (XmppMemoryAuthenticator) users = users_new ((Form) form);

        g_test_message ("form %u", form);
        check_login (users, rows[i].mechanism, "alice", "pencil",
                     rows[i].works[form] ? "alice" : NULL);
        check_login (users, rows[i].mechanism, "alice", "Pencil", NULL);
        check_login (users, rows[i].mechanism, "mallory", "pencil", NULL);
      }
}

/* Users of both kinds side by side, whatever PLAIN is verified with */
static void
test_mixed (void)
{
  g_autoptr (XmppMemoryAuthenticator) users = users_new (AS_LINE);
  g_autoptr (GError) error = NULL;

  xmpp_memory_authenticator_set_keep_passwords (users, TRUE);
  xmpp_memory_authenticator_add_user (users, "bob@a.test", "brush", &error);
  xmpp_memory_authenticator_add_user (users, "bob@b.test", "crayon", &error);
  xmpp_memory_authenticator_add_user (users, "carol@a.test", NULL, &error);
  g_assert_no_error (error);

  check_login (users, "PLAIN", "alice", "pencil", "alice");
  check_login (users, "PLAIN", "bob", "brush", "bob");
  check_login (users, "PLAIN", "bob", "crayon", NULL);
  check_login (users, "PLAIN", "carol", "pencil", NULL);
  check_login (users, "DIGEST-MD5", "bob", "brush", "bob");
  check_login (users, "SCRAM-SHA-1", "bob", "brush", "bob");
}

/* RFC 7622 §3.3 makes the names of an account one; SASLprep its passwords */
static void
test_names (void)
{
  g_autoptr (XmppMemoryAuthenticator) users = xmpp_memory_authenticator_new ();
  g_autoptr (GError) error = NULL;

  xmpp_memory_authenticator_add_user (users, "Ren\xc3\xa9@A.test",
                                      "pen\xc2\xa0"
                                      "cil",
                                      &error);
  g_assert_no_error (error);

  g_assert_true (xmpp_memory_authenticator_has_user (users, "ren\xc3\xa9@a.test/phone"));
  check_login (users, "PLAIN", "REN\xc3\x89", "pen cil", "REN\xc3\x89");
  check_login (users, "PLAIN", "rene", "pen cil", NULL);
  check_login (users, "PLAIN", "ren\xc3\xa9@a.test", "pen cil", NULL);
}

static char *
look_up (XmppMemoryAuthenticator *users, const char *username, const char *field)
{
  g_auto (XmppTestResult) result = { 0 };
  XmppAuthenticatorQuestion question = { .kind = XMPP_AUTHENTICATOR_LOOKUP,
                                         .username = username,
                                         .domain = "a.test",
                                         .field = field };
  g_autoptr (GError) error = NULL;
  char *value = NULL;

  xmpp_authenticator_ask_async (XMPP_AUTHENTICATOR (users), &question, NULL,
                                xmpp_test_result_cb, &result);
  xmpp_authenticator_ask_finish_value (XMPP_AUTHENTICATOR (users),
                                       xmpp_test_result_wait (&result), &value, &error);
  g_assert_no_error (error);

  return value;
}

static gboolean
is_right (XmppMemoryAuthenticator *users, XmppAuthenticatorQuestion question)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean allowed = FALSE;

  question.domain = "a.test";
  xmpp_authenticator_ask_async (XMPP_AUTHENTICATOR (users), &question, NULL,
                                xmpp_test_result_cb, &result);
  xmpp_authenticator_ask_finish_verdict (XMPP_AUTHENTICATOR (users),
                                         xmpp_test_result_wait (&result), &allowed,
                                         &error);
  g_assert_no_error (error);

  return allowed;
}

static void
test_fields (void)
{
  g_autoptr (XmppMemoryAuthenticator) users = users_new (AS_KEYS);
  static const char *const fields[] = { "scram-sha-1-keys", "scram-sha-256-keys",
                                        "scram-sha-512-keys" };
  XmppAuthenticatorQuestion question = { .kind = XMPP_AUTHENTICATOR_VERIFY,
                                         .username = "alice",
                                         .field = "token",
                                         .value = "t1" };
  g_autoptr (GError) error = NULL;
  g_autofree char *keytab = NULL;

  g_assert_null (look_up (users, "alice", "password"));
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *keys = look_up (users, "alice", fields[i]);

      g_assert_true (g_str_has_prefix (keys, "10000$"));
    }

  g_assert_false (is_right (users, question));
  xmpp_memory_authenticator_set_field (users, ALICE, "token", "t1", &error);
  g_assert_true (is_right (users, question));
  xmpp_memory_authenticator_set_field (users, ALICE, "token", NULL, &error);
  g_assert_false (is_right (users, question));

  xmpp_memory_authenticator_set_field (users, "a.test", "keytab", "FILE:k", &error);
  g_assert_no_error (error);
  keytab = look_up (users, NULL, "keytab");
  g_assert_cmpstr (keytab, ==, "FILE:k");
}

/* Who is proven by a certificate has to have an account; nobody acts for others. */
static void
test_authorize (void)
{
  g_autoptr (XmppMemoryAuthenticator) users = users_new (AS_NOTHING);
  XmppAuthenticatorQuestion question = { .kind = XMPP_AUTHENTICATOR_AUTHORIZE };

  question.username = "alice";
  g_assert_true (is_right (users, question));
  question.authzid = "bob@a.test";
  g_assert_false (is_right (users, question));
  question.username = "mallory";
  question.authzid = NULL;
  g_assert_false (is_right (users, question));
}

static void
test_replace_and_remove (void)
{
  g_autoptr (XmppMemoryAuthenticator) users = users_new (AS_KEYS);
  g_autoptr (GError) error = NULL;

  xmpp_memory_authenticator_set_field (users, ALICE, "token", "t1", &error);
  xmpp_memory_authenticator_add_user (users, ALICE, "brush", &error);
  g_assert_no_error (error);
  check_login (users, "SCRAM-SHA-256", "alice", "brush", "alice");
  check_login (users, "PLAIN", "alice", "pencil", NULL);
  /* What the old password has brought about ends with it. */
  g_assert_null (look_up (users, "alice", "token"));

  g_assert_true (xmpp_memory_authenticator_remove_user (users, ALICE "/phone"));
  g_assert_false (xmpp_memory_authenticator_remove_user (users, ALICE));
  g_assert_false (xmpp_memory_authenticator_has_user (users, ALICE));
  check_login (users, "SCRAM-SHA-256", "alice", "brush", NULL);
  check_login (users, "PLAIN", "alice", "brush", NULL);
}

static void
test_bad_users (void)
{
  static const struct
  {
    const char *jid;
    const char *password;
  } rows[] = {
    { "a.test", "pencil" },        { "alice@a.test/phone", "pencil" },
    { "@a.test", "pencil" },       { "", "pencil" },
    { "al ice@a.test", "pencil" }, { ALICE, "" },
    { ALICE, "Geheim\x07nis" },    { ALICE, "Geheim\xff" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppMemoryAuthenticator) users = xmpp_memory_authenticator_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) line_error = NULL;

      g_assert_false (xmpp_memory_authenticator_add_user (users, rows[i].jid,
                                                          rows[i].password, &error));
      g_assert_nonnull (error);
      g_assert_null (strstr (error->message, "Geheim"));
      g_assert_null (xmpp_memory_authenticator_make_line (rows[i].jid, rows[i].password,
                                                          &line_error));
      g_assert_cmpstr (line_error->message, ==, error->message);
      g_assert_false (xmpp_memory_authenticator_has_user (users, ALICE));
    }
}

static void
test_lines (void)
{
  static const struct
  {
    const char *line;
    const char *username;
    const char *password;
  } rows[] = {
    { "alice@a.test=pencil", "alice", "pencil" },
    { "  alice@a.test =  pencil", "alice", "pencil" },
    { "alice@a.test=\\spen\\\\cil ", "alice", " pen\\cil " },
    { "alice@a.test=p=nc@l=", "alice", "p=nc@l=" },
    { "a=b@a.test=pencil", "a=b", "pencil" },
    { "alice@a.test={PLAIN}{SCRAM}", "alice", "{SCRAM}" },
    { "alice@a.test={PLAIN}pencil", "alice", "pencil" },
    { "alice@a.test={SCRAM}sha-256:" KEYS_256, "alice", "pencil" },
    { "alice@a.test={SCRAM}  sha-256:" KEYS_256 " ", "alice", "pencil" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppMemoryAuthenticator) users = xmpp_memory_authenticator_new ();
      g_autoptr (GError) error = NULL;

      xmpp_memory_authenticator_add_line (users, rows[i].line, &error);
      g_assert_no_error (error);
      check_login (users, "PLAIN", rows[i].username, rows[i].password, rows[i].username);
    }
}

/* An error says whose line it is, and nothing of the secret in it */
static void
test_bad_lines (void)
{
  static const struct
  {
    const char *line;
    const char *said;
  } rows[] = {
    { "Geheimnis", "ADDRESS=PASSWORD" },
    { "alice=Geheimnis", "bare address" },
    { "alice=Geheim@n is=1", "bare address" },
    { "a.test=Geheimnis", "bare address" },
    { "alice@a.test/phone=Geheimnis", "bare address" },
    { "al ice@a.test=Geheimnis", "U+0020" },
    { "alice@a.test=", "alice@a.test: its password is empty" },
    { "alice@a.test={PLAIN}", "alice@a.test: its password is empty" },
    { "alice@a.test=Geheim\\nis", "alice@a.test: its password holds" },
    { "alice@a.test=Geheim\\xnis", "alice@a.test: there is a single backslash" },
    { "alice@a.test=Geheimnis\\", "alice@a.test: there is a single backslash" },
    { "alice@a.test={Geheimnis", "alice@a.test: there is no such kind" },
    { "alice@a.test={MD5}Geheimnis", "alice@a.test: there is no such kind" },
    { "alice@a.test={NONE}Geheimnis", "alice@a.test: there is something behind" },
    { "alice@a.test={SCRAM}", "alice@a.test: it has no keys" },
    { "alice@a.test={SCRAM}" KEYS_256, "alice@a.test: a word has no colon" },
    { "alice@a.test={SCRAM}sha-224:" KEYS_256, "alice@a.test: it has keys of a hash" },
    { "alice@a.test={SCRAM}sha-1:" KEYS_256, "alice@a.test: its keys are not" },
    { "alice@a.test={SCRAM}sha-256:x" KEYS_256, "alice@a.test: its keys are not" },
    { "alice@a.test={SCRAM}sha-256:" KEYS_256 "=", "alice@a.test: its keys are not" },
    { "alice@a.test={SCRAM}sha-256:" KEYS_256 " sha-256:" KEYS_256, "two keys of one" },
    { "alice@a.test=Geheim\xffnis", "UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppMemoryAuthenticator) users = xmpp_memory_authenticator_new ();
      g_autoptr (GError) error = NULL;

      g_assert_false (xmpp_memory_authenticator_add_line (users, rows[i].line, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, rows[i].said));
      g_assert_null (strstr (error->message, "Geheim"));
      g_assert_null (strstr (error->message, "4096"));
      g_assert_false (xmpp_memory_authenticator_has_user (users, ALICE));
    }
}

static void
test_bad_keys (void)
{
  static const char *const values[] = {
    "",
    "pencil",
    "0$QUFB$QUFB$QUFB",
    "04096$QUFB$QUFB$QUFB",
    "4294967296" KEYS_256,
    KEYS_256 "$",
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (XmppMemoryAuthenticator) users = xmpp_memory_authenticator_new ();
      g_autoptr (GError) error = NULL;

      g_assert_false (xmpp_memory_authenticator_set_field (users, ALICE,
                                                           "scram-sha-256-keys",
                                                           values[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

/* A18: nobody sees from the first answer who there is, before and after the keys are made */
static void
test_unknown_users (void)
{
  static const Form forms[] = { AS_KEYS, AS_PASSWORD, AS_LINE };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (XmppMemoryAuthenticator) users = users_new (forms[i]);
      static const char *const names[] = { "alice", "nobody", "alice", "nobody2" };
      gsize size = 0;

      for (guint name = 0; name < G_N_ELEMENTS (names); name++)
        {
          g_autoptr (XmppSaslMechanism) server = server_new ("SCRAM-SHA-256", users);
          g_autofree char *first = g_strdup_printf ("n,,n=%s,r=abc", names[name]);
          g_autofree char *answer =
              xmpp_test_step_good (server, first, XMPP_SASL_STATUS_CONTINUE);

          g_assert_true (g_str_has_suffix (answer, ",i=10000"));
          if (size == 0)
            size = strlen (answer);
          g_assert_cmpuint (strlen (answer), ==, size);
        }
    }
}

static gboolean
tick_cb (gpointer user_data)
{
  (*(guint *) user_data)++;

  return G_SOURCE_CONTINUE;
}

/* However many keys are to be made: to add users is no work, and the main loop goes on. */
static void
test_many (void)
{
  g_autoptr (XmppMemoryAuthenticator) users = xmpp_memory_authenticator_new ();
  XmppAuthenticatorQuestion question = { .kind = XMPP_AUTHENTICATOR_LOOKUP,
                                         .username = "user0",
                                         .domain = "a.test",
                                         .field = "scram-sha-1-keys" };
  g_auto (XmppTestResult) result = { 0 };
  xmpp_autosecret char *keys = NULL;
  g_autoptr (GError) error = NULL;
  guint n_users = g_getenv ("XMPP_TEST_SLOW") != NULL ? 2 : 10;
  g_autofree char *last = g_strdup_printf ("user%u", n_users - 1);
  guint ticks = 0;
  guint source;

  for (guint i = 0; i < n_users; i++)
    {
      g_autofree char *jid = g_strdup_printf ("user%u@a.test", i);

      xmpp_memory_authenticator_add_user (users, jid, "pencil", &error);
      g_assert_no_error (error);
    }

  source = g_timeout_add (1, tick_cb, &ticks);
  xmpp_authenticator_ask_async (XMPP_AUTHENTICATOR (users), &question, NULL,
                                xmpp_test_result_cb, &result);
  xmpp_test_result_wait (&result);
  g_source_remove (source);
  g_assert_cmpuint (ticks, >, 3);

  /* It has waited for the last one as well. */
  keys = look_up (users, last, "scram-sha-1-keys");
  g_assert_nonnull (keys);
}

/* Nobody waits any more for what nobody needs. */
static void
test_dropped (void)
{
  XmppMemoryAuthenticator *users = xmpp_memory_authenticator_new ();

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *jid = g_strdup_printf ("user%u@a.test", i);

      xmpp_memory_authenticator_add_user (users, jid, "pencil", NULL);
    }
  xmpp_test_assert_last_unref (&users);
  xmpp_test_run_pending ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/memory-authenticator/logins", test_logins);
  g_test_add_func ("/memory-authenticator/mixed", test_mixed);
  g_test_add_func ("/memory-authenticator/names", test_names);
  g_test_add_func ("/memory-authenticator/fields", test_fields);
  g_test_add_func ("/memory-authenticator/authorize", test_authorize);
  g_test_add_func ("/memory-authenticator/replace-and-remove", test_replace_and_remove);
  g_test_add_func ("/memory-authenticator/bad-users", test_bad_users);
  g_test_add_func ("/memory-authenticator/lines", test_lines);
  g_test_add_func ("/memory-authenticator/bad-lines", test_bad_lines);
  g_test_add_func ("/memory-authenticator/bad-keys", test_bad_keys);
  g_test_add_func ("/memory-authenticator/A18/unknown-users", test_unknown_users);
  g_test_add_func ("/memory-authenticator/many", test_many);
  g_test_add_func ("/memory-authenticator/dropped", test_dropped);

  return g_test_run ();
}
