/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <glib.h>

#ifndef _XMPP_EXTERN
#define _XMPP_EXTERN __attribute__ ((visibility ("default"))) extern
#endif

/**
 * XMPP_AVAILABLE_IN_ALL: (skip)
 *
 * Marks a function that every version of the library has.
 */
#define XMPP_AVAILABLE_IN_ALL _XMPP_EXTERN
