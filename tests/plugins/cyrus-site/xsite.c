/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

/* X-SITE: the server says "who?", the client "NAME CODE", and the code is the password. The
 * client's plug-in asks for both, as plug-ins do.
 *
 * And what no plug-in should do: at "loop" the client asks for ever, and at "twice NAME CODE
 * CODE" the server has both codes checked, and believes the last one. */

#define EXPORT __attribute__ ((visibility ("default")))
#define MAX_MESSAGE 512

typedef struct
{
  int step;
  char message[MAX_MESSAGE];
} Side;

EXPORT int sasl_client_plug_init (const sasl_utils_t *utils,
                                  int max_version,
                                  int *out_version,
                                  sasl_client_plug_t **plugs,
                                  int *count);
EXPORT int sasl_server_plug_init (const sasl_utils_t *utils,
                                  int max_version,
                                  int *out_version,
                                  sasl_server_plug_t **plugs,
                                  int *count);

static int
make_side (const sasl_utils_t *utils, void **context)
{
  *context = utils->malloc (sizeof (Side));
  if (*context == NULL)
    return SASL_NOMEM;
  memset (*context, 0, sizeof (Side));

  return SASL_OK;
}

static void
side_dispose (void *context, const sasl_utils_t *utils)
{
  if (context != NULL)
    utils->free (context);
}

static void
finish (sasl_out_params_t *params)
{
  params->doneflag = 1;
  params->mech_ssf = 0;
  params->maxoutbuf = 0;
  params->encode = NULL;
  params->decode = NULL;
}

/* ---- Client ---- */

static int
client_new (void *global, sasl_client_params_t *params, void **context)
{
  return make_side (params->utils, context);
}

static int
ask (sasl_client_params_t *params, sasl_interact_t **prompts)
{
  sasl_interact_t *asked = params->utils->malloc (3 * sizeof *asked);

  if (asked == NULL)
    return SASL_NOMEM;

  memset (asked, 0, 3 * sizeof *asked);
  asked[0].id = SASL_CB_AUTHNAME;
  asked[0].prompt = "Name";
  asked[1].id = SASL_CB_NOECHOPROMPT;
  asked[1].challenge = "code";
  asked[1].prompt = "Code";
  asked[2].id = SASL_CB_LIST_END;
  *prompts = asked;

  return SASL_INTERACT;
}

static int
client_step (void *context,
             sasl_client_params_t *params,
             const char *input,
             unsigned input_length,
             sasl_interact_t **prompts,
             const char **output,
             unsigned *output_length,
             sasl_out_params_t *out)
{
  Side *side = context;
  sasl_interact_t *answers = *prompts;
  int result;

  if (input_length != 4 ||
      (memcmp (input, "who?", 4) != 0 && memcmp (input, "loop", 4) != 0))
    return SASL_BADPROT;
  if (answers == NULL)
    return ask (params, prompts);
  if (*input == 'l')
    return SASL_INTERACT;

  result = params->canon_user (params->utils->conn, answers[0].result, answers[0].len,
                               SASL_CU_AUTHID | SASL_CU_AUTHZID, out);
  if (result == SASL_OK)
    {
      *output_length = (unsigned) snprintf (side->message, sizeof side->message,
                                            "%.200s %.200s",
                                            (const char *) answers[0].result,
                                            (const char *) answers[1].result);
      *output = side->message;
      finish (out);
    }
  params->utils->free (answers);
  *prompts = NULL;

  return result;
}

int
sasl_client_plug_init (const sasl_utils_t *utils,
                       int max_version,
                       int *out_version,
                       sasl_client_plug_t **plugs,
                       int *count)
{
  static sasl_client_plug_t plug = {
    .mech_name = "X-SITE",
    .features = SASL_FEAT_SERVER_FIRST,
    .mech_new = client_new,
    .mech_step = client_step,
    .mech_dispose = side_dispose,
  };

  *out_version = SASL_CLIENT_PLUG_VERSION;
  *plugs = &plug;
  *count = 1;

  return SASL_OK;
}

/* ---- Server ---- */

static int
server_new (void *global,
            sasl_server_params_t *params,
            const char *challenge,
            unsigned length,
            void **context)
{
  return make_side (params->utils, context);
}

static int
check (sasl_server_params_t *params, Side *side, sasl_out_params_t *out)
{
  static const char *const names[] = { SASL_AUX_PASSWORD, NULL };
  struct propval values[2] = { { NULL } };
  char *code = strchr (side->message, ' ');
  int result;

  if (code == NULL)
    return SASL_BADPROT;
  *code++ = '\0';

  result = params->utils->prop_request (params->propctx, (const char **) names);
  if (result == SASL_OK)
    result = params->canon_user (params->utils->conn, side->message, 0,
                                 SASL_CU_AUTHID | SASL_CU_AUTHZID, out);
  if (result != SASL_OK)
    return result;

  params->utils->prop_getnames (params->propctx, (const char **) names, values);
  if (values[0].values == NULL || values[0].values[0] == NULL ||
      strcmp (values[0].values[0], code) != 0)
    return SASL_BADAUTH;

  finish (out);

  return SASL_OK;
}

static int
check_twice (sasl_server_params_t *params, char *text, sasl_out_params_t *out)
{
  char *name = strtok (text, " ");
  char *first = strtok (NULL, " ");
  char *last = strtok (NULL, " ");
  int result;

  if (name == NULL || first == NULL || last == NULL)
    return SASL_BADPROT;

  params->utils->checkpass (params->utils->conn, name, (unsigned) strlen (name), first,
                            (unsigned) strlen (first));
  result = params->utils->checkpass (params->utils->conn, name, (unsigned) strlen (name),
                                     last, (unsigned) strlen (last));
  if (result == SASL_OK)
    result = params->canon_user (params->utils->conn, name, 0,
                                 SASL_CU_AUTHID | SASL_CU_AUTHZID, out);
  if (result == SASL_OK)
    finish (out);

  return result;
}

static int
server_step (void *context,
             sasl_server_params_t *params,
             const char *input,
             unsigned input_length,
             const char **output,
             unsigned *output_length,
             sasl_out_params_t *out)
{
  Side *side = context;

  if (side->step++ == 0)
    {
      *output = "who?";
      *output_length = 4;
      return SASL_CONTINUE;
    }
  if (input_length >= sizeof side->message)
    return SASL_BADPROT;

  memcpy (side->message, input, input_length);
  side->message[input_length] = '\0';

  if (strncmp (side->message, "twice ", 6) == 0)
    return check_twice (params, side->message + 6, out);

  return check (params, side, out);
}

int
sasl_server_plug_init (const sasl_utils_t *utils,
                       int max_version,
                       int *out_version,
                       sasl_server_plug_t **plugs,
                       int *count)
{
  static sasl_server_plug_t plug = {
    .mech_name = "X-SITE",
    .features = SASL_FEAT_SERVER_FIRST,
    .mech_new = server_new,
    .mech_step = server_step,
    .mech_dispose = side_dispose,
  };

  *out_version = SASL_SERVER_PLUG_VERSION;
  *plugs = &plug;
  *count = 1;

  return SASL_OK;
}
