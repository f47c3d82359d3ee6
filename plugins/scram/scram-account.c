/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl-account.h"
#include "scram-private.h"

#include <string.h>

/* What the server knows of an account, and what it shows of one that does not exist: RFC
 * 5802 §9 leaves a salt and an iteration count to be seen by everybody who gives a name. */

#define SALT_BYTES 16
#define ITERATIONS 10000

/* How the authenticator keeps its accounts. Those that do not exist look alike. */
typedef struct
{
  guint iterations; /* of stored keys; 0: it keeps passwords */
  gsize salt_size;
} Form;

static const Form password_form = { 0, SALT_BYTES };

static GQuark
form_quark (void)
{
  return g_quark_from_static_string ("xmpp-sasl-scram-form");
}

/* The first account says it. If a later one did, then somebody who logs in between two
 * tries could tell what does not exist from what does. */
static void
remember_form (XmppSaslMechanism *mechanism, guint iterations, gsize salt_size)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  XmppAuthenticator *authenticator = xmpp_sasl_context_get_authenticator (context);
  Form form = { iterations, salt_size };
  Form *copy;

  if (authenticator == NULL)
    return;

  copy = g_memdup2 (&form, sizeof form);
  if (!g_object_replace_qdata (G_OBJECT (authenticator), form_quark (), NULL, copy,
                               g_free, NULL))
    g_free (copy);
}

/* That of the decoy, where it is the keys of an account. The hash does not matter. */
static gboolean
parse_form (const char *decoy, Form *form)
{
  char **parts = g_strsplit (decoy, "$", 5);
  g_autoptr (GBytes) salt = NULL;
  gboolean good = FALSE;

  if (g_strv_length (parts) == 4)
    {
      salt = scram_decode_base64 (parts[1]);
      good = salt != NULL && g_bytes_get_size (salt) <= SCRAM_MAX_SALT &&
             scram_parse_count (parts[0], &form->iterations);
    }
  if (good)
    form->salt_size = g_bytes_get_size (salt);

  for (char **part = parts; *part != NULL; part++)
    xmpp_secret_free (*part);
  g_free (parts);

  return good;
}

static Form
get_form (XmppAuthenticator *authenticator, const char *decoy)
{
  Form form = password_form;
  Form *first;

  if (decoy != NULL)
    return parse_form (decoy, &form) ? form : password_form;

  /* Once it is there, it stays. */
  first = authenticator != NULL
              ? g_object_get_qdata (G_OBJECT (authenticator), form_quark ())
              : NULL;

  return first != NULL ? *first : password_form;
}

static gboolean
get_process_secret (guint8 secret[32], GError **error)
{
  static GMutex mutex;
  static guint8 shared[32];
  static gboolean have_shared;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);

  if (!have_shared)
    have_shared = xmpp_random_bytes (shared, sizeof shared, error);
  if (have_shared)
    memcpy (secret, shared, sizeof shared);

  return have_shared;
}

/* HMAC (@secret, mechanism domain user) in as many blocks as it takes */
static GBytes *
expand_salt (XmppSaslMechanism *mechanism,
             ScramExchange *exchange,
             gconstpointer secret,
             gsize secret_size,
             const char *username,
             gsize size)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *domain = xmpp_sasl_context_get_domain (context);
  gsize block_size = scram_hash_get_size (exchange->hash);
  g_autoptr (GByteArray) salt = g_byte_array_new ();
  guint8 block[SCRAM_MAX_HASH];

  while (salt->len < size)
    {
      g_autofree char *text =
          g_strdup_printf ("%s\n%s\n%s\n%u", scram_hash_get_mechanism (exchange->hash),
                           domain != NULL ? domain : "", username, salt->len);

      if (!scram_hmac (exchange->hash, secret, secret_size, text, block))
        return NULL;
      g_byte_array_append (salt, block, MIN (block_size, size - salt->len));
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&salt));
}

/* A salt that is the same at every try, so that it tells nothing */
static GBytes *
make_salt (XmppSaslMechanism *mechanism,
           ScramExchange *exchange,
           const char *decoy,
           const char *username,
           gsize size,
           GError **error)
{
  guint8 secret[32];
  GBytes *salt;

  if (decoy == NULL && !get_process_secret (secret, error))
    return NULL;

  salt = expand_salt (mechanism, exchange, decoy != NULL ? (gconstpointer) decoy : secret,
                      decoy != NULL ? strlen (decoy) : sizeof secret, username, size);
  if (salt == NULL)
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                 "SCRAM: GnuTLS cannot compute a salt");
  explicit_bzero (secret, sizeof secret);

  return salt;
}

/* Keys nobody can have, or a password nobody can know */
static gboolean
invent_account (ScramExchange *exchange, const Form *form, GError **error)
{
  exchange->refused = TRUE;
  if (!xmpp_random_bytes ((guint8 *) &exchange->keys, sizeof exchange->keys, error))
    return FALSE;

  if (form->iterations > 0)
    exchange->iterations = form->iterations;
  else
    exchange->password = g_base64_encode (exchange->keys.stored_key, 12);

  return TRUE;
}

/* An account that is kept as a password, @password, or none */
static gboolean
make_account (XmppSaslMechanism *mechanism,
              ScramExchange *exchange,
              const char *username,
              const char *password,
              GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  XmppAuthenticator *authenticator = xmpp_sasl_context_get_authenticator (context);
  char *decoy = authenticator != NULL ? xmpp_authenticator_dup_decoy (authenticator)
                                      : NULL;
  Form form = get_form (authenticator, decoy);

  if (password != NULL)
    exchange->password = scram_prepare (password, "password", NULL);
  if (exchange->password != NULL)
    form = password_form;

  exchange->iterations = MAX (ITERATIONS, xmpp_sasl_context_get_min_iterations (context));
  exchange->salt =
      make_salt (mechanism, exchange, decoy, username, form.salt_size, error);
  xmpp_secret_free (decoy);

  if (exchange->salt == NULL)
    return FALSE;

  if (exchange->password == NULL)
    return invent_account (exchange, &form, error);

  remember_form (mechanism, 0, SALT_BYTES);
  return TRUE;
}

gboolean
scram_account_find (XmppSaslMechanism *mechanism,
                    ScramExchange *exchange,
                    const char *username,
                    GError **error)
{
  const char *field = scram_hash_get_field (exchange->hash);
  g_autoptr (GError) local_error = NULL;
  char *keys = sasl_account_look_up (mechanism, field, &local_error);
  char *password = NULL;
  gboolean stored = FALSE;
  gboolean good = FALSE;

  /* Both are looked up for everybody: the time of one look-up would tell who exists. */
  if (local_error == NULL)
    password = sasl_account_look_up (mechanism, "password", &local_error);
  if (local_error == NULL && keys != NULL)
    stored = scram_keys_from_server_text (exchange->hash, keys, &exchange->keys,
                                          &exchange->salt, &exchange->iterations);
  xmpp_secret_free (keys);

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (stored)
    remember_form (mechanism, exchange->iterations, g_bytes_get_size (exchange->salt));
  else
    good = make_account (mechanism, exchange, username, password, error);
  xmpp_secret_free (password);

  return stored || good;
}
