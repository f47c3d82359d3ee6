/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-sasl-profile-private.h"

#include "core/xmpp-namespaces.h"
#include "negotiation/xmpp-sasl-elements.h"
#include "tls/xmpp-certificate-text.h"

/* SASL as RFC 6120 §6 carries it; this file is the initiating side, and
 * xmpp-sasl-profile-offers.c what it makes of the server's lists. It carries messages between the elements of the stream and the session, which alone decides about mechanisms:
 * which one, what it answers, whether success is believed, whether another may be tried.
 *
 * Sent ahead, it uses the remembered list without the mechanisms that send the secret itself.
 * Where the real list differs, what was begun is given up and the driver starts again. */

G_DEFINE_FINAL_TYPE (XmppSaslProfileFeature, xmpp_sasl_profile_feature, XMPP_TYPE_FEATURE)

typedef struct
{
  XmppStream *stream;
  GError *refusal; /* why <abort/> was sent */
} Login;

/* The steps, in the order in which they run; a challenge goes back to the exchange. */
static void begin (XmppSaslProfileFeature *self, GTask *task);
static void started_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void exchange (XmppSaslProfileFeature *self, GTask *task, XmppElement *request);
static void answered_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void challenged (XmppSaslProfileFeature *self,
                        GTask *task,
                        XmppElement *challenge);
static void stepped_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void refuse (XmppSaslProfileFeature *self, GTask *task, GError *refusal);
static void aborted_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void failed (XmppSaslProfileFeature *self, GTask *task, const GError *failure);
static void failed_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void succeeded (XmppSaslProfileFeature *self, GTask *task, XmppElement *success);
static void succeeded_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
login_free (gpointer data)
{
  Login *login = data;

  g_clear_object (&login->stream);
  g_clear_error (&login->refusal);
  g_free (login);
}

/* ---- The login ---- */

static void
xmpp_sasl_profile_withdraw (XmppFeature *feature)
{
  XMPP_SASL_PROFILE_FEATURE (feature)->withdrawn = TRUE;
}

static void
xmpp_sasl_profile_negotiate_async (XmppFeature *feature,
                                   XmppStream *stream,
                                   XmppElement *features,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  XmppSaslProfileFeature *self = XMPP_SASL_PROFILE_FEATURE (feature);
  g_autoptr (GTask)
      task = xmpp_feature_task_new (feature, cancellable, callback, user_data);
  Login *login = g_new0 (Login, 1);
  GError *error = NULL;

  login->stream = g_object_ref (stream);
  g_task_set_task_data (task, login, login_free);

  if (!xmpp_sasl_profile_check_downgrade (self, features, &error) ||
      !xmpp_sasl_profile_set_offer (self, stream, features, &error))
    g_task_return_error (task, error);
  else
    begin (self, g_steal_pointer (&task));
}

static void
begin (XmppSaslProfileFeature *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  GCancellable *cancellable = g_task_get_cancellable (task);

  xmpp_sasl_session_start_async (self->session, cancellable, started_cb,
                                 g_steal_pointer (&task));
}

/* Nothing that was only remembered could be used, and nothing has been sent: the list that
 * comes may have more. */
static gboolean
is_worth_the_list (XmppSaslProfileFeature *self, const GError *error)
{
  return self->guessing && error->domain == XMPP_SASL_ERROR &&
         error->code != XMPP_SASL_ERROR_NEED_CREDENTIAL;
}

static void
started_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslProfileFeature *self = g_task_get_source_object (task);
  g_autoptr (GBytes) initial = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppElement) auth = NULL;
  const char *name;

  name = xmpp_sasl_session_start_finish (self->session, result, &initial, &error);
  if (name != NULL)
    {
      auth = xmpp_sasl_build_auth (name, initial);
      xmpp_feature_set_detail (XMPP_FEATURE (self), name);
      exchange (self, g_steal_pointer (&task), auth);
    }
  else if (is_worth_the_list (self, error))
    {
      self->guessing = FALSE;
      self->was_safe = FALSE;
      xmpp_feature_return (task, 0, XMPP_NEXT_NEW_FEATURES);
    }
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
exchange (XmppSaslProfileFeature *self, GTask *task_arg, XmppElement *request)
{
  g_autoptr (GTask) task = task_arg;
  Login *login = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  xmpp_feature_exchange_async (XMPP_FEATURE (self), login->stream, request, cancellable,
                               answered_cb, g_steal_pointer (&task));
}

/* A server does not say what it has against a certificate, and the user mostly does not know
 * what is in it. */
static void
explain_certificate (XmppSaslProfileFeature *self, GError *failure)
{
  GTlsCertificate *certificate = xmpp_sasl_session_get_certificate (self->session);
  g_autofree char *summary = NULL;
  char *message;

  if (certificate == NULL || !(failure->code == XMPP_SASL_ERROR_NOT_AUTHORIZED ||
                               failure->code == XMPP_SASL_ERROR_INVALID_AUTHZID ||
                               failure->code == XMPP_SASL_ERROR_ACCOUNT_DISABLED ||
                               failure->code == XMPP_SASL_ERROR_CREDENTIALS_EXPIRED))
    return;

  summary = xmpp_certificate_text_summary (certificate);
  message =
      g_strdup_printf ("%s. The client certificate is %s. What to do: check that the "
                       "server trusts who has issued it, and that it names the "
                       "account; where it names several, say which one to act as; "
                       "to log in by other means, set no certificate",
                       failure->message, summary);
  g_free (failure->message);
  failure->message = message;
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslProfileFeature *self = XMPP_SASL_PROFILE_FEATURE (object);
  Login *login = g_task_get_task_data (task);
  g_autoptr (XmppElement) answer = NULL;
  g_autoptr (GError) error = NULL;

  answer = xmpp_feature_exchange_finish (XMPP_FEATURE (self), result, &error);
  self->guessing = FALSE;

  if (answer == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (xmpp_element_is (answer, "challenge", XMPP_NS_SASL))
    challenged (self, g_steal_pointer (&task), answer);
  else if (xmpp_element_is (answer, "success", XMPP_NS_SASL))
    succeeded (self, g_steal_pointer (&task), answer);
  else if (xmpp_element_is (answer, "failure", XMPP_NS_SASL))
    {
      error =
          xmpp_sasl_parse_failure (answer, xmpp_feature_get_peer (XMPP_FEATURE (self)));
      explain_certificate (self, error);
      failed (self, g_steal_pointer (&task), error);
    }
  else
    xmpp_feature_return_unexpected (task, login->stream, answer);
}

static void
challenged (XmppSaslProfileFeature *self, GTask *task_arg, XmppElement *challenge)
{
  g_autoptr (GTask) task = task_arg;
  Login *login = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  guint max = xmpp_stream_get_limits (login->stream)->sasl_message_bytes;
  g_autoptr (GBytes) data = NULL;
  GError *error = NULL;

  if (self->withdrawn)
    {
      refuse (self, g_steal_pointer (&task), NULL);
      return;
    }

  if (!xmpp_sasl_parse_data (challenge, max, &data, &error))
    {
      refuse (self, g_steal_pointer (&task), error);
      return;
    }

  if (data == NULL)
    data = g_bytes_new_static ("", 0);
  xmpp_sasl_session_step_async (self->session, data, cancellable, stepped_cb,
                                g_steal_pointer (&task));
}

static void
stepped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslProfileFeature *self = g_task_get_source_object (task);
  g_autoptr (GBytes) data = NULL;
  g_autoptr (XmppElement) response = NULL;
  GError *error = NULL;

  data = xmpp_sasl_session_step_finish (self->session, result, &error);
  if (data == NULL || self->withdrawn)
    {
      refuse (self, g_steal_pointer (&task), error);
      return;
    }

  response = xmpp_sasl_build_response (data);
  exchange (self, g_steal_pointer (&task), response);
}

/* Takes over @refusal. NULL: the list has changed */
static void
refuse (XmppSaslProfileFeature *self, GTask *task_arg, GError *refusal)
{
  g_autoptr (GTask) task = task_arg;
  Login *login = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (XmppElement) request = NULL;

  if (refusal != NULL && g_cancellable_is_cancelled (cancellable))
    {
      g_task_return_error (task, refusal);
      return;
    }

  g_clear_error (&login->refusal);
  login->refusal = refusal;
  request = xmpp_sasl_build_abort ();
  xmpp_feature_exchange_async (XMPP_FEATURE (self), login->stream, request, cancellable,
                               aborted_cb, g_steal_pointer (&task));
}

/* <failure><aborted/></failure>, or the failure that had been on its way */
static void
aborted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslProfileFeature *self = XMPP_SASL_PROFILE_FEATURE (object);
  Login *login = g_task_get_task_data (task);
  g_autoptr (GError) refusal = g_steal_pointer (&login->refusal);
  g_autoptr (XmppElement) answer = NULL;
  g_autoptr (GError) error = NULL;

  answer = xmpp_feature_exchange_finish (XMPP_FEATURE (self), result, &error);

  /* Who closes the stream upon <abort/> does not change why it was sent. */
  if (answer == NULL && refusal != NULL)
    g_task_return_error (task, g_steal_pointer (&refusal));
  else if (answer == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (!xmpp_element_is (answer, "failure", XMPP_NS_SASL))
    xmpp_feature_return_unexpected (task, login->stream, answer);
  else
    failed (self, g_steal_pointer (&task), refusal);
}

static void
failed (XmppSaslProfileFeature *self, GTask *task_arg, const GError *failure)
{
  g_autoptr (GTask) task = task_arg;
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (self->withdrawn)
    {
      self->withdrawn = FALSE;
      xmpp_feature_return (task, 0, XMPP_NEXT_SAME_FEATURES);
      return;
    }

  xmpp_sasl_session_fail_async (self->session, failure, cancellable, failed_cb,
                                g_steal_pointer (&task));
}

static void
failed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslProfileFeature *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (xmpp_sasl_session_fail_finish (self->session, result, &error))
    begin (self, g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
succeeded (XmppSaslProfileFeature *self, GTask *task_arg, XmppElement *success)
{
  g_autoptr (GTask) task = task_arg;
  Login *login = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  guint max = xmpp_stream_get_limits (login->stream)->sasl_message_bytes;
  g_autoptr (GBytes) data = NULL;
  GError *error = NULL;

  if (self->withdrawn)
    {
      xmpp_feature_return_stream_error (task, login->stream,
                                        XMPP_STREAM_ERROR_POLICY_VIOLATION,
                                        "%s let the login pass on mechanisms that it "
                                        "does not offer",
                                        xmpp_feature_get_peer (XMPP_FEATURE (self)));
      return;
    }

  if (!xmpp_sasl_parse_data (success, max, &data, &error))
    {
      xmpp_stream_fail (login->stream, error);
      g_task_return_error (task, error);
      return;
    }

  xmpp_sasl_session_succeed_async (self->session, data, cancellable, succeeded_cb,
                                   g_steal_pointer (&task));
}

static void
report_success (XmppSaslProfileFeature *self)
{
  XmppReport *report = xmpp_feature_get_report (XMPP_FEATURE (self));
  const char *mechanism = xmpp_sasl_session_get_mechanism (self->session);
  const char *binding = xmpp_sasl_session_get_binding_type (self->session);
  const char *why = xmpp_sasl_session_get_why_not_bound (self->session);
  gboolean proven = xmpp_sasl_session_is_offer_proven (self->session);
  gboolean mutual = xmpp_sasl_session_is_mutual (self->session);

  xmpp_feature_set_detail (XMPP_FEATURE (self), mechanism);
  xmpp_report_set_fact (report, "sasl", "profile", g_variant_new_string ("sasl"));
  xmpp_report_set_fact (report, "sasl", "mechanism", g_variant_new_string (mechanism));
  xmpp_report_set_fact (report, "sasl", "channel_binding",
                        binding != NULL ? g_variant_new_string (binding) : NULL);
  xmpp_report_set_fact (report, "sasl", "no_channel_binding",
                        why != NULL ? g_variant_new_string (why) : NULL);
  xmpp_report_set_fact (report, "sasl", "offer_proven", g_variant_new_boolean (proven));
  xmpp_report_set_fact (report, "sasl", "mutual", g_variant_new_boolean (mutual));
}

static void
succeeded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslProfileFeature *self = g_task_get_source_object (task);
  Login *login = g_task_get_task_data (task);
  GError *error = NULL;

  if (!xmpp_sasl_session_succeed_finish (self->session, result, &error))
    {
      /* For the peer this login is done; there is no <abort/> any more. */
      xmpp_stream_fail (login->stream, error);
      g_task_return_error (task, error);
      return;
    }

  report_success (self);
  xmpp_stream_restart (login->stream);
  xmpp_feature_return (task, XMPP_STREAM_AUTHENTICATED, XMPP_NEXT_NEW_STREAM);
}

/* ---- The object ---- */

static void
xmpp_sasl_profile_feature_finalize (GObject *object)
{
  XmppSaslProfileFeature *self = XMPP_SASL_PROFILE_FEATURE (object);

  g_clear_object (&self->session);
  g_free (self->local);
  g_free (self->domain);
  g_clear_object (&self->registry);
  g_clear_object (&self->policy);
  g_clear_object (&self->authenticator);
  g_clear_object (&self->limits);
  g_free (self->host);
  g_clear_pointer (&self->bindings, g_variant_unref);
  g_strfreev (self->offered);
  g_strfreev (self->accounts);

  G_OBJECT_CLASS (xmpp_sasl_profile_feature_parent_class)->finalize (object);
}

static void
xmpp_sasl_profile_feature_class_init (XmppSaslProfileFeatureClass *klass)
{
  XmppFeatureClass *feature_class = XMPP_FEATURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = xmpp_sasl_profile_feature_finalize;
  feature_class->name = "mechanisms";
  feature_class->xmlns = XMPP_NS_SASL;
  feature_class->step = "sasl";
  feature_class->title = "login (SASL mechanisms)";
  feature_class->needs = XMPP_STREAM_SECURE;
  feature_class->excludes = XMPP_STREAM_AUTHENTICATED;
  feature_class->wrong_guess = XMPP_WRONG_GUESS_ANSWERED;
  feature_class->ahead = xmpp_sasl_profile_ahead;
  feature_class->confirms = xmpp_sasl_profile_confirms;
  feature_class->withdraw = xmpp_sasl_profile_withdraw;
  feature_class->negotiate_async = xmpp_sasl_profile_negotiate_async;
  feature_class->offer = xmpp_sasl_profile_offer;
  feature_class->respond_async = xmpp_sasl_profile_respond_async;
}

static void
xmpp_sasl_profile_feature_init (XmppSaslProfileFeature *self)
{
}

static XmppSaslProfileFeature *
xmpp_sasl_profile_new (gboolean insecure)
{
  XmppSaslProfileFeature *self = g_object_new (XMPP_TYPE_SASL_PROFILE_FEATURE, NULL);

  self->insecure = insecure;
  if (insecure)
    xmpp_feature_set_needs (XMPP_FEATURE (self), 0);

  return self;
}

XmppFeature *
xmpp_sasl_profile_new_initiating (XmppSaslSession *session,
                                  const char *local,
                                  const char *domain,
                                  gboolean insecure)
{
  XmppSaslProfileFeature *self = xmpp_sasl_profile_new (insecure);

  self->session = g_object_ref (session);
  self->local = g_strdup (local);
  self->domain = g_strdup (domain);

  return XMPP_FEATURE (self);
}

XmppFeature *
xmpp_sasl_profile_new_receiving (XmppSaslRegistry *registry,
                                 XmppSaslPolicy *policy,
                                 XmppAuthenticator *authenticator,
                                 XmppLimits *limits,
                                 gboolean insecure)
{
  XmppSaslProfileFeature *self = xmpp_sasl_profile_new (insecure);

  self->registry = g_object_ref (registry);
  g_set_object (&self->policy, policy);
  g_set_object (&self->authenticator, authenticator);
  self->limits = g_object_ref (limits);

  return XMPP_FEATURE (self);
}

void
xmpp_sasl_profile_set_host (XmppSaslProfileFeature *self, const char *host)
{
  g_return_if_fail (XMPP_IS_SASL_PROFILE_FEATURE (self));

  g_free (self->host);
  self->host = g_strdup (host);
}
