/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "xmpp-test-sasl.h"

G_BEGIN_DECLS

/* One side of a mechanism, for a target that hands it whatever the peer may send */
typedef struct
{
  const char *name;
  GType (*get_type) (void);
  XmppSaslRole role;
  XmppTestChannel channel;
  /* Who it is: what a client's credential is for, the only one that a server may let in.
   * NULL: anonymous */
  const char *username;
  /* Names of fields and their values in turn: of the credential, or of the one user that
   * the authenticator knows. What is no name must never stand in an error. */
  const char *const *fields;
  /* Takes what is random out of it, before the first step; NULL: there is nothing */
  void (*prepare) (XmppSaslMechanism *mechanism);
} FuzzMechanism;

/* In the input, this line stands between the messages of the peer: a corpus can be read */
#define FUZZ_BETWEEN "\n---\n"
/* A message that is just this is none at all: NULL, which is not an empty one */
#define FUZZ_NOTHING "(nothing)"

/* Gives a new mechanism one message after the other until it has failed or is complete, and
 * makes sure that it ends in one of the two ways, with words that give nothing away, and for
 * nobody else. A client makes its first step before. Returns 0. */
int fuzz_mechanism_run (const FuzzMechanism *self, const guint8 *data, gsize size);

G_END_DECLS
