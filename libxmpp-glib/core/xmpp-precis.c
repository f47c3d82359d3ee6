/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-precis.h"

#include "core/xmpp-code-points.h"
#include "core/xmpp-precis-class.h"

#include <unictype.h>

/* RFC 8264 §7: a text that is still changing after this many rounds is refused. */
#define MAX_ROUNDS 4

typedef struct
{
  gboolean freeform;
  gboolean unassigned;
  void (*map) (XmppCodePoints *text);
  gboolean lower;
  gboolean check_direction;
} Profile;

/* RFC 8265 §3.3.1: full-width and half-width characters become what they stand for. */
static void
map_width (XmppCodePoints *text)
{
  for (gsize i = 0; i < text->length; i++)
    {
      ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
      int tag;

      if (uc_decomposition (text->data[i], &tag, parts) == 1 &&
          (tag == UC_DECOMP_WIDE || tag == UC_DECOMP_NARROW))
        text->data[i] = parts[0];
    }
}

/* RFC 8265 §4.2.2: any space becomes the one of ASCII. */
static void
map_spaces (XmppCodePoints *text)
{
  for (gsize i = 0; i < text->length; i++)
    {
      if (uc_is_general_category_withtable (text->data[i], UC_CATEGORY_MASK_Zs))
        text->data[i] = ' ';
    }
}

static const Profile username_case_mapped = {
  .map = map_width,
  .lower = TRUE,
  .check_direction = TRUE,
};

static const Profile opaque_string = {
  .freeform = TRUE,
  .map = map_spaces,
};

static const Profile opaque_string_received = {
  .freeform = TRUE,
  .unassigned = TRUE,
  .map = map_spaces,
};

static XmppPrepareFault
check_class (const Profile *profile, const XmppCodePoints *text, gunichar *character)
{
  guint met = 0;

  for (gsize i = 0; i < text->length; i++)
    {
      gboolean valid = FALSE;

      switch (xmpp_precis_get_property (text->data[i]))
        {
        case XMPP_PRECIS_VALID:
          valid = TRUE;
          break;
        case XMPP_PRECIS_FREEFORM:
          valid = profile->freeform;
          break;
        case XMPP_PRECIS_CONTEXT:
          valid = xmpp_precis_check_context (text->data, text->length, i, &met);
          break;
        case XMPP_PRECIS_UNASSIGNED:
          valid = profile->unassigned;
          break;
        case XMPP_PRECIS_DISALLOWED:
          break;
        }

      if (!valid)
        {
          if (character != NULL)
            *character = text->data[i];
          return XMPP_PREPARE_FAULT_CHARACTER;
        }
    }

  return XMPP_PREPARE_FAULT_NONE;
}

/* The order is that of RFC 8264 §7. The class is looked at before as well as after:
 * U+212A (Kelvin) is not allowed, but its lower case is. */
static XmppPrepareFault
enforce_once (const Profile *profile, XmppCodePoints *text, gunichar *character)
{
  XmppPrepareFault fault;

  profile->map (text);
  fault = check_class (profile, text, character);
  if (fault != XMPP_PREPARE_FAULT_NONE)
    return fault;

  if (profile->lower)
    xmpp_code_points_lower (text);
  xmpp_code_points_normalize (text, UNINORM_NFC);
  if (profile->check_direction && !xmpp_precis_check_direction (text->data, text->length))
    return XMPP_PREPARE_FAULT_DIRECTION;

  return check_class (profile, text, character);
}

static XmppPrepareFault
enforce (const Profile *profile,
         const char *text,
         gsize length,
         char **result,
         gunichar *character)
{
  g_auto (XmppCodePoints) current = { NULL, 0, 0 };

  *result = NULL;
  if (length == 0)
    return XMPP_PREPARE_FAULT_EMPTY;
  if (!xmpp_code_points_init (&current, text, length))
    return XMPP_PREPARE_FAULT_NOT_UTF8;

  for (int round = 0; round < MAX_ROUNDS; round++)
    {
      g_auto (XmppCodePoints) previous = { NULL, 0, 0 };
      XmppPrepareFault fault;

      previous.data = g_memdup2 (current.data, current.length * sizeof (guint32));
      previous.length = current.length;
      previous.allocated = current.length;

      fault = enforce_once (profile, &current, character);
      if (fault != XMPP_PREPARE_FAULT_NONE)
        return fault;
      if (xmpp_code_points_equal (&previous, &current))
        {
          *result = xmpp_code_points_to_utf8 (&current);
          return XMPP_PREPARE_FAULT_NONE;
        }
    }

  return XMPP_PREPARE_FAULT_UNSTABLE;
}

XmppPrepareFault
xmpp_precis_username (const char *text, gsize length, char **result, gunichar *character)
{
  return enforce (&username_case_mapped, text, length, result, character);
}

XmppPrepareFault
xmpp_precis_opaque (const char *text, gsize length, char **result, gunichar *character)
{
  return enforce (&opaque_string, text, length, result, character);
}

XmppPrepareFault
xmpp_precis_opaque_received (const char *text,
                             gsize length,
                             char **result,
                             gunichar *character)
{
  return enforce (&opaque_string_received, text, length, result, character);
}
