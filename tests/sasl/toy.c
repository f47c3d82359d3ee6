/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "toy.h"

#include "core/xmpp-secret-private.h"

#include <string.h>

#include "xmpp-test-loop.h"

struct _ToyMechanism
{
  XmppSaslMechanism parent_instance;

  guint turn;
  char *nonce;
};

G_DEFINE_FINAL_TYPE (ToyMechanism, toy_mechanism, XMPP_TYPE_SASL_MECHANISM)

struct _ToyOdd
{
  XmppSaslMechanism parent_instance;
};

G_DEFINE_FINAL_TYPE (ToyOdd, toy_odd, XMPP_TYPE_SASL_MECHANISM)

struct _ToyLater
{
  XmppSaslMechanism parent_instance;
};

G_DEFINE_FINAL_TYPE (ToyLater, toy_later, XMPP_TYPE_SASL_MECHANISM)

ToyStepFunc toy_step_func;
GThread *toy_finalized_in;
XmppSaslStep *toy_later_step;
gboolean toy_later_result;

GBytes *
toy_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

char *
toy_text (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return length > 0 ? g_strndup (data, length) : g_strdup ("");
}

char *
toy_hash (const char *side, const char *nonce, const char *password)
{
  g_autofree char *text = g_strdup_printf ("%s,%s,%s", side, nonce, password);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

static gboolean
expect (GBytes *input, const char *text, XmppSaslError code, GError **error)
{
  g_autoptr (GBytes) expected = toy_bytes (text);

  if (input != NULL && g_bytes_equal (input, expected))
    return TRUE;

  g_set_error_literal (error, XMPP_SASL_ERROR, code, "The proof is not right");
  return FALSE;
}

static GBytes *
send_text (char *text)
{
  return g_bytes_new_take (text, strlen (text));
}

static GBytes *
step_client (ToyMechanism *self, GBytes *input, XmppSaslStatus *status, GError **error)
{
  XmppSaslMechanism *mechanism = XMPP_SASL_MECHANISM (self);
  g_autofree char *username = NULL;
  g_autofree char *authzid = NULL;
  xmpp_autosecret char *password = NULL;
  g_autofree char *proof = NULL;

  *status = XMPP_SASL_STATUS_CONTINUE;
  if (self->turn == 0)
    {
      username = xmpp_sasl_mechanism_get_secret (mechanism, "username", error);
      if (username == NULL)
        return NULL;
      self->turn++;
      authzid = xmpp_sasl_mechanism_peek_secret (mechanism, "authzid");
      return authzid != NULL ? send_text (g_strdup_printf ("%s|%s", username, authzid))
                             : send_text (g_steal_pointer (&username));
    }

  password = xmpp_sasl_mechanism_get_secret (mechanism, "password", error);
  if (password == NULL)
    return NULL;

  if (self->turn++ == 1)
    {
      self->nonce = g_strndup (g_bytes_get_data (input, NULL), g_bytes_get_size (input));
      return send_text (toy_hash ("client", self->nonce, password));
    }

  proof = toy_hash ("server", self->nonce, password);
  if (!expect (input, proof, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED, error))
    return NULL;
  xmpp_sasl_mechanism_keep_secret (mechanism, "toy-keys", "derived");
  *status = XMPP_SASL_STATUS_COMPLETE;

  return NULL;
}

static GBytes *
step_server (ToyMechanism *self, GBytes *input, XmppSaslStatus *status, GError **error)
{
  XmppSaslMechanism *mechanism = XMPP_SASL_MECHANISM (self);
  xmpp_autosecret char *password = NULL;
  g_autofree char *text = NULL;
  g_autofree char *proof = NULL;
  char *authzid;

  *status = XMPP_SASL_STATUS_CONTINUE;
  if (self->turn == 0)
    {
      text = g_strndup (g_bytes_get_data (input, NULL), g_bytes_get_size (input));
      authzid = strchr (text, '|');
      if (authzid != NULL)
        *authzid++ = '\0';
      xmpp_sasl_mechanism_set_identity (mechanism, text, authzid);
      self->turn++;
      return toy_bytes (TOY_NONCE);
    }

  password = xmpp_sasl_mechanism_get_secret (mechanism, "password", error);
  if (password == NULL)
    return NULL;

  proof = toy_hash ("client", TOY_NONCE, password);
  if (!expect (input, proof, XMPP_SASL_ERROR_NOT_AUTHORIZED, error))
    return NULL;
  *status = XMPP_SASL_STATUS_COMPLETE;

  return send_text (toy_hash ("server", TOY_NONCE, password));
}

static GBytes *
step_secret (XmppSaslMechanism *mechanism, XmppSaslStatus *status, GError **error)
{
  xmpp_autosecret char *password =
      xmpp_sasl_mechanism_get_secret (mechanism, "password", error);

  if (password == NULL)
    return NULL;

  *status = XMPP_SASL_STATUS_COMPLETE;

  return toy_bytes (password);
}

static GBytes *
toy_mechanism_step (XmppSaslMechanism *mechanism,
                    GBytes *input,
                    GCancellable *cancellable,
                    XmppSaslStatus *status,
                    GError **error)
{
  ToyMechanism *self = TOY_MECHANISM (mechanism);
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  if (g_str_equal (xmpp_sasl_mechanism_get_name (mechanism), "X-SECRET"))
    return step_secret (mechanism, status, error);
  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_SERVER)
    return step_server (self, input, status, error);

  return step_client (self, input, status, error);
}

static void
toy_mechanism_finalize (GObject *object)
{
  g_free (TOY_MECHANISM (object)->nonce);

  G_OBJECT_CLASS (toy_mechanism_parent_class)->finalize (object);
}

static void
toy_mechanism_class_init (ToyMechanismClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = toy_mechanism_finalize;
  XMPP_SASL_MECHANISM_CLASS (klass)->step = toy_mechanism_step;
}

static void
toy_mechanism_init (ToyMechanism *self)
{
}

static GBytes *
toy_odd_step (XmppSaslMechanism *mechanism,
              GBytes *input,
              GCancellable *cancellable,
              XmppSaslStatus *status,
              GError **error)
{
  return toy_step_func (mechanism, input, cancellable, status, error);
}

static void
toy_odd_finalize (GObject *object)
{
  toy_finalized_in = g_thread_self ();

  G_OBJECT_CLASS (toy_odd_parent_class)->finalize (object);
}

static void
toy_odd_class_init (ToyOddClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = toy_odd_finalize;
  XMPP_SASL_MECHANISM_CLASS (klass)->step = toy_odd_step;
}

static void
toy_odd_init (ToyOdd *self)
{
}

static gboolean
toy_later_begin_step (XmppSaslMechanism *mechanism, XmppSaslStep *step)
{
  if (toy_later_result)
    g_set_object (&toy_later_step, step);

  return toy_later_result;
}

static void
toy_later_class_init (ToyLaterClass *klass)
{
  XMPP_SASL_MECHANISM_CLASS (klass)->begin_step = toy_later_begin_step;
}

static void
toy_later_init (ToyLater *self)
{
}

static void
add (XmppSaslRegistry *registry,
     const char *name,
     XmppSaslFacts facts,
     int strength,
     GType type)
{
  static const char *const fields[] = { "username", "password", NULL };
  g_autoptr (XmppSaslMechanismInfo) info =
      xmpp_sasl_mechanism_info_new (name, XMPP_SASL_ROLE_CLIENT | XMPP_SASL_ROLE_SERVER,
                                    facts, strength, fields);

  xmpp_sasl_registry_register (registry, info, type);
}

void
toy_register (XmppSaslRegistry *registry)
{
  XmppSaslFacts mutual = XMPP_SASL_FACTS_MUTUAL, blocks = XMPP_SASL_FACTS_BLOCKS;

  add (registry, "X-TOY", mutual, 60, TOY_TYPE_MECHANISM);
  add (registry, "X-TOY-WORKER", mutual | blocks, 55, TOY_TYPE_MECHANISM);
  add (registry, "X-TOY-PLUS", mutual | XMPP_SASL_FACTS_CHANNEL_BINDING, 80,
       TOY_TYPE_MECHANISM);
  add (registry, "X-SECRET", XMPP_SASL_FACTS_PLAIN_TEXT, 10, TOY_TYPE_MECHANISM);
  add (registry, "X-ODD", 0, 40, TOY_TYPE_ODD);
  add (registry, "X-ODD-WORKER", blocks, 35, TOY_TYPE_ODD);
  add (registry, "X-LATER", 0, 30, TOY_TYPE_LATER);
}

static XmppSaslMechanism *
new_mechanism (const char *name,
               XmppSaslRole role,
               XmppCredential *credential,
               XmppAuthenticator *authenticator)
{
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (XmppSaslContext) context = NULL;
  XmppSaslMechanism *mechanism;
  GError *error = NULL;

  toy_register (registry);
  context = g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", role, "domain", "p.test",
                          "secure", TRUE, "authenticator", authenticator, NULL);
  mechanism = xmpp_sasl_registry_create (registry, name, context, credential, &error);
  g_assert_no_error (error);

  return mechanism;
}

XmppSaslMechanism *
toy_new_client (const char *name, XmppCredential *credential)
{
  return new_mechanism (name, XMPP_SASL_ROLE_CLIENT, credential, NULL);
}

XmppSaslMechanism *
toy_new_server (const char *name, XmppAuthenticator *authenticator)
{
  return new_mechanism (name, XMPP_SASL_ROLE_SERVER, NULL, authenticator);
}

char *
toy_step (XmppSaslMechanism *mechanism,
          const char *input,
          XmppSaslStatus *status,
          GError **error)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GBytes) bytes = input != NULL ? toy_bytes (input) : NULL;
  g_autoptr (GBytes) output = NULL;

  xmpp_sasl_mechanism_step_async (mechanism, bytes, NULL, xmpp_test_result_cb, &result);
  output = xmpp_sasl_mechanism_step_finish (mechanism, xmpp_test_result_wait (&result),
                                            status, error);

  return output != NULL ? toy_text (output) : NULL;
}
