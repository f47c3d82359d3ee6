/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include <gmodule.h>
#include <xmpp.h>

/* A module whose type has the name of another module's */

G_MODULE_EXPORT GType xmpp_sasl_module_get_type (const char *name);

typedef XmppSaslMechanism TestGood;
typedef XmppSaslMechanismClass TestGoodClass;
static GType test_good_get_type (void);
G_DEFINE_TYPE (TestGood, test_good, XMPP_TYPE_SASL_MECHANISM)

static void
test_good_class_init (TestGoodClass *klass)
{
}

static void
test_good_init (TestGood *self)
{
}

GType
xmpp_sasl_module_get_type (const char *name)
{
  return test_good_get_type ();
}
