/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-client-private.h"

#include "tls/xmpp-tls-pins.h"

/* The settings of XmppClient that pin the key of its server. */

/**
 * xmpp_client_get_pins: (get-property pins)
 * @client: a client
 *
 * Gets [property@Client:pins].
 *
 * Returns: (transfer none) (array zero-terminated=1): the pins, none where nothing is pinned
 *
 * Since: 1.0
 */
const char *const *
xmpp_client_get_pins (XmppClient *self)
{
  static const char *const none[] = { NULL };
  XmppClientPrivate *priv;

  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  priv = xmpp_client_get_private (self);
  return priv->pins != NULL ? (const char *const *) priv->pins : none;
}

void
xmpp_client_store_pins (XmppClient *self, const char *const *pins)
{
  XmppClientPrivate *priv = xmpp_client_get_private (self);
  const char *const *old = xmpp_client_get_pins (self);
  static const char *const none[] = { NULL };

  if (pins == NULL)
    pins = none;
  if (g_strv_equal (old, pins))
    return;

  g_strfreev (priv->pins);
  priv->pins = g_strdupv ((GStrv) pins);
  g_object_notify_by_pspec (G_OBJECT (self),
                            xmpp_client_properties[XMPP_CLIENT_PROP_PINS]);
}

/**
 * xmpp_client_set_pins: (set-property pins)
 * @client: a client
 * @pins: (nullable) (array zero-terminated=1): the pins; none: nothing is pinned
 * @error: [error@Gio.IOErrorEnum.INVALID_DATA] where one is malformed, or there are too many
 *
 * Sets [property@Client:pins], for the next time the connection is opened.
 *
 * Returns: whether they are well formed; if not, nothing has changed
 *
 * Since: 1.0
 */
gboolean
xmpp_client_set_pins (XmppClient *self, const char *const *pins, GError **error)
{
  g_autoptr (GPtrArray) parsed = NULL;

  g_return_val_if_fail (XMPP_IS_CLIENT (self), FALSE);

  parsed = xmpp_tls_pins_parse (pins, error);
  if (parsed == NULL)
    return FALSE;

  xmpp_client_store_pins (self, pins);
  return TRUE;
}

/**
 * xmpp_client_get_pin_only: (get-property pin-only)
 * @client: a client
 *
 * Gets [property@Client:pin-only].
 *
 * Returns: whether it is set
 *
 * Since: 1.0
 */
gboolean
xmpp_client_get_pin_only (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), FALSE);

  return xmpp_client_get_private (self)->pin_only;
}

/**
 * xmpp_client_set_pin_only: (set-property pin-only)
 * @client: a client
 * @pin_only: whether a pin is enough
 *
 * Sets [property@Client:pin-only], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_pin_only (XmppClient *self, gboolean pin_only)
{
  XmppClientPrivate *priv;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  priv = xmpp_client_get_private (self);
  if (priv->pin_only == !!pin_only)
    return;

  priv->pin_only = !!pin_only;
  g_object_notify_by_pspec (G_OBJECT (self),
                            xmpp_client_properties[XMPP_CLIENT_PROP_PIN_ONLY]);
}
