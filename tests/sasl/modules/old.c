/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include <gmodule.h>
#include <xmpp.h>

/* As a module that was built when the class of its parent had less in it */

G_MODULE_EXPORT GType xmpp_sasl_module_get_type (const char *name);

typedef struct
{
  GObjectClass parent_class;
  gpointer step;
} OldClass;

GType
xmpp_sasl_module_get_type (const char *name)
{
  return g_type_register_static_simple (XMPP_TYPE_SASL_MECHANISM, "TestOld",
                                        sizeof (OldClass), NULL,
                                        sizeof (XmppSaslMechanism), NULL, 0);
}
