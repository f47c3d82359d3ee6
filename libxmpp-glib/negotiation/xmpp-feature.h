/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-error.h"
#include "core/xmpp-report-private.h"
#include "stream/xmpp-stream.h"

G_BEGIN_DECLS

/* A stream feature: one object, one file, both sides. It has the settings of one connection
 * and may keep what it is doing there; the stream keeps the facts.
 *
 * @features is always the whole <stream:features/>, because some features are spread over
 * several of its children; NULL where nothing has come yet. */
#define XMPP_TYPE_FEATURE (xmpp_feature_get_type ())
G_DECLARE_DERIVABLE_TYPE (XmppFeature, xmpp_feature, XMPP, FEATURE, GObject)

typedef enum
{
  XMPP_NEXT_SAME_FEATURES, /* go on with the list there is */
  XMPP_NEXT_NEW_FEATURES,  /* a new list follows on this stream */
  XMPP_NEXT_NEW_STREAM,    /* the stream was restarted: both sides send a new header */
} XmppNext;

typedef struct
{
  XmppStreamState granted;
  XmppNext next;
} XmppOutcome;

/* What the peer does when it is asked for this without having offered it */
typedef enum
{
  XMPP_WRONG_GUESS_ANSWERED,
  XMPP_WRONG_GUESS_IGNORED,
  XMPP_WRONG_GUESS_FATAL, /* a stream error */
} XmppWrongGuess;

struct _XmppFeatureClass
{
  GObjectClass parent_class;

  const char *name;         /* the child of <stream:features/> that offers it */
  const char *xmlns;        /* and of the elements that ask for it */
  const char *step;         /* in the report: "starttls", "sasl", "bind", "session" */
  const char *title;        /* for people: "resource binding" */
  XmppStreamState needs;    /* all of these, to be negotiated or offered at all */
  XmppStreamState excludes; /* not once one of these is there */
  XmppWrongGuess wrong_guess;
  /* Initiating: asked for behind an unsent header although nothing is remembered (starttls on
   * the first header, bind after SASL) */
  gboolean guessable;

  /* Initiating side: such a list has come, whatever is negotiated of it. Default: NULL */
  void (*heed) (XmppFeature *feature, XmppStream *stream, XmppElement *features);
  /* Initiating side: is there something to do? Default: it is offered */
  gboolean (*wants) (XmppFeature *feature, XmppStream *stream, XmppElement *features);
  /* Initiating side: (transfer full) (nullable): what of @remembered may be used before the
   * features of this connection have come; NULL: nothing, wait for them. Default: all, where
   * it is offered there */
  XmppElement *(*ahead) (XmppFeature *feature,
                         XmppStream *stream,
                         XmppElement *remembered);
  /* Initiating side, sent ahead on @remembered (nullable: guessed): does the real list leave
   * what was begun as good as it was? Default: it is offered */
  gboolean (*confirms) (XmppFeature *feature,
                        XmppElement *remembered,
                        XmppElement *features);
  /* Initiating side, not confirmed, while it is still negotiating: bring the peer back to where
   * it was before, and end with an outcome that grants nothing. NULL: the answer alone
   * decides */
  void (*withdraw) (XmppFeature *feature);
  /* Initiating side. Ends in xmpp_feature_return() or a GError */
  void (*negotiate_async) (XmppFeature *feature,
                           XmppStream *stream,
                           XmppElement *features,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
  /* Is this what an exchange waits for? Default: whatever comes first */
  gboolean (*answers) (XmppFeature *feature, XmppStream *stream, XmppElement *element);

  /* Receiving side: adds its part of @features; nothing where it is not offered now. Default:
   * an empty child */
  void (*offer) (XmppFeature *feature, XmppStream *stream, XmppElement *features);
  /* Receiving side: @request is an element of its namespace, or an <iq/> whose payload is */
  void (*respond_async) (XmppFeature *feature,
                         XmppStream *stream,
                         XmppElement *request,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  /* Such an element on the open stream; TRUE: taken. Default: NULL */
  gboolean (*handle) (XmppFeature *feature, XmppStream *stream, XmppElement *element);
};

/* ---- For the drivers ---- */

/* @report, @peer: (nullable): for steps, facts and messages */
void xmpp_feature_attach (XmppFeature *feature, XmppReport *report, const char *peer);
/* What it needs is there and nothing that excludes it */
gboolean xmpp_feature_is_possible (XmppFeature *feature, XmppStreamState state);
void xmpp_feature_heed (XmppFeature *feature, XmppStream *stream, XmppElement *features);
gboolean xmpp_feature_wants (XmppFeature *feature,
                             XmppStream *stream,
                             XmppElement *features);
XmppElement *xmpp_feature_ahead (XmppFeature *feature,
                                 XmppStream *stream,
                                 XmppElement *remembered);
gboolean xmpp_feature_confirms (XmppFeature *feature,
                                XmppElement *remembered,
                                XmppElement *features);
void xmpp_feature_withdraw (XmppFeature *feature);
void xmpp_feature_negotiate_async (XmppFeature *feature,
                                   XmppStream *stream,
                                   XmppElement *features,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
void xmpp_feature_offer (XmppFeature *feature, XmppStream *stream, XmppElement *features);
void xmpp_feature_respond_async (XmppFeature *feature,
                                 XmppStream *stream,
                                 XmppElement *request,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* For both */
gboolean xmpp_feature_finish (XmppFeature *feature,
                              GAsyncResult *result,
                              XmppOutcome *outcome,
                              GError **error);
/* Is it of use on the open stream? Who cannot has done its part with the negotiation. */
gboolean xmpp_feature_can_handle (XmppFeature *feature);
gboolean xmpp_feature_handle (XmppFeature *feature,
                              XmppStream *stream,
                              XmppElement *element);
/* While TRUE nothing answers its exchanges: the features must come first. */
void xmpp_feature_set_deaf (XmppFeature *feature, gboolean deaf);
/* For the report; NULL: nothing to say */
const char *xmpp_feature_get_detail (XmppFeature *feature);

/* ---- For subclasses ---- */

/* What this object needs, where that differs from its class */
void xmpp_feature_set_needs (XmppFeature *feature, XmppStreamState needs);
/* Its child of @features, NULL where there is none */
XmppElement *xmpp_feature_find_offer (XmppFeature *feature, XmppElement *features);
XmppReport *xmpp_feature_get_report (XmppFeature *feature);
/* Never NULL: "the peer" where nothing is known */
const char *xmpp_feature_get_peer (XmppFeature *feature);
void xmpp_feature_set_detail (XmppFeature *feature, const char *detail);

/* The task of negotiate_async() and respond_async() */
GTask *xmpp_feature_task_new (XmppFeature *feature,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
void xmpp_feature_return (GTask *task, XmppStreamState granted, XmppNext next);
/* The peer broke a rule: the stream error is sent and is what @task returns */
void xmpp_feature_return_stream_error (GTask *task,
                                       XmppStream *stream,
                                       XmppStreamError condition,
                                       const char *format,
                                       ...) G_GNUC_PRINTF (4, 5);
/* @element (transfer none) is not what may come now */
void xmpp_feature_return_unexpected (GTask *task,
                                     XmppStream *stream,
                                     XmppElement *element);
/* An <iq/> of type result or error with this id. Whose it is, is another question. */
gboolean xmpp_feature_is_reply (XmppStream *stream, XmppElement *element, const char *id);
/* xmpp_stream_exchange_async() under a deadline of its own (exchange_seconds), matched with
 * answers(). @request: (nullable): only read */
void xmpp_feature_exchange_async (XmppFeature *feature,
                                  XmppStream *stream,
                                  XmppElement *request,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
XmppElement *xmpp_feature_exchange_finish (XmppFeature *feature,
                                           GAsyncResult *result,
                                           GError **error);

G_END_DECLS
