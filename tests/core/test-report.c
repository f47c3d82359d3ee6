/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-error.h"
#include "core/xmpp-limits.h"
#include "core/xmpp-report-private.h"

#include <string.h>

static XmppReport *
make_report (void)
{
  XmppReport *report = xmpp_report_new ();
  g_autoptr (GError)
      refused = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED,
                                     "Connection refused");
  g_autoptr (GError) not_authorized = g_error_new_literal (XMPP_SASL_ERROR,
                                                           XMPP_SASL_ERROR_NOT_AUTHORIZED,
                                                           "Wrong\npassword\x1b[31m");
  guint a, b, c;
  guint connect_step;
  guint sasl_step;

  xmpp_report_list_candidate (report, "a.p.test", 5223, TRUE, "srv");
  xmpp_report_list_candidate (report, "b.p.test", 5222, FALSE, "srv");
  xmpp_report_list_candidate (report, "c.p.test", 5222, FALSE, "srv");
  xmpp_report_list_candidate (report, "d.p.test", 5222, FALSE, "srv");
  b = xmpp_report_begin_candidate (report, "b.p.test", 5222, FALSE, "srv");
  a = xmpp_report_begin_candidate (report, "a.p.test", 5223, TRUE, "srv");
  c = xmpp_report_begin_candidate (report, "c.p.test", 5222, FALSE, "srv");
  xmpp_report_end_candidate (report, a, FALSE, refused);
  xmpp_report_end_candidate (report, b, TRUE, NULL);
  xmpp_report_end_candidate (report, c, FALSE, NULL);
  /* The first end counts. */
  xmpp_report_end_candidate (report, b, FALSE, refused);
  connect_step = xmpp_report_begin_step (report, "connect");
  xmpp_report_end_step (report, connect_step, NULL, "b.p.test");
  sasl_step = xmpp_report_begin_step (report, "sasl");
  xmpp_report_set_fact (report, "tls", "version", g_variant_new_string ("1.2"));
  xmpp_report_set_fact (report, "tls", "version", g_variant_new_string ("1.3"));
  xmpp_report_set_fact (report, "tls", "verified", g_variant_new_boolean (TRUE));
  xmpp_report_set_fact (report, "sasl", "mechanism",
                        g_variant_new_string ("SCRAM-SHA-256"));
  xmpp_report_set_fact (report, "bind", "resource", g_variant_new_string ("x"));
  xmpp_report_set_fact (report, "bind", "resource", NULL);
  xmpp_report_add_mechanism (report, "SCRAM-SHA-256", TRUE, NULL);
  xmpp_report_add_mechanism (report, "PLAIN", FALSE, "weaker");
  xmpp_report_end_step (report, sasl_step, not_authorized, "SCRAM-SHA-256");
  /* The first end counts. */
  xmpp_report_end_step (report, sasl_step, NULL, NULL);
  xmpp_report_begin_step (report, "close");

  return report;
}

static void
test_variant (void)
{
  g_autoptr (XmppReport) report = make_report ();
  g_autoptr (GVariant) all = xmpp_report_to_variant (report);
  g_autoptr (GVariant) steps = NULL;
  g_autoptr (GVariant) sasl = NULL;
  g_autoptr (GVariant) mechanisms = NULL;
  g_autoptr (GVariant) candidates = NULL;
  g_autoptr (GVariant) candidate = NULL;
  g_autoptr (GVariant) plain = NULL;
  g_autoptr (GVariant) tls = NULL;
  const char *text;
  const char *const results[] = { "failed", "used", "lost", "untried" };
  double ms;
  gboolean flag;
  guint16 port;

  g_assert_false (g_variant_is_floating (all));
  g_assert_true (g_variant_is_of_type (all, G_VARIANT_TYPE_VARDICT));

  steps = g_variant_lookup_value (all, "steps", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (steps), ==, 3);
  sasl = g_variant_get_child_value (steps, 1);
  g_assert_true (g_variant_lookup (sasl, "step", "&s", &text));
  g_assert_cmpstr (text, ==, "sasl");
  g_assert_true (g_variant_lookup (sasl, "ok", "b", &flag));
  g_assert_false (flag);
  g_assert_true (g_variant_lookup (sasl, "detail", "&s", &text));
  g_assert_cmpstr (text, ==, "SCRAM-SHA-256: Wrong\npassword\x1b[31m");
  g_assert_true (g_variant_lookup (sasl, "start", "d", &ms));
  g_assert_cmpfloat (ms, >=, 0.0);
  g_assert_true (g_variant_lookup (sasl, "ms", "d", &ms));
  g_assert_cmpfloat (ms, >=, 0.0);

  mechanisms = g_variant_lookup_value (all, "mechanisms", G_VARIANT_TYPE ("aa{sv}"));
  plain = g_variant_get_child_value (mechanisms, 1);
  g_assert_true (g_variant_lookup (plain, "name", "&s", &text));
  g_assert_cmpstr (text, ==, "PLAIN");
  g_assert_true (g_variant_lookup (plain, "used", "b", &flag));
  g_assert_false (flag);
  g_assert_true (g_variant_lookup (plain, "why", "&s", &text));
  g_assert_cmpstr (text, ==, "weaker");

  candidates = g_variant_lookup_value (all, "candidates", G_VARIANT_TYPE ("aa{sv}"));
  candidate = g_variant_get_child_value (candidates, 0);
  g_assert_true (g_variant_lookup (candidate, "port", "q", &port));
  g_assert_cmpuint (port, ==, 5223);
  g_assert_true (g_variant_lookup (candidate, "error", "&s", &text));
  g_assert_cmpstr (text, ==, "Connection refused");
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (candidates, i);

      g_assert_true (g_variant_lookup (row, "result", "&s", &text));
      g_assert_cmpstr (text, ==, results[i]);
      g_assert_cmpint (g_variant_lookup (row, "ms", "d", &ms), ==,
                       !g_str_equal (text, "untried"));
    }

  tls = g_variant_lookup_value (all, "tls", G_VARIANT_TYPE_VARDICT);
  g_assert_cmpuint (g_variant_n_children (tls), ==, 2);
  g_assert_true (g_variant_lookup (tls, "version", "&s", &text));
  g_assert_cmpstr (text, ==, "1.3");
  g_assert_false (g_variant_lookup (all, "bind", "@a{sv}", NULL));
}

static void
test_string (void)
{
  g_autoptr (XmppReport) report = make_report ();
  g_autofree char *text = xmpp_report_to_string (report);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  g_assert_true (g_str_has_prefix (lines[0], "✓ connect    "));
  g_assert_true (g_str_has_suffix (lines[0], " ms  b.p.test"));
  g_assert_true (g_str_has_prefix (lines[1], "✗ sasl       "));
  g_assert_true (
      g_str_has_suffix (lines[1],
                        " ms  failed: SCRAM-SHA-256: Wrong\ufffdpassword\ufffd[31m"));
  g_assert_true (g_str_has_prefix (lines[2], "… close      "));
  g_assert_cmpstr (lines[3], ==, "servers:");
  g_assert_true (g_str_has_prefix (lines[4], "  a.p.test port 5223, direct TLS, srv: "
                                             "failed, "));
  g_assert_true (g_str_has_suffix (lines[4], " ms: Connection refused"));
  g_assert_true (g_str_has_prefix (lines[5], "  b.p.test port 5222, STARTTLS, srv: "
                                             "used, "));
  g_assert_true (g_str_has_suffix (lines[5], " ms"));
  g_assert_true (g_str_has_prefix (lines[6], "  c.p.test port 5222, STARTTLS, srv: "
                                             "lost, "));
  g_assert_cmpstr (lines[7], ==, "  d.p.test port 5222, STARTTLS, srv: not tried");
  g_assert_cmpstr (lines[8], ==, "tls: version 1.3, verified true");
  g_assert_cmpstr (lines[9], ==, "sasl: mechanism SCRAM-SHA-256");
  g_assert_cmpstr (lines[10], ==, "mechanisms:");
  g_assert_cmpstr (lines[11], ==, "  SCRAM-SHA-256        used");
  g_assert_cmpstr (lines[12], ==, "  PLAIN                not used: weaker");
  g_assert_cmpstr (lines[13], ==, "");
  g_assert_null (lines[14]);
}

/* A script: "+name" begins a step, "-" ends the one begun last and still open as failed, "."
 * ends it well; "!" starts over. */
static void
test_failed_step (void)
{
  static const struct
  {
    const char *script;
    const char *failed;
  } rows[] = {
    { "", NULL },
    { "+connect", NULL },
    { "+connect .", NULL },
    { "+connect . +tls -", "tls" },
    { "+connect +tls - -", "tls" },
    { "+resolve -", "resolve" },
    { "+resolve - +connect .", NULL },
    { "+connect - +connect .", NULL },
    { "+connect - +connect . +stream . +sasl -", "sasl" },
    { "+connect . +tls - +connect .", "tls" },
    { "+connect . +tls - +connect . +stream . +starttls . +tls .", NULL },
    { "+connect . +tls - +connect -", "tls" },
    { "+connect . +tls - +connect - +connect -", "tls" },
    { "+connect . +tls - ! +connect -", "connect" },
    { "+connect . +stream - ! +connect .", NULL },
    { "+resolve - +connect -", "resolve" },
    { "+sasl - +sasl . +bind -", "bind" },
    { "+sasl - +close .", "sasl" },
    { "+sasl - +close -", "sasl" },
    { "+close -", NULL },
    { "+stream . +starttls . +tls -", "tls" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppReport) report = xmpp_report_new ();
      g_autoptr (GError)
          error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "No");
      g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));
      g_auto (GStrv) words = g_strsplit (rows[i].script, " ", -1);

      for (gsize j = 0; words[j] != NULL; j++)
        {
          if (words[j][0] == '!')
            {
              xmpp_report_start_over (report);
              continue;
            }
          if (words[j][0] == '+')
            {
              guint id = xmpp_report_begin_step (report, words[j] + 1);

              g_array_append_val (open, id);
              continue;
            }

          xmpp_report_end_step (report, g_array_index (open, guint, open->len - 1),
                                words[j][0] == '-' ? error : NULL, NULL);
          g_array_set_size (open, open->len - 1);
        }

      g_test_message ("%s", rows[i].script);
      g_assert_cmpstr (xmpp_report_get_failed_step (report), ==, rows[i].failed);
    }
}

static guint told;

static char *
describe (GObject *about)
{
  told++;
  return g_strdup (G_OBJECT_TYPE_NAME (about));
}

/* It is told once, and only to who asks; nobody keeps what it tells of any longer. */
static void
test_described (void)
{
  g_autoptr (XmppReport) report = xmpp_report_new ();
  GObject *about = g_object_new (XMPP_TYPE_LIMITS, NULL);
  GObject *replaced = g_object_new (XMPP_TYPE_LIMITS, NULL);
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) group = NULL;
  g_autofree char *text = NULL;
  const char *value;

  told = 0;
  g_object_add_weak_pointer (about, (gpointer *) &about);
  g_object_add_weak_pointer (replaced, (gpointer *) &replaced);
  xmpp_report_set_described (report, "tls", "certificate", replaced, describe);
  g_object_unref (replaced);
  xmpp_report_set_described (report, "tls", "certificate", about, describe);
  g_assert_null (replaced);
  g_object_unref (about);
  g_assert_nonnull (about);
  g_assert_cmpuint (told, ==, 0);

  variant = xmpp_report_to_variant (report);
  g_assert_cmpuint (told, ==, 1);
  g_assert_null (about);
  group = g_variant_lookup_value (variant, "tls", G_VARIANT_TYPE_VARDICT);
  g_assert_true (g_variant_lookup (group, "certificate", "&s", &value));
  g_assert_cmpstr (value, ==, "XmppLimits");
  g_assert_cmpstr (xmpp_report_get_text (report, "tls", "certificate"), ==, "XmppLimits");
  text = xmpp_report_to_string (report);
  g_assert_nonnull (strstr (text, "certificate XmppLimits"));
  g_assert_cmpuint (told, ==, 1);
}

static void
test_null (void)
{
  g_assert_cmpuint (xmpp_report_begin_step (NULL, "tls"), ==, 0);
  xmpp_report_end_step (NULL, 0, NULL, NULL);
  xmpp_report_set_fact (NULL, "tls", "version", g_variant_new_string ("1.3"));
  xmpp_report_set_described (NULL, "tls", "certificate", NULL, describe);
  xmpp_report_add_mechanism (NULL, "PLAIN", TRUE, NULL);
  xmpp_report_list_candidate (NULL, "a", 1, TRUE, "given");
  g_assert_cmpuint (xmpp_report_begin_candidate (NULL, "a", 1, TRUE, "given"), ==, 0);
  xmpp_report_end_candidate (NULL, 0, TRUE, NULL);
  xmpp_report_start_over (NULL);
}

/* What a peer sends may be anything. */
static void
test_not_utf8 (void)
{
  g_autoptr (XmppReport) report = xmpp_report_new ();
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "\xff");
  g_autoptr (GVariant) variant = NULL;
  g_autofree char *text = NULL;

  xmpp_report_add_mechanism (report, "\xfe", FALSE, "\xfd");
  xmpp_report_end_candidate (report,
                             xmpp_report_begin_candidate (report, "\xfc", 1, TRUE, "srv"),
                             FALSE, error);
  xmpp_report_end_step (report, xmpp_report_begin_step (report, "tls"), error, "\xfb");
  variant = xmpp_report_to_variant (report);
  g_assert_true (g_variant_is_normal_form (variant));
  text = xmpp_report_to_string (report);
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/report/variant", test_variant);
  g_test_add_func ("/report/string", test_string);
  g_test_add_func ("/report/described", test_described);
  g_test_add_func ("/report/failed-step", test_failed_step);
  g_test_add_func ("/report/null", test_null);
  g_test_add_func ("/report/not-utf8", test_not_utf8);

  return g_test_run ();
}
