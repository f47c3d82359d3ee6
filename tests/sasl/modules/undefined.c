/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include <gmodule.h>
#include <xmpp.h>

/* As a module of a later library: what it needs is not there. It must be refused when it
 * is loaded; with lazy binding it would end the program when it is used. */

G_MODULE_EXPORT GType xmpp_sasl_module_get_type (const char *name);
GType test_function_of_a_later_library (void);

GType
xmpp_sasl_module_get_type (const char *name)
{
  return test_function_of_a_later_library ();
}
