/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-peer.h"

#include "xmpp-test-pipe.h"
#include "xmpp-test-xml.h"

#include <stdlib.h>
#include <string.h>

typedef enum
{
  STEP_SEND,
  STEP_EXPECT,
  STEP_HANDSHAKE,
  STEP_WRITES,
  STEP_PAUSE,
  STEP_END,
} StepKind;

typedef struct
{
  StepKind kind;
  guint line;
  GString *text;
  gsize done; /* of an expected text: what has come */
} Step;

struct _XmppTestPeer
{
  GIOStream *io;
  GIOStream *other; /* until it is taken */
  XmppTestControls *controls;
  GSource *source;
  GSource *start;
  GSource *pause;
  GByteArray *bytes; /* come and not yet looked at */
  gboolean eof;
  GPtrArray *steps;
  guint next;
  gboolean done;
  gboolean failed;
  char *content_xmlns;
  char *outcome;
  GHashTable *variables;
  XmppTestResolver resolver;
  gpointer resolver_data;
  guint writes_before; /* when the peer last sent something */
  GTask *handshake;
};

static GList *peers;

static void run (XmppTestPeer *peer);

static void
step_free (gpointer data)
{
  Step *step = data;

  g_string_free (step->text, TRUE);
  g_free (step);
}

/* ---- Reading the script ---- */

static void
add_line (XmppTestPeer *peer, XmppTestPeerRole role, guint number, const char *line)
{
  const char *sends = role == XMPP_TEST_PEER_SERVER ? "S:" : "C:";
  const char *text = line + 2;
  Step *step;

  if (g_str_has_prefix (line, "=>"))
    {
      g_free (peer->outcome);
      peer->outcome = g_strstrip (g_strdup (text));
      return;
    }

  if (line[0] == '\0' || strchr ("CSTWPE", line[0]) == NULL || line[1] != ':')
    g_error ("Script line %u is not understood: %s", number, line);

  step = g_new0 (Step, 1);
  step->line = number;
  step->text = g_string_new (NULL);
  g_string_append (step->text, text + strspn (text, " "));
  if (line[0] == 'C' || line[0] == 'S')
    step->kind = g_str_has_prefix (line, sends) ? STEP_SEND : STEP_EXPECT;
  else if (line[0] == 'T')
    step->kind = STEP_HANDSHAKE;
  else if (line[0] == 'W')
    step->kind = STEP_WRITES;
  else
    step->kind = line[0] == 'P' ? STEP_PAUSE : STEP_END;
  g_ptr_array_add (peer->steps, step);
}

static void
continue_line (XmppTestPeer *peer, const char *line)
{
  GString *text;

  g_assert_cmpuint (peer->steps->len, >, 0);
  text = ((Step *) g_ptr_array_index (peer->steps, peer->steps->len - 1))->text;
  if (text->len > 0 && text->str[text->len - 1] != '>')
    g_string_append_c (text, ' ');
  g_string_append (text, line + strspn (line, " \t"));
}

static void
load (XmppTestPeer *peer, const char *script, XmppTestPeerRole role)
{
  g_auto (GStrv) lines = g_strsplit (script, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (lines[i][0] == '#' || lines[i][strspn (lines[i], " \t\r")] == '\0')
        continue;
      if (lines[i][0] == ' ' || lines[i][0] == '\t')
        continue_line (peer, lines[i]);
      else
        add_line (peer, role, i + 1, lines[i]);
    }
}

/* ---- Playing it ---- */

static void
close_handshake (XmppTestPeer *peer, const char *message)
{
  g_autoptr (GTask) task = g_steal_pointer (&peer->handshake);

  if (task != NULL)
    g_task_return_new_error (task, G_TLS_ERROR, G_TLS_ERROR_MISC, "%s", message);
}

static void
fail (XmppTestPeer *peer, const Step *step, const char *what, const char *got)
{
  /* A script that a fault was meant to upset has nothing to say. */
  if (peer->controls->fail_at == 0)
    g_printerr ("# line %u: %s\n#   expected: %s\n#   got:      %s\n", step->line, what,
                step->text->str + step->done, got);
  peer->failed = TRUE;
  peer->done = TRUE;
  close_handshake (peer, "The script has failed");
  g_io_stream_close (peer->io, NULL, NULL);
}

static char *
lookup (XmppTestPeer *peer, const char *word)
{
  const char *value = g_hash_table_lookup (peer->variables, word);
  char *computed = NULL;

  if (value != NULL)
    return g_strdup (value);
  if (peer->resolver != NULL)
    computed = peer->resolver (peer, word, peer->resolver_data);
  if (computed == NULL)
    g_error ("Nobody knows what {%s} is", word);
  g_hash_table_insert (peer->variables, g_strdup (word), g_strdup (computed));
  return computed;
}

static char *
substitute (XmppTestPeer *peer, const char *text)
{
  GString *result = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *open = strchr (text, '{');
      const char *close = open != NULL ? strchr (open, '}') : NULL;
      g_autofree char *word = NULL;
      g_autofree char *value = NULL;

      if (close == NULL)
        {
          g_string_append (result, text);
          break;
        }
      g_string_append_len (result, text, open - text);
      word = g_strndup (open + 1, close - open - 1);
      value = lookup (peer, word);
      g_string_append (result, value);
      text = close + 1;
    }

  return g_string_free (result, FALSE);
}

static gboolean
send_step (XmppTestPeer *peer, const Step *step)
{
  g_autofree char *text = substitute (peer, step->text->str);

  /* Where the other side has gone already, what it says about that is the test's
   * business. */
  g_output_stream_write_all (g_io_stream_get_output_stream (peer->io), text,
                             strlen (text), NULL, NULL, NULL);
  peer->writes_before = peer->controls->writes;

  return TRUE;
}

static gboolean
expect_special (XmppTestPeer *peer, Step *step, gboolean *fits)
{
  *fits = FALSE;

  if (g_str_equal (step->text->str, "{eof}"))
    {
      if (peer->bytes->len > 0)
        fail (peer, step, "Bytes instead of the end", (const char *) peer->bytes->data);
      *fits = peer->eof && peer->bytes->len == 0;
      return TRUE;
    }

  if (g_str_equal (step->text->str, "{space}"))
    {
      *fits = peer->bytes->len > 0 && g_ascii_isspace (peer->bytes->data[0]);
      if (*fits)
        g_byte_array_remove_range (peer->bytes, 0, 1);
      else if (peer->bytes->len > 0)
        fail (peer, step, "Bytes instead of white space",
              (const char *) peer->bytes->data);
      return TRUE;
    }

  return FALSE;
}

static char *
compare_xml (XmppTestPeer *peer,
             const char *text,
             gsize length,
             XmppTestUnit unit,
             const char *got_text,
             gsize got_length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppTestXml) got = NULL;
  g_autoptr (XmppTestXml)
      expected = xmpp_test_xml_parse (text, length, unit, peer->content_xmlns, &error);

  if (expected == NULL)
    g_error ("The script has broken XML: %s: %s", error->message, text);

  got = xmpp_test_xml_parse (got_text, got_length, unit, peer->content_xmlns, &error);
  if (got == NULL)
    return g_strdup (error->message);

  if (unit == XMPP_TEST_UNIT_HEADER)
    {
      const char *xmlns = xmpp_test_xml_get_default_xmlns (expected);

      if (!g_str_equal (xmlns, xmpp_test_xml_get_default_xmlns (got)))
        return g_strdup ("Another default namespace");
      g_free (peer->content_xmlns);
      peer->content_xmlns = g_strdup (xmlns);
    }

  return xmpp_test_xml_compare (expected, got, peer->variables);
}

/* TRUE: one unit has come and fits. */
static gboolean
expect_unit (XmppTestPeer *peer, Step *step, gsize length, XmppTestUnit unit)
{
  const char *text = step->text->str + step->done;
  XmppTestUnit got_unit;
  gsize got =
      xmpp_test_xml_split ((char *) peer->bytes->data, peer->bytes->len, &got_unit);
  g_autofree char *got_text = g_strndup ((char *) peer->bytes->data, got);
  g_autofree char *difference = NULL;

  if (got == 0)
    {
      g_autofree char *rest = g_strndup ((char *) peer->bytes->data, peer->bytes->len);

      if (peer->eof)
        fail (peer, step, "The bytes have ended", rest);
      return FALSE;
    }

  if (got_unit == XMPP_TEST_UNIT_SPACE)
    {
      g_byte_array_remove_range (peer->bytes, 0, got);
      return expect_unit (peer, step, length, unit);
    }

  if (unit != got_unit)
    difference = g_strdup ("Something else");
  else if (unit != XMPP_TEST_UNIT_END)
    difference = compare_xml (peer, text, length, unit, got_text, got);

  if (difference != NULL)
    {
      fail (peer, step, difference, got_text);
      return FALSE;
    }

  g_byte_array_remove_range (peer->bytes, 0, got);
  return TRUE;
}

static gboolean
expect_step (XmppTestPeer *peer, Step *step)
{
  gboolean fits;

  if (expect_special (peer, step, &fits))
    return fits;

  while (step->done < step->text->len)
    {
      const char *text = step->text->str + step->done;
      XmppTestUnit unit;
      gsize length = xmpp_test_xml_split (text, step->text->len - step->done, &unit);

      if (length == 0 || unit == XMPP_TEST_UNIT_BROKEN)
        g_error ("Script line %u is no XML: %s", step->line, text);
      if (unit != XMPP_TEST_UNIT_SPACE && !expect_unit (peer, step, length, unit))
        return FALSE;
      step->done += length;
    }

  return TRUE;
}

static gboolean
handshake_step (XmppTestPeer *peer, const Step *step)
{
  GIOStream *other, *own;
  g_autoptr (GTask) task = NULL;

  if (peer->handshake == NULL)
    {
      if (peer->bytes->len > 0)
        fail (peer, step, "Bytes in clear instead of a handshake",
              (const char *) peer->bytes->data);
      return FALSE;
    }

  task = g_steal_pointer (&peer->handshake);
  if (g_str_equal (step->text->str, "fail"))
    {
      g_task_return_new_error (task, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                               "The certificate is not good enough");
      return TRUE;
    }

  xmpp_test_stream_pair_over (g_task_get_task_data (task), &other, &own);
  g_set_object (&peer->io, own);
  g_object_unref (own);
  peer->writes_before = peer->controls->writes;
  g_task_return_pointer (task, other, g_object_unref);

  return TRUE;
}

static gboolean
writes_step (XmppTestPeer *peer, const Step *step)
{
  guint writes = peer->controls->writes - peer->writes_before;

  if (peer->controls->bytes == XMPP_TEST_BYTES_WHOLE &&
      writes != g_ascii_strtoull (step->text->str, NULL, 10))
    {
      g_autofree char *got = g_strdup_printf ("%u writes", writes);

      fail (peer, step, "Another number of writes", got);
      return FALSE;
    }

  return TRUE;
}

static gboolean
pause_cb (gpointer user_data)
{
  XmppTestPeer *peer = user_data;

  g_source_destroy (peer->pause);
  g_clear_pointer (&peer->pause, g_source_unref);
  peer->next++;
  run (peer);

  return G_SOURCE_REMOVE;
}

static gboolean
pause_step (XmppTestPeer *peer, const Step *step)
{
  if (peer->pause == NULL)
    {
      peer->pause =
          g_timeout_source_new ((guint) g_ascii_strtoull (step->text->str, NULL, 10));
      g_source_set_callback (peer->pause, pause_cb, peer, NULL);
      g_source_attach (peer->pause, g_main_context_get_thread_default ());
    }

  return FALSE;
}

static gboolean
end_step (XmppTestPeer *peer, const Step *step)
{
  if (g_str_equal (step->text->str, "close"))
    {
      g_output_stream_close (g_io_stream_get_output_stream (peer->io), NULL, NULL);
    }
  else if (g_str_equal (step->text->str, "break"))
    {
      g_autoptr (GError)
          error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                                       "Connection reset by peer");

      xmpp_test_stream_break (peer->io, error);
    }
  else
    {
      g_io_stream_close (peer->io, NULL, NULL);
    }

  return TRUE;
}

static gboolean
play_step (XmppTestPeer *peer, Step *step)
{
  switch (step->kind)
    {
    case STEP_SEND:
      return send_step (peer, step);

    case STEP_EXPECT:
      return expect_step (peer, step);

    case STEP_HANDSHAKE:
      return handshake_step (peer, step);

    case STEP_WRITES:
      return writes_step (peer, step);

    case STEP_PAUSE:
      return pause_step (peer, step);

    case STEP_END:
      return end_step (peer, step);

    default:
      g_assert_not_reached ();
    }
}

static gboolean
readable_cb (GObject *stream, gpointer user_data)
{
  XmppTestPeer *peer = user_data;
  guint8 buffer[4096];
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream),
                                                       buffer, sizeof buffer, NULL, NULL);

  if (n > 0)
    g_byte_array_append (peer->bytes, buffer, (guint) n);
  else if (n == 0 || g_io_stream_is_closed (peer->io))
    peer->eof = TRUE;

  if (peer->eof)
    {
      g_source_destroy (peer->source);
      g_clear_pointer (&peer->source, g_source_unref);
    }
  run (peer);

  return G_SOURCE_CONTINUE;
}

static void
watch (XmppTestPeer *peer)
{
  GInputStream *input = g_io_stream_get_input_stream (peer->io);

  if (peer->source != NULL)
    g_source_destroy (peer->source);
  g_clear_pointer (&peer->source, g_source_unref);
  peer->eof = FALSE;
  peer->source =
      g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  g_source_set_callback (peer->source, G_SOURCE_FUNC (readable_cb), peer, NULL);
  g_source_attach (peer->source, g_main_context_get_thread_default ());
}

static void
run (XmppTestPeer *peer)
{
  while (!peer->done && peer->next < peer->steps->len)
    {
      GIOStream *io = peer->io;

      if (!play_step (peer, g_ptr_array_index (peer->steps, peer->next)))
        return;
      peer->next++;
      if (io != peer->io)
        watch (peer);
    }

  peer->done = TRUE;
}

static gboolean
start_cb (gpointer user_data)
{
  run (user_data);
  return G_SOURCE_REMOVE;
}

XmppTestPeer *
xmpp_test_peer_new (const char *script, XmppTestPeerRole role)
{
  XmppTestPeer *peer = g_new0 (XmppTestPeer, 1);

  xmpp_test_stream_pair (&peer->other, &peer->io);
  peer->controls = xmpp_test_controls_ref (xmpp_test_stream_get_controls (peer->other));
  peer->bytes = g_byte_array_new ();
  peer->steps = g_ptr_array_new_with_free_func (step_free);
  peer->content_xmlns = g_strdup ("jabber:client");
  peer->variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  load (peer, script, role);
  peers = g_list_prepend (peers, peer);
  watch (peer);

  /* What the script begins with is sent when the loop runs, like everything else. */
  peer->start = g_idle_source_new ();
  g_source_set_callback (peer->start, start_cb, peer, NULL);
  g_source_attach (peer->start, g_main_context_get_thread_default ());

  return peer;
}

XmppTestPeer *
xmpp_test_peer_new_from_file (const char *name, XmppTestPeerRole role)
{
  g_autofree char *file_name = g_strconcat (name, ".txt", NULL);
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "transcripts", file_name, NULL);
  g_autofree char *script = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &script, NULL, &error);
  g_assert_no_error (error);

  return xmpp_test_peer_new (script, role);
}

static gboolean
is_done (gpointer user_data)
{
  return ((XmppTestPeer *) user_data)->done;
}

static void
check_rest (XmppTestPeer *peer)
{
  XmppTestUnit unit;
  gsize length;

  while ((length = xmpp_test_xml_split ((char *) peer->bytes->data, peer->bytes->len,
                                        &unit)) > 0)
    {
      if (unit != XMPP_TEST_UNIT_SPACE && unit != XMPP_TEST_UNIT_END)
        {
          g_test_message ("Behind the script came: %.*s", (int) length,
                          peer->bytes->data);
          g_test_fail ();
          return;
        }
      g_byte_array_remove_range (peer->bytes, 0, length);
    }
}

void
xmpp_test_peer_finish (XmppTestPeer *peer)
{
  xmpp_test_run_until_true (is_done, peer, "the script was not played to its end");
  if (peer->failed)
    g_test_fail ();
  else
    check_rest (peer);
  xmpp_test_peer_free (peer);
}

void
xmpp_test_peer_free (XmppTestPeer *peer)
{
  peers = g_list_remove (peers, peer);
  close_handshake (peer, "The peer has gone");
  if (peer->source != NULL)
    g_source_destroy (peer->source);
  if (peer->pause != NULL)
    g_source_destroy (peer->pause);
  g_source_destroy (peer->start);
  g_source_unref (peer->start);
  g_clear_pointer (&peer->source, g_source_unref);
  g_clear_pointer (&peer->pause, g_source_unref);
  g_object_unref (peer->io);
  g_clear_object (&peer->other);
  xmpp_test_controls_unref (peer->controls);
  g_byte_array_unref (peer->bytes);
  g_ptr_array_unref (peer->steps);
  g_free (peer->content_xmlns);
  g_free (peer->outcome);
  g_hash_table_unref (peer->variables);
  g_free (peer);
}

GIOStream *
xmpp_test_peer_take_io (XmppTestPeer *peer)
{
  return g_steal_pointer (&peer->other);
}

void
xmpp_test_peer_set_bytes (XmppTestPeer *peer, XmppTestBytes bytes, guint32 seed)
{
  peer->controls->bytes = bytes;
  g_rand_set_seed (peer->controls->random, seed);
}

void
xmpp_test_peer_set_hesitant (XmppTestPeer *peer, gboolean hesitant)
{
  peer->controls->hesitant = hesitant;
}

void
xmpp_test_peer_fail_at (XmppTestPeer *peer, guint n, const GError *error)
{
  g_clear_error (&peer->controls->fault);
  peer->controls->fail_at = n;
  peer->controls->fault = g_error_copy (error);
}

guint
xmpp_test_peer_get_operations (XmppTestPeer *peer)
{
  return peer->controls->operations;
}

guint
xmpp_test_peer_get_writes (XmppTestPeer *peer)
{
  return peer->controls->writes;
}

gboolean
xmpp_test_peer_is_done (XmppTestPeer *peer)
{
  return peer->done;
}

char *
xmpp_test_peer_dup_expected (XmppTestPeer *peer)
{
  XmppTestUnit unit;
  gsize length;
  Step *step;

  if (peer->done || peer->next >= peer->steps->len)
    return NULL;
  step = g_ptr_array_index (peer->steps, peer->next);
  if (step->kind != STEP_EXPECT)
    return NULL;

  length = xmpp_test_xml_split (step->text->str + step->done,
                                step->text->len - step->done, &unit);

  return g_strndup (step->text->str + step->done, length);
}

void
xmpp_test_peer_set_variable (XmppTestPeer *peer, const char *name, const char *value)
{
  g_hash_table_insert (peer->variables, g_strdup (name), g_strdup (value));
}

const char *
xmpp_test_peer_get_variable (XmppTestPeer *peer, const char *name)
{
  return g_hash_table_lookup (peer->variables, name);
}

void
xmpp_test_peer_set_resolver (XmppTestPeer *peer,
                             XmppTestResolver resolver,
                             gpointer user_data)
{
  peer->resolver = resolver;
  peer->resolver_data = user_data;
}

const char *
xmpp_test_peer_get_outcome (XmppTestPeer *peer)
{
  return peer->outcome;
}

/* ---- The fake TLS engine ---- */

static void
handshake_async (GIOStream *base,
                 XmppTlsParameters *parameters,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_object_ref (base), g_object_unref);
  for (GList *l = peers; l != NULL; l = l->next)
    {
      XmppTestPeer *peer = l->data;

      if (!xmpp_test_stream_is_joined_to (base, peer->io))
        continue;
      if (peer->done)
        break;
      g_set_object (&peer->handshake, task);
      run (peer);
      return;
    }

  g_task_return_new_error (task, G_TLS_ERROR, G_TLS_ERROR_MISC,
                           "Nobody shakes hands here");
}

static GIOStream *
handshake_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

const XmppTlsEngine *
xmpp_test_peer_get_tls_engine (void)
{
  static const XmppTlsEngine engine = { handshake_async, handshake_finish };

  return &engine;
}
