/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-jid.h"

#include "core/xmpp-domain.h"
#include "core/xmpp-precis.h"

#include <string.h>

#define MAX_PART_BYTES 1023

/* Preparation makes a part shorter (full-width characters, combining accents), but not by
 * a factor like this: what is longer than this need not be looked at. */
#define MAX_RAW_BYTES (8 * MAX_PART_BYTES)

/**
 * XmppJid:
 *
 * The address of an entity (RFC 7622): `local@domain/resource`, of which only the domain
 * is always there.
 *
 * An address is checked and prepared when it is made and never changes afterwards, so
 * that two that mean the same are the same byte for byte: `Juliet@Example.Com` is
 * `juliet@example.com`. It may be shared between threads.
 *
 * Since: 1.0
 */
struct _XmppJid
{
  gatomicrefcount ref_count;

  const char *full;
  const char *local; /* NULL: none */
  const char *domain;
  const char *ascii_domain;
  const char *resource; /* NULL: none */
  char text[];          /* what these point to */
};

/* A part that has been prepared: a piece of the text given, or memory of its own */
typedef struct
{
  const char *text; /* NULL: no such part */
  gsize length;
  char *owned;
} Part;

G_DEFINE_BOXED_TYPE (XmppJid, xmpp_jid, xmpp_jid_ref, xmpp_jid_unref)

static void
part_clear (Part *part)
{
  g_clear_pointer (&part->owned, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Part, part_clear)

static void
part_take (Part *part, char *owned)
{
  g_free (part->owned);
  part->owned = owned;
  part->text = owned;
  part->length = owned != NULL ? strlen (owned) : 0;
}

static gboolean
fail_part (const char *name, XmppPrepareFault fault, gunichar character, GError **error)
{
  if (fault == XMPP_PREPARE_FAULT_CHARACTER)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "Malformed address: the %s holds U+%04X, which is not allowed there",
                 name, character);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "Malformed address: the %s %s", name,
                 xmpp_prepare_fault_to_string (fault));

  return FALSE;
}

static gboolean
check_length (const char *name, gsize length, gsize max, GError **error)
{
  if (length == 0)
    return fail_part (name, XMPP_PREPARE_FAULT_EMPTY, 0, error);
  if (length > max)
    return fail_part (name, XMPP_PREPARE_FAULT_TOO_LONG, 0, error);

  return TRUE;
}

/* RFC 7622 §3.3.1: what PRECIS lets into an identifier, but a localpart may not hold */
static const char *
find_excluded (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (strchr ("\"&'/:<>@", text[i]) != NULL)
        return text + i;
    }

  return NULL;
}

static gboolean
is_plain_local (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] <= ' ' || text[i] > '~' || g_ascii_isupper (text[i]))
        return FALSE;
    }

  return TRUE;
}

static gboolean
prepare_local (Part *part, GError **error)
{
  static const char name[] = "local part";
  const char *excluded;

  if (part->text == NULL)
    return TRUE;
  if (!check_length (name, part->length, MAX_RAW_BYTES, error))
    return FALSE;

  if (!is_plain_local (part->text, part->length))
    {
      char *prepared;
      gunichar character = 0;
      XmppPrepareFault fault =
          xmpp_precis_username (part->text, part->length, &prepared, &character);

      if (fault != XMPP_PREPARE_FAULT_NONE)
        return fail_part (name, fault, character, error);
      part_take (part, prepared);
    }

  excluded = find_excluded (part->text, part->length);
  if (excluded != NULL)
    return fail_part (name, XMPP_PREPARE_FAULT_CHARACTER, *excluded, error);

  return check_length (name, part->length, MAX_PART_BYTES, error);
}

/* @ascii gets a text only where it differs from the domain. */
static gboolean
prepare_domain (Part *part, Part *ascii, GError **error)
{
  static const char name[] = "domain";

  if (!check_length (name, part->length, MAX_RAW_BYTES, error))
    return FALSE;

  /* RFC 7622 §3.2: the dot of the root does not count. */
  if (part->text[part->length - 1] == '.')
    {
      part->length--;
      if (!check_length (name, part->length, MAX_RAW_BYTES, error))
        return FALSE;
    }

  if (!xmpp_domain_is_plain (part->text, part->length))
    {
      g_autofree char *unicode_form = NULL;
      g_autofree char *ascii_form = NULL;
      g_autoptr (GError) reason = NULL;

      if (!xmpp_domain_prepare (part->text, part->length, &unicode_form, &ascii_form,
                                &reason))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "Malformed address: the domain %s", reason->message);
          return FALSE;
        }
      if (!g_str_equal (unicode_form, ascii_form))
        part_take (ascii, g_steal_pointer (&ascii_form));
      part_take (part, g_steal_pointer (&unicode_form));
    }

  return check_length (name, part->length, MAX_PART_BYTES, error);
}

/* How the profile of a resource is enforced */
typedef XmppPrepareFault (*PrepareFunc) (const char *text,
                                         gsize length,
                                         char **result,
                                         gunichar *character);

static gboolean
prepare_resource (Part *part, PrepareFunc prepare, GError **error)
{
  static const char name[] = "resource";

  if (part->text == NULL)
    return TRUE;
  if (!check_length (name, part->length, MAX_RAW_BYTES, error))
    return FALSE;

  if (!xmpp_prepare_is_plain (part->text, part->length))
    {
      char *prepared;
      gunichar character = 0;
      XmppPrepareFault fault = prepare (part->text, part->length, &prepared, &character);

      if (fault != XMPP_PREPARE_FAULT_NONE)
        return fail_part (name, fault, character, error);
      part_take (part, prepared);
    }

  return check_length (name, part->length, MAX_PART_BYTES, error);
}

static char *
append (char *end, const Part *part)
{
  memcpy (end, part->text, part->length);

  return end + part->length;
}

static char *
append_terminated (char *end, const Part *part)
{
  end = append (end, part);
  *end = '\0';

  return end + 1;
}

/* All parts are prepared. One allocation: the whole address, then what cannot point to
 * its tail. */
static XmppJid *
build (const Part *local, const Part *domain, const Part *ascii, const Part *resource)
{
  gsize size = local->length + 1 + domain->length + 1 + resource->length + 1;
  XmppJid *self;
  char *end;

  size += local->length + 1 + domain->length + 1 + ascii->length + 1;
  self = g_malloc (sizeof (XmppJid) + size);
  g_atomic_ref_count_init (&self->ref_count);
  self->local = NULL;
  self->resource = NULL;

  self->full = end = self->text;
  if (local->text != NULL)
    {
      end = append (end, local);
      *end++ = '@';
    }
  self->domain = end;
  end = append (end, domain);
  if (resource->text != NULL)
    {
      *end++ = '/';
      self->resource = end;
      end = append (end, resource);
    }
  *end++ = '\0';

  if (local->text != NULL)
    {
      self->local = end;
      end = append_terminated (end, local);
    }
  if (resource->text != NULL)
    {
      self->domain = end;
      end = append_terminated (end, domain);
    }
  self->ascii_domain = self->domain;
  if (ascii->text != NULL)
    {
      self->ascii_domain = end;
      append_terminated (end, ascii);
    }

  return self;
}

static XmppJid *
prepare_and_build (
    Part *local, Part *domain, Part *resource, PrepareFunc prepare, GError **error)
{
  g_auto (Part) ascii = { NULL, 0, NULL };

  if (!prepare_local (local, error) || !prepare_domain (domain, &ascii, error) ||
      !prepare_resource (resource, prepare, error))
    return NULL;

  return build (local, domain, &ascii, resource);
}

/**
 * xmpp_jid_new: (constructor)
 * @text: an address
 * @error: return location for an error
 *
 * Reads an address (RFC 7622 §3.1): what follows the first `/` is the resource, and what
 * precedes the first `@` before that is the local part. All parts are checked and
 * prepared. The resource may hold characters that the Unicode of this machine does not know
 * yet: who has let them in may have a newer one. An address that is put together from parts
 * may not.
 *
 * Returns: (transfer full): the address; %NULL with %G_IO_ERROR_INVALID_DATA where @text
 * is none
 *
 * Since: 1.0
 */
XmppJid *
xmpp_jid_new (const char *text, GError **error)
{
  g_auto (Part) local = { NULL, 0, NULL };
  g_auto (Part) domain = { NULL, 0, NULL };
  g_auto (Part) resource = { NULL, 0, NULL };
  const char *slash;
  const char *at;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  domain.text = text;
  domain.length = strlen (text);

  slash = memchr (text, '/', domain.length);
  if (slash != NULL)
    {
      resource.text = slash + 1;
      resource.length = text + domain.length - resource.text;
      domain.length = slash - text;
    }

  at = memchr (text, '@', domain.length);
  if (at != NULL)
    {
      local.text = text;
      local.length = at - text;
      domain.text = at + 1;
      domain.length -= local.length + 1;
    }

  return prepare_and_build (&local, &domain, &resource, xmpp_precis_opaque_received,
                            error);
}

/**
 * xmpp_jid_new_from_parts: (constructor)
 * @local: (nullable): the local part
 * @domain: the domain
 * @resource: (nullable): the resource
 * @error: return location for an error
 *
 * Puts an address together. All parts are checked and prepared; a part that is not wanted
 * is %NULL, an empty one is refused.
 *
 * Returns: (transfer full): the address; %NULL with %G_IO_ERROR_INVALID_DATA where a part
 * is not allowed
 *
 * Since: 1.0
 */
XmppJid *
xmpp_jid_new_from_parts (const char *local,
                         const char *domain,
                         const char *resource,
                         GError **error)
{
  g_auto (Part) local_part = { local, local != NULL ? strlen (local) : 0, NULL };
  g_auto (Part) domain_part = { domain, domain != NULL ? strlen (domain) : 0, NULL };
  g_auto (Part)
      resource_part = { resource, resource != NULL ? strlen (resource) : 0, NULL };

  g_return_val_if_fail (domain != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return prepare_and_build (&local_part, &domain_part, &resource_part, xmpp_precis_opaque,
                            error);
}

/**
 * xmpp_jid_ref:
 * @jid: an address
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @jid
 *
 * Since: 1.0
 */
XmppJid *
xmpp_jid_ref (XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * xmpp_jid_unref:
 * @jid: (transfer full): an address
 *
 * Gives a reference back; the last one frees the address.
 *
 * Since: 1.0
 */
void
xmpp_jid_unref (XmppJid *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/**
 * xmpp_jid_get_local:
 * @jid: an address
 *
 * Gets what stands before the `@`: the account, the room.
 *
 * Returns: (transfer none) (nullable): the local part; %NULL where there is none
 *
 * Since: 1.0
 */
const char *
xmpp_jid_get_local (XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->local;
}

/**
 * xmpp_jid_get_domain:
 * @jid: an address
 *
 * Gets the domain, as it is shown and compared: an internationalized name has its
 * U-labels.
 *
 * Returns: (transfer none): the domain
 *
 * Since: 1.0
 */
const char *
xmpp_jid_get_domain (XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->domain;
}

/**
 * xmpp_jid_get_ascii_domain:
 * @jid: an address
 *
 * Gets the domain in the form that DNS and certificates use: an internationalized name
 * has its A-labels (`xn--…`), an IP literal is as it is.
 *
 * Returns: (transfer none): the domain
 *
 * Since: 1.0
 */
const char *
xmpp_jid_get_ascii_domain (XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->ascii_domain;
}

/**
 * xmpp_jid_get_resource:
 * @jid: an address
 *
 * Gets what follows the `/`: the session, the nickname in a room. It is chosen by others
 * and may look like anything.
 *
 * Returns: (transfer none) (nullable): the resource; %NULL where there is none
 *
 * Since: 1.0
 */
const char *
xmpp_jid_get_resource (XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->resource;
}

/**
 * xmpp_jid_to_string:
 * @jid: an address
 *
 * Gets the whole address as it stands on the wire. It costs nothing.
 *
 * Returns: (transfer none): the address
 *
 * Since: 1.0
 */
const char *
xmpp_jid_to_string (XmppJid *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->full;
}

/**
 * xmpp_jid_is_bare:
 * @jid: an address
 *
 * Tells whether the address is without a resource.
 *
 * Returns: %TRUE where there is none
 *
 * Since: 1.0
 */
gboolean
xmpp_jid_is_bare (XmppJid *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->resource == NULL;
}

/* The parts of @self are prepared already. */
static XmppJid *
build_from (XmppJid *self, const Part *resource)
{
  Part local = { self->local, self->local != NULL ? strlen (self->local) : 0, NULL };
  Part domain = { self->domain, strlen (self->domain), NULL };
  Part ascii = { NULL, 0, NULL };

  if (self->ascii_domain != self->domain)
    {
      ascii.text = self->ascii_domain;
      ascii.length = strlen (ascii.text);
    }

  return build (&local, &domain, &ascii, resource);
}

/**
 * xmpp_jid_dup_bare:
 * @jid: an address
 *
 * Gets the address without its resource.
 *
 * Returns: (transfer full): the bare address
 *
 * Since: 1.0
 */
XmppJid *
xmpp_jid_dup_bare (XmppJid *self)
{
  static const Part none = { NULL, 0, NULL };

  g_return_val_if_fail (self != NULL, NULL);

  return self->resource == NULL ? xmpp_jid_ref (self) : build_from (self, &none);
}

/**
 * xmpp_jid_dup_with_resource:
 * @jid: an address
 * @resource: (nullable): a resource; %NULL for none
 * @error: return location for an error
 *
 * Gets the address with another resource, which is checked and prepared.
 *
 * Returns: (transfer full): the address; %NULL with %G_IO_ERROR_INVALID_DATA where
 * @resource is not allowed
 *
 * Since: 1.0
 */
XmppJid *
xmpp_jid_dup_with_resource (XmppJid *self, const char *resource, GError **error)
{
  g_auto (Part) part = { resource, resource != NULL ? strlen (resource) : 0, NULL };

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!prepare_resource (&part, xmpp_precis_opaque, error))
    return NULL;

  return build_from (self, &part);
}

/**
 * xmpp_jid_equal:
 * @a: (type Xmpp.Jid): an address
 * @b: (type Xmpp.Jid): another
 *
 * Tells whether two addresses are the same, resource and all. Fits a
 * [struct@GLib.HashTable].
 *
 * Returns: %TRUE where they are
 *
 * Since: 1.0
 */
gboolean
xmpp_jid_equal (gconstpointer a, gconstpointer b)
{
  const XmppJid *jid_a = a;
  const XmppJid *jid_b = b;

  g_return_val_if_fail (a != NULL, FALSE);
  g_return_val_if_fail (b != NULL, FALSE);

  return jid_a == jid_b || g_str_equal (jid_a->full, jid_b->full);
}

/**
 * xmpp_jid_equal_bare:
 * @a: an address
 * @b: another
 *
 * Tells whether two addresses are the same but for their resources.
 *
 * Returns: %TRUE where they are
 *
 * Since: 1.0
 */
gboolean
xmpp_jid_equal_bare (XmppJid *a, XmppJid *b)
{
  g_return_val_if_fail (a != NULL, FALSE);
  g_return_val_if_fail (b != NULL, FALSE);

  return g_str_equal (a->domain, b->domain) && g_strcmp0 (a->local, b->local) == 0;
}

/**
 * xmpp_jid_hash:
 * @jid: (type Xmpp.Jid): an address
 *
 * Gets a number that is the same for the same address. Fits a [struct@GLib.HashTable].
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
xmpp_jid_hash (gconstpointer jid)
{
  const XmppJid *self = jid;

  g_return_val_if_fail (jid != NULL, 0);

  return g_str_hash (self->full);
}

/**
 * xmpp_jid_compare:
 * @a: (type Xmpp.Jid): an address
 * @b: (type Xmpp.Jid): another
 *
 * Puts addresses in order: by domain, then by local part, then by resource; what has none
 * comes first.
 *
 * Returns: less than 0, 0, or more, as @a comes before @b, is the same, or comes after it
 *
 * Since: 1.0
 */
int
xmpp_jid_compare (gconstpointer a, gconstpointer b)
{
  const XmppJid *jid_a = a;
  const XmppJid *jid_b = b;
  int order;

  g_return_val_if_fail (a != NULL, 0);
  g_return_val_if_fail (b != NULL, 0);

  order = strcmp (jid_a->domain, jid_b->domain);
  if (order == 0)
    order = g_strcmp0 (jid_a->local, jid_b->local);

  return order != 0 ? order : g_strcmp0 (jid_a->resource, jid_b->resource);
}
