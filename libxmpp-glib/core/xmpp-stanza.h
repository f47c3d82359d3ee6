/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "core/xmpp-element.h"
#include "core/xmpp-error.h"
#include "core/xmpp-jid.h"

G_BEGIN_DECLS

typedef struct _XmppStanza XmppStanza;

#define XMPP_TYPE_STANZA (xmpp_stanza_get_type ())
XMPP_AVAILABLE_IN_ALL
GType xmpp_stanza_get_type (void);

/**
 * XmppStanzaKind:
 * @XMPP_STANZA_KIND_NONE: none of them
 * @XMPP_STANZA_KIND_MESSAGE: `<message/>`, RFC 6120 §8.2.1
 * @XMPP_STANZA_KIND_PRESENCE: `<presence/>`, RFC 6120 §8.2.2
 * @XMPP_STANZA_KIND_IQ: `<iq/>`, RFC 6120 §8.2.3
 *
 * The three kinds of stanzas, one or several.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  XMPP_STANZA_KIND_NONE = 0,
  XMPP_STANZA_KIND_MESSAGE = 1 << 0,
  XMPP_STANZA_KIND_PRESENCE = 1 << 1,
  XMPP_STANZA_KIND_IQ = 1 << 2,
} XmppStanzaKind;

/**
 * XmppStanzaType:
 * @XMPP_STANZA_TYPE_INVALID: an iq without a type, or with one that is unknown
 * @XMPP_STANZA_TYPE_ERROR: the answer to a stanza that could not be handled
 * @XMPP_STANZA_TYPE_NORMAL: a message that stands alone; also one of a type that is unknown
 * @XMPP_STANZA_TYPE_CHAT: a message in a conversation of two
 * @XMPP_STANZA_TYPE_GROUPCHAT: a message in a room
 * @XMPP_STANZA_TYPE_HEADLINE: a message that wants no answer
 * @XMPP_STANZA_TYPE_AVAILABLE: presence without a type, or with one that is unknown
 * @XMPP_STANZA_TYPE_UNAVAILABLE: presence of somebody who leaves
 * @XMPP_STANZA_TYPE_SUBSCRIBE: a wish to see somebody's presence
 * @XMPP_STANZA_TYPE_SUBSCRIBED: the wish is granted
 * @XMPP_STANZA_TYPE_UNSUBSCRIBE: the presence is not wanted any longer
 * @XMPP_STANZA_TYPE_UNSUBSCRIBED: the wish is refused, or granted no longer
 * @XMPP_STANZA_TYPE_PROBE: a server asks for the current presence
 * @XMPP_STANZA_TYPE_GET: an iq that asks for something
 * @XMPP_STANZA_TYPE_SET: an iq that wants something done
 * @XMPP_STANZA_TYPE_RESULT: the answer to an iq that was handled
 *
 * The `type` of a stanza; one that is missing or unknown as RFC 6121 §4.7.1 and §5.2.2 says.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_STANZA_TYPE_INVALID,
  XMPP_STANZA_TYPE_ERROR,
  /* message */
  XMPP_STANZA_TYPE_NORMAL,
  XMPP_STANZA_TYPE_CHAT,
  XMPP_STANZA_TYPE_GROUPCHAT,
  XMPP_STANZA_TYPE_HEADLINE,
  /* presence */
  XMPP_STANZA_TYPE_AVAILABLE,
  XMPP_STANZA_TYPE_UNAVAILABLE,
  XMPP_STANZA_TYPE_SUBSCRIBE,
  XMPP_STANZA_TYPE_SUBSCRIBED,
  XMPP_STANZA_TYPE_UNSUBSCRIBE,
  XMPP_STANZA_TYPE_UNSUBSCRIBED,
  XMPP_STANZA_TYPE_PROBE,
  /* iq */
  XMPP_STANZA_TYPE_GET,
  XMPP_STANZA_TYPE_SET,
  XMPP_STANZA_TYPE_RESULT,
} XmppStanzaType;

/**
 * XmppStanzaErrorType:
 * @XMPP_STANZA_ERROR_TYPE_AUTH: try again after logging in
 * @XMPP_STANZA_ERROR_TYPE_CANCEL: do not try again
 * @XMPP_STANZA_ERROR_TYPE_CONTINUE: go on, this was only a warning
 * @XMPP_STANZA_ERROR_TYPE_MODIFY: try again with other data
 * @XMPP_STANZA_ERROR_TYPE_WAIT: try again later
 *
 * What the sender of a stanza may do about an error (RFC 6120 §8.3.2).
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_STANZA_ERROR_TYPE_AUTH,
  XMPP_STANZA_ERROR_TYPE_CANCEL,
  XMPP_STANZA_ERROR_TYPE_CONTINUE,
  XMPP_STANZA_ERROR_TYPE_MODIFY,
  XMPP_STANZA_ERROR_TYPE_WAIT,
} XmppStanzaErrorType;

XMPP_AVAILABLE_IN_ALL
XmppStanza *xmpp_stanza_new_message (XmppStanzaType type, XmppJid *to, const char *body);
XMPP_AVAILABLE_IN_ALL
XmppStanza *xmpp_stanza_new_presence (XmppStanzaType type,
                                      XmppJid *to,
                                      const char *status);
/* @payload: (transfer none) (nullable) */
XMPP_AVAILABLE_IN_ALL
XmppStanza *xmpp_stanza_new_iq (XmppStanzaType type, XmppJid *to, XmppElement *payload);
/* NULL with G_IO_ERROR_INVALID_ARGUMENT where @element is no message, presence or iq */
XMPP_AVAILABLE_IN_ALL
XmppStanza *xmpp_stanza_new_from_element (XmppElement *element, GError **error);

XMPP_AVAILABLE_IN_ALL
XmppStanza *xmpp_stanza_ref (XmppStanza *stanza);
XMPP_AVAILABLE_IN_ALL
void xmpp_stanza_unref (XmppStanza *stanza);
XMPP_AVAILABLE_IN_ALL
XmppStanza *xmpp_stanza_copy (XmppStanza *stanza);

/* transfer none: the same memory */
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_stanza_get_element (XmppStanza *stanza);

XMPP_AVAILABLE_IN_ALL
XmppStanzaKind xmpp_stanza_get_kind (XmppStanza *stanza);
XMPP_AVAILABLE_IN_ALL
XmppStanzaType xmpp_stanza_get_stanza_type (XmppStanza *stanza);
/* NULL where absent or malformed */
XMPP_AVAILABLE_IN_ALL
XmppJid *xmpp_stanza_get_to (XmppStanza *stanza);
XMPP_AVAILABLE_IN_ALL
XmppJid *xmpp_stanza_get_from (XmppStanza *stanza);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_stanza_is_from_account (XmppStanza *stanza, XmppJid *account);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_stanza_get_id (XmppStanza *stanza);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_stanza_get_lang (XmppStanza *stanza);
XMPP_AVAILABLE_IN_ALL
void xmpp_stanza_set_to (XmppStanza *stanza, XmppJid *to);
XMPP_AVAILABLE_IN_ALL
void xmpp_stanza_set_from (XmppStanza *stanza, XmppJid *from);
XMPP_AVAILABLE_IN_ALL
void xmpp_stanza_set_id (XmppStanza *stanza, const char *id);

/* NULL where there is none */
XMPP_AVAILABLE_IN_ALL
const char *xmpp_stanza_get_body (XmppStanza *stanza);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_stanza_get_status (XmppStanza *stanza);
/* The first child with @name and @xmlns, either may be NULL; (NULL, NULL): of an iq its
 * payload: the first child that is not <error/> */
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_stanza_get_payload (XmppStanza *stanza,
                                      const char *name,
                                      const char *xmlns);
/* Of type error: the XMPP_STANZA_ERROR in it; else NULL */
XMPP_AVAILABLE_IN_ALL
GError *xmpp_stanza_dup_error (XmppStanza *stanza);

/* To its sender, with its id: an empty result for an iq, same type and thread for a message.
 * NULL with G_IO_ERROR_INVALID_ARGUMENT for an error or a result. */
XMPP_AVAILABLE_IN_ALL
XmppStanza *xmpp_stanza_reply (XmppStanza *stanza, GError **error);
XMPP_AVAILABLE_IN_ALL
XmppStanza *xmpp_stanza_reply_error (XmppStanza *stanza,
                                     XmppStanzaErrorType type,
                                     XmppStanzaError condition,
                                     const char *text,
                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppStanza, xmpp_stanza_unref)

G_END_DECLS
