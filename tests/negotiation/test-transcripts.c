/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#include "stream/xmpp-element-reader.h"

#include "xmpp-test-client.h"

#include <string.h>

/* Every file in tests/transcripts is played against our own client and against our own
 * server: what one side says there is what the other must be ready to hear. Its line "=>" has
 *
 *   client=OUTCOME  server=OUTCOME  mechanisms=A,B  one-by-one  direct
 *
 * A side without an outcome is not played. Behind the login of a client the test says what
 * the script expects, so that what "xmpp-tool console --transcript" has written can be
 * played whole. */

typedef struct
{
  char *name;
  GHashTable *words;
} Transcript;

static Transcript *
transcript_new (const char *name)
{
  g_autoptr (XmppTestPeer)
      peer = xmpp_test_peer_new_from_file (name, XMPP_TEST_PEER_SERVER);
  const char *outcome = xmpp_test_peer_get_outcome (peer);
  Transcript *transcript = g_new0 (Transcript, 1);
  g_auto (GStrv) words = NULL;

  g_assert_nonnull (outcome);
  transcript->name = g_strdup (name);
  transcript->words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  words = g_strsplit (outcome, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *equals = strchr (words[i], '=');

      if (equals == NULL)
        g_hash_table_insert (transcript->words, g_strdup (words[i]), g_strdup (""));
      else
        g_hash_table_insert (transcript->words, g_strndup (words[i], equals - words[i]),
                             g_strdup (equals + 1));
    }
  g_assert_true (g_hash_table_contains (transcript->words, "client") ||
                 g_hash_table_contains (transcript->words, "server"));

  return transcript;
}

static void
transcript_free (gpointer data)
{
  Transcript *transcript = data;

  g_free (transcript->name);
  g_hash_table_unref (transcript->words);
  g_free (transcript);
}

/* ---- Behind the login ---- */

typedef struct
{
  XmppTestPeer *peer;
  char *said; /* last */
} Talk;

static gboolean
waits_for_something_else (gpointer user_data)
{
  Talk *talk = user_data;
  g_autofree char *expected = xmpp_test_peer_dup_expected (talk->peer);

  return xmpp_test_peer_is_done (talk->peer) ||
         (expected != NULL && g_strcmp0 (expected, talk->said) != 0);
}

/* What was typed into a console is not known to any side: it is said as the script has it. */
static void
say (XmppStream *stream, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppElement) element = NULL;

  if (g_str_has_prefix (text, "</"))
    {
      xmpp_stream_write_end (stream);
      return;
    }

  element = xmpp_element_new_from_string (text, &error);
  g_assert_no_error (error);
  xmpp_test_write (stream, element);
}

static void
talk_on (XmppTestPeer *peer, XmppStream *stream)
{
  Talk talk = { .peer = peer };
  g_auto (XmppTestSink) sink = { 0 };

  xmpp_test_sink_init (&sink);
  xmpp_stream_set_sink (stream, &xmpp_test_sink, &sink);
  while (!xmpp_test_peer_is_done (peer))
    {
      g_free (talk.said);
      talk.said = xmpp_test_peer_dup_expected (peer);
      if (talk.said != NULL)
        say (stream, talk.said);
      xmpp_test_run_until_true (waits_for_something_else, &talk,
                                "the script does not go on");
    }
  xmpp_stream_set_sink (stream, NULL, NULL);
  g_free (talk.said);
}

/* ---- Playing ---- */

static void
play (const Transcript *transcript, gboolean server, XmppTestBytes bytes, guint32 seed)
{
  XmppTestPeer *peer =
      xmpp_test_peer_new_from_file (transcript->name, server ? XMPP_TEST_PEER_CLIENT
                                                             : XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  Setup setup = {
    .direct = g_hash_table_contains (transcript->words, "direct"),
    .one_by_one = g_hash_table_contains (transcript->words, "one-by-one"),
    .mechanisms = g_hash_table_lookup (transcript->words, "mechanisms"),
  };
  const char *expected =
      g_hash_table_lookup (transcript->words, server ? "server" : "client");
  g_auto (Side) side = { 0 };
  g_autofree char *outcome = NULL;

  if (!server)
    {
      xmpp_test_peer_set_variable (peer, "id1", "first");
      xmpp_test_peer_set_variable (peer, "id2", "second");
      xmpp_test_peer_set_variable (peer, "id3", "third");
      xmpp_test_peer_set_variable (peer, "resource", "r");
    }
  xmpp_test_peer_set_bytes (peer, bytes, seed);
  if (server)
    side_start_server (&side, io, &setup);
  else
    side_start_client (&side, io, &setup);
  side_wait (&side);
  outcome = side_dup_outcome (&side);
  g_assert_cmpstr (outcome, ==, expected);
  if (!server && g_str_equal (outcome, "ok"))
    talk_on (peer, side.stream);
  xmpp_test_peer_finish (peer);
}

static void
test_transcript (gconstpointer data)
{
  const Transcript *transcript = data;

  for (guint server = 0; server < 2; server++)
    {
      if (!g_hash_table_contains (transcript->words, server ? "server" : "client"))
        continue;

      play (transcript, server, XMPP_TEST_BYTES_WHOLE, 0);
      play (transcript, server, XMPP_TEST_BYTES_ONE, 0);
      play (transcript, server, XMPP_TEST_BYTES_HALVES, 0);
      for (guint32 seed = 1; seed <= 10; seed++)
        play (transcript, server, XMPP_TEST_BYTES_RANDOM, seed);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  g_autoptr (GDir) files = NULL;
  g_autoptr (GPtrArray) transcripts = g_ptr_array_new_with_free_func (transcript_free);
  const char *file;

  g_test_init (&argc, &argv, NULL);
  folder = g_test_build_filename (G_TEST_DIST, "transcripts", NULL);
  files = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (files);

  while ((file = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *name = NULL;
      g_autofree char *path = NULL;
      Transcript *transcript;

      if (!g_str_has_suffix (file, ".txt"))
        continue;

      name = g_strndup (file, strlen (file) - strlen (".txt"));
      path = g_strconcat ("/transcripts/", name, NULL);
      transcript = transcript_new (name);
      g_ptr_array_add (transcripts, transcript);
      g_test_add_data_func (path, transcript, test_transcript);
    }
  g_assert_cmpuint (transcripts->len, >, 0);

  return g_test_run ();
}
