/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-registry.h"

G_BEGIN_DECLS

/* Where several modules have a mechanism. @modules: (nullable): those to take it from, best
 * first; where none of them has it, the first one that does not wait to be named. @role: a
 * module that cannot play it is passed over; 0: any */
XmppSaslMechanismInfo *xmpp_sasl_registry_find_from (XmppSaslRegistry *registry,
                                                     const char *name,
                                                     XmppSaslRole role,
                                                     const char *const *modules);
/* Whether there is a description of this name: a mechanism of it may be taken from another one */
gboolean xmpp_sasl_registry_has_module (XmppSaslRegistry *registry, const char *module);
/* xmpp_sasl_registry_list() of these */
GPtrArray *xmpp_sasl_registry_list_from (XmppSaslRegistry *registry,
                                         XmppSaslRole role,
                                         const char *const *modules);
/* xmpp_sasl_registry_create() of the very one that @info describes */
XmppSaslMechanism *xmpp_sasl_registry_create_from (XmppSaslRegistry *registry,
                                                   XmppSaslMechanismInfo *info,
                                                   XmppSaslContext *context,
                                                   XmppCredential *credential,
                                                   GError **error);

G_END_DECLS
