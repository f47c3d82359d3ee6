/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-outcome.h"

typedef struct
{
  const char *step;
  int status;
} Step;

static const Step steps[] = {
  { "usage", TOOL_USAGE },    { "resolve", TOOL_CONNECT }, { "connect", TOOL_CONNECT },
  { "proxy", TOOL_CONNECT },  { "tls", TOOL_TLS },         { "starttls", TOOL_TLS },
  { "sasl", TOOL_SASL },      { "stream", TOOL_STREAM },   { "bind", TOOL_STREAM },
  { "handshake", TOOL_SASL }, { "session", TOOL_STREAM },  { "presence", TOOL_STREAM },
};

/* Where the report names no step, as with what happens once the connection is open */
static const char *
get_step_of_error (const GError *error)
{
  if (error->domain == G_OPTION_ERROR)
    return "usage";
  if (error->domain == G_RESOLVER_ERROR)
    return "resolve";
  /* A handshake is a step of the report: what ends behind it is the stream. */
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    return "stream";
  if (error->domain == G_TLS_ERROR)
    return "tls";
  if (error->domain == XMPP_SASL_ERROR)
    return "sasl";
  if (error->domain == XMPP_STREAM_ERROR)
    return "stream";
  if (g_error_matches (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_NOT_FOUND))
    return "resolve";
  if (g_error_matches (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_UNREACHABLE))
    return "connect";

  return "connection";
}

const char *
tool_outcome_get_step (const ToolOutcome *outcome)
{
  const char *step = NULL;

  if (outcome->error == NULL)
    return NULL;

  /* The words on the command line are looked at before anything else happens. */
  if (outcome->report != NULL && outcome->error->domain != G_OPTION_ERROR)
    step = xmpp_report_get_failed_step (outcome->report);
  if (step == NULL)
    return get_step_of_error (outcome->error);

  /* The name of a host that was given is looked up while connecting. */
  if (g_str_equal (step, "connect") && outcome->error->domain == G_RESOLVER_ERROR)
    return "resolve";

  /* A stream without an offer of TLS is whole: what is missing is STARTTLS. */
  if (g_str_equal (step, "stream") &&
      g_error_matches (outcome->error, XMPP_CONNECTION_ERROR,
                       XMPP_CONNECTION_ERROR_POLICY))
    return "starttls";

  /* TLS 1.3 tells of a client certificate that is refused only behind the handshake, which
   * then was none (RFC 8446 §4.4.2.4). */
  if (g_str_equal (step, "stream") && outcome->error->domain == G_TLS_ERROR &&
      outcome->error->code != G_TLS_ERROR_EOF)
    return "tls";

  return step;
}

int
tool_outcome_get_status (const ToolOutcome *outcome)
{
  const char *step = tool_outcome_get_step (outcome);

  if (step == NULL)
    return TOOL_DONE;
  if (g_error_matches (outcome->error, XMPP_CONNECTION_ERROR,
                       XMPP_CONNECTION_ERROR_TIMED_OUT))
    return TOOL_DEADLINE;
  /* Whoever has interrupted it: the step under way has not failed. */
  if (g_error_matches (outcome->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return TOOL_FAILED;

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      if (g_str_equal (steps[i].step, step))
        return steps[i].status;
    }

  return TOOL_FAILED;
}
