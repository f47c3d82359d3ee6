/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Runs the thread-default main context until *@done; aborts the program after 10 s. */
void xmpp_test_run_until (gboolean *done);
/* The same with a function; @what is for the message when time is up. */
typedef gboolean (*XmppTestCondition) (gpointer user_data);
void xmpp_test_run_until_true (XmppTestCondition condition,
                               gpointer user_data,
                               const char *what);
/* Runs until nothing is left to do at once. */
void xmpp_test_run_pending (void);
void xmpp_test_run_for (guint milliseconds);

/* Where the result of an asynchronous call arrives:
 *   g_auto (XmppTestResult) result = { 0 };
 *   foo_async (…, xmpp_test_result_cb, &result);
 *   foo_finish (foo, xmpp_test_result_wait (&result), &error); */
typedef struct
{
  gboolean done;
  guint calls; /* more than one is a fault that the callback itself reports */
  GObject *source;
  GAsyncResult *result;
} XmppTestResult;

void xmpp_test_result_cb (GObject *source, GAsyncResult *result, gpointer user_data);
GAsyncResult *xmpp_test_result_wait (XmppTestResult *result);
/* Ready for the next call, too */
void xmpp_test_result_clear (XmppTestResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (XmppTestResult, xmpp_test_result_clear)

/* Drops the reference in *@object and fails unless it was the last one (tasks and sources
 * that are about to end may still run). */
void xmpp_test_assert_last_unref (gpointer object_pointer);

G_END_DECLS
