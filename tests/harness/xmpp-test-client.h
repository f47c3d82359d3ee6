/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "stream/xmpp-stream.h"

#include "xmpp-test-peer.h"

G_BEGIN_DECLS

/* Short words for tests of XmppStream and what stands on it. */

/* Script lines: the headers of a client and of its server, p.test */
#define XMPP_TEST_NS_STREAM "xmlns:stream='http://etherx.jabber.org/streams'"
#define XMPP_TEST_CLIENT_HEADER                                                          \
  "<stream:stream xmlns='jabber:client' " XMPP_TEST_NS_STREAM                            \
  " to='p.test' version='1.0'>"
#define XMPP_TEST_SERVER_HEADER                                                          \
  "<stream:stream xmlns='jabber:client' " XMPP_TEST_NS_STREAM                            \
  " from='p.test' id='s1' version='1.0'>"
#define XMPP_TEST_HEADERS                                                                \
  "C: " XMPP_TEST_CLIENT_HEADER "\n"                                                     \
  "S: " XMPP_TEST_SERVER_HEADER "\n"
#define XMPP_TEST_STREAM_ERROR(condition)                                                \
  "<stream:error><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"           \
  "</stream:error></stream:stream>"

/* A client's stream on the peer's other end; its header for p.test is appended. */
XmppStream *xmpp_test_client_new (XmppTestPeer *peer);
/* A server's stream that has not seen a header yet */
XmppStream *xmpp_test_server_new (XmppTestPeer *peer);

/* The asynchronous calls, waited for */
const XmppStreamHeader *xmpp_test_read_header (XmppStream *stream, GError **error);
XmppElement *xmpp_test_read (XmppStream *stream, GError **error);
XmppElement *xmpp_test_exchange (XmppStream *stream,
                                 XmppElement *request,
                                 XmppStreamMatchFunc match,
                                 gpointer match_data,
                                 GError **error);
gboolean xmpp_test_flush (XmppStream *stream, GError **error);
gboolean xmpp_test_close (XmppStream *stream, GError **error);

/* How many bytes were appended and not handed to the socket yet */
gsize xmpp_test_unsent_bytes (XmppStream *stream);

/* The next element must have this name. */
void xmpp_test_assert_reads (XmppStream *stream, const char *name);
void xmpp_test_write (XmppStream *stream, XmppElement *element);
/* A message with a body */
XmppElement *xmpp_test_message (const char *body);

/* What a sink has got, one word per element: its text, or its name where it has none */
typedef struct
{
  GString *words;
  guint elements;
  guint ended;
  GError *error;
  /* Called for each element, after it was noted (nullable) */
  void (*hook) (XmppElement *element, gpointer user_data);
  gpointer hook_data;
} XmppTestSink;

extern const XmppStreamSink xmpp_test_sink;
void xmpp_test_sink_init (XmppTestSink *sink);
void xmpp_test_sink_clear (XmppTestSink *sink);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (XmppTestSink, xmpp_test_sink_clear)

G_END_DECLS
