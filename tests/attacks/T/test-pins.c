/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-certificate-checks.h"
#include "tls/xmpp-tls-pins.h"

#include "attack.h"

#include <string.h>

/* T8 of the catalogue of attacks: interception with certificates that are valid. Where a key
 * is pinned no other one gets a byte of the stream. */

static char *
pin_of (const char *name)
{
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate (name);
  g_auto (gnutls_x509_crt_t) imported = xmpp_certificate_import (certificate);

  return xmpp_tls_pins_describe (imported);
}

static void
set_pin (XmppClient *client, const char *name, gboolean pin_only)
{
  g_autofree char *pin = pin_of (name);
  const char *pins[] = { "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", pin,
                         NULL };
  g_autoptr (GError) error = NULL;

  xmpp_client_set_pin_only (client, pin_only);
  g_assert_true (xmpp_client_set_pins (client, pins, &error));
  g_assert_no_error (error);
  g_assert_cmpstrv (xmpp_client_get_pins (client), pins);
}

/* The keys of "good", "other-domain", "expired" and "unknown-ca" are the same; "good-rsa" and
 * "self-signed" have their own. */
static const struct
{
  const char *pinned; /* NULL: nothing */
  gboolean pin_only;
  const char *certificate;
  const char *says; /* NULL: good */
} rows[] = {
  { "good", FALSE, "good", NULL },
  { "good", FALSE, "good-rsa", "its key is none of those that are pinned" },
  { "good-rsa", FALSE, "good-rsa", NULL },
  { "good-rsa", FALSE, "good", "then pin the new one" },
  /* Both must hold … */
  { "good", FALSE, "unknown-ca", "(unknown-ca)" },
  { "good", FALSE, "other-domain", "(bad-identity)" },
  { "good", FALSE, "expired", "(expired)" },
  { "self-signed", FALSE, "self-signed", "(unknown-ca)" },
  /* … unless the key is enough. */
  { "self-signed", TRUE, "self-signed", NULL },
  { "good", TRUE, "unknown-ca", NULL },
  { "good", TRUE, "other-domain", NULL },
  { "good", TRUE, "expired", NULL },
  { "good", TRUE, "ca-leaf", NULL },
  { "good", TRUE, "good-rsa", "its key is none of those that are pinned" },
  { "self-signed", TRUE, "good", "its key is none of those that are pinned" },
  /* Nothing is pinned: nothing is enough either. */
  { NULL, TRUE, "self-signed", "(unknown-ca)" },
  { NULL, TRUE, "good", NULL },
  /* The bounds hold for all. */
  { "good", TRUE, "long-chain", "longer than 10" },
};

static void
test_row (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < ATTACK_MODES; i++)
    {
      g_autoptr (TlsPeer) peer = attack_peer_new (attack_modes[i], rows[row].certificate);
      g_autoptr (XmppClient) client = attack_client_new (peer->port, attack_modes[i]);

      if (rows[row].pinned != NULL)
        set_pin (client, rows[row].pinned, rows[row].pin_only);
      else
        xmpp_client_set_pin_only (client, rows[row].pin_only);

      if (rows[row].says == NULL)
        attack_assert_begins (client, peer);
      else
        attack_assert_refused (client, peer, rows[row].says);
    }
}

static const char *const malformed[] = {
  "",
  "SHA256:",
  "SHA256",
  "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",
  "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ",
  " SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
  "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "SHA256:AAAA-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  "SHA1:AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  "AB:CD:EF",
};

/* At once where there is somebody to tell, and where there is none, before a socket opens:
 * a pin with a slip in it must not be no pin. */
static void
test_malformed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
      g_autoptr (XmppClient)
          client = attack_client_new (peer->port, XMPP_TLS_MODE_DIRECT);
      g_autofree char *pin = pin_of ("good");
      const char *pins[] = { pin, malformed[i], NULL };
      g_autoptr (GError) at_once = NULL;
      g_autoptr (GError) later = NULL;

      g_assert_false (xmpp_client_set_pins (client, pins, &at_once));
      g_assert_error (at_once, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (at_once->message, malformed[i]));
      g_assert_null (xmpp_client_get_pins (client)[0]);

      g_object_set (client, "pins", pins, NULL);
      later = attack_open (client);
      g_assert_error (later, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_cmpuint (peer->accepted, ==, 0);
    }
}

static void
test_how_many (void)
{
  for (guint count = XMPP_TLS_PINS_MAX; count <= XMPP_TLS_PINS_MAX + 1; count++)
    {
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_autofree char *pin = pin_of ("good");
      g_autoptr (GPtrArray) parsed = NULL;
      g_auto (GStrv) pins = NULL;
      g_autoptr (GError) error = NULL;

      for (guint i = 0; i < count; i++)
        g_strv_builder_add (builder, pin);
      pins = g_strv_builder_end (builder);

      parsed = xmpp_tls_pins_parse ((const char *const *) pins, &error);
      if (count <= XMPP_TLS_PINS_MAX)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (parsed->len, ==, count);
        }
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

/* RFC 7469 §2.4: what `openssl pkey -pubin -outform der | openssl dgst -sha256` says */
static void
test_format (void)
{
  g_autofree char *certificate =
      g_build_filename (g_getenv ("XMPP_TEST_CERTS"), "good.crt", NULL);
  g_autofree char *command = g_strdup_printf ("openssl x509 -in '%s' -noout -pubkey | "
                                              "openssl pkey -pubin -outform der | "
                                              "openssl dgst -sha256 -binary | base64",
                                              certificate);
  const char *const argv[] = { "sh", "-c", command, NULL };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *output = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *pin = pin_of ("good");
  g_autoptr (GError) error = NULL;

  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  expected = g_strconcat ("SHA256:", g_strstrip (output), NULL);
  g_assert_cmpstr (pin, ==, expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/attacks/T8/%s%s/%s", rows[i].pinned,
                                               rows[i].pin_only ? "-only" : "",
                                               rows[i].certificate);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/attacks/T8/malformed", test_malformed);
  g_test_add_func ("/attacks/T8/how-many", test_how_many);
  g_test_add_func ("/attacks/T8/format", test_format);

  return g_test_run ();
}
