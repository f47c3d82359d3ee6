/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-cyrus-authenticator.h"
#include "xmpp-sasl-cyrus.h"

#include <gmodule.h>

G_MODULE_EXPORT GType xmpp_sasl_module_get_type (const char *name);
G_MODULE_EXPORT GType xmpp_sasl_module_get_authenticator_type (void);

/* Whether Cyrus has a plug-in for the name is known when the first one is made. */
GType
xmpp_sasl_module_get_type (const char *name)
{
  return XMPP_TYPE_SASL_CYRUS;
}

GType
xmpp_sasl_module_get_authenticator_type (void)
{
  return XMPP_TYPE_CYRUS_AUTHENTICATOR;
}
