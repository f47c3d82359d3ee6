/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-sasl-elements.h"

#include <string.h>

#include "core/xmpp-domain.h"
#include "core/xmpp-element-private.h"
#include "core/xmpp-error-private.h"
#include "core/xmpp-namespaces.h"
#include "core/xmpp-secret-private.h"

#define MAX_FAILURE_TEXT 256

/* @empty: how data of no bytes is written */
static XmppElement *
build_with_data (const char *name, GBytes *data, const char *empty)
{
  XmppElement *element = xmpp_element_new (name, XMPP_NS_SASL);
  xmpp_autosecret char *text = NULL;
  gconstpointer bytes;
  gsize length;

  xmpp_element_set_sensitive (element);
  if (data == NULL)
    return element;

  bytes = g_bytes_get_data (data, &length);
  if (length == 0)
    text = g_strdup (empty);
  else
    text = g_base64_encode (bytes, length);
  xmpp_element_set_text (element, text);

  return element;
}

/* <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGp1bGll…</auth>
 * An initial response of no bytes is "=".                               RFC 6120 §6.4.2 */
XmppElement *
xmpp_sasl_build_auth (const char *mechanism, GBytes *data)
{
  XmppElement *auth = build_with_data ("auth", data, "=");

  xmpp_element_set_attribute (auth, "mechanism", mechanism);

  return auth;
}

/* <challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>cj0…</challenge>   RFC 6120 §6.4.3 */
XmppElement *
xmpp_sasl_build_challenge (GBytes *data)
{
  return build_with_data ("challenge", data, "");
}

/* <response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>Yz1…</response>     RFC 6120 §6.4.3 */
XmppElement *
xmpp_sasl_build_response (GBytes *data)
{
  return build_with_data ("response", data, "");
}

/* <success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>dj0…</success>
 * Additional data of no bytes is "=".                                   RFC 6120 §6.4.6 */
XmppElement *
xmpp_sasl_build_success (GBytes *data)
{
  return build_with_data ("success", data, "=");
}

/* <abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>                      RFC 6120 §6.4.4 */
XmppElement *
xmpp_sasl_build_abort (void)
{
  return xmpp_element_new ("abort", XMPP_NS_SASL);
}

/* <failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>
 *                                                                        RFC 6120 §6.4.5 */
XmppElement *
xmpp_sasl_build_failure (const GError *error)
{
  XmppElement *failure = xmpp_element_new ("failure", XMPP_NS_SASL);
  const char *condition = NULL;

  if (error->domain == XMPP_SASL_ERROR)
    condition = xmpp_error_to_wire (error);
  if (condition == NULL)
    condition = "temporary-auth-failure";
  xmpp_element_append_child (failure, condition, XMPP_NS_SASL, NULL);

  return failure;
}

gboolean
xmpp_sasl_parse_data (XmppElement *element,
                      guint max_bytes,
                      GBytes **data,
                      GError **error)
{
  const char *text = xmpp_element_get_text (element);
  gsize text_length = strlen (text);
  xmpp_autosecret char *again = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guchar *decoded;
  gsize length;

  *data = NULL;
  if (text_length == 0)
    return TRUE;

  if (g_str_equal (text, "="))
    {
      *data = g_bytes_new_static ("", 0);
      return TRUE;
    }

  if (text_length / 4 * 3 > max_bytes)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "<%s/> has more than %u bytes", xmpp_element_get_name (element),
                   max_bytes);
      return FALSE;
    }

  /* GLib's decoder skips what is no base64: only what comes out the same again was clean. */
  decoded = g_base64_decode (text, &length);
  bytes = xmpp_secret_bytes_new_take (decoded, length);
  again = g_base64_encode (decoded, length);
  if (length == 0 || !g_str_equal (again, text))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INCORRECT_ENCODING,
                   "<%s/> has text that is not base64", xmpp_element_get_name (element));
      return FALSE;
    }

  *data = g_steal_pointer (&bytes);
  return TRUE;
}

/* <failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><account-disabled/>
 *   <text xml:lang='en'>Call 212-555-1212</text></failure>                 RFC 6120 §6.5 */
GError *
xmpp_sasl_parse_failure (XmppElement *failure, const char *peer)
{
  XmppElement *text = xmpp_element_get_child (failure, "text", XMPP_NS_SASL);
  const char *condition = "not-authorized";
  g_autofree char *words = NULL;
  int code;

  for (XmppElement *child = xmpp_element_get_first_child (failure); child != NULL;
       child = xmpp_element_get_next_sibling (child))
    if (child != text && g_strcmp0 (xmpp_element_get_xmlns (child), XMPP_NS_SASL) == 0)
      {
        condition = xmpp_element_get_name (child);
        break;
      }

  code = xmpp_error_code_from_wire (XMPP_SASL_ERROR, condition,
                                    XMPP_SASL_ERROR_NOT_AUTHORIZED);
  if (text != NULL)
    words = g_utf8_substring (xmpp_element_get_text (text), 0,
                              MIN (g_utf8_strlen (xmpp_element_get_text (text), -1),
                                   MAX_FAILURE_TEXT));

  if (words == NULL || *words == '\0')
    return g_error_new (XMPP_SASL_ERROR, code, "%s refused the login: %s", peer,
                        condition);

  return g_error_new (XMPP_SASL_ERROR, code, "%s refused the login: %s (%s)", peer,
                      condition, words);
}

static GStrv
collect (XmppElement *parent,
         const char *name,
         const char *xmlns,
         const char *attribute,
         guint max)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  guint n = 0;
  GStrv values;

  for (XmppElement *child = xmpp_element_get_first_child (parent);
       child != NULL && n < max; child = xmpp_element_get_next_sibling (child))
    {
      const char *value;

      if (!xmpp_element_is (child, name, xmlns))
        continue;

      value = attribute != NULL ? xmpp_element_get_attribute (child, attribute)
                                : xmpp_element_get_text (child);
      if (value == NULL)
        continue;

      g_strv_builder_add (builder, value);
      n++;
    }

  values = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);

  return values;
}

/* <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>
 *   <mechanism>PLAIN</mechanism>…</mechanisms>                          RFC 6120 §6.4.1 */
GStrv
xmpp_sasl_parse_mechanisms (XmppElement *mechanisms, guint max)
{
  return collect (mechanisms, "mechanism", XMPP_NS_SASL, NULL, max);
}

/* <hostname xmlns='urn:xmpp:domain-based-name:1'>auth42.us.example.com</hostname>
 *                                                                            XEP-0233 §2 */
char *
xmpp_sasl_parse_host (XmppElement *mechanisms)
{
  XmppElement *hostname =
      xmpp_element_get_child (mechanisms, "hostname", XMPP_NS_DOMAIN_BASED_NAME);
  const char *text = hostname != NULL ? xmpp_element_get_text (hostname) : NULL;
  g_autofree char *unicode = NULL;
  g_autofree char *ascii = NULL;

  /* What names no host must not be asked for under the name of one. */
  if (text == NULL ||
      !xmpp_domain_prepare (text, strlen (text), &unicode, &ascii, NULL) ||
      g_hostname_is_ip_address (ascii) || strpbrk (ascii, "[:") != NULL)
    return NULL;

  return g_steal_pointer (&ascii);
}

/* <sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>
 *   <channel-binding type='tls-exporter'/>…</sasl-channel-binding>            XEP-0440 §3 */
GStrv
xmpp_sasl_parse_bindings (XmppElement *features, guint max)
{
  XmppElement *bindings = xmpp_element_get_child (features, "sasl-channel-binding",
                                                  XMPP_NS_SASL_CHANNEL_BINDING);

  if (bindings == NULL)
    return NULL;

  return collect (bindings, "channel-binding", XMPP_NS_SASL_CHANNEL_BINDING, "type", max);
}
