/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "negotiation/xmpp-starttls.h"

#include "xmpp-test-loop.h"
#include "xmpp-test-stream.h"

G_BEGIN_DECLS

/* Plays a script on the other end of a memory stream:
 *
 *   # a comment
 *   C: <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{*}</auth>
 *   S: <success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>
 *
 *   C:  what the client sends, S: what the server sends; the side that the peer plays is
 *       sent as it stands (with {word} replaced by what was captured), the other is
 * expected: compared as XML, "{*}" fits any value or text, "{word}" captures it or
 * compares it.
 *       "{eof}" alone expects the end of the bytes, "{space}" white space (which is
 * skipped elsewhere). A line that begins with a blank goes on with the one before. T:
 * handshake: the fake TLS engine is invoked here; fail: and fails. W:  1: what has come
 * since the peer last sent something came in so many writes (only looked at while bytes
 * go whole). P:  50: a pause of so many milliseconds. E:  close: ends its bytes; drop:
 * closes both directions; break: a connection reset.
 *   =>  what the test makes of it (xmpp_test_peer_get_outcome())
 */
typedef struct _XmppTestPeer XmppTestPeer;

typedef enum
{
  XMPP_TEST_PEER_SERVER,
  XMPP_TEST_PEER_CLIENT,
} XmppTestPeerRole;

XmppTestPeer *xmpp_test_peer_new (const char *script, XmppTestPeerRole role);
/* tests/transcripts/@name.txt */
XmppTestPeer *xmpp_test_peer_new_from_file (const char *name, XmppTestPeerRole role);
/* Runs until the script is through, fails the test where something did not fit or is left
 * over (the closing tag is not), and frees the peer. */
void xmpp_test_peer_finish (XmppTestPeer *peer);
/* Without a look at how far it came */
void xmpp_test_peer_free (XmppTestPeer *peer);

/* (transfer full): the end for the code under test; once. It closes when dropped. */
GIOStream *xmpp_test_peer_take_io (XmppTestPeer *peer);
/* How the bytes of that end go, whoever has it */
void xmpp_test_peer_set_bytes (XmppTestPeer *peer, XmppTestBytes bytes, guint32 seed);
void xmpp_test_peer_set_hesitant (XmppTestPeer *peer, gboolean hesitant);
void xmpp_test_peer_fail_at (XmppTestPeer *peer, guint n, const GError *error);
guint xmpp_test_peer_get_operations (XmppTestPeer *peer);
guint xmpp_test_peer_get_writes (XmppTestPeer *peer);

gboolean xmpp_test_peer_is_done (XmppTestPeer *peer);
/* What the script waits for: the next element, header or closing tag, as it stands there; NULL:
 * nothing from the side under test (for tests that say themselves what the script expects) */
char *xmpp_test_peer_dup_expected (XmppTestPeer *peer);
void xmpp_test_peer_set_variable (XmppTestPeer *peer,
                                  const char *name,
                                  const char *value);
const char *xmpp_test_peer_get_variable (XmppTestPeer *peer, const char *name);
/* Computes a {word} to be sent that nobody has captured (a SASL challenge, say) */
typedef char *(*XmppTestResolver) (XmppTestPeer *peer,
                                   const char *name,
                                   gpointer user_data);
void xmpp_test_peer_set_resolver (XmppTestPeer *peer,
                                  XmppTestResolver resolver,
                                  gpointer user_data);
const char *xmpp_test_peer_get_outcome (XmppTestPeer *peer);

/* For xmpp_starttls_set_engine(): finds the peer by the stream it is given. */
const XmppTlsEngine *xmpp_test_peer_get_tls_engine (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppTestPeer, xmpp_test_peer_free)

G_END_DECLS
