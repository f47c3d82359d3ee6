/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gssapi-private.h"

gss_OID
gssapi_get_kerberos (void)
{
  /* 1.2.840.113554.1.2.2 */
  static gss_OID_desc kerberos = { 9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02" };

  return &kerberos;
}

gss_channel_bindings_t
gssapi_fill_bindings (GBytes *bytes, struct gss_channel_bindings_struct *storage)
{
  gsize length;

  if (bytes == NULL)
    return GSS_C_NO_CHANNEL_BINDINGS;

  /* Address types of 0, and no addresses */
  *storage = (struct gss_channel_bindings_struct){ 0 };
  storage->application_data.value = (void *) g_bytes_get_data (bytes, &length);
  storage->application_data.length = length;

  return storage;
}

gboolean
gssapi_check_context (XmppSaslMechanism *mechanism,
                      gss_OID mechanism_type,
                      OM_uint32 flags,
                      GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  gboolean client = xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_CLIENT;
  const char *fault = NULL;
  OM_uint32 wanted = GSS_C_MUTUAL_FLAG | GSS_C_INTEG_FLAG;

  if (mechanism_type == GSS_C_NO_OID ||
      !gss_oid_equal (mechanism_type, gssapi_get_kerberos ()))
    fault = "another mechanism than Kerberos was used";
  else if ((flags & wanted) != wanted)
    fault = client ? "the server did not prove itself"
                   : "the client does not ask for a proof of the server";
  else if (flags & GSS_C_ANON_FLAG)
    fault = "the login is anonymous";

  if (fault == NULL)
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR,
               (int) (client ? XMPP_SASL_ERROR_SERVER_NOT_TRUSTED
                             : XMPP_SASL_ERROR_NOT_AUTHORIZED),
               "%s: %s", xmpp_sasl_mechanism_get_name (mechanism), fault);
  return FALSE;
}

GBytes *
gssapi_take_buffer (gss_buffer_t buffer)
{
  GBytes *bytes = buffer->length > 0 ? g_bytes_new (buffer->value, buffer->length) : NULL;
  OM_uint32 minor;

  gss_release_buffer (&minor, buffer);

  return bytes;
}

static GssapiMoment
get_moment (XmppSaslMechanism *mechanism)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  return xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_CLIENT ? GSSAPI_PEER
                                                                       : GSSAPI_CLIENT;
}

GBytes *
gssapi_wrap (XmppSaslMechanism *mechanism,
             GssapiExchange *exchange,
             GBytes *message,
             GError **error)
{
  gsize length;
  gss_buffer_desc plain = { 0, (void *) g_bytes_get_data (message, &length) };
  gss_buffer_desc wrapped = GSS_C_EMPTY_BUFFER;
  OM_uint32 major;
  OM_uint32 minor;

  plain.length = length;
  major =
      gss_wrap (&minor, exchange->context, 0, GSS_C_QOP_DEFAULT, &plain, NULL, &wrapped);
  if (GSS_ERROR (major))
    {
      gssapi_set_error (error, mechanism, get_moment (mechanism), major, minor);
      return NULL;
    }

  return gssapi_take_buffer (&wrapped);
}

GBytes *
gssapi_unwrap (XmppSaslMechanism *mechanism,
               GssapiExchange *exchange,
               GBytes *token,
               GError **error)
{
  gsize length;
  gss_buffer_desc wrapped = { 0, (void *) g_bytes_get_data (token, &length) };
  gss_buffer_desc plain = GSS_C_EMPTY_BUFFER;
  OM_uint32 major;
  OM_uint32 minor;

  wrapped.length = length;
  major = gss_unwrap (&minor, exchange->context, &wrapped, &plain, NULL, NULL);

  /* What comes twice or out of order is no error of GSS-API, but is one here. */
  if (major != GSS_S_COMPLETE)
    {
      OM_uint32 unused;

      gss_release_buffer (&unused, &plain);
      gssapi_set_error (error, mechanism, get_moment (mechanism), major, minor);
      return NULL;
    }

  return gssapi_take_buffer (&plain);
}

void
gssapi_exchange_clear (GssapiExchange *exchange)
{
  OM_uint32 minor;

  gss_delete_sec_context (&minor, &exchange->context, GSS_C_NO_BUFFER);
  gssapi_release_client (exchange);
  g_clear_pointer (&exchange->binding, g_bytes_unref);
  g_clear_pointer (&exchange->username, g_free);
}
