/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-channel-binding.h"

/* Best first. tls-unique is not defined for TLS 1.3 (RFC 9266 §3), and below it is only
 * as good as the extended master secret that GIO leaves off by default. */
static const struct
{
  GTlsChannelBindingType type;
  const char *name;
  GTlsProtocolVersion newest;
} binding_types[] = {
  { G_TLS_CHANNEL_BINDING_TLS_EXPORTER, "tls-exporter", G_TLS_PROTOCOL_VERSION_TLS_1_3 },
  { G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT, "tls-server-end-point",
    G_TLS_PROTOCOL_VERSION_TLS_1_3 },
  { G_TLS_CHANNEL_BINDING_TLS_UNIQUE, "tls-unique", G_TLS_PROTOCOL_VERSION_TLS_1_2 },
};

GVariant *
xmpp_channel_binding_collect (GTlsConnection *connection)
{
  GTlsProtocolVersion version;
  GVariantBuilder builder;

  g_return_val_if_fail (G_IS_TLS_CONNECTION (connection), NULL);

  version = g_tls_connection_get_protocol_version (connection);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(say)"));

  for (guint i = 0; i < G_N_ELEMENTS (binding_types); i++)
    {
      g_autoptr (GByteArray) data = g_byte_array_new ();

      if (version == G_TLS_PROTOCOL_VERSION_UNKNOWN || version > binding_types[i].newest)
        continue;
      if (!g_tls_connection_get_channel_binding_data (connection, binding_types[i].type,
                                                      data, NULL) ||
          data->len == 0)
        continue;

      g_variant_builder_add (&builder, "(s@ay)", binding_types[i].name,
                             g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data->data,
                                                        data->len, sizeof (guint8)));
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}
