/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

#include <sasl/sasl.h>

G_BEGIN_DECLS

/* What a file of options says, as Cyrus' own ones do; the same in all threads */
typedef struct _CyrusConfiguration CyrusConfiguration;

/* @path: (nullable): the file; NULL: no option is set */
CyrusConfiguration *cyrus_configuration_new (const char *path, GError **error);
CyrusConfiguration *cyrus_configuration_ref (CyrusConfiguration *configuration);
void cyrus_configuration_unref (CyrusConfiguration *configuration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CyrusConfiguration, cyrus_configuration_unref)

/* (nullable) */
const char *cyrus_configuration_get (CyrusConfiguration *configuration,
                                     const char *option);

/* SASL_CB_GETOPT, with a configuration for its context */
int cyrus_configuration_getopt_cb (void *context,
                                   const char *plugin,
                                   const char *option,
                                   const char **result,
                                   unsigned *length);

G_END_DECLS
