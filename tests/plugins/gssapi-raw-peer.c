/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gssapi-raw-peer.h"

#include "gssapi-private.h"

void
gssapi_raw_peer_clear (GssapiRawPeer *peer)
{
  OM_uint32 minor;

  gss_delete_sec_context (&minor, &peer->context, GSS_C_NO_BUFFER);
  gss_release_name (&minor, &peer->name);
}

GBytes *
gssapi_raw_peer_accept (GssapiRawPeer *peer, GBytes *token)
{
  gss_buffer_desc input = { g_bytes_get_size (token),
                            (void *) g_bytes_get_data (token, NULL) };
  gss_buffer_desc output = GSS_C_EMPTY_BUFFER;
  OM_uint32 minor;

  g_assert_cmpuint (gss_accept_sec_context (&minor, &peer->context, GSS_C_NO_CREDENTIAL,
                                            &input, GSS_C_NO_CHANNEL_BINDINGS, NULL, NULL,
                                            &output, NULL, NULL, NULL),
                    ==, GSS_S_COMPLETE);

  return gssapi_take_buffer (&output);
}

GBytes *
gssapi_raw_peer_init (GssapiRawPeer *peer,
                      gss_OID mechanism,
                      OM_uint32 flags,
                      GBytes *answer)
{
  gss_buffer_desc service = { 12, (void *) "xmpp/a.test@" };
  gss_buffer_desc input = GSS_C_EMPTY_BUFFER;
  gss_buffer_desc output = GSS_C_EMPTY_BUFFER;
  OM_uint32 minor;
  OM_uint32 major;

  if (peer->name == GSS_C_NO_NAME)
    gss_import_name (&minor, &service, (gss_OID) GSS_KRB5_NT_PRINCIPAL_NAME, &peer->name);
  if (answer != NULL)
    {
      input.length = g_bytes_get_size (answer);
      input.value = (void *) g_bytes_get_data (answer, NULL);
    }

  major = gss_init_sec_context (&minor, GSS_C_NO_CREDENTIAL, &peer->context, peer->name,
                                mechanism, flags, 0, GSS_C_NO_CHANNEL_BINDINGS, &input,
                                NULL, &output, NULL, NULL);
  g_assert_false (GSS_ERROR (major));

  return gssapi_take_buffer (&output);
}

GBytes *
gssapi_raw_peer_wrap (GssapiRawPeer *peer,
                      gboolean encrypt,
                      const char *data,
                      gsize length)
{
  gss_buffer_desc input = { length, (void *) data };
  gss_buffer_desc output = GSS_C_EMPTY_BUFFER;
  OM_uint32 minor;

  g_assert_cmpuint (gss_wrap (&minor, peer->context, encrypt, GSS_C_QOP_DEFAULT, &input,
                              NULL, &output),
                    ==, GSS_S_COMPLETE);

  return gssapi_take_buffer (&output);
}

const GssapiLayers gssapi_bad_layers[GSSAPI_N_BAD_LAYERS] = {
  /* Others only, too short, too long, none, encrypted */
  { "\2\1\0\0", 4, FALSE }, { "\4\1\0\0", 4, FALSE }, { "\6\1\0\0", 4, FALSE },
  { "\0\0\0\0", 4, FALSE }, { "\1\0\0", 3, FALSE },   { "\1", 1, FALSE },
  { "", 0, FALSE },         { "\1\0\0\0", 4, TRUE },
};
