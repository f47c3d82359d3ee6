/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "stream/xmpp-stream.h"

G_BEGIN_DECLS

/* A stream feature: one object, one file, both sides. It has the settings of one connection
 * and may keep what it is doing there; the stream keeps the facts. */
#define XMPP_TYPE_FEATURE (xmpp_feature_get_type ())
G_DECLARE_DERIVABLE_TYPE (XmppFeature, xmpp_feature, XMPP, FEATURE, GObject)

typedef enum
{
  XMPP_NEXT_SAME_FEATURES, /* go on with the list there is */
  XMPP_NEXT_NEW_FEATURES,  /* a new list follows on this stream */
  XMPP_NEXT_NEW_STREAM,    /* both sides send a new header */
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

  const char *name;  /* the child of <stream:features/> that offers it */
  const char *xmlns; /* and of the elements that ask for it */
  const char *step;  /* in the report: "starttls", "sasl", "bind", "session" */
  XmppStreamState needs;   /* all of these, to be negotiated or offered at all */
  XmppStreamState excludes; /* not once one of these is there */
  XmppWrongGuess wrong_guess;
  /* Initiating: asked for behind an unsent header although nothing is remembered (starttls on
   * the first header, bind after SASL) */
  gboolean guessable;

  /* Initiating side: is there something to do with this offer (nullable: none came)?
   * Default: offer != NULL */
  gboolean (*wants) (XmppFeature *feature, XmppStream *stream, XmppElement *offer);
  /* Initiating side, sent ahead on @remembered: does the real @offer (nullable) leave what was
   * begun as good as it was? Default: offer != NULL */
  gboolean (*confirms) (XmppFeature *feature, XmppElement *remembered, XmppElement *offer);
  /* Initiating side. @offer: (nullable) where guessed */
  void (*negotiate_async) (XmppFeature *feature,
                           XmppStream *stream,
                           XmppElement *offer,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
  /* Receiving side: its child of <stream:features/>, NULL: not offered now */
  XmppElement *(*offer) (XmppFeature *feature, XmppStream *stream);
  /* Receiving side: @request is the first element of its namespace */
  void (*respond_async) (XmppFeature *feature,
                         XmppStream *stream,
                         XmppElement *request,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  /* For both. Default: a GTask that returned g_new (XmppOutcome, 1) */
  gboolean (*finish) (XmppFeature *feature,
                      GAsyncResult *result,
                      XmppOutcome *outcome,
                      GError **error);
  /* An element of its namespace on the open stream; TRUE: taken. Default: FALSE */
  gboolean (*handle) (XmppFeature *feature, XmppStream *stream, XmppElement *element);
};

G_END_DECLS
