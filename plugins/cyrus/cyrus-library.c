/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-library.h"

#include "cyrus-auxprop.h"

#include <stdlib.h>

/* ---- Once in a process ---- */

/* By itself libsasl2 locks nothing. It takes these where nobody was here before, and ignores
 * them else. */
static void *
mutex_new (void)
{
  GMutex *mutex = g_new0 (GMutex, 1);

  g_mutex_init (mutex);

  return mutex;
}

static int
mutex_lock (void *mutex)
{
  g_mutex_lock (mutex);

  return SASL_OK;
}

static int
mutex_unlock (void *mutex)
{
  g_mutex_unlock (mutex);

  return SASL_OK;
}

static void
mutex_free (void *mutex)
{
  g_mutex_clear (mutex);
  g_free (mutex);
}

/* Callbacks and the name of a program count for the whole process, and only the first time:
 * whoever else uses libsasl2 keeps them, and we have ours with each connection. */
static int
begin (XmppSaslRole role)
{
  int result;

  if (role == XMPP_SASL_ROLE_CLIENT)
    return sasl_client_init (NULL);

  result = sasl_server_init (NULL, NULL);

  return result == SASL_OK ? cyrus_auxprop_add () : result;
}

/* libsasl2 compares user ids, and misses programs that have their rights by capabilities. */
static gboolean
check_environment (GError **error)
{
  static const char *const names[] = { "SASL_PATH", "SASL_CONF_PATH" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (getenv (names[i]) != NULL && secure_getenv (names[i]) == NULL)
      {
        g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                     "Cyrus SASL would look where %s says, and this program has more "
                     "rights than who runs it",
                     names[i]);
        return FALSE;
      }

  return TRUE;
}

gboolean
cyrus_library_begin (XmppSaslRole role, GError **error)
{
  static GMutex mutex;
  static XmppSaslRole begun = 0;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  int result = SASL_OK;

  if (begun == 0 && !check_environment (error))
    return FALSE;
  if (begun == 0)
    sasl_set_mutex (mutex_new, mutex_lock, mutex_unlock, mutex_free);
  if (!(begun & role))
    result = begin (role);

  if (result == SASL_OK)
    {
      begun |= role;
      return TRUE;
    }

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
               "Cyrus SASL cannot be initialised: %s",
               sasl_errstring (result, NULL, NULL));
  return FALSE;
}

/* ---- What went wrong ---- */

gboolean
cyrus_library_says_no (int result)
{
  switch (result)
    {
    case SASL_BADAUTH:
    case SASL_NOUSER:
    case SASL_NOAUTHZ:
    case SASL_NOVERIFY:
    case SASL_EXPIRED:
    case SASL_DISABLED:
    case SASL_PWLOCK:
      return TRUE;
    default:
      return FALSE;
    }
}

static XmppSaslError
translate (XmppSaslRole role, int result)
{
  switch (result)
    {
    case SASL_NOMECH:
    case SASL_NOTINIT:
    case SASL_BADVERS:
    case SASL_UNAVAIL:
      return XMPP_SASL_ERROR_UNAVAILABLE;
    case SASL_BADAUTH:
    case SASL_BADSERV:
    case SASL_BADBINDING:
      /* A client's plug-in says so of the server. */
      return role == XMPP_SASL_ROLE_CLIENT ? XMPP_SASL_ERROR_SERVER_NOT_TRUSTED
                                           : XMPP_SASL_ERROR_NOT_AUTHORIZED;
    case SASL_TOOWEAK:
    case SASL_ENCRYPT:
      return XMPP_SASL_ERROR_MECHANISM_TOO_WEAK;
    case SASL_BADPROT:
      return XMPP_SASL_ERROR_MALFORMED_REQUEST;
    default:
      return cyrus_library_says_no (result) ? XMPP_SASL_ERROR_NOT_AUTHORIZED
                                            : XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE;
    }
}

void
cyrus_library_set_error (
    GError **error, XmppSaslRole role, const char *mechanism, int result, gboolean first)
{
  XmppSaslError code = first ? XMPP_SASL_ERROR_UNAVAILABLE : translate (role, result);

  /* Not sasl_errdetail(): it may quote the peer, and is stale or garbled at times. */
  g_set_error (error, XMPP_SASL_ERROR, (int) code, "Cyrus SASL, %s: %s", mechanism,
               sasl_errstring (result, NULL, NULL));
}
