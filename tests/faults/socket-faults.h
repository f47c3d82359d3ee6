/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Stands between the program with all its libraries and the sockets that it connects, or
 * those that it accepts: the operations on them are counted, and one of them fails. What
 * would block is not counted. After the fault the connection is gone for both sides. */
typedef enum
{
  SOCKET_FAULT_RESET, /* an error */
  SOCKET_FAULT_END,   /* reading ends; the others fail all the same */
} SocketFaultKind;

/* From now on; 0: nothing fails. */
void socket_faults_arm (guint n, SocketFaultKind kind);
/* The same for sockets that are accepted, and accepting them */
void socket_faults_arm_accepted (guint n, SocketFaultKind kind);
guint socket_faults_get_operations (void);
/* What has failed: "connect", "accept", "send", "receive"; NULL: nothing so far */
const char *socket_faults_get_failed (void);

G_END_DECLS
