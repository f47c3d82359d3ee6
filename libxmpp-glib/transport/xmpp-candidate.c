/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-candidate.h"

#include "core/xmpp-domain.h"

#include <string.h>

XmppCandidate *
xmpp_candidate_new (const char *host,
                    guint16 port,
                    gboolean direct_tls,
                    const char *source)
{
  XmppCandidate *candidate;

  g_return_val_if_fail (host != NULL, NULL);
  g_return_val_if_fail (source != NULL, NULL);

  candidate = g_new0 (XmppCandidate, 1);
  g_atomic_ref_count_init (&candidate->ref_count);
  candidate->host = g_strdup (host);
  candidate->port = port;
  candidate->direct_tls = direct_tls;
  candidate->source = g_intern_string (source);
  return candidate;
}

XmppCandidate *
xmpp_candidate_new_for_host (const char *host,
                             guint16 port,
                             gboolean direct_tls,
                             const char *source)
{
  g_autofree char *inner = NULL;
  g_autofree char *unicode = NULL;
  g_autofree char *ascii = NULL;
  gsize length;

  g_return_val_if_fail (host != NULL, NULL);

  length = strlen (host);
  if (length > 2 && host[0] == '[' && host[length - 1] == ']')
    {
      inner = g_strndup (host + 1, length - 2);
      return xmpp_candidate_new (inner, port, direct_tls, source);
    }

  /* What is no name for a domain may still be one that the resolver knows. */
  if (g_hostname_is_non_ascii (host))
    xmpp_domain_prepare (host, length, &unicode, &ascii, NULL);
  return xmpp_candidate_new (ascii != NULL ? ascii : host, port, direct_tls, source);
}

XmppCandidate *
xmpp_candidate_ref (XmppCandidate *candidate)
{
  g_return_val_if_fail (candidate != NULL, NULL);

  g_atomic_ref_count_inc (&candidate->ref_count);
  return candidate;
}

void
xmpp_candidate_unref (XmppCandidate *candidate)
{
  g_return_if_fail (candidate != NULL);

  if (!g_atomic_ref_count_dec (&candidate->ref_count))
    return;

  g_free (candidate->host);
  g_free (candidate);
}

GPtrArray *
xmpp_candidate_list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_candidate_unref);
}

char *
xmpp_candidate_to_string (XmppCandidate *candidate)
{
  g_return_val_if_fail (candidate != NULL, NULL);

  if (strchr (candidate->host, ':') != NULL)
    return g_strdup_printf ("[%s]:%u", candidate->host, candidate->port);
  return g_strdup_printf ("%s:%u", candidate->host, candidate->port);
}
