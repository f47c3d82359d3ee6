/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

#include "tls/xmpp-tls-parameters.h"

G_BEGIN_DECLS

/* NAME.pem, NAME.crt of the test certificates */
GTlsCertificate *tls_test_certificate (const char *name);
/* trusts ca.crt ("ca"), other-ca.crt or both ("both-ca") */
GTlsDatabase *tls_test_database (const char *name);
/* for p.test, "xmpp-client", trusting "ca" */
XmppTlsParameters *tls_test_parameters (void);

typedef enum
{
  TLS_PEER_TALKS_TLS, /* then counts what it receives */
  TLS_PEER_STARTTLS,  /* offers it, then the same */
  TLS_PEER_SAYS,      /* text, then nothing */
  TLS_PEER_SILENT,
  TLS_PEER_DROPS, /* reads what comes first, then closes */
} TlsPeerKind;

/* A server on a free port of 127.0.0.1, in the thread-default main context */
typedef struct TlsPeer TlsPeer;
struct TlsPeer
{
  TlsPeerKind kind;
  const char *text;
  gsize text_length; /* 0: up to the NUL */
  char *name;        /* of its streams: p.test */
  XmppTlsParameters
      *parameters; /* TLS_PEER_TALKS_TLS: may be changed before it is used */

  GSocketService *service;
  GCancellable *cancellable;
  guint16 port;

  guint accepted;            /* connections */
  guint sessions;            /* of them, those that are open */
  guint ended;               /* of them, those whose end was seen */
  guint handshakes;          /* successful ones */
  gsize received;            /* application bytes inside TLS, all connections */
  GString *clear;            /* and outside */
  GTlsConnection *tls;       /* the last one */
  GSocketConnection *socket; /* the last one */

  guint16 relay_port; /* a server there speaks TLS in the place of this one */
  /* Takes over the connection when it is secure, in the place of reading from it */
  void (*secured) (TlsPeer *peer, gpointer user_data);
  gpointer secured_data;
};

TlsPeer *tls_peer_new (TlsPeerKind kind, const char *certificate);
void tls_peer_free (TlsPeer *peer);
void tls_peer_set_name (TlsPeer *peer, const char *name);
/* A connection to it, without TLS */
GSocketConnection *tls_peer_connect (TlsPeer *peer);
/* Turns the main loop until as many connections have ended */
void tls_peer_wait_ended (TlsPeer *peer, guint count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TlsPeer, tls_peer_free)

/* openssl s_server in a process of its own, on a free port */
typedef struct
{
  GSubprocess *process;
  GDataInputStream *output;
  guint16 port;
} OpensslPeer;

/* @arguments: (array zero-terminated=1); NULL if there is no openssl (the test is
 * skipped) */
OpensslPeer *openssl_peer_new (const char *const *arguments);
void openssl_peer_free (OpensslPeer *peer);
/* Sends @text to the connected client */
void openssl_peer_say (OpensslPeer *peer, const char *text);
/* Reads its output until a line starts with @prefix or with @other */
gboolean openssl_peer_expect (OpensslPeer *peer, const char *prefix, const char *other);
GSocketConnection *openssl_peer_connect (OpensslPeer *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpensslPeer, openssl_peer_free)

/* xmpp_tls_handshake_async() and the turns of the main loop until it is done */
GTlsConnection *tls_test_handshake (GIOStream *base,
                                    XmppTlsParameters *parameters,
                                    GCancellable *cancellable,
                                    GError **error);

/* A callback that stores the result in the GAsyncResult pointer @user_data */
void tls_test_store_result (GObject *object, GAsyncResult *result, gpointer user_data);
void tls_test_wait (GAsyncResult **result);

G_END_DECLS
