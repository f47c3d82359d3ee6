/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Cyrus"

#include "config.h"

#include "cyrus-callbacks.h"

/* Its own words go to the log of the program, but for what traces the messages. */
static int
logged_cb (void *context, int level, const char *message)
{
  g_autofree char *text = NULL;

  if (message == NULL)
    return SASL_BADPARAM;
  if (level == SASL_LOG_NONE || level > SASL_LOG_DEBUG)
    return SASL_OK;

  text = g_utf8_make_valid (message, -1);
  g_debug ("%s", text);

  return SASL_OK;
}

void
cyrus_callbacks_add (CyrusCallbacks *callbacks,
                     unsigned long id,
                     GCallback function,
                     gpointer context)
{
  sasl_callback_t *item = &callbacks->items[callbacks->length];

  /* One is left for the end. */
  g_return_if_fail (callbacks->length + 1 < G_N_ELEMENTS (callbacks->items));

  item->id = id;
  item->proc = (int (*) (void)) function;
  item->context = context;
  callbacks->length++;
}

void
cyrus_callbacks_begin (CyrusCallbacks *callbacks)
{
  callbacks->length = 0;
  cyrus_callbacks_add (callbacks, SASL_CB_LOG, G_CALLBACK (logged_cb), NULL);
}

const sasl_callback_t *
cyrus_callbacks_end (CyrusCallbacks *callbacks)
{
  static const sasl_callback_t end = { .id = SASL_CB_LIST_END };

  callbacks->items[callbacks->length] = end;

  return callbacks->items;
}
