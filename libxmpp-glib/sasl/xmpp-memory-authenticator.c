/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Sasl"

#include "config.h"

#include "sasl/xmpp-memory-authenticator-private.h"

#include "core/xmpp-error.h"
#include "core/xmpp-jid.h"
#include "core/xmpp-prepare.h"
#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-account-line.h"
#include "sasl/xmpp-accounts.h"
#include "sasl/xmpp-password-check.h"
#include "sasl/xmpp-scram-keys.h"

#include <string.h>

/**
 * XmppMemoryAuthenticator:
 *
 * An [class@Xmpp.Authenticator] that knows the users it was told of, for as long as it lives.
 *
 * Of a password it keeps what SCRAM and PLAIN need to verify it (the keys of SCRAM-SHA-1,
 * SCRAM-SHA-256 and SCRAM-SHA-512, made with 10,000 iterations), and not the password: who
 * sees the memory of the process cannot log in with what stands there. The keys are made in a
 * thread of the library's own, one user after the other, some 20 ms each; who logs in before
 * that is done waits for it. To serve thousands of users at once, add them with keys
 * that are there already ([method@Xmpp.MemoryAuthenticator.add_line]).
 *
 * DIGEST-MD5 and CRAM-MD5 cannot be verified with those keys. Set
 * [property@Xmpp.MemoryAuthenticator:keep-passwords] for them, before users are added.
 *
 * Subclass it to say who may act as somebody else ([vfunc@Xmpp.Authenticator.authorize]).
 * Tokens and whatever else a mechanism looks up are put in with
 * [method@Xmpp.MemoryAuthenticator.set_field].
 *
 * Users who are not known look like those who are: see [property@Xmpp.Authenticator:decoy],
 * which a server should set that is to look the same after a restart.
 *
 * Since: 1.0
 */

typedef struct
{
  XmppAccounts *accounts;
  gboolean keep_passwords;
} XmppMemoryAuthenticatorPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (XmppMemoryAuthenticator,
                            xmpp_memory_authenticator,
                            XMPP_TYPE_AUTHENTICATOR)

enum
{
  PROP_KEEP_PASSWORDS = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static XmppMemoryAuthenticatorPrivate *
get_private (gpointer self)
{
  return xmpp_memory_authenticator_get_instance_private (self);
}

/* ---- The questions ---- */

/* The bare address of the user, or the domain; NULL: there is no such address */
static char *
dup_address (XmppAuthenticatorRequest *request)
{
  const char *username = xmpp_authenticator_request_get_username (request);
  const char *domain = xmpp_authenticator_request_get_domain (request);
  g_autoptr (XmppJid) jid =
      domain != NULL ? xmpp_jid_new_from_parts (username, domain, NULL, NULL) : NULL;

  return jid != NULL ? g_strdup (xmpp_jid_to_string (jid)) : NULL;
}

static void
look_up (XmppMemoryAuthenticator *self, XmppAuthenticatorRequest *request)
{
  g_autofree char *address = dup_address (request);
  const char *field = xmpp_authenticator_request_get_field (request);
  xmpp_autosecret char *value = NULL;

  if (address != NULL && field != NULL)
    value = xmpp_accounts_dup (get_private (self)->accounts, address, field);

  xmpp_authenticator_request_reply (request, value);
}

/* How a password is verified of a user who is not there: as of those who are */
static void
fill_decoy (XmppMemoryAuthenticator *self, XmppPasswordCheck *check)
{
  xmpp_autosecret char *decoy = xmpp_authenticator_dup_decoy (XMPP_AUTHENTICATOR (self));
  guint iterations;

  check->field = xmpp_accounts_get_form (get_private (self)->accounts, &iterations);
  for (guint i = 0; decoy != NULL && xmpp_scram_keys_fields[i] != NULL; i++)
    xmpp_scram_keys_are_valid (xmpp_scram_keys_fields[i], decoy, &iterations);

  check->keys = xmpp_scram_keys_invent (check->field, iterations);
}

/* Where there are keys at all, every user costs the work that keys cost. */
static void
verify_password (XmppMemoryAuthenticator *self, XmppAuthenticatorRequest *request)
{
  XmppAccounts *accounts = get_private (self)->accounts;
  g_autofree char *address = dup_address (request);
  XmppPasswordCheck *check;

  check = xmpp_password_check_new (request);
  if (address != NULL)
    check->password = xmpp_accounts_dup (accounts, address, "password");
  for (guint i = 0; address != NULL && check->password == NULL && check->keys == NULL &&
                    xmpp_scram_keys_fields[i] != NULL;
       i++)
    {
      check->field = xmpp_scram_keys_fields[i];
      check->keys = xmpp_accounts_dup (accounts, address, check->field);
    }

  check->by_keys = check->keys != NULL;
  if (!check->by_keys)
    fill_decoy (self, check);

  xmpp_password_check_run (check);
}

static void
verify (XmppMemoryAuthenticator *self, XmppAuthenticatorRequest *request)
{
  XmppAuthenticatorClass *parent =
      XMPP_AUTHENTICATOR_CLASS (xmpp_memory_authenticator_parent_class);
  const char *field = xmpp_authenticator_request_get_field (request);
  gboolean by_keys;
  guint iterations;

  by_keys = g_strcmp0 (field, "password") == 0;
  by_keys &= xmpp_accounts_get_form (get_private (self)->accounts, &iterations) != NULL;
  if (by_keys)
    verify_password (self, request);
  else
    parent->verify (XMPP_AUTHENTICATOR (self), request);
}

static void
keys_are_there_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  XmppMemoryAuthenticator *self = XMPP_MEMORY_AUTHENTICATOR (source);
  g_autoptr (XmppAuthenticatorRequest) request = user_data;

  if (xmpp_authenticator_request_get_kind (request) == XMPP_AUTHENTICATOR_LOOKUP)
    look_up (self, request);
  else
    verify (self, request);
}

static gboolean
xmpp_memory_authenticator_ask (XmppAuthenticator *authenticator,
                               XmppAuthenticatorRequest *request)
{
  GTask *task =
      g_task_new (authenticator, NULL, keys_are_there_cb, g_object_ref (request));

  g_task_set_source_tag (task, xmpp_memory_authenticator_ask);
  xmpp_accounts_wait (get_private (authenticator)->accounts, task);

  return TRUE;
}

static gboolean
xmpp_memory_authenticator_authorize (XmppAuthenticator *authenticator,
                                     XmppAuthenticatorRequest *request)
{
  XmppAuthenticatorClass *parent =
      XMPP_AUTHENTICATOR_CLASS (xmpp_memory_authenticator_parent_class);
  g_autofree char *address = dup_address (request);

  /* A certificate says who somebody is, not that there still is such an account. */
  if (address == NULL ||
      !xmpp_accounts_has (get_private (authenticator)->accounts, address))
    {
      xmpp_authenticator_request_refuse (request);
      return TRUE;
    }

  return parent->authorize (authenticator, request);
}

/* ---- The object ---- */

static void
xmpp_memory_authenticator_finalize (GObject *object)
{
  xmpp_accounts_close (get_private (object)->accounts);

  G_OBJECT_CLASS (xmpp_memory_authenticator_parent_class)->finalize (object);
}

static void
xmpp_memory_authenticator_get_property (GObject *object,
                                        guint prop_id,
                                        GValue *value,
                                        GParamSpec *pspec)
{
  g_value_set_boolean (value, get_private (object)->keep_passwords);
}

static void
xmpp_memory_authenticator_set_property (GObject *object,
                                        guint prop_id,
                                        const GValue *value,
                                        GParamSpec *pspec)
{
  xmpp_memory_authenticator_set_keep_passwords (XMPP_MEMORY_AUTHENTICATOR (object),
                                                g_value_get_boolean (value));
}

static void
xmpp_memory_authenticator_class_init (XmppMemoryAuthenticatorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  XmppAuthenticatorClass *authenticator_class = XMPP_AUTHENTICATOR_CLASS (klass);

  object_class->finalize = xmpp_memory_authenticator_finalize;
  object_class->get_property = xmpp_memory_authenticator_get_property;
  object_class->set_property = xmpp_memory_authenticator_set_property;

  authenticator_class->lookup = xmpp_memory_authenticator_ask;
  authenticator_class->verify = xmpp_memory_authenticator_ask;
  authenticator_class->authorize = xmpp_memory_authenticator_authorize;

  /**
   * XmppMemoryAuthenticator:keep-passwords:
   *
   * Whether the passwords of users that are added from now on are kept as they are, and not
   * as keys. Mechanisms that need the password itself (DIGEST-MD5, CRAM-MD5) work with those
   * users alone. Then nothing is computed when they are added, and 10,000 iterations at each
   * login with SCRAM, in a thread.
   *
   * Since: 1.0
   */
  properties[PROP_KEEP_PASSWORDS] =
      g_param_spec_boolean ("keep-passwords", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY |
                                G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_memory_authenticator_init (XmppMemoryAuthenticator *self)
{
  get_private (self)->accounts = xmpp_accounts_new ();
}

/**
 * xmpp_memory_authenticator_new:
 *
 * Makes one that knows nobody yet.
 *
 * Returns: (transfer full): an authenticator
 *
 * Since: 1.0
 */
XmppMemoryAuthenticator *
xmpp_memory_authenticator_new (void)
{
  return g_object_new (XMPP_TYPE_MEMORY_AUTHENTICATOR, NULL);
}

/**
 * xmpp_memory_authenticator_get_keep_passwords:
 * @authenticator: an authenticator
 *
 * Tells whether passwords are kept as they are.
 *
 * Returns: %TRUE: they are; %FALSE: as keys
 *
 * Since: 1.0
 */
gboolean
xmpp_memory_authenticator_get_keep_passwords (XmppMemoryAuthenticator *authenticator)
{
  g_return_val_if_fail (XMPP_IS_MEMORY_AUTHENTICATOR (authenticator), FALSE);

  return get_private (authenticator)->keep_passwords;
}

/**
 * xmpp_memory_authenticator_set_keep_passwords:
 * @authenticator: an authenticator
 * @keep_passwords: whether passwords of users that are added from now on are kept as they are
 *
 * Sets whether passwords are kept: see
 * [property@Xmpp.MemoryAuthenticator:keep-passwords].
 *
 * Since: 1.0
 */
void
xmpp_memory_authenticator_set_keep_passwords (XmppMemoryAuthenticator *authenticator,
                                              gboolean keep_passwords)
{
  XmppMemoryAuthenticatorPrivate *priv;

  g_return_if_fail (XMPP_IS_MEMORY_AUTHENTICATOR (authenticator));

  priv = get_private (authenticator);
  keep_passwords = !!keep_passwords;
  if (priv->keep_passwords == keep_passwords)
    return;

  priv->keep_passwords = keep_passwords;
  g_object_notify_by_pspec (G_OBJECT (authenticator), properties[PROP_KEEP_PASSWORDS]);
}

/* ---- The users ---- */

/* An address and a password in the form in which they count */
static XmppJid *
prepare_user (const char *jid, const char *password, char **prepared, GError **error)
{
  g_autoptr (XmppJid) parsed = xmpp_account_parse_jid (jid, error);
  g_autoptr (GError) local_error = NULL;

  *prepared = NULL;
  if (parsed == NULL || password == NULL)
    return g_steal_pointer (&parsed);

  *prepared = xmpp_sasl_prepare (XMPP_SASL_PROFILE_SASLPREP, password, &local_error);
  if (*prepared != NULL)
    return g_steal_pointer (&parsed);

  g_propagate_prefixed_error (error, g_steal_pointer (&local_error),
                              "The password of %s: ", xmpp_jid_to_string (parsed));
  return NULL;
}

/**
 * xmpp_memory_authenticator_add_user:
 * @authenticator: an authenticator
 * @jid: the bare address of the user
 * @password: (nullable): the password; %NULL: the user proves who it is by other means, a
 *   certificate or a ticket
 * @error: return location for an error
 *
 * Lets a user in. One with this address that there was before is forgotten, with all fields.
 *
 * Returns: %TRUE; %FALSE with %G_IO_ERROR_INVALID_DATA where @jid is not the bare address of
 *   a user, or %XMPP_SASL_ERROR_MALFORMED_REQUEST where @password is one that SASLprep does
 *   not let through
 *
 * Since: 1.0
 */
gboolean
xmpp_memory_authenticator_add_user (XmppMemoryAuthenticator *authenticator,
                                    const char *jid,
                                    const char *password,
                                    GError **error)
{
  XmppMemoryAuthenticatorPrivate *priv;
  xmpp_autosecret char *prepared = NULL;
  g_autoptr (XmppJid) parsed = NULL;

  g_return_val_if_fail (XMPP_IS_MEMORY_AUTHENTICATOR (authenticator), FALSE);
  g_return_val_if_fail (jid != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  priv = get_private (authenticator);
  parsed = prepare_user (jid, password, &prepared, error);
  if (parsed == NULL)
    return FALSE;

  xmpp_accounts_add (priv->accounts, xmpp_jid_to_string (parsed), prepared,
                     priv->keep_passwords);
  return TRUE;
}

void
xmpp_memory_authenticator_add_parsed (XmppMemoryAuthenticator *self,
                                      const XmppAccountLine *line)
{
  XmppMemoryAuthenticatorPrivate *priv = get_private (self);
  const char *jid = xmpp_jid_to_string (line->jid);
  GHashTableIter iter;
  gpointer field;
  gpointer value;

  xmpp_accounts_add (priv->accounts, jid, line->password, priv->keep_passwords);
  g_hash_table_iter_init (&iter, line->fields);
  while (g_hash_table_iter_next (&iter, &field, &value))
    xmpp_accounts_set (priv->accounts, jid, field, value);
}

/**
 * xmpp_memory_authenticator_add_line:
 * @authenticator: an authenticator
 * @line: one line of a users file
 * @error: return location for an error
 *
 * Lets a user in who is described as in a users file:
 *
 * - `alice@example.org=password`, where a backslash is written `\\` and a blank at the
 *   beginning `\s`;
 * - `alice@example.org={PLAIN}password`, for one that begins with a brace;
 * - `alice@example.org={SCRAM}sha-256:10000$…$…$… …`, as
 *   [func@Xmpp.MemoryAuthenticator.make_line] makes it: keys instead of the password;
 * - `alice@example.org={NONE}`: no password; a certificate or a ticket proves who it is.
 *
 * One with this address that there was before is forgotten.
 *
 * Returns: %TRUE; %FALSE with %G_IO_ERROR_INVALID_DATA where the line is none of these. The
 *   error tells nothing of the password
 *
 * Since: 1.0
 */
gboolean
xmpp_memory_authenticator_add_line (XmppMemoryAuthenticator *authenticator,
                                    const char *line,
                                    GError **error)
{
  g_autoptr (XmppAccountLine) parsed = NULL;

  g_return_val_if_fail (XMPP_IS_MEMORY_AUTHENTICATOR (authenticator), FALSE);
  g_return_val_if_fail (line != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  parsed = xmpp_account_line_parse (line, error);
  if (parsed == NULL)
    return FALSE;

  xmpp_memory_authenticator_add_parsed (authenticator, parsed);
  return TRUE;
}

/**
 * xmpp_memory_authenticator_set_field:
 * @authenticator: an authenticator
 * @jid: the bare address of a user; or a domain, for what belongs to the service (`keytab`)
 * @field: the name of the field, like `token`: [class@Xmpp.Authenticator] has a list
 * @value: (nullable): what is looked up from now on; %NULL: nothing
 * @error: return location for an error
 *
 * Sets a field of a user, who is let in where it was not known. For a password there is
 * [method@Xmpp.MemoryAuthenticator.add_user].
 *
 * Returns: %TRUE; %FALSE with %G_IO_ERROR_INVALID_DATA where @jid is no address, or @value is
 *   not what the keys of SCRAM look like
 *
 * Since: 1.0
 */
gboolean
xmpp_memory_authenticator_set_field (XmppMemoryAuthenticator *authenticator,
                                     const char *jid,
                                     const char *field,
                                     const char *value,
                                     GError **error)
{
  g_autoptr (XmppJid) parsed = NULL;
  g_autoptr (XmppJid) bare = NULL;

  g_return_val_if_fail (XMPP_IS_MEMORY_AUTHENTICATOR (authenticator), FALSE);
  g_return_val_if_fail (jid != NULL, FALSE);
  g_return_val_if_fail (field != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  parsed = xmpp_jid_new (jid, error);
  if (parsed == NULL)
    return FALSE;

  if (value != NULL && g_strv_contains (xmpp_scram_keys_fields, field) &&
      !xmpp_scram_keys_are_valid (field, value, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "The %s of %s are not COUNT$SALT$STORED-KEY$SERVER-KEY, in base64",
                   field, xmpp_jid_to_string (parsed));
      return FALSE;
    }

  bare = xmpp_jid_dup_bare (parsed);
  xmpp_accounts_set (get_private (authenticator)->accounts, xmpp_jid_to_string (bare),
                     field, value);
  return TRUE;
}

static XmppJid *
parse_bare (const char *text)
{
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, NULL);

  return jid != NULL ? xmpp_jid_dup_bare (jid) : NULL;
}

/**
 * xmpp_memory_authenticator_remove_user:
 * @authenticator: an authenticator
 * @jid: the address of a user
 *
 * Does not let a user in any more. Who is logged in stays so.
 *
 * Returns: %TRUE: it was known until now
 *
 * Since: 1.0
 */
gboolean
xmpp_memory_authenticator_remove_user (XmppMemoryAuthenticator *authenticator,
                                       const char *jid)
{
  g_autoptr (XmppJid) bare = NULL;

  g_return_val_if_fail (XMPP_IS_MEMORY_AUTHENTICATOR (authenticator), FALSE);
  g_return_val_if_fail (jid != NULL, FALSE);

  bare = parse_bare (jid);
  return bare != NULL && xmpp_accounts_remove (get_private (authenticator)->accounts,
                                               xmpp_jid_to_string (bare));
}

/**
 * xmpp_memory_authenticator_has_user:
 * @authenticator: an authenticator
 * @jid: the address of a user
 *
 * Tells whether a user is known.
 *
 * Returns: %TRUE: it is
 *
 * Since: 1.0
 */
gboolean
xmpp_memory_authenticator_has_user (XmppMemoryAuthenticator *authenticator,
                                    const char *jid)
{
  g_autoptr (XmppJid) bare = NULL;

  g_return_val_if_fail (XMPP_IS_MEMORY_AUTHENTICATOR (authenticator), FALSE);
  g_return_val_if_fail (jid != NULL, FALSE);

  bare = parse_bare (jid);
  return bare != NULL && xmpp_accounts_has (get_private (authenticator)->accounts,
                                            xmpp_jid_to_string (bare));
}

/**
 * xmpp_memory_authenticator_make_line:
 * @jid: the bare address of a user
 * @password: the password
 * @error: return location for an error
 *
 * Makes the line that stands for a user in a users file, with the keys of SCRAM in place of
 * the password, and a salt that is new each time. It is what `xmpp-tool hash` prints, and
 * what a data base may hold for [method@Xmpp.MemoryAuthenticator.add_line]. It takes some
 * 20 ms, in which it blocks.
 *
 * Returns: (transfer full): the line, without an end of line, to be freed with
 *   [func@Xmpp.secret_free]; %NULL with the errors of
 *   [method@Xmpp.MemoryAuthenticator.add_user], or %XMPP_SASL_ERROR_INTERNAL where
 *   GnuTLS cannot compute it
 *
 * Since: 1.0
 */
char *
xmpp_memory_authenticator_make_line (const char *jid,
                                     const char *password,
                                     GError **error)
{
  g_autoptr (GHashTable) fields = xmpp_account_fields_new ();
  xmpp_autosecret char *prepared = NULL;
  g_autoptr (XmppJid) parsed = NULL;

  g_return_val_if_fail (jid != NULL, NULL);
  g_return_val_if_fail (password != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  parsed = prepare_user (jid, password, &prepared, error);
  if (parsed == NULL)
    return NULL;

  for (guint i = 0; xmpp_scram_keys_fields[i] != NULL; i++)
    {
      char *keys =
          xmpp_scram_keys_derive (xmpp_scram_keys_fields[i], prepared, NULL, error);

      if (keys == NULL)
        return NULL;
      g_hash_table_insert (fields, g_strdup (xmpp_scram_keys_fields[i]), keys);
    }

  return xmpp_account_line_build (parsed, fields);
}
