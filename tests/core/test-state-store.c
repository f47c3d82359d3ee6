/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-memory-state-store.h"

/* A store that does with a request what the test says */
typedef enum
{
  ANSWER_NOW,
  ANSWER_TWICE,
  ANSWER_LATER,
  ANSWER_WRONG_TYPE,
  FAIL,
  DROP,
  KEEP,
  REFUSE,
} Behaviour;

#define TEST_TYPE_STORE (test_store_get_type ())
G_DECLARE_FINAL_TYPE (TestStore, test_store, TEST, STORE, XmppStateStore)

struct _TestStore
{
  XmppStateStore parent_instance;

  Behaviour behaviour;
  XmppStoreRequest *kept;
  char *account;
  GVariant *state;
};

G_DEFINE_FINAL_TYPE (TestStore, test_store, XMPP_TYPE_STATE_STORE)

static GVariant *
make_state (const char *token)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "token", "s", token);

  return g_variant_dict_end (&dict);
}

static gboolean
answer_later_cb (gpointer user_data)
{
  xmpp_store_request_reply (user_data, make_state ("later"));

  return G_SOURCE_REMOVE;
}

static gboolean
test_store_answer (XmppStateStore *store, XmppStoreRequest *request)
{
  TestStore *self = TEST_STORE (store);
  g_autoptr (GError)
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Full");

  g_free (self->account);
  self->account = g_strdup (xmpp_store_request_get_account (request));
  g_clear_pointer (&self->state, g_variant_unref);
  if (xmpp_store_request_get_state (request) != NULL)
    self->state = g_variant_ref (xmpp_store_request_get_state (request));

  switch (self->behaviour)
    {
    case ANSWER_NOW:
      xmpp_store_request_reply (request, make_state ("now"));
      break;
    case ANSWER_TWICE:
      xmpp_store_request_reply (request, make_state ("first"));
      xmpp_store_request_reply (request, make_state ("second"));
      xmpp_store_request_fail (request, error);
      break;
    case ANSWER_LATER:
      g_idle_add_full (G_PRIORITY_LOW, answer_later_cb, g_object_ref (request),
                       g_object_unref);
      break;
    case ANSWER_WRONG_TYPE:
      xmpp_store_request_reply (request, g_variant_new_string ("wrong"));
      break;
    case FAIL:
      xmpp_store_request_fail (request, error);
      break;
    case KEEP:
      self->kept = g_object_ref (request);
      break;
    case DROP:
      break;
    case REFUSE:
      return FALSE;
    }

  return TRUE;
}

static void
test_store_finalize (GObject *object)
{
  TestStore *self = TEST_STORE (object);

  g_clear_object (&self->kept);
  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->state, g_variant_unref);

  G_OBJECT_CLASS (test_store_parent_class)->finalize (object);
}

static void
test_store_class_init (TestStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_store_finalize;
  XMPP_STATE_STORE_CLASS (klass)->load = test_store_answer;
  XMPP_STATE_STORE_CLASS (klass)->save = test_store_answer;
}

static void
test_store_init (TestStore *self)
{
}

/* One without virtual methods */
#define TEST_TYPE_EMPTY_STORE (test_empty_store_get_type ())
G_DECLARE_FINAL_TYPE (TestEmptyStore, test_empty_store, TEST, EMPTY_STORE, XmppStateStore)

struct _TestEmptyStore
{
  XmppStateStore parent_instance;
};

G_DEFINE_FINAL_TYPE (TestEmptyStore, test_empty_store, XMPP_TYPE_STATE_STORE)

static void
test_empty_store_class_init (TestEmptyStoreClass *klass)
{
}

static void
test_empty_store_init (TestEmptyStore *self)
{
}

static void
result_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  g_assert_null (*slot);
  *slot = g_object_ref (result);
}

static GVariant *
finish_load (XmppStateStore *store, GAsyncResult **result, GError **error)
{
  GVariant *state;

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  state = xmpp_state_store_load_finish (store, *result, error);
  g_clear_object (result);

  return state;
}

static GVariant *
load (XmppStateStore *store, const char *account, GError **error)
{
  GAsyncResult *result = NULL;

  xmpp_state_store_load_async (store, account, NULL, result_cb, &result);
  g_assert_null (result);

  return finish_load (store, &result, error);
}

static gboolean
save (XmppStateStore *store, const char *account, GVariant *state, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  xmpp_state_store_save_async (store, account, state, NULL, result_cb, &result);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return xmpp_state_store_save_finish (store, result, error);
}

static void
assert_token (GVariant *state, const char *token)
{
  const char *found = NULL;

  g_assert_nonnull (state);
  g_assert_true (g_variant_lookup (state, "token", "&s", &found));
  g_assert_cmpstr (found, ==, token);
}

static void
test_memory (void)
{
  g_autoptr (XmppStateStore) store = xmpp_memory_state_store_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) first = NULL;
  g_autoptr (GVariant) second = NULL;

  g_assert_null (load (store, "a@b.example", &error));
  g_assert_no_error (error);

  g_assert_true (save (store, "a@b.example", make_state ("one"), &error));
  g_assert_true (save (store, "c@b.example", make_state ("other"), &error));
  first = load (store, "a@b.example", &error);
  g_assert_no_error (error);
  assert_token (first, "one");

  /* What was loaded stays as it is, whatever is saved afterwards. */
  g_assert_true (save (store, "a@b.example", make_state ("two"), &error));
  assert_token (first, "one");
  second = load (store, "a@b.example", &error);
  assert_token (second, "two");

  g_assert_true (save (store, "a@b.example", NULL, &error));
  g_assert_null (load (store, "a@b.example", &error));
  g_assert_no_error (error);
  g_clear_pointer (&second, g_variant_unref);
  second = load (store, "c@b.example", &error);
  assert_token (second, "other");
}

static void
test_answers (void)
{
  static const struct
  {
    Behaviour behaviour;
    const char *token;
    int code;
  } rows[] = {
    { ANSWER_NOW, "now", 0 },
    { ANSWER_TWICE, "first", 0 },
    { ANSWER_LATER, "later", 0 },
    { ANSWER_WRONG_TYPE, NULL, G_IO_ERROR_INVALID_DATA },
    { FAIL, NULL, G_IO_ERROR_NO_SPACE },
    { DROP, NULL, G_IO_ERROR_FAILED },
    { REFUSE, NULL, G_IO_ERROR_NOT_SUPPORTED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TestStore) store = g_object_new (TEST_TYPE_STORE, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) state = NULL;

      store->behaviour = rows[i].behaviour;
      state = load (XMPP_STATE_STORE (store), "a@b.example", &error);
      g_assert_cmpstr (store->account, ==, "a@b.example");
      g_assert_null (store->state);

      if (rows[i].token != NULL)
        {
          g_assert_no_error (error);
          assert_token (state, rows[i].token);
        }
      else
        {
          g_assert_error (error, G_IO_ERROR, rows[i].code);
          g_assert_null (state);
        }
    }
}

static void
test_save (void)
{
  g_autoptr (TestStore) store = g_object_new (TEST_TYPE_STORE, NULL);
  g_autoptr (GError) dropped = NULL;
  g_autoptr (GError) refused = NULL;

  g_assert_true (save (XMPP_STATE_STORE (store), "a@b.example", make_state ("x"), NULL));
  assert_token (store->state, "x");
  g_assert_true (save (XMPP_STATE_STORE (store), "a@b.example", NULL, NULL));
  g_assert_null (store->state);

  store->behaviour = DROP;
  g_assert_false (save (XMPP_STATE_STORE (store), "a@b.example", NULL, &dropped));
  g_assert_error (dropped, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_nonnull (g_strrstr (dropped->message, "Nobody answered"));

  store->behaviour = REFUSE;
  g_assert_false (save (XMPP_STATE_STORE (store), "a@b.example", NULL, &refused));
  g_assert_error (refused, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

static void
test_no_methods (void)
{
  g_autoptr (XmppStateStore) store = g_object_new (TEST_TYPE_EMPTY_STORE, NULL);
  g_autoptr (GError) load_error = NULL;
  g_autoptr (GError) save_error = NULL;

  g_assert_null (load (store, "a@b.example", &load_error));
  g_assert_error (load_error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_false (save (store, "a@b.example", NULL, &save_error));
  g_assert_error (save_error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

/* A store that never answers does not hold up who cancels; its late answer is ignored. */
static void
test_cancel (void)
{
  g_autoptr (TestStore) store = g_object_new (TEST_TYPE_STORE, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  store->behaviour = KEEP;
  xmpp_state_store_load_async (XMPP_STATE_STORE (store), "a@b.example", cancellable,
                               result_cb, &result);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (result);
  g_assert_true (xmpp_store_request_get_cancellable (store->kept) == cancellable);

  g_cancellable_cancel (cancellable);
  g_assert_null (finish_load (XMPP_STATE_STORE (store), &result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  xmpp_store_request_reply (store->kept, make_state ("late"));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (result);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/state-store/memory", test_memory);
  g_test_add_func ("/state-store/answers", test_answers);
  g_test_add_func ("/state-store/save", test_save);
  g_test_add_func ("/state-store/no-methods", test_no_methods);
  g_test_add_func ("/state-store/cancel", test_cancel);

  return g_test_run ();
}
