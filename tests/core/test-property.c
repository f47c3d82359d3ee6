/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-property.h"
#include "core/xmpp-waiter.h"

/* A member of each kind, as instances have them */
typedef struct
{
  gboolean boolean;
  int number;
  guint count;
  char *text;
  GStrv words;
  GObject *object;
  GVariant *variant;
} Members;

#define assert_round_trip(member, type, set, get, first, second, cmp)                    \
  G_STMT_START                                                                           \
  {                                                                                      \
    g_auto (GValue) in = G_VALUE_INIT;                                                   \
    g_auto (GValue) out = G_VALUE_INIT;                                                  \
                                                                                         \
    g_value_init (&in, type);                                                            \
    g_value_init (&out, type);                                                           \
    set (&in, first);                                                                    \
    xmpp_property_write (member, &in);                                                   \
    set (&in, second);                                                                   \
    xmpp_property_write (member, &in);                                                   \
    xmpp_property_read (member, &out);                                                   \
    g_assert_true (cmp (get (&out), second));                                            \
  }                                                                                      \
  G_STMT_END

#define SAME(a, b) ((a) == (b))
#define SAME_TEXT(a, b) (g_strcmp0 (a, b) == 0)

static gboolean
same_words (gpointer a, gconstpointer b)
{
  return g_strv_equal (a, b);
}

static void
test_round_trip (void)
{
  static const char *const words[] = { "a", "b", NULL };
  static const char *const others[] = { "c", NULL };
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_uint32 (7));
  Members m = { 0 };

  assert_round_trip (&m.boolean, G_TYPE_BOOLEAN, g_value_set_boolean, g_value_get_boolean,
                     FALSE, TRUE, SAME);
  assert_round_trip (&m.number, G_TYPE_INT, g_value_set_int, g_value_get_int, 1, G_MININT,
                     SAME);
  assert_round_trip (&m.count, G_TYPE_UINT, g_value_set_uint, g_value_get_uint, 1,
                     G_MAXUINT, SAME);
  assert_round_trip (&m.text, G_TYPE_STRING, g_value_set_string, g_value_get_string,
                     "one", "two", SAME_TEXT);
  assert_round_trip (&m.words, G_TYPE_STRV, g_value_set_boxed, g_value_get_boxed, words,
                     others, same_words);
  assert_round_trip (&m.object, G_TYPE_OBJECT, g_value_set_object, g_value_get_object,
                     NULL, object, SAME);
  assert_round_trip (&m.variant, G_TYPE_VARIANT, g_value_set_variant, g_value_get_variant,
                     NULL, variant, SAME);

  /* Nothing where nothing was set, and nothing again */
  assert_round_trip (&m.text, G_TYPE_STRING, g_value_set_string, g_value_get_string,
                     "one", NULL, SAME_TEXT);
  assert_round_trip (&m.words, G_TYPE_STRV, g_value_set_boxed, g_value_get_boxed, words,
                     NULL, SAME);
  assert_round_trip (&m.object, G_TYPE_OBJECT, g_value_set_object, g_value_get_object,
                     object, NULL, SAME);
  assert_round_trip (&m.variant, G_TYPE_VARIANT, g_value_set_variant, g_value_get_variant,
                     variant, NULL, SAME);
}

static void
test_one_answer (void)
{
  XmppWaiter waiter = { 0 };
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no");
  g_autoptr (GError) returned = NULL;

  g_assert_true (xmpp_waiter_is_answered (&waiter));
  xmpp_waiter_init (&waiter, g_object_ref (task));
  g_assert_false (xmpp_waiter_is_answered (&waiter));

  g_assert_true (xmpp_waiter_fail (&waiter, error));
  g_assert_true (xmpp_waiter_is_answered (&waiter));
  g_assert_null (xmpp_waiter_take (&waiter));
  g_assert_false (xmpp_waiter_fail (&waiter, error));

  g_assert_false (g_task_propagate_boolean (task, &returned));
  g_assert_error (returned, G_IO_ERROR, G_IO_ERROR_FAILED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/property/round-trip", test_round_trip);
  g_test_add_func ("/waiter/one-answer", test_one_answer);

  return g_test_run ();
}
