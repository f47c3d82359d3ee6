/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "core/xmpp-error.h"
#include "sasl/xmpp-sasl-mechanism-info.h"
#include "sasl/xmpp-sasl-mechanism.h"

G_BEGIN_DECLS

#define XMPP_TYPE_SASL_REGISTRY (xmpp_sasl_registry_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppSaslRegistry, xmpp_sasl_registry, XMPP, SASL_REGISTRY, GObject)

/* Empty: no directory */
XMPP_AVAILABLE_IN_ALL
XmppSaslRegistry *xmpp_sasl_registry_new (void);
/* XMPP_SASL_MODULE_PATH, then <libdir>/xmpp-glib-1.0/sasl; one per process */
XMPP_AVAILABLE_IN_ALL
XmppSaslRegistry *xmpp_sasl_registry_get_default (void);
XMPP_AVAILABLE_IN_ALL
void xmpp_sasl_registry_add_directory (XmppSaslRegistry *registry, const char *directory);
/* Beats every file */
XMPP_AVAILABLE_IN_ALL
void xmpp_sasl_registry_register (XmppSaslRegistry *registry,
                                  XmppSaslMechanismInfo *info,
                                  GType type);
/* (transfer container) (element-type XmppSaslMechanismInfo): strongest first */
XMPP_AVAILABLE_IN_ALL
GPtrArray *xmpp_sasl_registry_list (XmppSaslRegistry *registry, XmppSaslRole role);
/* (transfer none) (nullable) */
XMPP_AVAILABLE_IN_ALL
XmppSaslMechanismInfo *xmpp_sasl_registry_find (XmppSaslRegistry *registry,
                                                const char *name);
/* For a diagnosis; else a module is loaded when its mechanism is first used */
XMPP_AVAILABLE_IN_ALL
void xmpp_sasl_registry_load_all (XmppSaslRegistry *registry);
/* Files and groups that were left out, and modules that did not load: a(ss), file and
 * reason (transfer full) */
XMPP_AVAILABLE_IN_ALL
GVariant *xmpp_sasl_registry_list_broken (XmppSaslRegistry *registry);
/* Loads the module if needed. @credential: NULL in the server role (the context has the
 * authenticator). Errors: XMPP_SASL_ERROR_MODULE, …_INVALID_MECHANISM */
XMPP_AVAILABLE_IN_ALL
XmppSaslMechanism *xmpp_sasl_registry_create (XmppSaslRegistry *registry,
                                              const char *name,
                                              XmppSaslContext *context,
                                              XmppCredential *credential,
                                              GError **error);
/* The one that a module brings along. Error: XMPP_SASL_ERROR_MODULE */
XMPP_AVAILABLE_IN_ALL
XmppAuthenticator *xmpp_sasl_registry_create_authenticator (XmppSaslRegistry *registry,
                                                            const char *module,
                                                            GError **error);

G_END_DECLS
