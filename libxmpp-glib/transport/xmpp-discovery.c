/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-discovery.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-error.h"

/* How long one set is waited for when the other one is there. */
#define PATIENCE_MS 1000

typedef struct
{
  const char *name;
  const char *direct_name;
  guint16 port, direct_port;
} Service;

static const Service services[] = {
  { "xmpp-client", "xmpps-client", XMPP_PORT_CLIENT, XMPP_PORT_CLIENT_DIRECT_TLS },
  { "xmpp-server", "xmpps-server", XMPP_PORT_SERVER, XMPP_PORT_SERVER_DIRECT_TLS },
};

/* A domain to candidates: is there a proxy, both sets of SRV records side by side, and what
 * follows from the answers (RFC 6120 §3.2, RFC 2782, XEP-0368). Nothing else is believed:
 * no TXT record, no web page. */
struct _XmppDiscovery
{
  GObject parent_instance;

  char *domain;
  const Service *service;
  XmppDiscoveryKinds kinds;
  GProxyResolver *proxy_resolver;
  gboolean ask_behind_proxy;
  XmppDrawFunc draw;
  gpointer draw_data;
};

G_DEFINE_FINAL_TYPE (XmppDiscovery, xmpp_discovery, G_TYPE_OBJECT)

typedef enum
{
  SET_UNWANTED,
  SET_PENDING,
  SET_NONE, /* there are no such records */
  SET_USABLE,
  SET_REFUSED,
  SET_UNUSABLE,
  SET_FAILED, /* that is not known */
} SetState;

typedef struct
{
  SetState state;
  guint length;
  GError *error; /* of SET_FAILED */
} Set;

enum
{
  STARTTLS,
  DIRECT_TLS,
  N_SETS
};

typedef struct
{
  XmppLimits *limits;
  XmppReport *report;
  XmppDeadline *deadline;
  GSource *patience;
  guint step;
  Set sets[N_SETS];
  XmppSrvRecords *records;
  GError *doubt;
} Run;

/* The steps, in the order in which they run. */
static void ask_for_proxy (XmppDiscovery *self, GTask *task);
static void asked_for_proxy_cb (GObject *object, GAsyncResult *result, gpointer data);
static void ask_dns (XmppDiscovery *self, GTask *task);
static void starttls_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void direct_tls_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void decide (XmppDiscovery *self, GTask *task);

static void
run_free (Run *run)
{
  if (run->patience != NULL)
    {
      g_source_destroy (run->patience);
      g_source_unref (run->patience);
    }
  g_clear_pointer (&run->deadline, xmpp_deadline_free);
  for (guint i = 0; i < N_SETS; i++)
    g_clear_error (&run->sets[i].error);
  g_clear_pointer (&run->records, xmpp_srv_records_free);
  g_clear_error (&run->doubt);
  g_clear_object (&run->limits);
  g_clear_object (&run->report);
  g_free (run);
}

static void
xmpp_discovery_finalize (GObject *object)
{
  XmppDiscovery *self = XMPP_DISCOVERY (object);

  g_clear_object (&self->proxy_resolver);
  g_free (self->domain);

  G_OBJECT_CLASS (xmpp_discovery_parent_class)->finalize (object);
}

static void
xmpp_discovery_class_init (XmppDiscoveryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_discovery_finalize;
}

static void
xmpp_discovery_init (XmppDiscovery *self)
{
}

static const Service *
find_service (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    {
      if (g_str_equal (services[i].name, name))
        return &services[i];
    }

  g_return_val_if_reached (&services[0]);
}

XmppDiscovery *
xmpp_discovery_new (const char *domain, const char *service, XmppDiscoveryKinds kinds)
{
  XmppDiscovery *self;

  g_return_val_if_fail (domain != NULL, NULL);
  g_return_val_if_fail (service != NULL, NULL);
  g_return_val_if_fail (kinds != 0, NULL);

  self = g_object_new (XMPP_TYPE_DISCOVERY, NULL);
  self->domain = g_strdup (domain);
  self->service = find_service (service);
  self->kinds = kinds;
  return self;
}

void
xmpp_discovery_set_proxy (XmppDiscovery *self,
                          GProxyResolver *resolver,
                          gboolean ask_behind_proxy)
{
  g_return_if_fail (XMPP_IS_DISCOVERY (self));

  g_set_object (&self->proxy_resolver, resolver);
  self->ask_behind_proxy = ask_behind_proxy;
}

void
xmpp_discovery_set_draw (XmppDiscovery *self, XmppDrawFunc draw, gpointer user_data)
{
  g_return_if_fail (XMPP_IS_DISCOVERY (self));

  self->draw = draw;
  self->draw_data = user_data;
}

static const char *
get_srv_service (XmppDiscovery *self, guint set)
{
  return set == DIRECT_TLS ? self->service->direct_name : self->service->name;
}

/* Direct TLS is the fall-back of who wants nothing else. */
static XmppCandidate *
make_fallback (XmppDiscovery *self)
{
  gboolean direct_tls = (self->kinds & XMPP_DISCOVERY_STARTTLS) == 0;

  return xmpp_candidate_new_for_host (self->domain,
                                      direct_tls ? self->service->direct_port
                                                 : self->service->port,
                                      direct_tls, "fallback");
}

static GPtrArray *
list_fallback (XmppDiscovery *self)
{
  GPtrArray *candidates = xmpp_candidate_list_new ();

  g_ptr_array_add (candidates, make_fallback (self));
  return candidates;
}

void
xmpp_discovery_run_async (XmppDiscovery *self,
                          XmppLimits *limits,
                          XmppReport *report,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (XmppCandidate) fallback = NULL;
  Run *run;

  g_return_if_fail (XMPP_IS_DISCOVERY (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_discovery_run_async);

  run = g_new0 (Run, 1);
  run->limits = limits != NULL ? g_object_ref (limits) : xmpp_limits_new ();
  g_set_object (&run->report, report);
  run->records = xmpp_srv_records_new ();
  run->deadline =
      xmpp_deadline_new (xmpp_limits_peek (run->limits)->resolve_seconds, cancellable);
  g_task_set_task_data (task, run, (GDestroyNotify) run_free);

  fallback = make_fallback (self);
  if (g_hostname_is_ip_address (fallback->host))
    g_task_return_pointer (task, list_fallback (self),
                           (GDestroyNotify) g_ptr_array_unref);
  else if (self->ask_behind_proxy)
    ask_dns (self, g_steal_pointer (&task));
  else
    ask_for_proxy (self, g_steal_pointer (&task));
}

GPtrArray *
xmpp_discovery_run_finish (XmppDiscovery *self,
                           GAsyncResult *result,
                           GError **doubt,
                           GError **error)
{
  GPtrArray *candidates;
  Run *run;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_discovery_run_async),
                        NULL);

  candidates = g_task_propagate_pointer (G_TASK (result), error);
  run = g_task_get_task_data (G_TASK (result));
  if (candidates != NULL && doubt != NULL && run->doubt != NULL)
    g_propagate_error (doubt, g_steal_pointer (&run->doubt));
  return candidates;
}

/* The scheme is the one under which GNetworkAddress asks. */
static void
ask_for_proxy (XmppDiscovery *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Run *run = g_task_get_task_data (task);
  GCancellable *cancellable = xmpp_deadline_get_cancellable (run->deadline);
  g_autoptr (XmppCandidate) fallback = make_fallback (self);
  g_autofree char *uri = g_strdup_printf ("none://%s:%u", fallback->host, fallback->port);
  GProxyResolver *resolver = self->proxy_resolver != NULL
                                 ? self->proxy_resolver
                                 : g_proxy_resolver_get_default ();

  g_proxy_resolver_lookup_async (resolver, uri, cancellable, asked_for_proxy_cb,
                                 g_steal_pointer (&task));
}

/* A proxy that cannot be found is left to who connects: it is no reason to go round it. */
static void
asked_for_proxy_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppDiscovery *self = g_task_get_source_object (task);
  g_auto (GStrv) proxies = NULL;

  proxies = g_proxy_resolver_lookup_finish (G_PROXY_RESOLVER (object), result, NULL);
  if (g_task_return_error_if_cancelled (task))
    return;

  if (proxies != NULL && (proxies[0] == NULL || g_str_equal (proxies[0], "direct://")))
    ask_dns (self, g_steal_pointer (&task));
  else
    g_task_return_pointer (task, list_fallback (self),
                           (GDestroyNotify) g_ptr_array_unref);
}

static void
ask_dns (XmppDiscovery *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Run *run = g_task_get_task_data (task);
  GCancellable *cancellable = xmpp_deadline_get_cancellable (run->deadline);
  const XmppDiscoveryKinds kinds[N_SETS] = { XMPP_DISCOVERY_STARTTLS,
                                             XMPP_DISCOVERY_DIRECT_TLS };
  const GAsyncReadyCallback callbacks[N_SETS] = { starttls_cb, direct_tls_cb };
  g_autoptr (GResolver) resolver = g_resolver_get_default ();

  run->step = xmpp_report_begin_step (run->report, "resolve");
  for (guint i = 0; i < N_SETS; i++)
    {
      if ((self->kinds & kinds[i]) != 0)
        run->sets[i].state = SET_PENDING;
    }
  for (guint i = 0; i < N_SETS; i++)
    {
      if ((self->kinds & kinds[i]) != 0)
        g_resolver_lookup_service_async (resolver, get_srv_service (self, i), "tcp",
                                         self->domain, cancellable, callbacks[i],
                                         g_object_ref (task));
    }
}

static gboolean
patience_over_cb (gpointer user_data)
{
  Run *run = user_data;

  g_cancellable_cancel (xmpp_deadline_get_cancellable (run->deadline));
  return G_SOURCE_REMOVE;
}

static void
lose_patience_soon (Run *run)
{
  run->patience = g_timeout_source_new (PATIENCE_MS);
  g_source_set_static_name (run->patience, "[xmpp] patience with DNS");
  g_source_set_callback (run->patience, patience_over_cb, run, NULL);
  g_source_attach (run->patience, g_main_context_get_thread_default ());
}

static void
note_failure (XmppDiscovery *self, Run *run, guint set, GError *error)
{
  const char *service = get_srv_service (self, set);
  g_autofree char *what =
      g_strdup_printf ("The look-up of _%s._tcp.%s", service, self->domain);

  if (g_error_matches (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND))
    {
      run->sets[set].state = SET_NONE;
      g_error_free (error);
      return;
    }

  run->sets[set].state = SET_FAILED;
  run->sets[set].error = error;
  if (xmpp_deadline_has_passed (run->deadline))
    xmpp_deadline_translate (run->deadline, &run->sets[set].error, what);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&run->sets[set].error);
      g_set_error (&run->sets[set].error, XMPP_CONNECTION_ERROR,
                   XMPP_CONNECTION_ERROR_TIMED_OUT, "%s took too long", what);
    }
  else
    g_prefix_error (&run->sets[set].error, "%s failed: ", what);
}

static void
note_targets (Run *run, guint set, GList *targets)
{
  static const SetState states[] = {
    [XMPP_SRV_USABLE] = SET_USABLE,
    [XMPP_SRV_REFUSED] = SET_REFUSED,
    [XMPP_SRV_UNUSABLE] = SET_UNUSABLE,
  };
  guint before = xmpp_srv_records_get_length (run->records);
  XmppSrvVerdict verdict =
      xmpp_srv_records_add (run->records, targets, set == DIRECT_TLS,
                            xmpp_limits_peek (run->limits)->srv_records);

  run->sets[set].state = states[verdict];
  run->sets[set].length = xmpp_srv_records_get_length (run->records) - before;
}

static void
looked_up (GResolver *resolver, GAsyncResult *result, guint set, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  XmppDiscovery *self = g_task_get_source_object (task);
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;
  GList *targets;

  targets = g_resolver_lookup_service_finish (resolver, result, &error);
  if (error != NULL)
    note_failure (self, run, set, error);
  else
    note_targets (run, set, targets);
  g_resolver_free_targets (targets);

  if (run->sets[STARTTLS].state != SET_PENDING &&
      run->sets[DIRECT_TLS].state != SET_PENDING)
    decide (self, g_steal_pointer (&task));
  else if (run->sets[set].state == SET_USABLE)
    lose_patience_soon (run);
}

static void
starttls_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  looked_up (G_RESOLVER (object), result, STARTTLS, user_data);
}

static void
direct_tls_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  looked_up (G_RESOLVER (object), result, DIRECT_TLS, user_data);
}

/* "_xmpps-client: 1 record, _xmpp-client: none" */
static char *
describe_sets (XmppDiscovery *self, Run *run)
{
  GString *text = g_string_new (NULL);

  for (guint i = N_SETS; i > 0; i--)
    {
      const Set *set = &run->sets[i - 1];

      if (set->state == SET_UNWANTED)
        continue;
      g_string_append_printf (text, "%s_%s: ", text->len > 0 ? ", " : "",
                              get_srv_service (self, i - 1));
      if (set->state == SET_USABLE)
        g_string_append_printf (text, "%u %s", set->length,
                                set->length == 1 ? "record" : "records");
      else
        g_string_append (text, set->state == SET_NONE       ? "none"
                               : set->state == SET_REFUSED  ? "not offered"
                               : set->state == SET_UNUSABLE ? "no usable record"
                                                            : "no answer");
    }

  return g_string_free (text, FALSE);
}

static gboolean
is_any (Run *run, SetState state)
{
  return run->sets[STARTTLS].state == state || run->sets[DIRECT_TLS].state == state;
}

static GError *
make_not_found (XmppDiscovery *self, Run *run)
{
  if (is_any (run, SET_UNUSABLE))
    return g_error_new (XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_NOT_FOUND,
                        "The SRV records of %s name no host and port that could be "
                        "connected to: its administrator has to mend them",
                        self->domain);

  return g_error_new (XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_NOT_FOUND,
                      "The domain %s says (SRV target \".\") that it does not offer "
                      "this service%s: check the part of the address behind the @",
                      self->domain,
                      self->kinds == XMPP_DISCOVERY_BOTH       ? ""
                      : self->kinds == XMPP_DISCOVERY_STARTTLS ? " with STARTTLS"
                                                               : " with direct TLS");
}

/* Where a set was answered, the domain does use SRV, and its own address is no candidate
 * (RFC 6120 §3.2.1, XEP-0368 §5). Without an answer it is one. */
static void
decide (XmppDiscovery *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  Run *run = g_task_get_task_data (task);
  g_autofree char *detail = describe_sets (self, run);
  g_autoptr (GPtrArray) candidates = NULL;
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      xmpp_report_end_step (run->report, run->step, error, NULL);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  for (guint i = 0; i < N_SETS && run->doubt == NULL; i++)
    run->doubt = g_steal_pointer (&run->sets[i].error);

  if (is_any (run, SET_USABLE))
    candidates = xmpp_srv_records_order (run->records,
                                         xmpp_limits_peek (run->limits)->candidates,
                                         self->draw, self->draw_data);
  else if (is_any (run, SET_REFUSED) || is_any (run, SET_UNUSABLE))
    error = run->doubt != NULL ? g_steal_pointer (&run->doubt)
                               : make_not_found (self, run);
  else
    candidates = list_fallback (self);

  xmpp_report_end_step (run->report, run->step, error != NULL ? error : run->doubt,
                        detail);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&candidates),
                           (GDestroyNotify) g_ptr_array_unref);
}
