/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-fixture.h"
#include "xmpp-test-sasl.h"

#include <string.h>

#include <glib/gstdio.h>

/* What Cyrus' plug-ins let through does not reach them. */

static XmppSaslMechanism *
start (const char *name, const char *username, char **initial)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (username, "pencil");
  g_autoptr (XmppSaslContext)
      context = xmpp_test_context_new (XMPP_SASL_ROLE_CLIENT, NULL, NULL);
  XmppSaslMechanism *mechanism = cyrus_bridge_new (name, context, credential);

  *initial = xmpp_test_step_good (mechanism, NULL, XMPP_SASL_STATUS_CONTINUE);

  return mechanism;
}

/* Few iterations make the proof cheap to guess from; many keep this machine busy. */
static void
test_a7 (void)
{
  static const struct
  {
    const char *count;
    int code; /* 0: it is answered */
  } rows[] = {
    { "4096", 0 },
    { "0", XMPP_SASL_ERROR_MECHANISM_TOO_WEAK },
    { "1", XMPP_SASL_ERROR_MECHANISM_TOO_WEAK },
    { "4095", XMPP_SASL_ERROR_MECHANISM_TOO_WEAK },
    { "2147483647", XMPP_SASL_ERROR_TOO_EXPENSIVE },
    { "9999999999", XMPP_SASL_ERROR_TOO_EXPENSIVE },
    { "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "-1", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "4096 ", XMPP_SASL_ERROR_MALFORMED_REQUEST },
  };
  static const char *const names[] = { "SCRAM-SHA-1", "SCRAM-SHA-256" };

  for (guint i = 0; i < G_N_ELEMENTS (rows) * G_N_ELEMENTS (names); i++)
    {
      const char *count = rows[i / 2].count;
      int code = rows[i / 2].code;
      g_autofree char *initial = NULL;
      g_autoptr (XmppSaslMechanism) client = start (names[i % 2], "alice", &initial);
      const char *nonce = strstr (initial, ",r=") + 3;
      g_autofree char *challenge =
          g_strdup_printf ("r=%smore,s=QSXCR+Q6sek8bf92,i=%s", nonce, count);
      g_autofree char *said = NULL;

      g_test_message ("%s i=%s", names[i % 2], count);
      said = code == 0
                 ? xmpp_test_step_good (client, challenge, XMPP_SASL_STATUS_CONTINUE)
                 : xmpp_test_step_refused (client, challenge, code);
      g_assert_null (strstr (said, "pencil"));
    }
}

static char *
fill (const char *before, char what, gsize count, const char *after)
{
  g_autofree char *filling = g_strnfill (count, what);

  return g_strconcat (before, filling, after, NULL);
}

/* The client's plug-in writes beyond its buffer where much is to be quoted: nothing that is
 * comes near it, from the server or from the credential. */
static void
test_a12 (void)
{
  const char *const rest = ",qop=\"auth\",algorithm=md5-sess,charset=utf-8";
  const struct
  {
    const char *before;
    char what;
    gsize count;
    const char *after;
    const char *why;
  } rows[] = {
    { "realm=\"", '\\', 2, "\",nonce=\"OA6M\"", "has a backslash" },
    { "realm=\"", '\\', 1000, "\",nonce=\"OA6M\"", "has a backslash" },
    { "realm=\"", '"', 1000, "\",nonce=\"OA6M\"", "goes on behind" },
    { "realm=\"a.test\",nonce=\"", '\\', 500, "\"", "has a backslash" },
    { "realm=\"a.test\",nonce=\"OA\\", '"', 1, "6M\"", "has a backslash" },
    { "realm=\"a.test\",nonce=OA", '"', 1, "6M", "has a quote inside" },
    { "realm=\"a.test\",nonce=\"", 'a', 2048, "\"", "is longer" },
    { "realm=\"", 'a', 40000, "\",nonce=\"OA6M\"", "is longer" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *initial = NULL;
      g_autoptr (XmppSaslMechanism) client = start ("DIGEST-MD5", "alice", &initial);
      g_autofree char *begin =
          fill (rows[i].before, rows[i].what, rows[i].count, rows[i].after);
      g_autofree char *challenge = g_strconcat (begin, rest, NULL);
      g_autofree char *message = NULL;

      g_test_message ("row %u", i);
      message =
          xmpp_test_step_refused (client, challenge, XMPP_SASL_ERROR_MALFORMED_REQUEST);
      /* In our words, which are not those of the plug-in */
      g_assert_nonnull (strstr (message, rows[i].why));
      g_assert_null (strstr (message, "pencil"));
    }
}

static void
test_a12_names (void)
{
  const char *challenge = "realm=\"a.test\",nonce=\"OA6M\",qop=\"auth\","
                          "algorithm=md5-sess,charset=utf-8";
  static const char *const fields[] = { "username", "authzid" };
  static const char *const names[] = { "al\\ice", "al\"ice", "\"\"\"\"\"\"\"\"\"\"\"\"" };

  for (guint i = 0; i < G_N_ELEMENTS (fields) * G_N_ELEMENTS (names); i++)
    {
      g_autofree char *initial = NULL;
      g_autoptr (XmppSaslMechanism) client = start ("DIGEST-MD5", "alice", &initial);
      g_autofree char *message = NULL;

      xmpp_credential_set_field (xmpp_sasl_mechanism_get_credential (client),
                                 fields[i % 2], names[i / 2]);
      message = xmpp_test_step_refused (client, challenge, XMPP_SASL_ERROR_UNAVAILABLE);
      g_assert_nonnull (strstr (message, "not safe"));
    }
}

/* A wrong proof, none, or another challenge: the server is not believed. */
static void
test_a2 (void)
{
  static const char *const proofs[] = {
    "", "rspauth=", "rspauth=00000000000000000000", "nonce=\"OA6M\"", "v=AAAA", "\xff"
  };
  static const char *const names[] = { "DIGEST-MD5", "SCRAM-SHA-1" };

  for (guint i = 0; i < G_N_ELEMENTS (proofs) * G_N_ELEMENTS (names); i++)
    {
      g_autofree char *initial = NULL;
      g_autoptr (XmppSaslMechanism) client = start (names[i % 2], "alice", &initial);
      const char *nonce = initial != NULL ? strstr (initial, ",r=") + 3 : "";
      g_autofree char *challenge =
          i % 2 == 0 ? g_strdup ("realm=\"a.test\",nonce=\"OA6M\",qop=\"auth\","
                                 "algorithm=md5-sess,charset=utf-8")
                     : g_strdup_printf ("r=%smore,s=QSXCR+Q6sek8bf92,i=4096", nonce);
      g_autofree char *response =
          xmpp_test_step_good (client, challenge, XMPP_SASL_STATUS_CONTINUE);
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_test_message ("%s, row %u", names[i % 2], i / 2);
      g_assert_null (xmpp_test_step (client, proofs[i / 2], &status, &error));
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
      g_assert_nonnull (error);
    }
}

/* A proof before there was a challenge: Cyrus' plug-in compares it with nothing. */
static void
test_a2_early (void)
{
  static const char *const proofs[] = { "rspauth=",
                                        "rspauth=00",
                                        "RSPAUTH=\"\"",
                                        "rspauth=ea40f60335c427b5527b84dbabcdfffd",
                                        "rspauth=00,nonce=\"OA6M\",qop=\"auth\"",
                                        " rspauth=00",
                                        ",rspauth=00",
                                        "realm=\"a.test\",rspauth=00" };

  for (guint i = 0; i < G_N_ELEMENTS (proofs); i++)
    {
      g_autofree char *initial = NULL;
      g_autoptr (XmppSaslMechanism) client = start ("DIGEST-MD5", "alice", &initial);
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_test_message ("row %u", i);
      g_assert_null (xmpp_test_step (client, proofs[i], &status, &error));
      if (g_ascii_strncasecmp (proofs[i], "rspauth", 7) == 0)
        g_assert_nonnull (strstr (error->message, "before there was a challenge"));
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
      g_assert_nonnull (error);
    }
}

static void
append_counted (GByteArray *bytes, const char *text)
{
  const guint8 length[] = { 0, (guint8) strlen (text) };

  g_byte_array_append (bytes, length, sizeof length);
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text));
}

/* A key of xmpp/a.test, made up: without one a token is not even looked at. In the form that
 * MIT's documentation has for keytabs of version 2. */
static void
write_keytab (const char *path)
{
  static const guint8 rest[] = { 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 18, 0, 32 };
  static const guint8 key[32] = { 1, 2, 3 };
  g_autoptr (GByteArray) entry = g_byte_array_new ();
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  g_byte_array_append (entry, (const guint8 *) "\0\2", 2);
  append_counted (entry, "LAB.TEST");
  append_counted (entry, "xmpp");
  append_counted (entry, "a.test");
  g_byte_array_append (entry, rest, sizeof rest);
  g_byte_array_append (entry, key, sizeof key);

  g_byte_array_append (file, (const guint8 *) "\5\2\0\0\0", 5);
  g_byte_array_append (file, (const guint8[]){ (guint8) entry->len }, 1);
  g_byte_array_append (file, entry->data, entry->len);
  g_file_set_contents (path, (const char *) file->data, file->len, &error);
  g_assert_no_error (error);
}

/* Kerberos for these tests alone, and without asking DNS */
static void
set_kerberos (const char *directory)
{
  static const char settings[] = "[libdefaults]\n"
                                 "  default_realm = LAB.TEST\n"
                                 "  dns_lookup_kdc = false\n"
                                 "  dns_lookup_realm = false\n"
                                 "  dns_canonicalize_hostname = false\n"
                                 "  rdns = false\n"
                                 "[domain_realm]\n"
                                 "  .test = LAB.TEST\n";
  g_autofree char *config = g_build_filename (directory, "krb5.conf", NULL);
  g_autofree char *keytab = g_build_filename (directory, "keytab", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (config, settings, -1, &error);
  g_assert_no_error (error);
  write_keytab (keytab);
  g_setenv ("KRB5_CONFIG", config, TRUE);
  g_setenv ("KRB5_KTNAME", keytab, TRUE);
  g_setenv ("KRB5RCACHEDIR", directory, TRUE);
}

static void
remove_kerberos (const char *directory)
{
  static const char *const names[] = { "krb5.conf", "keytab" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (directory, names[i], NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

/* A token that is no token of Kerberos: whatever it is, it is refused, and that is all */
static void
test_a13 (void)
{
  static const char *const names[] = { "GSSAPI", "GS2-KRB5", "GSS-SPNEGO" };
  static const guint8 bytes[][12] = {
    { 0 },
    { 0x60 },
    { 0x60, 0x80, 0x06, 0x09 },
    { 0x60, 0x84, 0xff, 0xff, 0xff, 0xff, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86 },
    { 0x60, 0x0a, 0x06, 0xff, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02 },
    { 'p', '=', 'x', ',', ',', 0x60, 0x84, 0xff, 0xff, 0xff, 0xff, 0x06 },
    { 'n', ',', 'a', '=', ',', 0x06, 0xff, 0, 0, 0, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names) * G_N_ELEMENTS (bytes) * 2; i++)
    {
      const char *name = names[i % G_N_ELEMENTS (names)];
      guint row = i / G_N_ELEMENTS (names) / 2;
      gboolean whole = i / G_N_ELEMENTS (names) % 2 == 0;
      g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslContext)
          context = xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, NULL,
                                           XMPP_AUTHENTICATOR (authenticator));
      g_autoptr (XmppSaslMechanism) server = cyrus_bridge_new (name, context, NULL);
      g_autoptr (GBytes) token = g_bytes_new (bytes[row], whole ? sizeof bytes[row] : 4);
      XmppSaslStatus status = XMPP_SASL_STATUS_CONTINUE;

      for (guint n = 0; n < 10 && status == XMPP_SASL_STATUS_CONTINUE; n++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (GBytes)
              output = xmpp_test_step_bytes (server, token, &status, &error);

          g_assert_cmpint (status, !=, XMPP_SASL_STATUS_COMPLETE);
          /* Not for want of a plug-in or of a key */
          if (error != NULL)
            g_assert_true (
                g_error_matches (error, XMPP_SASL_ERROR,
                                 XMPP_SASL_ERROR_MALFORMED_REQUEST) ||
                g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED));
        }
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *directory = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);

  directory = g_dir_make_tmp ("xmpp-cyrus-XXXXXX", NULL);
  set_kerberos (directory);
  cyrus_fixture_set_path ();
  g_test_add_func ("/attacks/A2/cyrus", test_a2);
  g_test_add_func ("/attacks/A2/cyrus-early", test_a2_early);
  g_test_add_func ("/attacks/A7/cyrus", test_a7);
  g_test_add_func ("/attacks/A12/cyrus", test_a12);
  g_test_add_func ("/attacks/A12/cyrus-names", test_a12_names);
  g_test_add_func ("/attacks/A13/cyrus", test_a13);

  result = g_test_run ();
  remove_kerberos (directory);

  return result;
}
