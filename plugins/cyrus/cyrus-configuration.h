/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "cyrus-callbacks.h"

G_BEGIN_DECLS

/* What a file of options says, as Cyrus' own ones do; the same in all threads */
typedef struct _CyrusConfiguration CyrusConfiguration;

/* @path: (nullable): the file; NULL: no option is set */
CyrusConfiguration *cyrus_configuration_new (const char *path, GError **error);
/* @first: an option, its value, and so on; NULL at the end */
CyrusConfiguration *cyrus_configuration_new_fixed (const char *first,
                                                   ...) G_GNUC_NULL_TERMINATED;
CyrusConfiguration *cyrus_configuration_copy_with (CyrusConfiguration *configuration,
                                                   const char *option,
                                                   const char *value);
CyrusConfiguration *cyrus_configuration_ref (CyrusConfiguration *configuration);
void cyrus_configuration_unref (CyrusConfiguration *configuration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CyrusConfiguration, cyrus_configuration_unref)

/* Lets a connection have its options from there */
void cyrus_configuration_add_callback (CyrusConfiguration *configuration,
                                       CyrusCallbacks *callbacks);

G_END_DECLS
