/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-doubt.h"

XmppTlsDoubt *
xmpp_tls_doubt_new (void)
{
  XmppTlsDoubt *doubt = g_new0 (XmppTlsDoubt, 1);

  g_atomic_ref_count_init (&doubt->ref_count);
  return doubt;
}

XmppTlsDoubt *
xmpp_tls_doubt_ref (XmppTlsDoubt *doubt)
{
  g_return_val_if_fail (doubt != NULL, NULL);

  g_atomic_ref_count_inc (&doubt->ref_count);
  return doubt;
}

void
xmpp_tls_doubt_unref (XmppTlsDoubt *doubt)
{
  g_return_if_fail (doubt != NULL);

  if (!g_atomic_ref_count_dec (&doubt->ref_count))
    return;

  g_clear_object (&doubt->request);
  g_free (doubt);
}

void
xmpp_tls_doubt_add (XmppTlsDoubt *doubt, XmppCertificateRequest *request_arg)
{
  g_autoptr (XmppCertificateRequest) request = request_arg;

  if (doubt != NULL && doubt->request == NULL)
    doubt->request = g_steal_pointer (&request);
}
