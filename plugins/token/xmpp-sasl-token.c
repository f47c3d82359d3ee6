/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-token.h"

#include "sasl-account.h"
#include "sasl-step.h"
#include "token-value.h"

#include <gnutls/crypto.h>
#include <string.h>

#define PREFIX "HT-SHA-256-"
#define HASH_SIZE 32
#define MAX_USERNAME 1023

#define FAMILY "HT"
#define CURRENT_FIELD "fast-token"
#define NEW_FIELD "fast-token-new"

/*
 * XmppSaslToken:
 *
 * The HT mechanisms (draft-schmaus-kitten-sasl-ht-09) that FAST uses, XEP-0484, with SHA-256,
 * on both sides: a token that the server has handed out at an earlier login proves both of
 * them, in one round trip. The end of the name says what it is bound to.
 *
 * Without a channel binding, whoever sees the client's message can repeat it, and one bound
 * to the server's certificate (ENDP) can be repeated to whoever shows the same. That TLS lets
 * nobody see it is all that these two rest on.
 */
struct _XmppSaslToken
{
  XmppSaslMechanism parent_instance;

  TokenValue *sent; /* client: what the server has to know as well */
};

G_DEFINE_FINAL_TYPE (XmppSaslToken, xmpp_sasl_token, XMPP_TYPE_SASL_MECHANISM)

static const struct
{
  const char *suffix;
  const char *type; /* NULL: none */
} bindings[] = {
  { "NONE", NULL },
  { "ENDP", "tls-server-end-point" },
  { "UNIQ", "tls-unique" },
  { "EXPR", "tls-exporter" },
};

/* The data of the channel binding that the name promises; no bytes with NONE */
static GBytes *
get_binding (XmppSaslMechanism *mechanism, GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  const char *suffix = NULL;

  if (name != NULL && g_str_has_prefix (name, PREFIX))
    suffix = name + strlen (PREFIX);

  for (guint i = 0; suffix != NULL && i < G_N_ELEMENTS (bindings); i++)
    {
      g_autoptr (GBytes) data = NULL;

      if (!g_str_equal (suffix, bindings[i].suffix))
        continue;
      if (bindings[i].type == NULL)
        return g_bytes_new (NULL, 0);

      data = xmpp_sasl_context_get_channel_binding (context, bindings[i].type);
      if (data != NULL && g_bytes_get_size (data) > 0)
        return g_steal_pointer (&data);

      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                   "%s: this connection has no channel binding of type %s", name,
                   bindings[i].type);
      return NULL;
    }

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_MECHANISM,
               "The module for tokens has no mechanism %s",
               name != NULL ? name : "(none)");
  return NULL;
}

/* HMAC (token, @side || data of the channel binding) */
static gboolean
compute (const char *token,
         const char *side,
         GBytes *binding,
         guint8 result[HASH_SIZE],
         GError **error)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();

  g_byte_array_append (text, (const guint8 *) side, strlen (side));
  g_byte_array_append (text, g_bytes_get_data (binding, NULL),
                       g_bytes_get_size (binding));

  if (gnutls_hmac_fast (GNUTLS_MAC_SHA256, token, strlen (token), text->data, text->len,
                        result) == 0)
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
               FAMILY ": GnuTLS cannot compute the proof");
  return FALSE;
}

/* In constant time */
static gboolean
is_same_proof (const guint8 *a, const guint8 *b)
{
  g_autoptr (GBytes) first = g_bytes_new_static (a, HASH_SIZE);
  g_autoptr (GBytes) second = g_bytes_new_static (b, HASH_SIZE);

  return xmpp_secret_equal (first, second);
}

/* ---- The client's side ---- */

/* The token of an earlier login; nobody can be asked for it */
static TokenValue *
get_token (XmppSaslMechanism *mechanism, GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  char *text = xmpp_sasl_mechanism_peek_secret (mechanism, CURRENT_FIELD);
  g_autoptr (TokenValue) value = token_value_parse (text);
  const char *why = NULL;

  xmpp_secret_free (text);

  /* The server has bound it to the mechanism: to use it with another one would be to tell
   * somebody in between what was not for him (XEP-0484 §3.4) */
  if (value == NULL)
    why = "there is no token of an earlier login";
  else if (!g_str_equal (value->mechanism, name))
    why = "the token is for another mechanism";
  else if (token_value_is_expired (value))
    why = "the token has expired";

  if (why == NULL)
    return g_steal_pointer (&value);

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE, "%s: %s", name, why);
  return NULL;
}

/* → romeo NUL HMAC (token, "Initiator" …) */
static GBytes *
send_proof (XmppSaslToken *self, GBytes *binding, XmppSaslStatus *status, GError **error)
{
  XmppSaslMechanism *mechanism = XMPP_SASL_MECHANISM (self);
  g_autofree char *authzid = xmpp_sasl_mechanism_peek_secret (mechanism, "authzid");
  g_autofree char *username = NULL;
  g_autofree char *prepared = NULL;
  g_autoptr (TokenValue) token = NULL;
  g_autoptr (GByteArray) message = NULL;
  guint8 proof[HASH_SIZE];

  if (authzid != NULL && authzid[0] != '\0')
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                   FAMILY ": a token cannot say whom to act as");
      return NULL;
    }

  username = xmpp_sasl_mechanism_get_secret (mechanism, "username", error);
  if (username == NULL)
    return NULL;

  prepared = sasl_account_prepare (FAMILY, username, "user name", error);
  if (prepared == NULL)
    return NULL;

  token = get_token (mechanism, error);
  if (token == NULL || !compute (token->token, "Initiator", binding, proof, error))
    return NULL;

  message = g_byte_array_new ();
  g_byte_array_append (message, (const guint8 *) prepared, strlen (prepared) + 1);
  g_byte_array_append (message, proof, sizeof proof);

  self->sent = g_steal_pointer (&token);
  *status = XMPP_SASL_STATUS_CONTINUE;

  return g_byte_array_free_to_bytes (g_steal_pointer (&message));
}

/* ← HMAC (token, "Responder" …) */
static void
check_answer (XmppSaslToken *self,
              GBytes *binding,
              GBytes *input,
              XmppSaslStatus *status,
              GError **error)
{
  guint8 expected[HASH_SIZE];

  if (!compute (self->sent->token, "Responder", binding, expected, error))
    return;

  if (input != NULL && g_bytes_get_size (input) == sizeof expected &&
      is_same_proof (g_bytes_get_data (input, NULL), expected))
    *status = XMPP_SASL_STATUS_COMPLETE;
  else
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
                 FAMILY ": the server did not prove that it knows the token");
}

/* ---- The server's side ---- */

/* One of the two tokens that a client may have: it gets a new one before the current one is
 * given up, and may not have received it (XEP-0484 §3.5) */
typedef struct
{
  const char *field;
  char *text;
  TokenValue *value;
  gboolean fits; /* the client has it */
} Slot;

static void
slot_clear (Slot *slot)
{
  g_clear_pointer (&slot->text, xmpp_secret_free);
  g_clear_pointer (&slot->value, token_value_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Slot, slot_clear)

/* The text before the first NUL, and the proof behind it */
static gboolean
parse_message (GBytes *input, char **username, const guint8 **proof, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (input, &length);
  const char *end = length > 0 ? memchr (data, '\0', length) : NULL;

  if (end == NULL || end == data || end - data > MAX_USERNAME ||
      length - (end + 1 - data) != HASH_SIZE ||
      !g_utf8_validate_len (data, end - data, NULL))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   FAMILY ": the client's message is not a user name, NUL and a proof");
      return FALSE;
    }

  *proof = (const guint8 *) end + 1;
  *username = sasl_account_prepare (FAMILY, data, "user name", error);

  return *username != NULL;
}

/* May throw NEED_CREDENTIAL. Where there is no token, one that nobody has costs the same. */
static gboolean
look_up_slot (XmppSaslMechanism *mechanism, Slot *slot, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  slot->text = sasl_account_look_up (mechanism, slot->field, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  slot->value = token_value_parse (slot->text);
  return TRUE;
}

static gboolean
try_slot (Slot *slot, GBytes *binding, const guint8 *proof, GError **error)
{
  guint8 random[HASH_SIZE];
  g_autofree char *nobodys = NULL;
  guint8 expected[HASH_SIZE];

  if (!xmpp_random_bytes (random, sizeof random, error))
    return FALSE;
  nobodys = g_base64_encode (random, sizeof random);

  if (!compute (slot->value != NULL ? slot->value->token : nobodys, "Initiator", binding,
                expected, error))
    return FALSE;

  slot->fits = is_same_proof (expected, proof);
  slot->fits &= slot->value != NULL;

  return TRUE;
}

/* Whether the token may be used: that it is the client's has been proven, so that the reason
 * may be told. The last word has the application, which then knows of the use. */
static gboolean
accept_slot (XmppSaslMechanism *mechanism, Slot *slot, GError **error)
{
  if (!g_str_equal (slot->value->mechanism, xmpp_sasl_mechanism_get_name (mechanism)))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                   FAMILY ": the client's token is for another mechanism");
      return FALSE;
    }

  if (token_value_is_expired (slot->value))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_CREDENTIALS_EXPIRED,
                   FAMILY ": the client's token has expired");
      return FALSE;
    }

  return xmpp_sasl_mechanism_verify_secret (mechanism, slot->field, slot->text, error);
}

static GBytes *
prove (Slot *slot, GBytes *binding, XmppSaslStatus *status, GError **error)
{
  guint8 proof[HASH_SIZE];

  if (!compute (slot->value->token, "Responder", binding, proof, error))
    return NULL;

  *status = XMPP_SASL_STATUS_COMPLETE;
  return g_bytes_new (proof, sizeof proof);
}

/* ← romeo NUL HMAC (token, "Initiator" …)   → HMAC (token, "Responder" …) */
static GBytes *
answer_proof (XmppSaslMechanism *mechanism,
              GBytes *binding,
              GBytes *input,
              XmppSaslStatus *status,
              GError **error)
{
  g_auto (Slot) new_slot = { .field = NEW_FIELD };
  g_auto (Slot) current_slot = { .field = CURRENT_FIELD };
  g_autofree char *username = NULL;
  const guint8 *proof = NULL;
  Slot *slot;

  if (!parse_message (input, &username, &proof, error))
    return NULL;

  xmpp_sasl_mechanism_set_identity (mechanism, username, NULL);
  if (!look_up_slot (mechanism, &new_slot, error) ||
      !look_up_slot (mechanism, &current_slot, error) ||
      !try_slot (&new_slot, binding, proof, error) ||
      !try_slot (&current_slot, binding, proof, error))
    return NULL;

  slot = new_slot.fits ? &new_slot : &current_slot;
  if (slot->fits)
    return accept_slot (mechanism, slot, error) ? prove (slot, binding, status, error)
                                                : NULL;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
               FAMILY ": the client's proof is wrong");
  return NULL;
}

/* ---- The object ---- */

static GBytes *
xmpp_sasl_token_step (XmppSaslMechanism *mechanism,
                      GBytes *input,
                      GCancellable *cancellable,
                      XmppSaslStatus *status,
                      GError **error)
{
  XmppSaslToken *self = XMPP_SASL_TOKEN (mechanism);
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  g_autoptr (GBytes) binding = NULL;

  if (!sasl_step_require_secure (mechanism, FAMILY, error))
    return NULL;

  binding = get_binding (mechanism, error);
  if (binding == NULL)
    return NULL;

  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_CLIENT)
    {
      if (self->sent == NULL)
        return send_proof (self, binding, status, error);
      check_answer (self, binding, input, status, error);
      return NULL;
    }

  if (input != NULL)
    return answer_proof (mechanism, binding, input, status, error);

  return sasl_step_ask_for_initial (status);
}

static void
xmpp_sasl_token_finalize (GObject *object)
{
  g_clear_pointer (&XMPP_SASL_TOKEN (object)->sent, token_value_free);

  G_OBJECT_CLASS (xmpp_sasl_token_parent_class)->finalize (object);
}

static void
xmpp_sasl_token_class_init (XmppSaslTokenClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_sasl_token_finalize;
  XMPP_SASL_MECHANISM_CLASS (klass)->step = xmpp_sasl_token_step;
}

static void
xmpp_sasl_token_init (XmppSaslToken *self)
{
}
