/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-report-private.h"

G_BEGIN_DECLS

/* What a report is made of: for the file that gathers it and the one that tells it. Times are
 * of the monotonic clock; names without a comment are interned. */
typedef struct
{
  guint id;
  const char *name;
  gint64 began;
  gint64 ended; /* 0: not yet */
  guint order;  /* the how-manieth to end */
  gboolean ok;
  char *detail; /* owned (nullable) */
} XmppReportStep;

typedef struct
{
  char *name; /* owned */
  gboolean used;
  char *why; /* owned (nullable) */
} XmppReportMechanism;

typedef enum
{
  XMPP_REPORT_CANDIDATE_UNTRIED,
  XMPP_REPORT_CANDIDATE_TRYING,
  XMPP_REPORT_CANDIDATE_USED,
  XMPP_REPORT_CANDIDATE_FAILED,
  XMPP_REPORT_CANDIDATE_LOST, /* another one was faster */
} XmppReportCandidateState;

typedef struct
{
  guint id;
  char *host; /* owned */
  guint16 port;
  gboolean direct_tls;
  const char *source;
  XmppReportCandidateState state;
  gint64 began;  /* 0: not yet */
  gint64 ended;  /* 0: not yet */
  char *failure; /* owned (nullable) */
} XmppReportCandidate;

/* Kept as long as the connection: a GVariant would take ten times as much. */
typedef struct
{
  const char *group;
  const char *key;
  GVariantClass type;              /* string, boolean, uint16 or uint32 */
  XmppReportDescribeFunc describe; /* the text is not made yet, but from @about */
  union
  {
    char *text;     /* owned */
    GObject *about; /* owned */
    guint number;
  };
} XmppReportFact;

struct _XmppReport
{
  GObject parent_instance;

  gint64 began;
  guint last_id;
  guint n_ended;
  guint n_void; /* the first of them, which no longer count as failures */
  GArray *steps;
  GArray *mechanisms;
  GArray *candidates;
  GArray *facts;
};

/* (transfer floating) */
GVariant *xmpp_report_fact_to_variant (XmppReportFact *fact);

G_END_DECLS
