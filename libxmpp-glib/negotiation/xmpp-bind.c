/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-bind.h"

#include "core/xmpp-namespaces.h"
#include "core/xmpp-secret-private.h"
#include "core/xmpp-stanza.h"

#define REQUEST_ID "bind"
#define MAX_REFUSALS 5

/* Resource binding: from here on the stream has a full JID and carries stanzas. The server
 * has the last word on the resource, and on nothing else. */
struct _XmppBind
{
  XmppFeature parent_instance;

  /* Initiating */
  XmppJid *account;
  char *domain;
  char *resource;
  /* Receiving */
  XmppBindChooseFunc choose;
  gpointer choose_data;
  guint n_refusals;
};

G_DEFINE_FINAL_TYPE (XmppBind, xmpp_bind, XMPP_TYPE_FEATURE)

static void replied_cb (GObject *object, GAsyncResult *result, gpointer user_data);

/* ---- Initiating side ---- */

/* <iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>
 *   <resource>phone</resource></bind></iq>                        RFC 6120 §7.6, §7.7 */
static XmppElement *
build_request (const char *resource)
{
  XmppElement *iq = xmpp_element_new ("iq", NULL);
  XmppElement *bind;

  xmpp_element_set_attribute (iq, "type", "set");
  xmpp_element_set_attribute (iq, "id", REQUEST_ID);
  bind = xmpp_element_append_child (iq, "bind", XMPP_NS_BIND, NULL);
  if (resource != NULL)
    xmpp_element_append_child (bind, "resource", XMPP_NS_BIND, resource);

  return iq;
}

static gboolean
xmpp_bind_answers (XmppFeature *feature, XmppStream *stream, XmppElement *element)
{
  return xmpp_feature_is_reply (stream, element, REQUEST_ID);
}

static void
xmpp_bind_negotiate_async (XmppFeature *feature,
                           XmppStream *stream,
                           XmppElement *features,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (XmppElement) request = build_request (XMPP_BIND (feature)->resource);
  g_autoptr (GTask)
      task = xmpp_feature_task_new (feature, cancellable, callback, user_data);

  g_task_set_task_data (task, g_object_ref (stream), g_object_unref);
  xmpp_feature_exchange_async (feature, stream, request, cancellable, replied_cb,
                               g_steal_pointer (&task));
}

/* The server must not make somebody else of us. */
static gboolean
is_ours (XmppBind *self, XmppJid *jid)
{
  if (xmpp_jid_get_resource (jid) == NULL)
    return FALSE;

  if (self->account != NULL)
    return xmpp_jid_equal_bare (jid, self->account);

  return xmpp_jid_get_local (jid) != NULL &&
         g_strcmp0 (xmpp_jid_get_domain (jid), self->domain) == 0;
}

/* A ticket, a certificate or a token says itself whose it is, whatever address the login is
 * for. */
static void
set_foreign (XmppBind *self, XmppJid *jid, GError **error)
{
  const char *peer = xmpp_feature_get_peer (XMPP_FEATURE (self));
  g_autoptr (XmppJid) bare = jid != NULL ? xmpp_jid_dup_bare (jid) : NULL;

  if (bare == NULL || self->account == NULL || xmpp_jid_equal (bare, self->account))
    g_set_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_INVALID_FROM,
                 "%s bound a resource to an address that is not this account's", peer);
  else
    g_set_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_INVALID_FROM,
                 "%s bound a resource to %s, and this account is %s: the ticket, "
                 "certificate or token is that other one's. What to do: log in as %s, or "
                 "with what is this account's; klist shows whose a Kerberos ticket is, "
                 "and kinit, or the credential's principal, gets another one",
                 peer, xmpp_jid_to_string (bare), xmpp_jid_to_string (self->account),
                 xmpp_jid_to_string (bare));
}

/* <iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>
 *   <jid>juliet@im.example.com/phone</jid></bind></iq>            RFC 6120 §7.6.1 */
static XmppJid *
parse_reply (XmppBind *self, XmppElement *reply, GError **error)
{
  const char *peer = xmpp_feature_get_peer (XMPP_FEATURE (self));
  XmppElement *bind = xmpp_element_get_child (reply, "bind", XMPP_NS_BIND);
  XmppElement *element = NULL;
  g_autoptr (XmppJid) jid = NULL;

  if (bind != NULL && !xmpp_element_has_duplicate (reply, "bind", XMPP_NS_BIND) &&
      !xmpp_element_has_duplicate (bind, "jid", XMPP_NS_BIND))
    element = xmpp_element_get_child (bind, "jid", XMPP_NS_BIND);

  if (element == NULL)
    {
      g_set_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_BAD_FORMAT,
                   "%s bound a resource and did not say which", peer);
      return NULL;
    }

  jid = xmpp_jid_new (xmpp_element_get_text (element), NULL);
  if (jid == NULL || !is_ours (self, jid))
    {
      set_foreign (self, jid, error);
      return NULL;
    }

  return g_steal_pointer (&jid);
}

/* <iq type='error' id='bind'><error type='cancel'>
 *   <conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq> RFC 6120 §7.7.2 */
static GError *
parse_refusal (XmppBind *self, XmppElement *reply)
{
  g_autoptr (XmppStanza) stanza = NULL;
  GError *error = NULL;

  stanza = xmpp_stanza_new_from_element (reply, &error);
  if (stanza == NULL)
    return error;

  error = xmpp_stanza_dup_error (stanza);
  g_prefix_error (&error, "%s did not bind the resource “%s”: ",
                  xmpp_feature_get_peer (XMPP_FEATURE (self)),
                  self->resource != NULL ? self->resource : "");

  return error;
}

static void
replied_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppBind *self = XMPP_BIND (object);
  XmppFeature *feature = XMPP_FEATURE (object);
  XmppStream *stream = g_task_get_task_data (task);
  XmppReport *report = xmpp_feature_get_report (feature);
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppElement) reply = NULL;
  g_autoptr (XmppJid) jid = NULL;

  reply = xmpp_feature_exchange_finish (feature, result, &error);
  if (reply != NULL &&
      g_strcmp0 (xmpp_element_get_attribute (reply, "type"), "error") == 0)
    error = parse_refusal (self, reply);
  else if (reply != NULL)
    {
      jid = parse_reply (self, reply, &error);
      if (jid == NULL)
        xmpp_stream_fail (stream, error);
    }

  if (jid == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  xmpp_stream_set_jid (stream, jid);
  xmpp_feature_set_detail (feature, xmpp_jid_get_resource (jid));
  xmpp_report_set_fact (report, "bind", "profile", g_variant_new_string ("bind"));
  xmpp_report_set_fact (report, "bind", "resource",
                        g_variant_new_string (xmpp_jid_get_resource (jid)));
  xmpp_feature_return (task, XMPP_STREAM_BOUND, XMPP_NEXT_SAME_FEATURES);
}

/* ---- Receiving side ---- */

static XmppJid *
choose_jid (XmppBind *self, XmppStream *stream, const char *resource, GError **error)
{
  XmppJid *account = xmpp_stream_get_jid (stream);
  g_autofree char *random = NULL;
  XmppJid *jid;

  if (self->choose != NULL)
    return self->choose (stream, resource, self->choose_data, error);

  if (account == NULL)
    {
      g_set_error_literal (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_NOT_ALLOWED,
                           "There is no account to bind a resource to");
      return NULL;
    }

  if (resource == NULL)
    {
      random = xmpp_random_word (error);
      if (random == NULL)
        return NULL;
    }

  jid = xmpp_jid_dup_with_resource (account, resource != NULL ? resource : random, NULL);
  if (jid == NULL)
    g_set_error_literal (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_BAD_REQUEST,
                         "This cannot be a resource");

  return jid;
}

/* The resource asked for: NULL where the server is to choose */
static gboolean
parse_request (XmppStanza *stanza, const char **resource, GError **error)
{
  XmppElement *bind = xmpp_stanza_get_payload (stanza, "bind", XMPP_NS_BIND);
  XmppElement *element;

  if (xmpp_stanza_get_stanza_type (stanza) != XMPP_STANZA_TYPE_SET || bind == NULL ||
      xmpp_element_get_n_children (xmpp_stanza_get_element (stanza)) != 1 ||
      xmpp_element_has_duplicate (bind, "resource", XMPP_NS_BIND))
    {
      g_set_error_literal (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_BAD_REQUEST,
                           "This is no request to bind a resource");
      return FALSE;
    }

  element = xmpp_element_get_child (bind, "resource", XMPP_NS_BIND);
  *resource = element != NULL ? xmpp_element_get_text (element) : NULL;
  if (*resource != NULL && **resource == '\0')
    *resource = NULL;

  return TRUE;
}

/* RFC 6120 §7.7.2: which kind of error goes with which condition */
static XmppStanzaErrorType
error_type (int condition)
{
  switch (condition)
    {
    case XMPP_STANZA_ERROR_BAD_REQUEST:
      return XMPP_STANZA_ERROR_TYPE_MODIFY;
    case XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT:
      return XMPP_STANZA_ERROR_TYPE_WAIT;
    default:
      return XMPP_STANZA_ERROR_TYPE_CANCEL;
    }
}

static XmppStanza *
build_refusal (XmppStanza *request, const GError *refusal, GError **error)
{
  gboolean known = refusal->domain == XMPP_STANZA_ERROR;
  int condition = known ? refusal->code : XMPP_STANZA_ERROR_INTERNAL_SERVER_ERROR;

  return xmpp_stanza_reply_error (request, error_type (condition),
                                  (XmppStanzaError) condition, NULL, error);
}

static XmppStanza *
build_result (XmppStanza *request, XmppJid *jid, GError **error)
{
  XmppStanza *reply = xmpp_stanza_reply (request, error);
  XmppElement *bind;

  if (reply == NULL)
    return NULL;

  bind = xmpp_element_append_child (xmpp_stanza_get_element (reply), "bind", XMPP_NS_BIND,
                                    NULL);
  xmpp_element_append_child (bind, "jid", XMPP_NS_BIND, xmpp_jid_to_string (jid));

  return reply;
}

static void
xmpp_bind_respond_async (XmppFeature *feature,
                         XmppStream *stream,
                         XmppElement *request,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  XmppBind *self = XMPP_BIND (feature);
  g_autoptr (GTask)
      task = xmpp_feature_task_new (feature, cancellable, callback, user_data);
  g_autoptr (XmppStanza) stanza = xmpp_stanza_new_from_element (request, NULL);
  g_autoptr (XmppStanza) reply = NULL;
  g_autoptr (XmppJid) jid = NULL;
  g_autoptr (GError) refusal = NULL;
  const char *resource = NULL;
  GError *error = NULL;

  /* RFC 6120 §8.2.3: without an id there is nothing that could be answered. */
  if (stanza == NULL || xmpp_stanza_get_kind (stanza) != XMPP_STANZA_KIND_IQ ||
      xmpp_stanza_get_id (stanza) == NULL ||
      xmpp_stanza_get_stanza_type (stanza) == XMPP_STANZA_TYPE_ERROR ||
      xmpp_stanza_get_stanza_type (stanza) == XMPP_STANZA_TYPE_RESULT)
    {
      xmpp_feature_return_unexpected (task, stream, request);
      return;
    }

  if (parse_request (stanza, &resource, &refusal))
    jid = choose_jid (self, stream, resource, &refusal);

  if (jid == NULL && ++self->n_refusals > MAX_REFUSALS)
    {
      xmpp_feature_return_stream_error (task, stream, XMPP_STREAM_ERROR_POLICY_VIOLATION,
                                        "Too many attempts to bind a resource");
      return;
    }

  reply = jid != NULL ? build_result (stanza, jid, &error)
                      : build_refusal (stanza, refusal, &error);
  if (reply == NULL ||
      !xmpp_stream_write (stream, xmpp_stanza_get_element (reply), &error))
    {
      g_task_return_error (task, error);
      return;
    }

  if (jid != NULL)
    xmpp_stream_set_jid (stream, jid);
  xmpp_feature_return (task, jid != NULL ? XMPP_STREAM_BOUND : 0,
                       XMPP_NEXT_SAME_FEATURES);
}

/* ---- The object ---- */

static void
xmpp_bind_finalize (GObject *object)
{
  XmppBind *self = XMPP_BIND (object);

  g_clear_pointer (&self->account, xmpp_jid_unref);
  g_free (self->domain);
  g_free (self->resource);

  G_OBJECT_CLASS (xmpp_bind_parent_class)->finalize (object);
}

static void
xmpp_bind_class_init (XmppBindClass *klass)
{
  XmppFeatureClass *feature_class = XMPP_FEATURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = xmpp_bind_finalize;
  feature_class->name = "bind";
  feature_class->xmlns = XMPP_NS_BIND;
  feature_class->step = "bind";
  feature_class->title = "resource binding";
  feature_class->needs = XMPP_STREAM_AUTHENTICATED;
  feature_class->excludes = XMPP_STREAM_BOUND | XMPP_STREAM_RESUMED;
  feature_class->wrong_guess = XMPP_WRONG_GUESS_ANSWERED;
  feature_class->guessable = TRUE;
  feature_class->answers = xmpp_bind_answers;
  feature_class->negotiate_async = xmpp_bind_negotiate_async;
  feature_class->respond_async = xmpp_bind_respond_async;
}

static void
xmpp_bind_init (XmppBind *self)
{
}

XmppFeature *
xmpp_bind_new_initiating (XmppJid *account, const char *domain, const char *resource)
{
  XmppBind *self = g_object_new (XMPP_TYPE_BIND, NULL);

  self->account = account != NULL ? xmpp_jid_dup_bare (account) : NULL;
  self->domain = g_strdup (domain);
  self->resource = g_strdup (resource);

  return XMPP_FEATURE (self);
}

XmppFeature *
xmpp_bind_new_receiving (XmppBindChooseFunc choose, gpointer user_data)
{
  XmppBind *self = g_object_new (XMPP_TYPE_BIND, NULL);

  self->choose = choose;
  self->choose_data = user_data;

  return XMPP_FEATURE (self);
}
