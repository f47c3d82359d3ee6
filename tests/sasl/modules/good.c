/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include <xmpp.h>

#include <string.h>

#include <gmodule.h>

/* A module that works for X-GOOD, X-GOOD-TOO and X-GOOD-FIELDS, which sends two fields of its
 * own, and gives odd types for other names */

G_MODULE_EXPORT GType xmpp_sasl_module_get_type (const char *name);
G_MODULE_EXPORT XmppSaslRole xmpp_sasl_module_get_roles (const char *name);
G_MODULE_EXPORT GType xmpp_sasl_module_get_authenticator_type (void);

typedef XmppSaslMechanism TestGood;
typedef XmppSaslMechanismClass TestGoodClass;
static GType test_good_get_type (void);
G_DEFINE_TYPE (TestGood, test_good, XMPP_TYPE_SASL_MECHANISM)

static GBytes *
send_fields (XmppSaslMechanism *mechanism, GError **error)
{
  char *number = xmpp_sasl_mechanism_get_secret (mechanism, "badge-number", error);
  char *door = number != NULL ? xmpp_sasl_mechanism_get_secret (mechanism, "door", error)
                              : NULL;
  g_autofree char *message = door != NULL ? g_strconcat (number, " ", door, NULL) : NULL;

  xmpp_secret_free (number);
  xmpp_secret_free (door);

  return message != NULL ? g_bytes_new (message, strlen (message)) : NULL;
}

static GBytes *
test_good_step (XmppSaslMechanism *mechanism,
                GBytes *input,
                GCancellable *cancellable,
                XmppSaslStatus *status,
                GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);

  *status = XMPP_SASL_STATUS_COMPLETE;
  if (g_str_equal (name, "X-GOOD-FIELDS"))
    return send_fields (mechanism, error);

  return g_bytes_new (name, strlen (name));
}

static void
test_good_class_init (TestGoodClass *klass)
{
  klass->step = test_good_step;
}

static void
test_good_init (TestGood *self)
{
}

GType
xmpp_sasl_module_get_type (const char *name)
{
  if (g_str_has_prefix (name, "X-GOOD") || g_str_equal (name, "X-ONE-SIDED"))
    return test_good_get_type ();
  if (g_str_equal (name, "X-ABSTRACT"))
    return XMPP_TYPE_SASL_MECHANISM;
  if (g_str_equal (name, "X-OBJECT"))
    return XMPP_TYPE_CREDENTIAL;

  return G_TYPE_INVALID;
}

XmppSaslRole
xmpp_sasl_module_get_roles (const char *name)
{
  return XMPP_SASL_ROLE_CLIENT;
}

typedef XmppAuthenticator TestAccounts;
typedef XmppAuthenticatorClass TestAccountsClass;
static GType test_accounts_get_type (void);
G_DEFINE_TYPE (TestAccounts, test_accounts, XMPP_TYPE_AUTHENTICATOR)

static void
test_accounts_class_init (TestAccountsClass *klass)
{
}

static void
test_accounts_init (TestAccounts *self)
{
}

GType
xmpp_sasl_module_get_authenticator_type (void)
{
  return test_accounts_get_type ();
}
