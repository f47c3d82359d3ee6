/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#define XMPP_INSIDE

#include "core/xmpp-version.h"
#include "core/xmpp-error.h"
#include "core/xmpp-limits.h"
#include "core/xmpp-secret.h"
#include "core/xmpp-prepare.h"
#include "core/xmpp-jid.h"
#include "core/xmpp-element.h"
#include "core/xmpp-stanza.h"
#include "core/xmpp-report.h"
#include "core/xmpp-store-request.h"
#include "core/xmpp-state-store.h"
#include "core/xmpp-memory-state-store.h"
#include "stream/xmpp-element-reader.h"
#include "sasl/xmpp-sasl-step.h"
#include "sasl/xmpp-credential-request.h"
#include "sasl/xmpp-credential.h"
#include "sasl/xmpp-authenticator-request.h"
#include "sasl/xmpp-authenticator.h"
#include "sasl/xmpp-memory-authenticator.h"
#include "sasl/xmpp-sasl-context.h"
#include "sasl/xmpp-sasl-mechanism.h"
#include "sasl/xmpp-sasl-mechanism-info.h"
#include "sasl/xmpp-sasl-registry.h"
#include "sasl/xmpp-sasl-policy.h"
#include "sasl/xmpp-sasl-pbkdf2.h"
#include "tls/xmpp-certificate-request.h"
#include "connection/xmpp-connection.h"
#include "client/xmpp-client.h"
#include "client/xmpp-component.h"
#include "client/xmpp-file-state-store.h"
#include "server/xmpp-server.h"
#include "server/xmpp-users-file.h"
#include "xmpp-enum-types.h"

#undef XMPP_INSIDE
