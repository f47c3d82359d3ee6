/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* X-BADGE in C, a mechanism of one message: who it is, and the number of the badge. Beside
 * badge.sasl goes what this makes:
 *
 *   cc -shared -fPIC badge.c -o libxmpp-sasl-badge.so \
 *     $(pkg-config --cflags --libs xmpp-glib-1.0) */

#include <xmpp.h>

#include <string.h>

typedef XmppSaslMechanism SiteBadge;
typedef XmppSaslMechanismClass SiteBadgeClass;
GType site_badge_get_type (void);
GType xmpp_sasl_module_get_type (const char *name);

G_DEFINE_TYPE (SiteBadge, site_badge, XMPP_TYPE_SASL_MECHANISM)

static GBytes *
site_badge_step (XmppSaslMechanism *mechanism,
                 GBytes *input,
                 GCancellable *cancellable,
                 XmppSaslStatus *status,
                 GError **error)
{
  char *username = xmpp_sasl_mechanism_get_secret (mechanism, "username", error);
  char *number = NULL;
  char *message = NULL;

  if (username != NULL)
    number = xmpp_sasl_mechanism_get_secret (mechanism, "badge-number", error);
  if (number != NULL && number[strspn (number, "0123456789")] != '\0')
    g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                         "The number of a badge has digits only");
  else if (number != NULL)
    {
      message = g_strconcat (username, " ", number, NULL);
      *status = XMPP_SASL_STATUS_COMPLETE;
    }

  xmpp_secret_free (username);
  xmpp_secret_free (number);

  return message != NULL
             ? g_bytes_new_with_free_func (message, strlen (message),
                                           (GDestroyNotify) xmpp_secret_free, message)
             : NULL;
}

static void
site_badge_class_init (SiteBadgeClass *klass)
{
  klass->step = site_badge_step;
}

static void
site_badge_init (SiteBadge *self)
{
}

GType
xmpp_sasl_module_get_type (const char *name)
{
  return site_badge_get_type ();
}
