/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "stream/xmpp-writer.h"

#include <string.h>

#include "core/xmpp-element-print.h"
#include "core/xmpp-element-private.h"
#include "core/xmpp-namespaces.h"

gboolean
xmpp_writer_append (XmppBuffer *buffer,
                    XmppElement *element,
                    const char *content_xmlns,
                    GError **error)
{
  g_return_val_if_fail (buffer != NULL, FALSE);
  g_return_val_if_fail (element != NULL, FALSE);
  g_return_val_if_fail (content_xmlns != NULL, FALSE);

  if (!xmpp_element_check (element, error))
    return FALSE;
  if (xmpp_element_is_sensitive (element))
    buffer->sensitive = TRUE;
  xmpp_element_print (buffer, element, content_xmlns, FALSE);
  return TRUE;
}

static void
append_attribute (XmppBuffer *buffer, const char *name, const char *value)
{
  xmpp_buffer_append (buffer, " ", 1);
  xmpp_buffer_append (buffer, name, strlen (name));
  xmpp_buffer_append (buffer, "='", 2);
  xmpp_element_print_escaped (buffer, value, strlen (value), TRUE);
  xmpp_buffer_append (buffer, "'", 1);
}

/* <?xml version='1.0'?><stream:stream xmlns='jabber:client'
 *   xmlns:stream='http://etherx.jabber.org/streams' to='…' version='1.0'>     RFC 6120 §4.7 */
void
xmpp_writer_append_header (XmppBuffer *buffer,
                           const char *content_xmlns,
                           const char *const *attributes)
{
  static const char start[] = "<?xml version='1.0'?><stream:stream";

  g_return_if_fail (buffer != NULL);
  g_return_if_fail (content_xmlns != NULL);

  xmpp_buffer_append (buffer, start, sizeof start - 1);
  append_attribute (buffer, "xmlns", content_xmlns);
  append_attribute (buffer, "xmlns:stream", XMPP_NS_STREAMS);
  for (guint i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
    if (attributes[i + 1] != NULL)
      append_attribute (buffer, attributes[i], attributes[i + 1]);
  xmpp_buffer_append (buffer, ">", 1);
}
