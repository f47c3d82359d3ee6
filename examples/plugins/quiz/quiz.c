/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* X-QUIZ in C, for both sides: the client says who it is, the server asks, and the answer is
 * the question under the user's password (HMAC-SHA-256). Beside quiz.sasl goes what this
 * makes:
 *
 *   cc -shared -fPIC quiz.c -o libxmpp-sasl-quiz.so \
 *     $(pkg-config --cflags --libs xmpp-glib-1.0) */

#include <xmpp.h>

#include <string.h>

#define QUESTION_BYTES 16

typedef struct
{
  XmppSaslMechanism parent_instance;

  gboolean said_who;
  GBytes *question;
} SiteQuiz;

typedef XmppSaslMechanismClass SiteQuizClass;
GType site_quiz_get_type (void);
GType xmpp_sasl_module_get_type (const char *name);

G_DEFINE_TYPE (SiteQuiz, site_quiz, XMPP_TYPE_SASL_MECHANISM)

/* NULL: it did not come, or is no text */
static char *
read_text (GBytes *input, GError **error)
{
  gsize size = 0;
  const char *data = input != NULL ? g_bytes_get_data (input, &size) : NULL;

  if (size > 0 && g_utf8_validate_len (data, size, NULL))
    return g_strndup (data, size);

  g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                       "This is no message of X-QUIZ");
  return NULL;
}

static GBytes *
write_text (char *text)
{
  return g_bytes_new_take (text, strlen (text));
}

/* What the password makes of the question, in hexadecimal digits */
static GBytes *
answer (const char *password, GBytes *question)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (question, &size);

  return write_text (g_compute_hmac_for_data (G_CHECKSUM_SHA256,
                                              (const guint8 *) password,
                                              strlen (password), data, size));
}

static GBytes *
ask (GError **error)
{
  guint8 bytes[QUESTION_BYTES];
  GString *text = g_string_new (NULL);

  if (!xmpp_random_bytes (bytes, sizeof bytes, error))
    {
      g_string_free (text, TRUE);
      return NULL;
    }
  for (gsize i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);

  return g_string_free_to_bytes (text);
}

/* Secrets first, state after: without the secret the step is made again. */
static GBytes *
step_as_client (SiteQuiz *self, GBytes *input, XmppSaslStatus *status, GError **error)
{
  XmppSaslMechanism *mechanism = XMPP_SASL_MECHANISM (self);
  g_autofree char *question = NULL;
  char *secret;
  GBytes *output;

  if (!self->said_who)
    {
      secret = xmpp_sasl_mechanism_get_secret (mechanism, "username", error);
      if (secret == NULL)
        return NULL;
      self->said_who = TRUE;
      *status = XMPP_SASL_STATUS_CONTINUE;
      return write_text (secret);
    }

  question = read_text (input, error);
  if (question == NULL)
    return NULL;
  secret = xmpp_sasl_mechanism_get_secret (mechanism, "password", error);
  if (secret == NULL)
    return NULL;

  output = answer (secret, input);
  xmpp_secret_free (secret);
  *status = XMPP_SASL_STATUS_COMPLETE;

  return output;
}

static GBytes *
step_as_server (SiteQuiz *self, GBytes *input, XmppSaslStatus *status, GError **error)
{
  XmppSaslMechanism *mechanism = XMPP_SASL_MECHANISM (self);
  g_autofree char *text = read_text (input, error);
  g_autoptr (GBytes) expected = NULL;
  char *password;

  if (text == NULL)
    return NULL;

  if (self->question == NULL)
    {
      self->question = ask (error);
      if (self->question == NULL)
        return NULL;
      xmpp_sasl_mechanism_set_identity (mechanism, text, NULL);
      *status = XMPP_SASL_STATUS_CONTINUE;
      return g_bytes_ref (self->question);
    }

  password = xmpp_sasl_mechanism_get_secret (mechanism, "password", error);
  if (password == NULL)
    return NULL;
  expected = answer (password, self->question);
  xmpp_secret_free (password);

  if (xmpp_secret_equal (expected, input))
    *status = XMPP_SASL_STATUS_COMPLETE;
  else
    g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                         "The answer is wrong");

  return NULL;
}

static GBytes *
site_quiz_step (XmppSaslMechanism *mechanism,
                GBytes *input,
                GCancellable *cancellable,
                XmppSaslStatus *status,
                GError **error)
{
  SiteQuiz *self = (SiteQuiz *) mechanism;
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  return xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_SERVER
             ? step_as_server (self, input, status, error)
             : step_as_client (self, input, status, error);
}

static void
site_quiz_finalize (GObject *object)
{
  SiteQuiz *self = (SiteQuiz *) object;

  g_clear_pointer (&self->question, g_bytes_unref);

  G_OBJECT_CLASS (site_quiz_parent_class)->finalize (object);
}

static void
site_quiz_class_init (SiteQuizClass *klass)
{
  klass->step = site_quiz_step;
  G_OBJECT_CLASS (klass)->finalize = site_quiz_finalize;
}

static void
site_quiz_init (SiteQuiz *self)
{
}

GType
xmpp_sasl_module_get_type (const char *name)
{
  return site_quiz_get_type ();
}
