/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-sasl.h"

#include <string.h>

/* F1 and F3 as far as the HT mechanisms go: who may use a token, where, and how often */

#define OLD "secret-token:old"
#define NEW "secret-token:new"
#define LATER "$2999-12-31T23:59:59Z$"
#define PAST "$2020-02-01T00:00:00Z$"

static const XmppTestChannel exporter = { .type = "tls-exporter", .data = "first" };
static const XmppTestChannel other_exporter = { .type = "tls-exporter",
                                                .data = "second" };
static const XmppTestChannel unique = { .type = "tls-unique", .data = "first" };
static const XmppTestChannel other_unique = { .type = "tls-unique", .data = "second" };
static const XmppTestChannel end_point = { .type = "tls-server-end-point",
                                           .data = "first" };
static const XmppTestChannel other_end_point = { .type = "tls-server-end-point",
                                                 .data = "second" };

/* ---- An application with both slots of XEP-0484 §5.1 ---- */

#define TEST_TYPE_SLOTS (test_slots_get_type ())
G_DECLARE_FINAL_TYPE (TestSlots, test_slots, TEST, SLOTS, XmppAuthenticator)

struct _TestSlots
{
  XmppAuthenticator parent_instance;

  char *current;
  char *new_token;
  guint uses;
  guint max_uses;
};

G_DEFINE_FINAL_TYPE (TestSlots, test_slots, XMPP_TYPE_AUTHENTICATOR)

static char **
find_slot (TestSlots *self, XmppAuthenticatorRequest *request)
{
  const char *field = xmpp_authenticator_request_get_field (request);

  if (g_strcmp0 (xmpp_authenticator_request_get_username (request), "romeo") != 0)
    return NULL;
  if (g_str_equal (field, "fast-token"))
    return &self->current;

  return g_str_equal (field, "fast-token-new") ? &self->new_token : NULL;
}

static gboolean
test_slots_lookup (XmppAuthenticator *authenticator, XmppAuthenticatorRequest *request)
{
  char **slot = find_slot (TEST_SLOTS (authenticator), request);

  xmpp_authenticator_request_reply (request, slot != NULL ? *slot : NULL);

  return TRUE;
}

/* A use: the new token becomes the current one */
static gboolean
test_slots_verify (XmppAuthenticator *authenticator, XmppAuthenticatorRequest *request)
{
  TestSlots *self = TEST_SLOTS (authenticator);
  char **slot = find_slot (self, request);

  g_assert_nonnull (slot);
  g_assert_cmpstr (*slot, ==, xmpp_authenticator_request_get_value (request));

  if (self->uses == self->max_uses)
    {
      xmpp_authenticator_request_refuse (request);
      return TRUE;
    }

  self->uses++;
  if (slot == &self->new_token)
    {
      g_free (self->current);
      self->current = g_steal_pointer (&self->new_token);
    }
  xmpp_authenticator_request_allow (request);

  return TRUE;
}

static void
test_slots_finalize (GObject *object)
{
  g_free (TEST_SLOTS (object)->current);
  g_free (TEST_SLOTS (object)->new_token);

  G_OBJECT_CLASS (test_slots_parent_class)->finalize (object);
}

static void
test_slots_class_init (TestSlotsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_slots_finalize;
  XMPP_AUTHENTICATOR_CLASS (klass)->lookup = test_slots_lookup;
  XMPP_AUTHENTICATOR_CLASS (klass)->verify = test_slots_verify;
}

static void
test_slots_init (TestSlots *self)
{
  self->max_uses = G_MAXUINT;
}

static TestSlots *
slots_new (const char *current, const char *new_token)
{
  TestSlots *self = g_object_new (TEST_TYPE_SLOTS, NULL);

  self->current = g_strdup (current);
  self->new_token = g_strdup (new_token);

  return self;
}

/* ---- Both sides ---- */

/* What somebody who has @token sends */
static GBytes *
record (const char *mechanism,
        const XmppTestChannel *channel,
        const char *username,
        const char *token)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (username, NULL);
  g_autofree char *value = g_strconcat (mechanism, LATER, token, NULL);
  g_autoptr (XmppSaslMechanism) client = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *message;

  xmpp_credential_set_field (credential, "fast-token", value);
  client = xmpp_test_mechanism_new_client (mechanism, channel, credential);
  message = xmpp_test_step_bytes (client, NULL, NULL, &error);
  g_assert_no_error (error);

  return message;
}

/* -1: let in, else the code of XMPP_SASL_ERROR */
static int
present (TestSlots *slots,
         const char *mechanism,
         const XmppTestChannel *channel,
         GBytes *message)
{
  g_autoptr (XmppSaslContext) context =
      xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, channel, XMPP_AUTHENTICATOR (slots));
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new (mechanism, context, NULL);
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;
  g_autoptr (GBytes) answer = xmpp_test_step_bytes (server, message, &status, &error);

  if (status == XMPP_SASL_STATUS_COMPLETE)
    {
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "romeo");
      return -1;
    }

  g_assert_null (answer);
  g_assert_true (error->domain == XMPP_SASL_ERROR);
  g_assert_null (strstr (error->message, "secret"));

  return error->code;
}

static int
present_token (TestSlots *slots, const char *token)
{
  g_autoptr (GBytes) message = record ("HT-SHA-256-EXPR", &exporter, "romeo", token);

  return present (slots, "HT-SHA-256-EXPR", &exporter, message);
}

/* What was recorded on one connection and is repeated on another. Without a binding it is
 * let in, and with one to the certificate where that is the same: so these two need TLS
 * without early data, or the count of XEP-0484 §3.4. */
static void
test_F1_replay (void)
{
  static const struct
  {
    const char *mechanism;
    const XmppTestChannel *before;
    const XmppTestChannel *after;
    int code;
  } rows[] = {
    { "HT-SHA-256-EXPR", &exporter, &exporter, -1 },
    { "HT-SHA-256-EXPR", &exporter, &other_exporter, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "HT-SHA-256-UNIQ", &unique, &other_unique, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "HT-SHA-256-ENDP", &end_point, &other_end_point, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "HT-SHA-256-ENDP", &end_point, &end_point, -1 },
    { "HT-SHA-256-NONE", &exporter, &other_exporter, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *value = g_strconcat (rows[i].mechanism, LATER OLD, NULL);
      g_autoptr (TestSlots) slots = slots_new (value, NULL);
      g_autoptr (GBytes)
          message = record (rows[i].mechanism, rows[i].before, "romeo", OLD);

      g_test_message ("row %u", i);
      g_assert_cmpint (present (slots, rows[i].mechanism, rows[i].before, message), ==,
                       -1);
      g_assert_cmpint (present (slots, rows[i].mechanism, rows[i].after, message), ==,
                       rows[i].code);
    }
}

/* Each use comes to the application, which may count, and have enough of it */
static void
test_F1_counted (void)
{
  g_autoptr (TestSlots) slots = slots_new ("HT-SHA-256-NONE" LATER OLD, NULL);
  g_autoptr (GBytes) message = record ("HT-SHA-256-NONE", NULL, "romeo", OLD);
  g_autoptr (GBytes) wrong = record ("HT-SHA-256-NONE", NULL, "romeo", NEW);

  slots->max_uses = 1;
  g_assert_cmpint (present (slots, "HT-SHA-256-NONE", NULL, wrong), ==,
                   XMPP_SASL_ERROR_NOT_AUTHORIZED);
  g_assert_cmpuint (slots->uses, ==, 0);
  g_assert_cmpint (present (slots, "HT-SHA-256-NONE", NULL, message), ==, -1);
  g_assert_cmpint (present (slots, "HT-SHA-256-NONE", NULL, message), ==,
                   XMPP_SASL_ERROR_NOT_AUTHORIZED);
}

static void
test_F3_elsewhere (void)
{
  static const struct
  {
    const char *known;     /* of romeo */
    const char *mechanism; /* that is asked for */
    const char *username;
    int code;
  } rows[] = {
    { "HT-SHA-256-EXPR" LATER OLD, "HT-SHA-256-EXPR", "romeo", -1 },
    /* Its mechanism is another one, whether bound or not */
    { "HT-SHA-256-EXPR" LATER OLD, "HT-SHA-256-NONE", "romeo",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "HT-SHA-256-ENDP" LATER OLD, "HT-SHA-256-NONE", "romeo",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "HT-SHA-256-NONE" LATER OLD, "HT-SHA-256-EXPR", "romeo",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "SCRAM-SHA-256" LATER OLD, "HT-SHA-256-EXPR", "romeo",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
    /* Its account is */
    { "HT-SHA-256-EXPR" LATER OLD, "HT-SHA-256-EXPR", "juliet",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
    /* Its time is over: told to whoever has it, and to nobody else */
    { "HT-SHA-256-EXPR" PAST OLD, "HT-SHA-256-EXPR", "romeo",
      XMPP_SASL_ERROR_CREDENTIALS_EXPIRED },
    { "HT-SHA-256-EXPR" PAST NEW, "HT-SHA-256-EXPR", "romeo",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "HT-SHA-256-NONE" PAST OLD, "HT-SHA-256-EXPR", "romeo",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint in_new = 0; in_new < 2; in_new++)
      {
        g_autoptr (TestSlots) slots =
            slots_new (in_new ? NULL : rows[i].known, in_new ? rows[i].known : NULL);
        g_autoptr (GBytes)
            message = record (rows[i].mechanism, &exporter, rows[i].username, OLD);

        g_test_message ("row %u", i);
        g_assert_cmpint (present (slots, rows[i].mechanism, &exporter, message), ==,
                         rows[i].code);
        g_assert_cmpuint (slots->uses, ==, rows[i].code == -1 ? 1 : 0);
      }
}

/* The current token is good until the new one is used, and not a moment longer */
static void
test_F3_rotation (void)
{
  g_autoptr (TestSlots)
      slots = slots_new ("HT-SHA-256-EXPR" LATER OLD, "HT-SHA-256-EXPR" LATER NEW);

  g_assert_cmpint (present_token (slots, OLD), ==, -1);
  g_assert_cmpint (present_token (slots, OLD), ==, -1);
  g_assert_cmpint (present_token (slots, NEW), ==, -1);
  g_assert_cmpint (present_token (slots, OLD), ==, XMPP_SASL_ERROR_NOT_AUTHORIZED);
  g_assert_cmpint (present_token (slots, NEW), ==, -1);
  g_assert_cmpuint (slots->uses, ==, 4);
}

/* Whoever has no token, or does not exist, is looked up as everybody else is (A18) */
static void
test_F3_unknown (void)
{
  static const char *const names[] = { "romeo", "nobody" };
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
  g_autofree char *first_text = NULL;

  xmpp_test_authenticator_set (users, "romeo", "fast-token", "HT-SHA-256-EXPR" LATER NEW);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("HT-SHA-256-EXPR", &exporter, users);
      g_autoptr (GBytes) message = record ("HT-SHA-256-EXPR", &exporter, names[i], OLD);
      g_autofree char *log = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_null (xmpp_test_step_bytes (server, message, NULL, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
      log = xmpp_test_authenticator_take_log (users);
      g_assert_cmpstr (log, ==, "fast-token-new fast-token ");
      if (first_text == NULL)
        first_text = g_strdup (error->message);
      g_assert_cmpstr (error->message, ==, first_text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/F1/replay", test_F1_replay);
  g_test_add_func ("/attacks/F1/counted", test_F1_counted);
  g_test_add_func ("/attacks/F3/elsewhere", test_F3_elsewhere);
  g_test_add_func ("/attacks/F3/rotation", test_F3_rotation);
  g_test_add_func ("/attacks/F3/unknown", test_F3_unknown);

  return g_test_run ();
}
