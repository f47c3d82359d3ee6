/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#define XMPP_NS_STREAMS "http://etherx.jabber.org/streams"
#define XMPP_NS_CLIENT "jabber:client"
#define XMPP_NS_SERVER "jabber:server"
#define XMPP_NS_COMPONENT "jabber:component:accept"
#define XMPP_NS_STREAM_ERRORS "urn:ietf:params:xml:ns:xmpp-streams"
#define XMPP_NS_STANZA_ERRORS "urn:ietf:params:xml:ns:xmpp-stanzas"
#define XMPP_NS_TLS "urn:ietf:params:xml:ns:xmpp-tls"
#define XMPP_NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define XMPP_NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"
#define XMPP_NS_SESSION "urn:ietf:params:xml:ns:xmpp-session"
#define XMPP_NS_SASL_CHANNEL_BINDING "urn:xmpp:sasl-cb:0"
#define XMPP_NS_DOMAIN_BASED_NAME "urn:xmpp:domain-based-name:1"
#define XMPP_NS_STREAM_LIMITS "urn:xmpp:stream-limits:0"
#define XMPP_NS_PING "urn:xmpp:ping"
#define XMPP_NS_XML "http://www.w3.org/XML/1998/namespace"
