/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-address-scope.h"

#include <string.h>

/* ::ffff:192.0.2.1 */
static GInetAddress *
unmap (GInetAddress *address)
{
  static const guint8 prefix[12] = { [10] = 0xff, [11] = 0xff };
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 &&
      memcmp (bytes, prefix, sizeof prefix) == 0)
    return g_inet_address_new_from_bytes (bytes + sizeof prefix, G_SOCKET_FAMILY_IPV4);

  return g_object_ref (address);
}

/* What GIO does not call site-local: fc00::/7 (RFC 4193), 100.64.0.0/10 (RFC 6598) */
static gboolean
is_private (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_is_site_local (address))
    return TRUE;
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    return (bytes[0] & 0xfe) == 0xfc;
  return bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
}

const char *
xmpp_address_scope_describe (GInetAddress *address)
{
  g_autoptr (GInetAddress) plain = unmap (address);

  /* Who connects to "any" gets this machine. */
  if (g_inet_address_get_is_loopback (plain) || g_inet_address_get_is_any (plain))
    return "a loopback address";
  if (g_inet_address_get_is_link_local (plain))
    return "a link-local address";
  if (is_private (plain))
    return "a private address";
  return NULL;
}

gboolean
xmpp_address_scope_is_loopback (GSocketAddress *address)
{
  return G_IS_INET_SOCKET_ADDRESS (address) &&
         g_inet_address_get_is_loopback (
             g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

gboolean
xmpp_address_scope_is_public_name (const char *domain)
{
  static const char *const special[] = {
    ".localhost", ".local", ".test", ".invalid", ".internal", ".home.arpa",
  };

  if (g_hostname_is_ip_address (domain) || domain[0] == '[' ||
      strchr (domain, '.') == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (special); i++)
    {
      if (g_str_has_suffix (domain, special[i]))
        return FALSE;
    }
  return TRUE;
}
