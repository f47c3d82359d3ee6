/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-peer.h"

#include "xmpp-test-sasl.h"

#include <string.h>

struct _CyrusPeer
{
  const char *mechanism;
  gboolean server;
  gboolean started;
  sasl_conn_t *connection;
  sasl_callback_t callbacks[8];
  sasl_channel_binding_t binding;

  const char *username;
  sasl_secret_t *secret;
  char *database;
};

/* ---- Callbacks ---- */

static int
simple_cb (void *context, int id, const char **result, unsigned *length)
{
  CyrusPeer *self = context;

  *result = id == SASL_CB_USER ? "" : self->username;
  if (length != NULL)
    *length = strlen (*result);

  return SASL_OK;
}

static int
pass_cb (sasl_conn_t *connection, void *context, int id, sasl_secret_t **secret)
{
  *secret = ((CyrusPeer *) context)->secret;

  return SASL_OK;
}

static int
realm_cb (void *context, int id, const char **realms, const char **result)
{
  *result = "a.test";

  return SASL_OK;
}

/* What X-SITE asks for is not asked with a function */
static int
getopt_cb (void *context,
           const char *plugin,
           const char *option,
           const char **result,
           unsigned *length)
{
  CyrusPeer *self = context;

  if (g_str_equal (option, "auxprop_plugin"))
    *result = "sasldb";
  else if (g_str_equal (option, "sasldb_path"))
    *result = self->database;
  else
    return SASL_FAIL;

  if (length != NULL)
    *length = strlen (*result);

  return SASL_OK;
}

static void
add_callback (CyrusPeer *self, guint i, unsigned long id, GCallback function)
{
  self->callbacks[i].id = id;
  self->callbacks[i].proc = (int (*) (void)) function;
  self->callbacks[i].context = self;
}

/* ---- The peer ---- */

static void
forbid_layers (CyrusPeer *self)
{
  sasl_security_properties_t properties = { .max_ssf = 0, .maxbufsize = 0 };

  g_assert_cmpint (sasl_setprop (self->connection, SASL_SEC_PROPS, &properties), ==,
                   SASL_OK);
}

CyrusPeer *
cyrus_peer_new_client (const char *mechanism, const char *username, const char *password)
{
  CyrusPeer *self = g_new0 (CyrusPeer, 1);

  g_assert_cmpint (sasl_client_init (NULL), ==, SASL_OK);
  self->mechanism = mechanism;
  self->username = username;
  self->secret = g_malloc0 (sizeof *self->secret + strlen (password) + 1);
  self->secret->len = strlen (password);
  memcpy (self->secret->data, password, strlen (password));
  add_callback (self, 0, SASL_CB_USER, G_CALLBACK (simple_cb));
  add_callback (self, 1, SASL_CB_AUTHNAME, G_CALLBACK (simple_cb));
  add_callback (self, 2, SASL_CB_PASS, G_CALLBACK (pass_cb));
  add_callback (self, 3, SASL_CB_GETREALM, G_CALLBACK (realm_cb));
  add_callback (self, 4, SASL_CB_LIST_END, NULL);
  g_assert_cmpint (sasl_client_new ("xmpp", "a.test", NULL, NULL, self->callbacks,
                                    SASL_SUCCESS_DATA, &self->connection),
                   ==, SASL_OK);
  forbid_layers (self);

  return self;
}

CyrusPeer *
cyrus_peer_new_server (const char *mechanism, const char *database)
{
  CyrusPeer *self = g_new0 (CyrusPeer, 1);

  g_assert_cmpint (sasl_server_init (NULL, "another-program"), ==, SASL_OK);
  self->mechanism = mechanism;
  self->server = TRUE;
  self->database = g_strdup (database);
  add_callback (self, 0, SASL_CB_GETOPT, G_CALLBACK (getopt_cb));
  add_callback (self, 1, SASL_CB_LIST_END, NULL);
  g_assert_cmpint (sasl_server_new ("xmpp", "a.test", NULL, NULL, NULL, self->callbacks,
                                    SASL_SUCCESS_DATA, &self->connection),
                   ==, SASL_OK);
  forbid_layers (self);

  return self;
}

void
cyrus_peer_free (CyrusPeer *self)
{
  sasl_dispose (&self->connection);
  g_free (self->secret);
  g_free (self->database);
  g_free (self);
}

void
cyrus_peer_bind (CyrusPeer *self, const char *type, const char *data)
{
  self->binding.name = type;
  self->binding.critical = TRUE;
  self->binding.data = (const unsigned char *) data;
  self->binding.len = strlen (data);
  g_assert_cmpint (sasl_setprop (self->connection, SASL_CHANNEL_BINDING, &self->binding),
                   ==, SASL_OK);
}

int
cyrus_peer_step (CyrusPeer *self, GBytes *input, GBytes **output)
{
  gsize size = 0;
  const char *data = input != NULL ? g_bytes_get_data (input, &size) : NULL;
  sasl_interact_t *prompts = NULL;
  const char *out = NULL;
  unsigned length = 0;
  int result;

  if (data == NULL && (input != NULL || self->started))
    data = "";
  if (self->server && !self->started)
    result =
        sasl_server_start (self->connection, self->mechanism, data, size, &out, &length);
  else if (self->server)
    result = sasl_server_step (self->connection, data, size, &out, &length);
  else if (!self->started)
    result = sasl_client_start (self->connection, self->mechanism, &prompts, &out,
                                &length, NULL);
  else
    result = sasl_client_step (self->connection, data, size, &prompts, &out, &length);

  self->started = TRUE;
  *output = out != NULL && (result == SASL_OK || result == SASL_CONTINUE)
                ? g_bytes_new (out, length)
                : NULL;

  return result;
}

gboolean
cyrus_peer_run_client (XmppSaslMechanism *client, CyrusPeer *server, GError **error)
{
  XmppSaslStatus status = XMPP_SASL_STATUS_CONTINUE;
  g_autoptr (GBytes) message = NULL;
  int result = SASL_CONTINUE;

  while (result == SASL_CONTINUE)
    {
      g_autoptr (GBytes) output = xmpp_test_step_bytes (client, message, &status, error);

      g_clear_pointer (&message, g_bytes_unref);
      if (status == XMPP_SASL_STATUS_FAILED)
        return FALSE;
      result = cyrus_peer_step (server, output, &message);
    }
  if (result != SASL_OK)
    return FALSE;
  if (message != NULL && status == XMPP_SASL_STATUS_CONTINUE)
    {
      g_autoptr (GBytes) output = xmpp_test_step_bytes (client, message, &status, error);
    }

  return status == XMPP_SASL_STATUS_COMPLETE;
}

gboolean
cyrus_peer_run_server (CyrusPeer *client, XmppSaslMechanism *server, GError **error)
{
  XmppSaslStatus status = XMPP_SASL_STATUS_CONTINUE;
  g_autoptr (GBytes) message = NULL;
  int result = SASL_CONTINUE;

  while (status == XMPP_SASL_STATUS_CONTINUE)
    {
      g_autoptr (GBytes) output = NULL;

      result = cyrus_peer_step (client, message, &output);
      g_clear_pointer (&message, g_bytes_unref);
      if (result != SASL_OK && result != SASL_CONTINUE)
        return FALSE;
      message = xmpp_test_step_bytes (server, output, &status, error);
    }
  if (status == XMPP_SASL_STATUS_COMPLETE && result == SASL_CONTINUE && message != NULL)
    {
      g_autoptr (GBytes) output = NULL;

      result = cyrus_peer_step (client, message, &output);
    }

  return status == XMPP_SASL_STATUS_COMPLETE && result == SASL_OK;
}

const char *
cyrus_peer_get_username (CyrusPeer *self)
{
  const void *value = NULL;

  g_assert_cmpint (sasl_getprop (self->connection, SASL_AUTHUSER, &value), ==, SASL_OK);

  return value;
}
