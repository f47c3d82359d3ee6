/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-limits.h"

G_BEGIN_DECLS

/* name, default: one row is one member and one property, described in xmpp-limits.c. Bytes,
 * counts; seconds where the name says so. */
/* clang-format off */
#define XMPP_LIMITS_TABLE(row) \
  row (element_bytes_before_auth, 65536) \
  row (element_bytes, 4194304) \
  row (elements_before_auth, 256) \
  row (elements, 65536) \
  row (depth_before_auth, 16) \
  row (depth, 64) \
  row (attributes, 64) \
  row (namespaces, 32) \
  row (name_bytes, 256) \
  row (namespace_bytes, 1024) \
  row (white_space_bytes_per_minute, 1024) \
  row (srv_records, 16) \
  row (candidates, 24) \
  row (resolve_seconds, 10) \
  row (connect_seconds, 10) \
  row (tls_seconds, 15) \
  row (exchange_seconds, 20) \
  row (open_seconds, 120) \
  row (question_seconds, 600) \
  row (redirects, 3) \
  row (close_seconds, 5) \
  row (idle_seconds, 120) \
  row (idle_answer_seconds, 30) \
  row (request_seconds, 30) \
  row (requests, 1000) \
  row (scram_iterations_min, 4096) \
  row (scram_iterations_max, 2000000) \
  row (sasl_steps, 10) \
  row (sasl_message_bytes, 49152) \
  row (sasl_attempts, 3) \
  row (mechanisms, 64) \
  row (state_bytes, 65536) \
  row (output_high_bytes, 262144) \
  row (output_bytes, 4194304) \
  row (queued_stanzas, 1000) \
  row (queued_stanzas_hard, 10000) \
  row (inbox_elements, 1000) \
  row (inbox_bytes, 16777216) \
  row (header_seconds, 10) \
  row (connections, 0) \
  row (connections_before_auth, 1000) \
  row (address_connections, 50) \
  row (address_connections_before_auth, 10) \
  row (address_connections_new, 20) \
  row (address_failures, 20) \
  row (failure_seconds, 0)

/* Where the receiving side of clients has another default: it meets strangers. */
#define XMPP_LIMITS_TABLE_FOR_SERVER(row) \
  row (element_bytes_before_auth, 16384) \
  row (element_bytes, 262144) \
  row (elements, 8192) \
  row (open_seconds, 60) \
  row (idle_seconds, 300) \
  row (idle_answer_seconds, 60) \
  row (output_bytes, 1048576) \
  row (inbox_bytes, 1048576) \
  row (failure_seconds, 1)
/* clang-format on */

typedef struct
{
#define XMPP_LIMIT_MEMBER(name, value) guint name;
  XMPP_LIMITS_TABLE (XMPP_LIMIT_MEMBER)
#undef XMPP_LIMIT_MEMBER
} XmppLimitValues;

/* The values, to be read without a property look-up; follows later changes. */
const XmppLimitValues *xmpp_limits_peek (XmppLimits *limits);

G_END_DECLS
