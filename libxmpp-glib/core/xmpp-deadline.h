/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* An absolute time limit for one phase: progress does not extend it. It gives the phase a
 * cancellable of its own, which follows @parent (nullable) and is cancelled when time is up. */
typedef struct _XmppDeadline XmppDeadline;

/* The timer runs in the thread-default main context. 0 seconds: no limit. */
XmppDeadline *xmpp_deadline_new (guint seconds, GCancellable *parent);
void xmpp_deadline_free (XmppDeadline *deadline);
GCancellable *xmpp_deadline_get_cancellable (XmppDeadline *deadline);
gboolean xmpp_deadline_has_passed (XmppDeadline *deadline);
/* Whether a person is being asked, see below */
gboolean xmpp_deadline_is_paused (XmppDeadline *deadline);
/* Where time was up: puts XMPP_CONNECTION_ERROR_TIMED_OUT in the place of the
 * G_IO_ERROR_CANCELLED in @error. @what: "The TLS handshake with p.test". */
void xmpp_deadline_translate (XmppDeadline *deadline, GError **error, const char *what);
/* How long the clock may stand still for one question before time is up as well; 0 seconds: for
 * ever, as from the beginning */
void xmpp_deadline_set_patience (XmppDeadline *deadline, guint seconds);
/* While a person is being asked the clock stands still, of the deadline that @cancellable
 * (nullable) belongs to and of those whose cancellables it follows. The two nest. */
void xmpp_deadline_pause (GCancellable *cancellable);
void xmpp_deadline_resume (GCancellable *cancellable);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppDeadline, xmpp_deadline_free)

G_END_DECLS
