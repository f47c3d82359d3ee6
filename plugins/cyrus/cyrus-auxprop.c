/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-auxprop.h"

#include <string.h>

#include <sasl/saslplug.h>

/* A number of our own, among those of a connection's callbacks */
#define CALLBACK_EXCHANGE 0x584d5001

/* It is never called: its address tells our connections from others'. */
static int
exchange_cb (void)
{
  return SASL_OK;
}

void
cyrus_auxprop_add_callback (CyrusExchange *exchange)
{
  cyrus_callbacks_add (&exchange->callbacks, CALLBACK_EXCHANGE, G_CALLBACK (exchange_cb),
                       exchange);
}

static CyrusExchange *
find_exchange (sasl_server_params_t *params)
{
  sasl_callback_ft function = NULL;
  void *context = NULL;

  if (params->utils->getcallback (params->utils->conn, CALLBACK_EXCHANGE, &function,
                                  &context) != SASL_OK ||
      function != exchange_cb)
    return NULL;

  return context;
}

static gboolean
wants_password (sasl_server_params_t *params)
{
  const struct propval *property = params->utils->prop_get (params->propctx);

  for (; property != NULL && property->name != NULL; property++)
    if (g_str_equal (property->name, SASL_AUX_PASSWORD))
      return property->values == NULL || property->values[0] == NULL;

  return FALSE;
}

static int
look_up_password (CyrusExchange *exchange,
                  sasl_server_params_t *params,
                  const char *user,
                  gsize length)
{
  g_autofree char *name = cyrus_exchange_dup_user (exchange, user, length);
  g_autoptr (GError) error = NULL;
  char *password;
  int result;

  if (name == NULL)
    return SASL_NOUSER;

  /* A plug-in asks for one user; of two the last one must not pass for the first. */
  g_free (exchange->looked_up);
  exchange->looked_up = g_strdup (name);
  xmpp_sasl_mechanism_set_identity (exchange->mechanism, name, NULL);
  password = xmpp_sasl_mechanism_wait_secret (exchange->mechanism, "password",
                                              exchange->cancellable, &error);
  if (password == NULL)
    {
      if (g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED))
        return SASL_NOUSER;
      g_clear_error (&exchange->error);
      exchange->error = g_steal_pointer (&error);
      return SASL_UNAVAIL;
    }

  result = params->utils->prop_set (params->propctx, SASL_AUX_PASSWORD, password,
                                    (int) strlen (password));
  xmpp_secret_free (password);

  return result;
}

static int
lookup_cb (void *glob_context,
           sasl_server_params_t *params,
           unsigned flags,
           const char *user,
           unsigned length)
{
  CyrusExchange *exchange = find_exchange (params);

  if (exchange == NULL || exchange->mechanism == NULL)
    return SASL_NOUSER;
  /* Nothing is kept of those whom somebody wants to be. */
  if ((flags & SASL_AUXPROP_AUTHZID) || !wants_password (params))
    return SASL_OK;

  return look_up_password (exchange, params, user, length);
}

static int
plug_init_cb (const sasl_utils_t *utils,
              int max_version,
              int *out_version,
              sasl_auxprop_plug_t **plug,
              const char *name)
{
  static char own_name[] = CYRUS_AUXPROP_NAME;
  static sasl_auxprop_plug_t own_plug = { .auxprop_lookup = lookup_cb, .name = own_name };

  if (max_version < SASL_AUXPROP_PLUG_VERSION)
    return SASL_BADVERS;

  *out_version = SASL_AUXPROP_PLUG_VERSION;
  *plug = &own_plug;

  return SASL_OK;
}

int
cyrus_auxprop_add (void)
{
  return sasl_auxprop_add_plugin (CYRUS_AUXPROP_NAME, plug_init_cb);
}
