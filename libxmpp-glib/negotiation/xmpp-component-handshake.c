/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-component-handshake.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-element-private.h"
#include "core/xmpp-error-private.h"
#include "core/xmpp-namespaces.h"
#include "core/xmpp-secret-private.h"
#include "negotiation/xmpp-exchange.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define SHA1_BYTES 20

typedef struct
{
  XmppJid *domain;
  char *secret;
  XmppDeadline *deadline; /* for the header */
  XmppReport *report;
  guint stream_step;
  guint handshake_step;
  XmppComponentLookup lookup;
  gpointer lookup_data;
} Handshake;

static void
handshake_free (Handshake *handshake)
{
  g_clear_pointer (&handshake->domain, xmpp_jid_unref);
  xmpp_secret_free (handshake->secret);
  g_clear_pointer (&handshake->deadline, xmpp_deadline_free);
  g_clear_object (&handshake->report);
  g_free (handshake);
}

static GTask *
new_task (XmppStream *stream,
          gpointer tag,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (stream, cancellable, callback, user_data);
  Handshake *handshake = g_new0 (Handshake, 1);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, handshake, (GDestroyNotify) handshake_free);
  g_task_set_check_cancellable (task, FALSE);

  return task;
}

/* SHA-1 of the id and the secret behind it, in lower-case hexadecimal digits: XEP-0114 §3 */
static char *
compute_proof (const char *id, const char *secret, GError **error)
{
  static const char digits[] = "0123456789abcdef";
  gsize length = strlen (id) + strlen (secret);
  xmpp_autosecret char *text = g_strconcat (id, secret, NULL);
  guint8 digest[SHA1_BYTES];
  char *proof;

  if (gnutls_hash_fast (GNUTLS_DIG_SHA1, text, length, digest) < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "SHA-1, which components need (XEP-0114), is switched off on "
                           "this system");
      return NULL;
    }

  proof = g_malloc (2 * SHA1_BYTES + 1);
  for (guint i = 0; i < SHA1_BYTES; i++)
    {
      proof[2 * i] = digits[digest[i] >> 4];
      proof[2 * i + 1] = digits[digest[i] & 15];
    }
  proof[2 * SHA1_BYTES] = '\0';
  xmpp_secret_wipe (digest, sizeof digest);

  return proof;
}

/* <handshake>aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e</handshake>          XEP-0114 §3 */
static XmppElement *
build_handshake (const char *proof)
{
  XmppElement *element = xmpp_element_new ("handshake", XMPP_NS_COMPONENT);

  xmpp_element_set_sensitive (element);
  if (proof != NULL)
    xmpp_element_set_text (element, proof);

  return element;
}

static gboolean
is_handshake (XmppElement *element, gpointer user_data)
{
  return xmpp_element_is (element, "handshake", XMPP_NS_COMPONENT);
}

static void
grant (XmppStream *stream, XmppJid *domain)
{
  xmpp_stream_set_jid (stream, domain);
  xmpp_stream_add_state (stream, XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
}

/* ---- The component ---- */

static void answered_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void send_proof (XmppStream *stream, GTask *task, const char *id);
static void proven_cb (GObject *object, GAsyncResult *result, gpointer user_data);

#define WRONG_PORT "check that this is the port of the server for components, mostly 5347"

/* What a person can do about it is not what can be done for an account. */
static const struct
{
  XmppStreamError code;
  const char *remedy;
} remedies[] = {
  { XMPP_STREAM_ERROR_NOT_AUTHORIZED,
    "compare the secret with the one that the server's configuration has for this "
    "component" },
  { XMPP_STREAM_ERROR_HOST_UNKNOWN, "check the domain, and that the server's "
                                    "configuration has a component of this name" },
  { XMPP_STREAM_ERROR_CONFLICT,
    "another program is connected as this component already: end that one first" },
  { XMPP_STREAM_ERROR_INVALID_FROM, WRONG_PORT },
  { XMPP_STREAM_ERROR_INVALID_NAMESPACE, WRONG_PORT },
  { XMPP_STREAM_ERROR_BAD_FORMAT, WRONG_PORT },
  { XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX, WRONG_PORT },
  { XMPP_STREAM_ERROR_NOT_WELL_FORMED, WRONG_PORT },
  { XMPP_STREAM_ERROR_INVALID_XML, WRONG_PORT },
  { XMPP_STREAM_ERROR_RESTRICTED_XML, WRONG_PORT },
  { XMPP_STREAM_ERROR_TRUNCATED, "the other side hangs up: " WRONG_PORT
                                 ", and that the server lets this computer in" },
};

static const char *
find_remedy (const GError *error)
{
  if (g_error_matches (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT))
    return "something listens there and keeps silent: " WRONG_PORT;

  for (guint i = 0; i < G_N_ELEMENTS (remedies); i++)
    if (g_error_matches (error, XMPP_STREAM_ERROR, (int) remedies[i].code))
      return remedies[i].remedy;

  return NULL;
}

/* Takes over @error. Unless the proof itself was refused, the stream has failed. */
static void
return_failure (GTask *task, GError *error)
{
  Handshake *handshake = g_task_get_task_data (task);
  const char *remedy = find_remedy (error);

  if (handshake->handshake_step == 0)
    xmpp_report_end_step (handshake->report, handshake->stream_step, error, NULL);
  else if (g_error_matches (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_AUTHORIZED))
    {
      xmpp_report_end_step (handshake->report, handshake->stream_step, NULL, NULL);
      xmpp_report_end_step (handshake->report, handshake->handshake_step, error, NULL);
    }
  else
    {
      xmpp_report_end_step (handshake->report, handshake->stream_step, error, NULL);
      xmpp_report_drop_step (handshake->report, handshake->handshake_step);
    }

  if (remedy != NULL)
    xmpp_error_add_remedy (error, remedy);
  g_task_return_error (task, error);
}

void
xmpp_component_handshake_async (XmppStream *stream,
                                XmppJid *domain,
                                const char *secret,
                                XmppReport *report,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task =
      new_task (stream, xmpp_component_handshake_async, cancellable, callback, user_data);
  Handshake *handshake = g_task_get_task_data (task);
  const XmppStreamHeader header = { .to = xmpp_jid_get_domain (domain) };

  handshake->domain = xmpp_jid_ref (domain);
  handshake->secret = xmpp_secret_dup (secret);
  g_set_object (&handshake->report, report);
  handshake->stream_step = xmpp_report_begin_step (report, "stream");
  handshake->deadline =
      xmpp_deadline_new (xmpp_stream_get_limits (stream)->exchange_seconds, cancellable);

  xmpp_stream_send_header (stream, &header);
  xmpp_stream_read_header_async (stream,
                                 xmpp_deadline_get_cancellable (handshake->deadline),
                                 answered_cb, g_steal_pointer (&task));
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppStream *stream = XMPP_STREAM (object);
  Handshake *handshake = g_task_get_task_data (task);
  const XmppStreamHeader *header;
  GError *error = NULL;

  header = xmpp_stream_read_header_finish (stream, result, &error);
  if (header == NULL)
    {
      xmpp_deadline_translate (handshake->deadline, &error, "Opening the stream");
      return_failure (task, error);
      return;
    }

  send_proof (stream, g_steal_pointer (&task), header->id);
}

static void
send_proof (XmppStream *stream, GTask *task_arg, const char *id)
{
  g_autoptr (GTask) task = task_arg;
  Handshake *handshake = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  xmpp_autosecret char *proof = NULL;
  g_autoptr (XmppElement) element = NULL;
  GError *error = NULL;
  const XmppExchange exchange = {
    .step = "handshake",
    .peer = xmpp_jid_get_domain (handshake->domain),
  };

  handshake->handshake_step = xmpp_report_begin_step (handshake->report, "handshake");
  proof = compute_proof (id, handshake->secret, &error);
  if (proof == NULL)
    {
      return_failure (task, error);
      return;
    }

  element = build_handshake (proof);
  xmpp_exchange_async (stream, element, &exchange, cancellable, proven_cb,
                       g_steal_pointer (&task));
}

static void
proven_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppStream *stream = XMPP_STREAM (object);
  Handshake *handshake = g_task_get_task_data (task);
  g_autoptr (XmppElement) answer = NULL;
  GError *error = NULL;

  answer = xmpp_exchange_finish (stream, result, &error);
  if (answer != NULL && !is_handshake (answer, NULL))
    error = xmpp_exchange_fail (stream, XMPP_STREAM_ERROR_BAD_FORMAT,
                                "%s sent <%.100s/> where it must take or refuse the "
                                "handshake",
                                xmpp_jid_get_domain (handshake->domain),
                                xmpp_element_get_name (answer));
  if (error != NULL)
    {
      return_failure (task, error);
      return;
    }

  xmpp_report_end_step (handshake->report, handshake->stream_step, NULL, NULL);
  xmpp_report_end_step (handshake->report, handshake->handshake_step, NULL, NULL);
  grant (stream, handshake->domain);
  g_task_return_boolean (task, TRUE);
}

gboolean
xmpp_component_handshake_finish (XmppStream *stream, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_component_handshake_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- The server ---- */

static void header_read_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static char *answer_header (XmppStream *stream,
                            Handshake *handshake,
                            const XmppStreamHeader *header,
                            GError **error);
static void proof_read_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static GError *check_proof (XmppStream *stream, Handshake *handshake, XmppElement *proof);
static void taken_cb (GObject *object, GAsyncResult *result, gpointer user_data);

void
xmpp_component_respond_async (XmppStream *stream,
                              XmppComponentLookup lookup,
                              gpointer lookup_data,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task =
      new_task (stream, xmpp_component_respond_async, cancellable, callback, user_data);
  Handshake *handshake = g_task_get_task_data (task);

  handshake->lookup = lookup;
  handshake->lookup_data = lookup_data;
  handshake->deadline =
      xmpp_deadline_new (xmpp_stream_get_limits (stream)->header_seconds, cancellable);
  xmpp_stream_read_header_async (stream,
                                 xmpp_deadline_get_cancellable (handshake->deadline),
                                 header_read_cb, g_steal_pointer (&task));
}

static void
header_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppStream *stream = XMPP_STREAM (object);
  Handshake *handshake = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  const XmppExchange exchange = {
    .step = "handshake",
    .peer = "the component",
    .match = is_handshake,
  };
  const XmppStreamHeader *header;
  xmpp_autosecret char *proof = NULL;
  GError *error = NULL;

  header = xmpp_stream_read_header_finish (stream, result, &error);
  if (header != NULL)
    proof = answer_header (stream, handshake, header, &error);
  else
    xmpp_deadline_translate (handshake->deadline, &error,
                             "The stream header of the peer");

  if (error != NULL)
    {
      g_task_return_error (task, xmpp_exchange_tell_silence (stream, error));
      return;
    }

  /* From here on it is what the one attempt is measured by. */
  xmpp_secret_free (handshake->secret);
  handshake->secret = g_steal_pointer (&proof);
  xmpp_exchange_async (stream, NULL, &exchange, cancellable, proof_read_cb,
                       g_steal_pointer (&task));
}

static XmppJid *
parse_domain (const char *to)
{
  g_autoptr (XmppJid) jid = to != NULL ? xmpp_jid_new (to, NULL) : NULL;

  if (jid == NULL || xmpp_jid_get_local (jid) != NULL || !xmpp_jid_is_bare (jid))
    return NULL;

  return g_steal_pointer (&jid);
}

/* The header goes out in any case: a stream error must stand behind one (RFC 6120 §4.9.1.2).
 * The proof that must come */
static char *
answer_header (XmppStream *stream,
               Handshake *handshake,
               const XmppStreamHeader *header,
               GError **error)
{
  g_autofree char *id = xmpp_random_word (error);
  XmppStreamHeader answer = { .from = header->to, .id = id };
  g_autoptr (GError) refusal = NULL;
  const char *secret = NULL;

  if (id == NULL)
    return NULL;

  xmpp_stream_send_header (stream, &answer);
  handshake->domain = parse_domain (header->to);
  if (handshake->domain != NULL)
    secret = handshake->lookup (xmpp_jid_get_domain (handshake->domain),
                                handshake->lookup_data, &refusal);

  /* An empty secret is one that everybody knows. */
  if (refusal == NULL && (secret == NULL || *secret == '\0'))
    refusal = g_error_new (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_HOST_UNKNOWN,
                           "The stream is for the component “%.100s”, which is not known "
                           "here",
                           header->to != NULL ? header->to : "");
  if (refusal == NULL)
    return compute_proof (id, secret, error);

  xmpp_stream_fail (stream, refusal);
  g_propagate_error (error, g_steal_pointer (&refusal));
  return NULL;
}

static void
proof_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppStream *stream = XMPP_STREAM (object);
  Handshake *handshake = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (XmppElement) proof = NULL;
  g_autoptr (XmppElement) answer = build_handshake (NULL);
  GError *error = NULL;

  proof = xmpp_exchange_finish (stream, result, &error);
  if (proof != NULL)
    error = check_proof (stream, handshake, proof);
  if (error != NULL || !xmpp_stream_write (stream, answer, &error))
    {
      g_task_return_error (task, xmpp_exchange_tell_silence (stream, error));
      return;
    }

  grant (stream, handshake->domain);
  xmpp_stream_flush_async (stream, cancellable, taken_cb, g_steal_pointer (&task));
}

static GError *
check_proof (XmppStream *stream, Handshake *handshake, XmppElement *proof)
{
  GError *error;

  if (xmpp_secret_equal_text (xmpp_element_get_text (proof), handshake->secret))
    return NULL;

  error = xmpp_exchange_fail (stream, XMPP_STREAM_ERROR_NOT_AUTHORIZED,
                              "The component “%s” does not know its secret",
                              xmpp_jid_get_domain (handshake->domain));
  xmpp_error_add_remedy (error, "compare the secret that it has with the one here");
  return error;
}

static void
taken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (xmpp_stream_flush_finish (XMPP_STREAM (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

gboolean
xmpp_component_respond_finish (XmppStream *stream, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_component_respond_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
