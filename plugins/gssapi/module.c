/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-gssapi.h"

#include <gmodule.h>

G_MODULE_EXPORT GType xmpp_sasl_module_get_type (const char *name);

GType
xmpp_sasl_module_get_type (const char *name)
{
  return XMPP_TYPE_SASL_GSSAPI;
}
