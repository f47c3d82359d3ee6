/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-gssapi.h"
#include "xmpp-test-sasl.h"

#include <glib/gstdio.h>
#include <krb5.h>
#include <stdlib.h>
#include <string.h>

/* Whole logins of the mechanisms for Kerberos, both sides against each other, in which one
 * message is not what the other side has sent. There is no KDC: this program gives itself a
 * ticket and a keytab, both in memory.
 *
 * The input: which mechanism and message, what is done to it, where, and the bytes for it. */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define REALM "FUZZ.TEST"
#define N_MESSAGES 5
#define HEAD 4

/* Exported by the library, which has no header for them */
krb5_error_code krb5_encrypt_tkt_part (krb5_context context,
                                       const krb5_keyblock *key,
                                       krb5_ticket *ticket);
krb5_error_code encode_krb5_ticket (const krb5_ticket *ticket, krb5_data **encoded);

static const XmppTestChannel channel = { .binding = XMPP_SASL_BINDING_USED,
                                         .type = "tls-exporter",
                                         .data = "0123456789abcdef" };
static const XmppTestChannel unbound = { .binding = XMPP_SASL_BINDING_NONE };

/* ---- Kerberos without Kerberos ---- */

static char *directory;
/* Open until the end: what is in memory is there only as long. */
static krb5_context lasting_context;
static krb5_keytab lasting_keytab;

static void
remove_directory (void)
{
  g_autofree char *config = g_build_filename (directory, "krb5.conf", NULL);

  g_remove (config);
  g_rmdir (directory);
}

static void
write_config (void)
{
  g_autofree char *config = NULL;

  directory = g_dir_make_tmp ("xmpp-fuzz-XXXXXX", NULL);
  g_assert_nonnull (directory);
  config = g_build_filename (directory, "krb5.conf", NULL);
  g_assert_true (g_file_set_contents (config,
                                      "[libdefaults]\n default_realm = " REALM "\n"
                                      " dns_lookup_kdc = false\n"
                                      " dns_lookup_realm = false\n"
                                      "[domain_realm]\n .test = " REALM "\n",
                                      -1, NULL));
  atexit (remove_directory);

  g_setenv ("KRB5_CONFIG", config, TRUE);
  g_setenv ("KRB5_KTNAME", "MEMORY:fuzz", TRUE);
  g_setenv ("KRB5CCNAME", "MEMORY:fuzz", TRUE);
  /* A message that was seen before is no news here. */
  g_setenv ("KRB5RCACHENAME", "none:", TRUE);
}

#define MUST(call) g_assert_cmpint ((call), ==, 0)

static void
store_key (krb5_context context, krb5_principal service, krb5_keyblock *key)
{
  krb5_keytab_entry entry = { .principal = service, .vno = 1, .key = *key };

  MUST (krb5_kt_resolve (context, "MEMORY:fuzz", &lasting_keytab));
  MUST (krb5_kt_add_entry (context, lasting_keytab, &entry));
}

static void
store_ticket (krb5_context context,
              krb5_principal client,
              krb5_principal service,
              krb5_keyblock *key)
{
  krb5_enc_tkt_part part = { .flags = TKT_FLG_INITIAL, .client = client };
  krb5_ticket ticket = { .server = service, .enc_part2 = &part };
  krb5_creds credentials = { .client = client, .server = service };
  krb5_ccache cache;
  krb5_data *encoded;
  krb5_timestamp now;

  MUST (krb5_timeofday (context, &now));
  MUST (krb5_c_make_random_key (context, ENCTYPE_AES256_CTS_HMAC_SHA1_96,
                                &credentials.keyblock));
  credentials.times.authtime = credentials.times.starttime = now;
  credentials.times.endtime = now + 24 * 60 * 60;
  credentials.ticket_flags = TKT_FLG_INITIAL;

  part.session = &credentials.keyblock;
  part.times = credentials.times;
  part.transited.tr_type = 1;
  ticket.enc_part.kvno = 1;
  MUST (krb5_encrypt_tkt_part (context, key, &ticket));
  ticket.enc_part.kvno = 1;
  MUST (encode_krb5_ticket (&ticket, &encoded));
  credentials.ticket = *encoded;

  MUST (krb5_cc_resolve (context, "MEMORY:fuzz", &cache));
  MUST (krb5_cc_initialize (context, cache, client));
  MUST (krb5_cc_store_cred (context, cache, &credentials));
  krb5_free_data (context, encoded);
  krb5_free_data_contents (context, &ticket.enc_part.ciphertext);
  krb5_free_keyblock_contents (context, &credentials.keyblock);
  krb5_cc_close (context, cache);
}

static void
set_up (void)
{
  krb5_context context;
  krb5_principal client;
  krb5_principal service;
  krb5_keyblock key;

  write_config ();
  MUST (krb5_init_context (&lasting_context));
  context = lasting_context;
  MUST (krb5_parse_name (context, "alice@" REALM, &client));
  MUST (krb5_parse_name (context, "xmpp/a.test@" REALM, &service));
  MUST (krb5_c_make_random_key (context, ENCTYPE_AES256_CTS_HMAC_SHA1_96, &key));

  store_key (context, service, &key);
  store_ticket (context, client, service, &key);

  krb5_free_keyblock_contents (context, &key);
  krb5_free_principal (context, service);
  krb5_free_principal (context, client);
}

/* ---- A login ---- */

static const char *const names[] = { "GSSAPI", "GS2-KRB5", "GS2-KRB5-PLUS" };

static XmppSaslMechanism *
create (const char *name, XmppSaslRole role)
{
  gboolean plus = g_str_has_suffix (name, "-PLUS");
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new_for_kerberos (NULL);
  g_autoptr (XmppSaslContext) context =
      xmpp_test_context_new (role, plus ? &channel : &unbound,
                             role == XMPP_SASL_ROLE_SERVER ? XMPP_AUTHENTICATOR (users)
                                                           : NULL);
  /* No fact says that it blocks: all is done in this thread, and is soon over. */
  g_autoptr (XmppSaslMechanismInfo)
      info = xmpp_sasl_mechanism_info_new (name, role, XMPP_SASL_FACTS_NONE, 0, NULL);
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (GError) error = NULL;
  XmppSaslMechanism *mechanism;

  xmpp_sasl_registry_register (registry, info, XMPP_TYPE_SASL_GSSAPI);
  mechanism =
      xmpp_sasl_registry_create (registry, name, context,
                                 role == XMPP_SASL_ROLE_CLIENT ? credential : NULL,
                                 &error);
  g_assert_no_error (error);

  return mechanism;
}

/* @head: what is done, and where */
static GBytes *
change (GBytes *message, const guint8 *head, const guint8 *data, gsize size)
{
  gsize length;
  const guint8 *old = g_bytes_get_data (message, &length);
  g_autoptr (GByteArray) longer = NULL;
  gsize where = length > 0 ? (head[2] << 8 | head[3]) % length : 0;
  guint8 *copy;

  switch (head[1] % 4)
    {
    case 0: /* another one */
      return g_bytes_new (data, size);

    case 1: /* cut */
      return g_bytes_new (old, where);

    case 2: /* other bits, from there on */
      copy = g_memdup2 (old, length);
      for (gsize i = 0; i < size && where + i < length; i++)
        copy[where + i] ^= data[i];
      return g_bytes_new_take (copy, length);

    default: /* something in between */
      longer = g_byte_array_new ();
      if (where > 0)
        g_byte_array_append (longer, old, where);
      g_byte_array_append (longer, data, size);
      if (length > where)
        g_byte_array_append (longer, old + where, length - where);
      return g_byte_array_free_to_bytes (g_steal_pointer (&longer));
    }
}

/* The answer of @mechanism to @message, and whether it goes on */
static gboolean
step (XmppSaslMechanism *mechanism, GBytes **message)
{
  g_autoptr (GBytes) input = g_steal_pointer (message);
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  *message = xmpp_test_step_bytes (mechanism, input, &status, &error);
  if (status == XMPP_SASL_STATUS_FAILED)
    {
      g_assert_nonnull (error);
      g_assert_true (error->domain == XMPP_SASL_ERROR);
      g_assert_cmpint (error->code, !=, XMPP_SASL_ERROR_INTERNAL);
      g_assert_cmpint (error->code, !=, XMPP_SASL_ERROR_MODULE);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (*message);
      return FALSE;
    }

  g_assert_no_error (error);
  if (*message == NULL)
    *message = g_bytes_new (NULL, 0);

  return TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static gsize ready = 0;
  g_autoptr (XmppSaslMechanism) client = NULL;
  g_autoptr (XmppSaslMechanism) server = NULL;
  g_autoptr (GBytes) message = NULL;
  gboolean goes_on;
  const char *name;
  guint which;

  if (g_once_init_enter (&ready))
    {
      set_up ();
      g_once_init_leave (&ready, 1);
    }
  if (size < HEAD)
    return 0;

  name = names[data[0] % G_N_ELEMENTS (names)];
  which = data[0] / G_N_ELEMENTS (names) % (N_MESSAGES + 1);
  client = create (name, XMPP_SASL_ROLE_CLIENT);
  server = create (name, XMPP_SASL_ROLE_SERVER);

  goes_on = step (client, &message);
  g_assert_true (goes_on);
  for (guint i = 0; goes_on && i < N_MESSAGES; i++)
    {
      XmppSaslMechanism *receiver = i % 2 == 0 ? server : client;

      if (i == which)
        {
          g_autoptr (GBytes) right = g_steal_pointer (&message);

          message = change (right, data, data + HEAD, size - HEAD);
        }
      if (xmpp_sasl_mechanism_get_status (receiver) == XMPP_SASL_STATUS_COMPLETE)
        break;
      goes_on = step (receiver, &message);
    }

  if (xmpp_sasl_mechanism_get_status (server) == XMPP_SASL_STATUS_COMPLETE)
    g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
  else
    g_assert_null (xmpp_sasl_mechanism_get_username (server));

  /* The last number changes nothing: that login is good. */
  if (which == N_MESSAGES)
    {
      g_assert_cmpint (xmpp_sasl_mechanism_get_status (client), ==,
                       XMPP_SASL_STATUS_COMPLETE);
      g_assert_cmpint (xmpp_sasl_mechanism_get_status (server), ==,
                       XMPP_SASL_STATUS_COMPLETE);
    }

  return 0;
}
