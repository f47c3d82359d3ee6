/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "negotiation/xmpp-bind.h"
#include "negotiation/xmpp-negotiator.h"
#include "negotiation/xmpp-responder.h"
#include "sasl/xmpp-sasl-session.h"

#include "xmpp-test-peer.h"

G_BEGIN_DECLS

#define HEAD                                                                             \
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "                           \
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' "
/* What a client sends, in clear and over TLS, and what a server answers */
#define CLIENT_HEAD HEAD "to='x.test'>"
#define SECURE_HEAD HEAD "to='x.test' from='user@x.test'>"
#define SERVER_HEAD HEAD "from='x.test' id='one'>"

/* What our own server answers: to one that has not said who it is, and to one that has */
#define SERVER_HELLO HEAD "from='x.test' id='{*}'>"
#define SERVER_SECURE_HELLO HEAD "from='x.test' to='user@x.test' id='{*}'>"

#define NS_TLS "xmlns='urn:ietf:params:xml:ns:xmpp-tls'"
#define NS_SASL "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define NS_BIND "xmlns='urn:ietf:params:xml:ns:xmpp-bind'"
#define NS_SESSION "xmlns='urn:ietf:params:xml:ns:xmpp-session'"
#define NS_STANZAS "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
#define NS_STREAMS "xmlns='urn:ietf:params:xml:ns:xmpp-streams'"

#define MECHANISMS(list) "<mechanisms " NS_SASL ">" list "</mechanisms>"
#define TOY "<mechanism>X-TOY</mechanism>"
#define PLAIN "<mechanism>PLAIN</mechanism>"
#define FEATURES(list) "<stream:features>" list "</stream:features>"
#define BIND "<bind " NS_BIND "/>"
#define STREAM_ERROR(condition)                                                          \
  "<stream:error><" condition " " NS_STREAMS "/></stream:error>"

/* base64 of what X-TOY and PLAIN say */
#define N_USER "bj11c2Vy"
#define NONCE "bm9uY2U="
#define P_PENCIL "cD1wZW5jaWw="
#define P_WRONG "cD13cm9uZw=="
#define V_GOOD "dj1nb29k"
#define V_BAD "dj1iYWQ="
#define PLAIN_PENCIL "AHVzZXIAcGVuY2ls"
#define PLAIN_WRONG "AHVzZXIAd3Jvbmc="

#define AUTH(mechanism, data)                                                            \
  "<auth " NS_SASL " mechanism='" mechanism "'>" data "</auth>"
#define CHALLENGE(data) "<challenge " NS_SASL ">" data "</challenge>"
#define RESPONSE(data) "<response " NS_SASL ">" data "</response>"
#define SUCCESS(data) "<success " NS_SASL ">" data "</success>"
#define FAILURE(condition) "<failure " NS_SASL "><" condition "/></failure>"
#define ABORT "<abort " NS_SASL "/>"

/* Lines of a script */
#define C(text) "C: " text "\n"
#define S(text) "S: " text "\n"
/* A client that has TLS already, step by step; @offer: the mechanisms */
#define OPEN(offer) C (SECURE_HEAD) S (SERVER_HEAD FEATURES (MECHANISMS (offer)))
#define LOG_IN                                                                           \
  C (AUTH ("X-TOY", N_USER))                                                             \
  S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL)) S (SUCCESS (V_GOOD))
#define BIND_REQUEST(resource)                                                           \
  "<iq type='set' id='bind'><bind " NS_BIND ">" resource "</bind></iq>"
#define BIND_RESULT(jid)                                                                 \
  "<iq type='result' id='bind'><bind " NS_BIND "><jid>" jid "</jid></bind></iq>"
/* Ahead: behind the new header */
#define BIND_AHEAD                                                                       \
  C (SECURE_HEAD BIND_REQUEST (""))                                                      \
  S (SERVER_HEAD FEATURES (BIND) BIND_RESULT ("user@x.test/r"))

/* Stands in for TLS between two ends that know nothing of each other: each goes on over what
 * it has. */
extern const XmppTlsEngine pass_through_engine;

/* Whatever has failed, it has failed with a code and a message. */
void assert_error_has_name (const GError *error);

/* How a side is set up; all that is NULL or 0 has a default. */
typedef struct
{
  gboolean direct;        /* TLS is up before the first byte */
  gboolean insecure;      /* SASL without TLS, no starttls at all */
  gboolean one_by_one;    /* nothing is sent ahead */
  gboolean limits;        /* the server says what it takes */
  const char *remembered; /* <stream:features/> */
  const char *password;   /* "pencil" */
  const char *resource;   /* asked for */
  const char *mechanisms; /* "A,B": only these are known; X-TOY and PLAIN; "": all */
  const char *authzid;    /* whom the client wants to be */
  gboolean anonymous;     /* the client has no account */
  gboolean ask;           /* the password is asked for; later questions get "pencil" */
  XmppStreamState goal;   /* BOUND */
  guint exchange_seconds;
  guint tls_seconds;
  GCancellable *cancellable;
  XmppBindChooseFunc choose;
  XmppTlsParameters *tls;      /* for a real handshake */
  const XmppTlsEngine *engine; /* that of XmppTestPeer */
  GPtrArray *features;         /* in the place of the usual ones */
  const char *host;            /* that the server says it is (XEP-0233) */
  const char *keytab;          /* of the server's authenticator */
  XmppCredential *credential;  /* in the place of the password */
  /* More mechanisms */
  void (*register_more) (XmppSaslRegistry *registry);
} Setup;

/* One side that runs; from its start to its end */
typedef struct
{
  XmppStream *stream;
  XmppReport *report;
  XmppNegotiator *negotiator;
  XmppResponder *responder;
  XmppSaslRegistry *registry;
  XmppCredential *credential;
  guint questions;   /* that the credential was asked */
  const char *first; /* what it answered first */
  XmppTestResult result;
  gboolean finished;
  GError *error;
} Side;

void side_start_client (Side *side, GIOStream *io, const Setup *setup);
void side_start_server (Side *side, GIOStream *io, const Setup *setup);
/* Waits for its end; TRUE: it came to its goal. */
gboolean side_wait (Side *side);
/* "ok", or "STEP/NICK" of a client, "NICK" of a server */
char *side_dup_outcome (Side *side);
void side_clear (Side *side);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Side, side_clear)

/* Plays @script against one side, whole and in all kinds of pieces, and compares the
 * outcome. */
typedef struct
{
  const char *name;
  const char *script;
  const char *outcome;
  Setup setup;
} Row;

void play_client_row (const Row *row);
void play_server_row (const Row *row);
/* A test of its own for each row */
void add_client_rows (const char *path, const Row *rows, gsize n_rows);
void add_server_rows (const char *path, const Row *rows, gsize n_rows);

G_END_DECLS
