/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Stream"

#include "config.h"

#include "stream/xmpp-stream.h"

#include "core/xmpp-element-private.h"
#include "core/xmpp-error.h"
#include "core/xmpp-namespaces.h"
#include "core/xmpp-secret-private.h"
#include "stream/xmpp-stream-private.h"
#include "stream/xmpp-writer.h"

#include <string.h>

#define VERSION "1.0"
#define DIGITS "0123456789"

/* XEP-0114 knows neither versions nor features. */
static gboolean
has_version (XmppStream *self)
{
  return !g_str_equal (self->content_xmlns, XMPP_NS_COMPONENT);
}

/* As an element without content: that is how those who look see it. */
static void
show_header (XmppStream *self, const char *const *attributes)
{
  g_autoptr (XmppElement) root = xmpp_element_new ("stream", XMPP_NS_STREAMS);

  for (guint i = 0; attributes[i] != NULL; i += 2)
    if (attributes[i + 1] != NULL && g_str_equal (attributes[i], "xml:lang"))
      xmpp_element_set_attribute_ns (root, "lang", XMPP_NS_XML, attributes[i + 1]);
    else if (attributes[i + 1] != NULL)
      xmpp_element_set_attribute (root, attributes[i], attributes[i + 1]);

  xmpp_element_seal (root);
  xmpp_stream_show (self, root, TRUE);
}

void
xmpp_stream_send_header (XmppStream *stream, const XmppStreamHeader *header)
{
  gboolean initiating = stream->role == XMPP_STREAM_INITIATING;
  gboolean shows_from = !initiating || (stream->state & XMPP_STREAM_SECURE) != 0;
  g_autofree char *id = NULL;
  const char *attributes[11] = { NULL };

  g_return_if_fail (header != NULL);

  if (stream->error != NULL || stream->end_written)
    return;

  if (!initiating)
    {
      g_autoptr (GError) error = NULL;

      id = header->id != NULL ? g_strdup (header->id) : xmpp_random_word (&error);
      if (id == NULL)
        {
          xmpp_stream_end (stream, g_steal_pointer (&error));
          return;
        }
    }

  attributes[0] = "to";
  attributes[1] = header->to;
  attributes[2] = "from";
  attributes[3] = shows_from ? header->from : NULL;
  attributes[4] = "id";
  attributes[5] = id;
  attributes[6] = "version";
  attributes[7] = header->version;
  attributes[8] = "xml:lang";
  attributes[9] = header->lang;
  if (header->version == NULL && has_version (stream))
    attributes[7] = VERSION;

  if (initiating)
    {
      g_free (stream->asked);
      stream->asked = g_strdup (header->to);
    }
  xmpp_writer_append_header (&stream->out, stream->content_xmlns, attributes);
  stream->header_sent = TRUE;
  stream->debug = !g_log_writer_default_would_drop (G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN);
  xmpp_stream_schedule_flush (stream);
  if (xmpp_stream_is_shown (stream, TRUE))
    show_header (stream, attributes);
}

const XmppStreamHeader *
xmpp_stream_get_peer_header (XmppStream *stream)
{
  return stream->header_seen ? &stream->peer_header : NULL;
}

void
xmpp_stream_forget_header (XmppStream *self)
{
  g_clear_pointer (&self->peer_root, xmpp_element_unref);
  g_clear_error (&self->header_error);
  self->peer_header = (XmppStreamHeader){ NULL };
}

/* RFC 6120 §4.7.5: two numbers, each compared on its own, leading zeros ignored. Whether the
 * major one is at least 1. */
static gboolean
is_new_enough (const char *version)
{
  gsize major = strspn (version, DIGITS);
  gsize zeros = strspn (version, "0");
  gsize minor;

  if (major == 0 || version[major] != '.')
    return FALSE;

  minor = strspn (version + major + 1, DIGITS);
  return minor > 0 && version[major + 1 + minor] == '\0' && zeros < major;
}

static gboolean
is_same_domain (const char *a, const char *b)
{
  g_autoptr (XmppJid) jid_a = NULL;
  g_autoptr (XmppJid) jid_b = NULL;

  if (g_str_equal (a, b))
    return TRUE;

  jid_a = xmpp_jid_new (a, NULL);
  jid_b = xmpp_jid_new (b, NULL);

  return jid_a != NULL && jid_b != NULL && xmpp_jid_equal (jid_a, jid_b);
}

/* RFC 6120 §4.7, §4.8 */
static GError *
check_header (XmppStream *self)
{
  g_autofree char *shown = NULL;
  const XmppStreamHeader *header = &self->peer_header;
  const char *content_xmlns = xmpp_parser_get_content_xmlns (self->parser);
  const char *peer = xmpp_stream_name_peer (self);

  if (!g_str_equal (content_xmlns, self->content_xmlns))
    {
      shown = xmpp_stream_shorten (content_xmlns);
      return g_error_new (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_INVALID_NAMESPACE,
                          "%s opened a stream for “%s” instead of “%s”", peer, shown,
                          self->content_xmlns);
    }

  if (has_version (self) && (header->version == NULL || !is_new_enough (header->version)))
    {
      shown = xmpp_stream_shorten (header->version != NULL ? header->version : "0.9");
      return g_error_new (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_UNSUPPORTED_VERSION,
                          "%s speaks version “%s” of XMPP; at least 1.0 is needed", peer,
                          shown);
    }

  if (self->role == XMPP_STREAM_RECEIVING)
    return NULL;

  if (header->from != NULL && self->asked != NULL &&
      !is_same_domain (header->from, self->asked))
    {
      shown = xmpp_stream_shorten (header->from);
      return g_error_new (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_INVALID_FROM,
                          "“%s” answered where “%s” was asked", shown, self->asked);
    }

  if (header->id == NULL || *header->id == '\0')
    return g_error_new (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_BAD_FORMAT,
                        "%s opened a stream without an id", peer);

  return NULL;
}

void
xmpp_stream_take_header (XmppStream *self, XmppElement *root)
{
  g_autoptr (GError) error = NULL;

  xmpp_stream_forget_header (self);
  self->peer_root = xmpp_element_ref (root);
  self->peer_header.to = xmpp_element_get_attribute (root, "to");
  self->peer_header.from = xmpp_element_get_attribute (root, "from");
  self->peer_header.id = xmpp_element_get_attribute (root, "id");
  self->peer_header.version = xmpp_element_get_attribute (root, "version");
  self->peer_header.lang = xmpp_element_get_attribute_ns (root, "lang", XMPP_NS_XML);
  self->header_seen = TRUE;
  xmpp_stream_show (self, root, FALSE);

  error = check_header (self);
  if (error == NULL)
    xmpp_stream_pull_header (self);
  else if (self->role == XMPP_STREAM_INITIATING)
    /* A server that does not know the domain answers in the name of another one, and the
     * stream error behind the header says more than the header (RFC 6120 §4.9.3.6). */
    self->header_error = g_steal_pointer (&error);
  else
    xmpp_stream_fail (self, error);
}
