/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-precis-class.h"

#include <uninorm.h>
#include <unictype.h>

#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER 0x200d
#define MIDDLE_DOT 0x00b7
#define GREEK_KERAIA 0x0375
#define HEBREW_GERESH 0x05f3
#define HEBREW_GERSHAYIM 0x05f4
#define KATAKANA_MIDDLE_DOT 0x30fb

#define VIRAMA 9

static gboolean
is_between (guint32 character, guint32 first, guint32 last)
{
  return character >= first && character <= last;
}

static gboolean
is_arabic_indic_digit (guint32 character)
{
  return is_between (character, 0x0660, 0x0669);
}

static gboolean
is_extended_arabic_indic_digit (guint32 character)
{
  return is_between (character, 0x06f0, 0x06f9);
}

/* RFC 8264 §9.6, which is RFC 5892 §2.6. FALSE: not an exception */
static gboolean
find_exception (guint32 character, XmppPrecisProperty *property)
{
  switch (character)
    {
    case 0x00df:
    case 0x03c2:
    case 0x06fd:
    case 0x06fe:
    case 0x0f0b:
    case 0x3007:
      *property = XMPP_PRECIS_VALID;
      return TRUE;
    case MIDDLE_DOT:
    case GREEK_KERAIA:
    case HEBREW_GERESH:
    case HEBREW_GERSHAYIM:
    case KATAKANA_MIDDLE_DOT:
      *property = XMPP_PRECIS_CONTEXT;
      return TRUE;
    case 0x0640:
    case 0x07fa:
    case 0x302e:
    case 0x302f:
    case 0x3031:
    case 0x3032:
    case 0x3033:
    case 0x3034:
    case 0x3035:
    case 0x303b:
      *property = XMPP_PRECIS_DISALLOWED;
      return TRUE;
    default:
      *property = XMPP_PRECIS_CONTEXT;
      return is_arabic_indic_digit (character) ||
             is_extended_arabic_indic_digit (character);
    }
}

/* Hangul_Syllable_Type L, V or T (RFC 8264 §9.9) */
static gboolean
is_old_hangul_jamo (guint32 character)
{
  return is_between (character, 0x1100, 0x11ff) ||
         is_between (character, 0xa960, 0xa97c) ||
         is_between (character, 0xd7b0, 0xd7c6) || is_between (character, 0xd7cb, 0xd7fb);
}

/* Whether NFKC changes it (RFC 8264 §9.17) */
static gboolean
has_compatibility_form (guint32 character)
{
  guint32 buffer[32];
  gsize length = G_N_ELEMENTS (buffer);
  const guint32 *normal = u32_normalize (UNINORM_NFKC, &character, 1, buffer, &length);

  return normal != buffer || length != 1 || buffer[0] != character;
}

static XmppPrecisProperty
get_property_by_category (guint32 character)
{
  static const guint32 letters_and_digits = UC_CATEGORY_MASK_Ll | UC_CATEGORY_MASK_Lu |
                                            UC_CATEGORY_MASK_Lo | UC_CATEGORY_MASK_Nd |
                                            UC_CATEGORY_MASK_Lm | UC_CATEGORY_MASK_Mn |
                                            UC_CATEGORY_MASK_Mc;
  static const guint32 freeform = UC_CATEGORY_MASK_Lt | UC_CATEGORY_MASK_Nl |
                                  UC_CATEGORY_MASK_No | UC_CATEGORY_MASK_Me |
                                  UC_CATEGORY_MASK_Zs | UC_CATEGORY_MASK_S |
                                  UC_CATEGORY_MASK_P;

  if (uc_is_general_category_withtable (character, letters_and_digits))
    return XMPP_PRECIS_VALID;
  if (uc_is_general_category_withtable (character, freeform))
    return XMPP_PRECIS_FREEFORM;

  return XMPP_PRECIS_DISALLOWED;
}

/* RFC 8264 §9.10, but for what has been set aside to be ignored once it is assigned, and would
 * not be seen by anybody */
static XmppPrecisProperty
get_property_of_unassigned (guint32 character)
{
  return uc_is_property_not_a_character (character) ||
                 uc_is_property_default_ignorable_code_point (character)
             ? XMPP_PRECIS_DISALLOWED
             : XMPP_PRECIS_UNASSIGNED;
}

/* The order is that of RFC 8264 §8. */
XmppPrecisProperty
xmpp_precis_get_property (guint32 character)
{
  XmppPrecisProperty property;

  if (find_exception (character, &property))
    return property;
  if (uc_is_general_category_withtable (character, UC_CATEGORY_MASK_Cn))
    return get_property_of_unassigned (character);
  if (is_between (character, 0x21, 0x7e))
    return XMPP_PRECIS_VALID;
  if (character == ZERO_WIDTH_NON_JOINER || character == ZERO_WIDTH_JOINER)
    return XMPP_PRECIS_CONTEXT;
  if (is_old_hangul_jamo (character) ||
      uc_is_property_default_ignorable_code_point (character) ||
      uc_is_general_category_withtable (character, UC_CATEGORY_MASK_Cc))
    return XMPP_PRECIS_DISALLOWED;
  if (has_compatibility_form (character))
    return XMPP_PRECIS_FREEFORM;

  return get_property_by_category (character);
}

/* RFC 5892 A.1:
 * (Joining_Type:{L,D})(Joining_Type:T)*ZWNJ(Joining_Type:T)*(Joining_Type:{R,D}) */
static gboolean
is_between_joining (const guint32 *text, gsize length, gsize index)
{
  gsize before = index;
  gsize after = index + 1;
  int type;

  while (before > 0 && uc_joining_type (text[before - 1]) == UC_JOINING_TYPE_T)
    before--;
  if (before == 0)
    return FALSE;
  type = uc_joining_type (text[before - 1]);
  if (type != UC_JOINING_TYPE_L && type != UC_JOINING_TYPE_D)
    return FALSE;

  while (after < length && uc_joining_type (text[after]) == UC_JOINING_TYPE_T)
    after++;
  if (after == length)
    return FALSE;
  type = uc_joining_type (text[after]);

  return type == UC_JOINING_TYPE_R || type == UC_JOINING_TYPE_D;
}

static gboolean
is_of_script (guint32 character, const char *name)
{
  const uc_script_t *script = uc_script (character);

  return script != NULL && g_str_equal (script->name, name);
}

static gboolean
holds_japanese (const guint32 *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (is_of_script (text[i], "Hiragana") || is_of_script (text[i], "Katakana") ||
          is_of_script (text[i], "Han"))
        return TRUE;
    }

  return FALSE;
}

static gboolean
holds (const guint32 *text, gsize length, gboolean (*is_one) (guint32 character))
{
  for (gsize i = 0; i < length; i++)
    {
      if (is_one (text[i]))
        return TRUE;
    }

  return FALSE;
}

/* What the rules about the whole text have met */
enum
{
  MET_JAPANESE = 1 << 0,
  MET_ONE_KIND_OF_DIGITS = 1 << 1,
};

/* Nobody would ask a second time after a refusal. */
static gboolean
meet (guint *met, guint what, gboolean is_met)
{
  if (is_met)
    *met |= what;

  return is_met;
}

gboolean
xmpp_precis_check_context (const guint32 *text, gsize length, gsize index, guint *met)
{
  gboolean is_first = index == 0;
  gboolean is_last = index + 1 == length;

  switch (text[index])
    {
    case ZERO_WIDTH_NON_JOINER:
      return (!is_first && uc_combining_class (text[index - 1]) == VIRAMA) ||
             is_between_joining (text, length, index);
    case ZERO_WIDTH_JOINER:
      return !is_first && uc_combining_class (text[index - 1]) == VIRAMA;
    case MIDDLE_DOT:
      return !is_first && !is_last && text[index - 1] == 'l' && text[index + 1] == 'l';
    case GREEK_KERAIA:
      return !is_last && is_of_script (text[index + 1], "Greek");
    case HEBREW_GERESH:
    case HEBREW_GERSHAYIM:
      return !is_first && is_of_script (text[index - 1], "Hebrew");
    case KATAKANA_MIDDLE_DOT:
      return (*met & MET_JAPANESE) != 0 ||
             meet (met, MET_JAPANESE, holds_japanese (text, length));
    default:
      if (!is_arabic_indic_digit (text[index]) &&
          !is_extended_arabic_indic_digit (text[index]))
        return FALSE;
      return (*met & MET_ONE_KIND_OF_DIGITS) != 0 ||
             meet (met, MET_ONE_KIND_OF_DIGITS,
                   !holds (text, length, is_extended_arabic_indic_digit) ||
                       !holds (text, length, is_arabic_indic_digit));
    }
}

static gboolean
is_right_to_left (int bidi_class)
{
  return bidi_class == UC_BIDI_R || bidi_class == UC_BIDI_AL;
}

/* Rules 2 and 5: what may stand in a text of either direction */
static gboolean
may_stand (int bidi_class, gboolean right_to_left)
{
  switch (bidi_class)
    {
    case UC_BIDI_EN:
    case UC_BIDI_ES:
    case UC_BIDI_CS:
    case UC_BIDI_ET:
    case UC_BIDI_ON:
    case UC_BIDI_BN:
    case UC_BIDI_NSM:
      return TRUE;
    case UC_BIDI_L:
      return !right_to_left;
    case UC_BIDI_R:
    case UC_BIDI_AL:
    case UC_BIDI_AN:
      return right_to_left;
    default:
      return FALSE;
    }
}

gboolean
xmpp_precis_check_direction (const guint32 *text, gsize length)
{
  gboolean bidirectional = FALSE;
  gboolean right_to_left;
  gboolean european = FALSE;
  gboolean arabic = FALSE;
  int last = UC_BIDI_NSM;

  for (gsize i = 0; i < length && !bidirectional; i++)
    {
      int bidi_class = uc_bidi_class (text[i]);

      bidirectional = is_right_to_left (bidi_class) || bidi_class == UC_BIDI_AN;
    }
  if (!bidirectional)
    return TRUE;

  right_to_left = is_right_to_left (uc_bidi_class (text[0]));
  if (!right_to_left && uc_bidi_class (text[0]) != UC_BIDI_L)
    return FALSE;

  for (gsize i = 0; i < length; i++)
    {
      int bidi_class = uc_bidi_class (text[i]);

      if (!may_stand (bidi_class, right_to_left))
        return FALSE;
      european |= bidi_class == UC_BIDI_EN;
      arabic |= bidi_class == UC_BIDI_AN;
      if (bidi_class != UC_BIDI_NSM)
        last = bidi_class;
    }

  if (right_to_left)
    return (is_right_to_left (last) || last == UC_BIDI_EN || last == UC_BIDI_AN) &&
           !(european && arabic);

  return last == UC_BIDI_L || last == UC_BIDI_EN;
}
