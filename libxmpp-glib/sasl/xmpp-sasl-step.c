/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Sasl"

#include "config.h"

#include "sasl/xmpp-sasl-step-private.h"

#include "core/xmpp-error.h"
#include "sasl/xmpp-sasl-request.h"

/**
 * XmppSaslStep:
 *
 * One step of a mechanism that overrides [vfunc@Xmpp.SaslMechanism.begin_step]: it is
 * answered now or later, from any thread, once, with [method@Xmpp.SaslStep.reply] or
 * [method@Xmpp.SaslStep.fail].
 *
 * A step that is dropped without an answer fails by itself.
 *
 * Since: 1.0
 */

struct _XmppSaslStep
{
  GObject parent_instance;

  XmppSaslRequest base;
  GBytes *input;
};

G_DEFINE_FINAL_TYPE (XmppSaslStep, xmpp_sasl_step, G_TYPE_OBJECT)

#define WHAT "A SASL step"

void
xmpp_sasl_answer_free (XmppSaslAnswer *answer)
{
  g_clear_pointer (&answer->output, g_bytes_unref);
  g_free (answer);
}

static const char *
get_mechanism_type (GTask *task)
{
  gpointer mechanism = g_task_get_source_object (task);

  return mechanism != NULL ? G_OBJECT_TYPE_NAME (mechanism) : "the mechanism";
}

static void
xmpp_sasl_step_dispose (GObject *object)
{
  XmppSaslStep *self = XMPP_SASL_STEP (object);

  if (!xmpp_waiter_is_answered (&self->base.waiter))
    xmpp_waiter_drop (&self->base.waiter,
                      g_error_new (XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                                   "Nobody answered a step of %s",
                                   get_mechanism_type (self->base.waiter.task)));

  G_OBJECT_CLASS (xmpp_sasl_step_parent_class)->dispose (object);
}

static void
xmpp_sasl_step_finalize (GObject *object)
{
  XmppSaslStep *self = XMPP_SASL_STEP (object);

  xmpp_sasl_request_clear (&self->base);
  g_clear_pointer (&self->input, g_bytes_unref);

  G_OBJECT_CLASS (xmpp_sasl_step_parent_class)->finalize (object);
}

static void
xmpp_sasl_step_class_init (XmppSaslStepClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = xmpp_sasl_step_dispose;
  object_class->finalize = xmpp_sasl_step_finalize;
}

static void
xmpp_sasl_step_init (XmppSaslStep *self)
{
}

XmppSaslStep *
xmpp_sasl_step_new (GBytes *input, GCancellable *cancellable, GTask *task)
{
  XmppSaslStep *self = g_object_new (XMPP_TYPE_SASL_STEP, NULL);

  xmpp_sasl_request_init (&self->base, NULL, cancellable, task);
  self->input = input != NULL ? g_bytes_ref (input) : NULL;

  return self;
}

gboolean
xmpp_sasl_step_is_answered (XmppSaslStep *self)
{
  return xmpp_waiter_is_answered (&self->base.waiter);
}

/**
 * xmpp_sasl_step_get_input:
 * @step: a step
 *
 * Tells what the peer has sent.
 *
 * Returns: (transfer none) (nullable): what the peer has sent; %NULL where it has sent
 *   nothing, which is not the same as an empty message
 *
 * Since: 1.0
 */
GBytes *
xmpp_sasl_step_get_input (XmppSaslStep *step)
{
  g_return_val_if_fail (XMPP_IS_SASL_STEP (step), NULL);

  return step->input;
}

/**
 * xmpp_sasl_step_get_cancellable:
 * @step: a step
 *
 * Gets what tells that nobody waits for the answer any more.
 *
 * Returns: (transfer none): cancelled when nobody waits for the answer any more
 *
 * Since: 1.0
 */
GCancellable *
xmpp_sasl_step_get_cancellable (XmppSaslStep *step)
{
  g_return_val_if_fail (XMPP_IS_SASL_STEP (step), NULL);

  return step->base.cancellable;
}

/**
 * xmpp_sasl_step_reply:
 * @step: a step
 * @output: (nullable): what to send; %NULL sends nothing, empty bytes send an empty
 *   message
 * @status: where the mechanism stands now
 *
 * Answers the step.
 *
 * Since: 1.0
 */
void
xmpp_sasl_step_reply (XmppSaslStep *step, GBytes *output, XmppSaslStatus status)
{
  g_autoptr (GTask) task = NULL;
  XmppSaslAnswer *answer;

  g_return_if_fail (XMPP_IS_SASL_STEP (step));

  task = xmpp_sasl_request_take (&step->base, WHAT);
  if (task == NULL)
    return;

  if (status == XMPP_SASL_STATUS_FAILED || status > XMPP_SASL_STATUS_SATISFIED)
    {
      g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                               "%s ended a step with neither a status nor an error",
                               get_mechanism_type (task));
      return;
    }

  answer = g_new0 (XmppSaslAnswer, 1);
  answer->output = output != NULL ? g_bytes_ref (output) : NULL;
  answer->status = status;
  g_task_return_pointer (task, answer, (GDestroyNotify) xmpp_sasl_answer_free);
}

/**
 * xmpp_sasl_step_fail:
 * @step: a step
 * @error: why it failed
 *
 * Ends the step, and with it the authentication. An error of
 * %XMPP_SASL_ERROR_NEED_CREDENTIAL that came from
 * [method@Xmpp.SaslMechanism.get_secret] has the missing value asked for, and the step
 * begins again.
 *
 * Since: 1.0
 */
void
xmpp_sasl_step_fail (XmppSaslStep *step, const GError *error)
{
  g_return_if_fail (XMPP_IS_SASL_STEP (step));
  g_return_if_fail (error != NULL);

  xmpp_sasl_request_fail (&step->base, WHAT, error);
}
