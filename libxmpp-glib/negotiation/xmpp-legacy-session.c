/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-legacy-session.h"

#include "core/xmpp-namespaces.h"
#include "core/xmpp-stanza.h"

#define REQUEST_ID "session"

/* The session that RFC 3921 §3 asked every client to start. RFC 6121 has dropped it, and
 * servers say so with <optional/> (draft-cridland-xmpp-session); those that do not say it may
 * insist. */
struct _XmppLegacySession
{
  XmppFeature parent_instance;
};

G_DEFINE_FINAL_TYPE (XmppLegacySession, xmpp_legacy_session, XMPP_TYPE_FEATURE)

static void replied_cb (GObject *object, GAsyncResult *result, gpointer user_data);

/* <session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session> */
static gboolean
xmpp_legacy_session_wants (XmppFeature *feature,
                           XmppStream *stream,
                           XmppElement *features)
{
  XmppElement *offer = xmpp_feature_find_offer (feature, features);

  return offer != NULL && xmpp_element_get_child (offer, "optional", NULL) == NULL;
}

/* <iq type='set' id='session'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq> */
static XmppElement *
build_request (void)
{
  XmppElement *iq = xmpp_element_new ("iq", NULL);

  xmpp_element_set_attribute (iq, "type", "set");
  xmpp_element_set_attribute (iq, "id", REQUEST_ID);
  xmpp_element_append_child (iq, "session", XMPP_NS_SESSION, NULL);

  return iq;
}

/* The account is bound: others may already write to it, but not in the server's name. */
static gboolean
is_from_server (XmppStream *stream, const char *from)
{
  XmppJid *own = xmpp_stream_get_jid (stream);
  g_autoptr (XmppJid) jid = NULL;

  if (from == NULL)
    return TRUE;

  jid = xmpp_jid_new (from, NULL);
  if (jid == NULL || own == NULL)
    return FALSE;

  return xmpp_jid_equal_bare (jid, own) ||
         (xmpp_jid_get_local (jid) == NULL && xmpp_jid_get_resource (jid) == NULL &&
          g_str_equal (xmpp_jid_get_domain (jid), xmpp_jid_get_domain (own)));
}

static gboolean
xmpp_legacy_session_answers (XmppFeature *feature,
                             XmppStream *stream,
                             XmppElement *element)
{
  return xmpp_feature_is_reply (stream, element, REQUEST_ID) &&
         is_from_server (stream, xmpp_element_get_attribute (element, "from"));
}

static void
xmpp_legacy_session_negotiate_async (XmppFeature *feature,
                                     XmppStream *stream,
                                     XmppElement *features,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr (XmppElement) request = build_request ();
  g_autoptr (GTask)
      task = xmpp_feature_task_new (feature, cancellable, callback, user_data);

  xmpp_report_set_fact (xmpp_feature_get_report (feature), "stream", "session",
                        g_variant_new_boolean (TRUE));
  xmpp_feature_exchange_async (feature, stream, request, cancellable, replied_cb,
                               g_steal_pointer (&task));
}

static void
replied_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppFeature *self = XMPP_FEATURE (object);
  g_autoptr (XmppElement) reply = NULL;
  g_autoptr (XmppStanza) stanza = NULL;
  GError *error = NULL;

  reply = xmpp_feature_exchange_finish (self, result, &error);
  if (reply != NULL)
    stanza = xmpp_stanza_new_from_element (reply, &error);
  if (stanza != NULL && xmpp_stanza_get_stanza_type (stanza) == XMPP_STANZA_TYPE_ERROR)
    {
      error = xmpp_stanza_dup_error (stanza);
      g_prefix_error (&error,
                      "%s refused to start a session: ", xmpp_feature_get_peer (self));
    }

  if (error != NULL)
    g_task_return_error (task, error);
  else
    xmpp_feature_return (task, XMPP_STREAM_SESSION, XMPP_NEXT_SAME_FEATURES);
}

static void
xmpp_legacy_session_offer (XmppFeature *feature,
                           XmppStream *stream,
                           XmppElement *features)
{
  XmppElement *offer =
      xmpp_element_append_child (features, "session", XMPP_NS_SESSION, NULL);

  xmpp_element_append_child (offer, "optional", XMPP_NS_SESSION, NULL);
}

/* Whoever asks is told that there is one. */
static gboolean
reply_to_request (XmppStream *stream, XmppElement *request, GError **error)
{
  g_autoptr (XmppStanza) stanza = xmpp_stanza_new_from_element (request, error);
  g_autoptr (XmppStanza) reply = NULL;

  if (stanza == NULL)
    return FALSE;

  if (xmpp_stanza_get_stanza_type (stanza) == XMPP_STANZA_TYPE_SET &&
      xmpp_stanza_get_payload (stanza, "session", XMPP_NS_SESSION) != NULL)
    reply = xmpp_stanza_reply (stanza, error);
  else
    reply = xmpp_stanza_reply_error (stanza, XMPP_STANZA_ERROR_TYPE_MODIFY,
                                     XMPP_STANZA_ERROR_BAD_REQUEST, NULL, error);

  return reply != NULL &&
         xmpp_stream_write (stream, xmpp_stanza_get_element (reply), error);
}

static void
xmpp_legacy_session_respond_async (XmppFeature *feature,
                                   XmppStream *stream,
                                   XmppElement *request,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask)
      task = xmpp_feature_task_new (feature, cancellable, callback, user_data);
  GError *error = NULL;

  if (g_strcmp0 (xmpp_element_get_name (request), "iq") != 0)
    xmpp_feature_return_unexpected (task, stream, request);
  else if (!reply_to_request (stream, request, &error))
    g_task_return_error (task, error);
  else
    xmpp_feature_return (task, XMPP_STREAM_SESSION, XMPP_NEXT_SAME_FEATURES);
}

static gboolean
xmpp_legacy_session_handle (XmppFeature *feature,
                            XmppStream *stream,
                            XmppElement *element)
{
  g_autoptr (GError) error = NULL;

  if (xmpp_stream_get_role (stream) != XMPP_STREAM_RECEIVING ||
      g_strcmp0 (xmpp_element_get_attribute (element, "type"), "set") != 0 ||
      !xmpp_element_is (xmpp_element_get_first_child (element), "session",
                        XMPP_NS_SESSION))
    return FALSE;

  return reply_to_request (stream, element, &error);
}

static void
xmpp_legacy_session_class_init (XmppLegacySessionClass *klass)
{
  XmppFeatureClass *feature_class = XMPP_FEATURE_CLASS (klass);

  feature_class->name = "session";
  feature_class->xmlns = XMPP_NS_SESSION;
  feature_class->step = "session";
  feature_class->title = "session";
  feature_class->needs = XMPP_STREAM_BOUND;
  feature_class->excludes = XMPP_STREAM_SESSION | XMPP_STREAM_RESUMED;
  feature_class->wants = xmpp_legacy_session_wants;
  feature_class->answers = xmpp_legacy_session_answers;
  feature_class->negotiate_async = xmpp_legacy_session_negotiate_async;
  feature_class->offer = xmpp_legacy_session_offer;
  feature_class->respond_async = xmpp_legacy_session_respond_async;
  feature_class->handle = xmpp_legacy_session_handle;
}

static void
xmpp_legacy_session_init (XmppLegacySession *self)
{
}

XmppFeature *
xmpp_legacy_session_new (void)
{
  return g_object_new (XMPP_TYPE_LEGACY_SESSION, NULL);
}
