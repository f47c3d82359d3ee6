/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tool-transcript.h"

#include "tool-text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NS_STREAMS "http://etherx.jabber.org/streams"
#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_TLS "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_XML "http://www.w3.org/XML/1998/namespace"

struct _ToolTranscript
{
  FILE *file;
  GRegex *mask;
  GHashTable *ids; /* of what we sent → the word in its place */
  guint n_headers; /* that the server sent */
  guint n_secrets;
  gboolean started;     /* a header was sent */
  gboolean restart_due; /* the next header belongs to the same connection */
  gboolean handshake_due;
};

ToolTranscript *
tool_transcript_new (const char *path, GError **error)
{
  g_autoptr (ToolTranscript) self = g_new0 (ToolTranscript, 1);
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd >= 0)
    self->file = fdopen (fd, "w");
  if (self->file == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--transcript %s: %s",
                   path, g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return NULL;
    }

  self->mask = g_regex_new (">\\[[0-9]+ bytes\\]<", 0, 0, NULL);
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return g_steal_pointer (&self);
}

void
tool_transcript_free (ToolTranscript *self)
{
  if (self->file != NULL)
    fclose (self->file);
  g_clear_pointer (&self->mask, g_regex_unref);
  g_clear_pointer (&self->ids, g_hash_table_unref);
  g_free (self);
}

/* A script has one step a line, and words in braces. */
static char *
escape (const char *xml)
{
  g_autofree char *line = tool_text_escape (TOOL_TEXT_XML, xml);
  g_auto (GStrv) parts = g_strsplit (line, "{", -1);

  return g_strjoinv ("&#x7b;", parts);
}

static void
append_attribute (GString *header, XmppElement *root, const char *name)
{
  const char *value = g_str_equal (name, "xml:lang")
                          ? xmpp_element_get_attribute_ns (root, "lang", NS_XML)
                          : xmpp_element_get_attribute (root, name);
  g_autofree char *quoted = value != NULL ? g_markup_escape_text (value, -1) : NULL;
  g_autofree char *escaped = quoted != NULL ? escape (quoted) : NULL;

  if (escaped != NULL)
    g_string_append_printf (header, " %s='%s'", name, escaped);
}

static void
begin_anew (ToolTranscript *self)
{
  rewind (self->file);
  if (ftruncate (fileno (self->file), 0) != 0)
    g_debug ("the transcript stays as it is: %s", g_strerror (errno));
  g_hash_table_remove_all (self->ids);
  self->n_headers = 0;
  self->n_secrets = 0;
  self->handshake_due = FALSE;
}

static void
add_header (ToolTranscript *self, XmppElement *root, gboolean sent)
{
  static const char *const names[] = { "to", "from", "version", "xml:lang" };
  g_autoptr (GString) header = g_string_new (NULL);

  if (sent && !self->restart_due)
    {
      if (self->started)
        begin_anew (self);
      fputs ("# Recorded by xmpp-tool. Secrets are masked.\n", self->file);
    }
  if (sent && self->handshake_due)
    fputs ("T: handshake\n", self->file);
  if (sent)
    {
      self->started = TRUE;
      self->restart_due = FALSE;
      self->handshake_due = FALSE;
    }
  else
    self->n_headers++;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    append_attribute (header, root, names[i]);
  if (!sent && xmpp_element_get_attribute (root, "id") != NULL)
    g_string_append_printf (header, " id='{id%u}'", self->n_headers);

  fprintf (self->file,
           "%c: <?xml version='1.0'?><stream:stream xmlns='jabber:client' "
           "xmlns:stream='" NS_STREAMS "'%s>\n",
           sent ? 'C' : 'S', header->str);
}

/* Ids are made up anew each time: what the client sends is noted, what answers has the same. */
static const char *
find_id_word (ToolTranscript *self, XmppElement *element, gboolean sent)
{
  const char *id = xmpp_element_get_attribute (element, "id");
  char *word;

  if (id == NULL)
    return NULL;
  if (!sent || g_hash_table_contains (self->ids, id) || g_str_equal (id, "bind"))
    return g_hash_table_lookup (self->ids, id);

  word = g_strdup_printf ("stanza%u", g_hash_table_size (self->ids) + 1);
  g_hash_table_insert (self->ids, g_strdup (id), word);

  return word;
}

/* Within a value an apostrophe is written as a reference: it stands in the first tag once. */
static char *
replace_id (const char *xml, const char *word)
{
  gsize tag = strcspn (xml, ">");
  const char *begin = g_strstr_len (xml, (gssize) tag, " id='");
  gsize before = begin != NULL ? (gsize) (begin - xml) + strlen (" id='") : 0;

  if (begin == NULL)
    return g_strdup (xml);

  return g_strdup_printf ("%.*s{%s}%s", (int) before, xml, word,
                          xml + before + strcspn (xml + before, "'"));
}

static char *
replace_masks (ToolTranscript *self, const char *xml, XmppElement *element, gboolean sent)
{
  const char *xmlns = xmpp_element_get_xmlns (element);
  gboolean is_sasl = g_strcmp0 (xmlns, NS_SASL) == 0 ||
                     g_strcmp0 (xmlns, "urn:xmpp:sasl:2") == 0;
  g_autofree char *word = NULL;

  if (sent)
    return g_regex_replace_literal (self->mask, xml, -1, 0, ">{*}<", 0, NULL);
  if (!is_sasl || !g_regex_match (self->mask, xml, 0, NULL))
    return g_strdup (xml);

  word = g_strdup_printf (">{secret%u}<", ++self->n_secrets);

  return g_regex_replace_literal (self->mask, xml, -1, 0, word, 0, NULL);
}

void
tool_transcript_add (ToolTranscript *self, XmppElement *element, gboolean sent)
{
  g_autofree char *xml = NULL;
  g_autofree char *escaped = NULL;
  g_autofree char *masked = NULL;
  g_autofree char *line = NULL;
  const char *word;

  if (xmpp_element_is (element, "stream", NS_STREAMS))
    {
      add_header (self, element, sent);
      return;
    }

  xml = xmpp_element_to_string (element);
  escaped = escape (xml);
  masked = replace_masks (self, escaped, element, sent);
  word = find_id_word (self, element, sent);
  line = word != NULL ? replace_id (masked, word) : g_strdup (masked);
  fprintf (self->file, "%c: %s\n", sent ? 'C' : 'S', line);

  if (!sent && xmpp_element_is (element, "proceed", NS_TLS))
    self->restart_due = self->handshake_due = TRUE;
  else if (!sent && xmpp_element_is (element, "success", NS_SASL))
    self->restart_due = TRUE;
}

/* The words that the tests need to set up the same client */
static void
add_words (ToolTranscript *self, XmppReport *report)
{
  g_autoptr (GVariant) all = xmpp_report_to_variant (report);
  g_autoptr (GVariant)
      server = g_variant_lookup_value (all, "server", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariantIter) iter = NULL;
  g_autoptr (GString) used = g_string_new (NULL);
  GVariant *mechanism;
  gboolean direct = FALSE;

  if (server != NULL && g_variant_lookup (server, "direct_tls", "b", &direct) && direct)
    fputs (" direct", self->file);

  g_variant_lookup (all, "mechanisms", "aa{sv}", &iter);
  while (iter != NULL && g_variant_iter_loop (iter, "@a{sv}", &mechanism))
    {
      const char *name;
      gboolean is_used = FALSE;

      if (g_variant_lookup (mechanism, "used", "b", &is_used) && is_used &&
          g_variant_lookup (mechanism, "name", "&s", &name))
        g_string_append_printf (used, "%s%s", used->len > 0 ? "," : "", name);
    }
  if (used->len > 0)
    fprintf (self->file, " mechanisms=%s", used->str);
}

gboolean
tool_transcript_finish (ToolTranscript *self,
                        const ToolOutcome *outcome,
                        gboolean opened,
                        GError **error)
{
  g_autofree char *nick = outcome->error != NULL ? xmpp_error_dup_nick (outcome->error)
                                                 : NULL;
  FILE *file = self->file;

  if (self->handshake_due)
    fputs ("T: fail\n", file);
  if (opened && outcome->error == NULL)
    fputs ("C: </stream:stream>\nS: </stream:stream>\n", file);
  else if (opened)
    fputs ("E: drop\n", file);

  fputs ("=> client=", file);
  if (opened)
    fputs ("ok", file);
  else
    fprintf (file, "%s/%s", tool_outcome_get_step (outcome), nick);
  if (outcome->report != NULL)
    add_words (self, outcome->report);
  fputs ("\n", file);

  if (fflush (file) == 0 && ferror (file) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               "The transcript could not be written: %s", g_strerror (errno));

  return FALSE;
}
