/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-mechanism-info.h"

G_BEGIN_DECLS

/* @file: (nullable): the description file that says so */
XmppSaslMechanismInfo *xmpp_sasl_mechanism_info_new_for_file (const char *name,
                                                              XmppSaslRole roles,
                                                              XmppSaslFacts facts,
                                                              int strength,
                                                              const char *const *fields,
                                                              const char *file);
void xmpp_sasl_mechanism_info_set_loaded (XmppSaslMechanismInfo *info);
/* Several modules have the name: it matters which of them the policy prefers. */
void xmpp_sasl_mechanism_info_set_shared (XmppSaslMechanismInfo *info);
gboolean xmpp_sasl_mechanism_info_is_shared (XmppSaslMechanismInfo *info);

G_END_DECLS
