/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* The exit statuses. They tell which step has failed. */
enum
{
  TOOL_DONE = 0,
  TOOL_FAILED = 1,
  TOOL_USAGE = 2,
  TOOL_CONNECT = 3, /* resolve, connect, proxy */
  TOOL_TLS = 4,     /* STARTTLS missing or refused, handshake, certificate */
  TOOL_SASL = 5,    /* no usable mechanism or secret included */
  TOOL_STREAM = 6,  /* no XMPP, a stream or bind error */
  TOOL_DEADLINE = 7,
};

/* How it went */
typedef struct
{
  const char *address; /* bound, else as given */
  const char *domain;  /* nullable */
  XmppReport *report;  /* nullable */
  const GError *error; /* nullable: all went well */
} ToolOutcome;

int tool_outcome_get_status (const ToolOutcome *outcome);
/* Where it failed: the step of the report, or what the error speaks of */
const char *tool_outcome_get_step (const ToolOutcome *outcome);
/* The object of --json, to standard output */
void tool_outcome_print_json (const ToolOutcome *outcome);

G_END_DECLS
