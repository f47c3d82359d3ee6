/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* What an authenticator has made keys of is nowhere in memory any more, nor is what it was
 * asked to verify. */

#include "config.h"

#include <xmpp.h>

#include "xmpp-test-memory.h"
#include "xmpp-test-sasl.h"

#include <string.h>

/* A word as nobody else has it; this one is not in memory that can be written to. */
#define PASSWORD "Zwetschgendatschi-correct-horse"

static void
log_in (XmppMemoryAuthenticator *users, const char *mechanism)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", PASSWORD);
  g_autoptr (XmppSaslContext) context =
      xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, NULL, XMPP_AUTHENTICATOR (users));
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new (mechanism, context, NULL);
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client (mechanism, NULL, credential);

  xmpp_test_sasl_check (client, server, "alice");
}

static void
test_forgotten (void)
{
  g_autoptr (XmppMemoryAuthenticator) users = xmpp_memory_authenticator_new ();
  g_autoptr (GError) error = NULL;

  xmpp_test_memory_add ("alice", PASSWORD);
  g_assert_cmpuint (xmpp_test_memory_count (), ==, 0);

  xmpp_memory_authenticator_add_user (users, "alice@a.test", PASSWORD, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (xmpp_test_memory_count (), >, 0);
  log_in (users, "SCRAM-SHA-256");
  g_assert_cmpuint (xmpp_test_memory_count (), ==, 0);

  log_in (users, "PLAIN");
  g_assert_cmpuint (xmpp_test_memory_count (), ==, 0);
}

static void
test_lines (void)
{
  g_autoptr (XmppMemoryAuthenticator) users = xmpp_memory_authenticator_new ();
  g_autoptr (GError) error = NULL;
  char *line = xmpp_memory_authenticator_make_line ("alice@a.test", PASSWORD, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (xmpp_test_memory_count (), ==, 0);
  xmpp_memory_authenticator_add_line (users, line, &error);
  g_assert_no_error (error);
  log_in (users, "PLAIN");
  g_assert_cmpuint (xmpp_test_memory_count (), ==, 0);
  xmpp_secret_free (line);

  g_assert_false (
      xmpp_memory_authenticator_add_line (users, "alice@a.test={PLAIN}" PASSWORD "\\x",
                                          &error));
  g_clear_error (&error);
  g_assert_cmpuint (xmpp_test_memory_count (), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/forgotten-passwords/keys", test_forgotten);
  g_test_add_func ("/forgotten-passwords/lines", test_lines);

  return g_test_run ();
}
