/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-secret.h"

#include "tool-text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* A token may carry signed claims. */
#define MAX_SECRET_BYTES 16384

static struct termios saved_terminal;
static int saved_terminal_fd = -1;

/* What is wanted */
#define PASSWORD "password"
#define TOKEN "token"

static char *
fail (GError **error, const char *wanted, const char *what, const char *why)
{
  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL,
               "There is no %s (%s): %s", wanted, what, why);

  return NULL;
}

/* ---- --timeout, while nothing but one call of the system is under way ---- */

static volatile sig_atomic_t time_is_up;

static void
alarm_cb (int number)
{
  time_is_up = TRUE;
}

/* Again and again, so that no call is missed that begins a moment later */
static void
start_clock (const ToolOptions *options)
{
  struct sigaction action = { .sa_handler = alarm_cb };
  guint left = tool_options_get_time_left (options);
  struct itimerval timer = { .it_interval = { .tv_usec = 100000 },
                             .it_value = { .tv_sec = left / 1000,
                                           .tv_usec = left % 1000 * 1000 } };

  if (options->timeout == 0)
    return;

  sigaction (SIGALRM, &action, NULL);
  setitimer (ITIMER_REAL, &timer, NULL);
}

static void
stop_clock (void)
{
  static const struct itimerval timer;

  setitimer (ITIMER_REAL, &timer, NULL);
}

static gboolean
may_go_on (void)
{
  return errno == EINTR && !time_is_up;
}

static char *
fail_system (GError **error, const char *wanted, const char *what)
{
  int saved_errno = errno;

  if (!time_is_up)
    return fail (error, wanted, what, g_strerror (saved_errno));

  g_set_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT,
               "The %s has not come in time (%s)", wanted, what);

  return NULL;
}

/* ---- Reading it ---- */

/* The first line of @fd, and nothing behind it: the rest may be meant for others. */
static char *
read_line (int fd, const char *wanted, const char *what, GError **error)
{
  char buffer[MAX_SECRET_BYTES + 1];
  char *secret = NULL;
  const char *why = NULL;
  gsize length = 0;
  gssize n = 0;

  while (length < sizeof buffer)
    {
      n = read (fd, buffer + length, 1);
      if (n < 0 && may_go_on ())
        continue;
      if (n <= 0 || buffer[length] == '\n')
        break;
      length++;
    }

  if (length > 0 && buffer[length - 1] == '\r')
    length--;
  if (length > MAX_SECRET_BYTES)
    why = "the line is too long";
  else if (length == 0)
    why = "it is empty";
  else if (!g_utf8_validate_len (buffer, length, NULL))
    why = "it is not UTF-8 text";
  else
    secret = g_strndup (buffer, length);
  explicit_bzero (buffer, sizeof buffer);

  if (n < 0)
    {
      xmpp_secret_free (secret);
      return fail_system (error, wanted, what);
    }

  return secret != NULL ? secret : fail (error, wanted, what, why);
}

static char *
read_file (const char *wanted, const char *path, GError **error)
{
  struct stat status;
  char *secret;
  int fd;

  if (g_str_equal (path, "-"))
    return read_line (STDIN_FILENO, wanted, "standard input", error);

  do
    fd = open (path, O_RDONLY | O_CLOEXEC);
  while (fd < 0 && may_go_on ());
  if (fd < 0)
    return fail_system (error, wanted, path);

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && (status.st_mode & 077) != 0)
    tool_complain ("warning: others can read or change %s", path);

  secret = read_line (fd, wanted, path, error);
  close (fd);

  return secret;
}

/* In the child: it does not outlive us, however we end. */
static void
bind_to_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

/* It gets a second to leave by itself. */
static void
end_command (GPid pid)
{
  kill (pid, SIGTERM);
  for (guint i = 0; i < 100; i++)
    {
      if (waitpid (pid, NULL, WNOHANG) != 0)
        return;
      g_usleep (10000);
    }
  kill (pid, SIGKILL);
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    ;
}

/* Not through a shell: the words are split as one would, and that is all. What it complains
 * about goes where our own complaints go. */
static char *
read_command (const char *command, GError **error)
{
  g_autoptr (GError) spawn_error = NULL;
  g_autoptr (GError) line_error = NULL;
  g_auto (GStrv) words = NULL;
  char *secret;
  GPid pid;
  int output;
  int wait_status = 0;
  gboolean good;

  if (!g_shell_parse_argv (command, NULL, &words, &spawn_error) ||
      !g_spawn_async_with_pipes (NULL, words, NULL,
                                 G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                     G_SPAWN_CHILD_INHERITS_STDIN,
                                 bind_to_parent, NULL, &pid, NULL, &output, NULL,
                                 &spawn_error))
    return fail (error, PASSWORD, "--password-command", spawn_error->message);

  secret = read_line (output, PASSWORD, "--password-command", &line_error);
  close (output);
  while (!time_is_up && waitpid (pid, &wait_status, 0) < 0 && may_go_on ())
    ;
  if (time_is_up)
    end_command (pid);
  g_spawn_close_pid (pid);

  /* A command that still had something to say was cut short by us. */
  good = !time_is_up &&
         ((WIFSIGNALED (wait_status) && WTERMSIG (wait_status) == SIGPIPE) ||
          g_spawn_check_wait_status (wait_status, &spawn_error));
  if (secret != NULL && good)
    return secret;

  xmpp_secret_free (secret);
  if (time_is_up)
    return fail_system (error, PASSWORD, "--password-command");
  /* How it has ended tells more than what it did not say. */
  if (!good)
    return fail (error, PASSWORD, "--password-command", spawn_error->message);
  g_propagate_error (error, g_steal_pointer (&line_error));

  return NULL;
}

/* ---- Asking for it ---- */

static void
restore_terminal (void)
{
  if (saved_terminal_fd >= 0)
    tcsetattr (saved_terminal_fd, TCSAFLUSH, &saved_terminal);
}

typedef struct
{
  char *wanted;
  char *text;
} Prompt;

static void
prompt_free (gpointer data)
{
  Prompt *prompt = data;

  g_free (prompt->wanted);
  g_free (prompt->text);
  g_free (prompt);
}

static char *
fail_to_ask (GError **error, const char *wanted, const char *why)
{
  return fail (error, wanted, why,
               g_str_equal (wanted, PASSWORD)
                   ? "use --password-file or --password-command"
               : g_str_equal (wanted, TOKEN) ? "use --token-file"
               : g_str_equal (wanted, "PIN") ? "use pin-source= in the URI"
                                             : "use --field-file");
}

static char *
ask (const Prompt *prompt, GError **error)
{
  struct termios silent;
  char *secret;
  int fd = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

  if (fd < 0 || tcgetattr (fd, &saved_terminal) != 0)
    {
      if (fd >= 0)
        close (fd);
      return fail_to_ask (error, prompt->wanted, "there is no terminal to ask on");
    }

  if (saved_terminal_fd < 0)
    atexit (restore_terminal);
  saved_terminal_fd = fd;
  silent = saved_terminal;
  silent.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (fd, TCSAFLUSH, &silent);

  dprintf (fd, "%s", prompt->text);
  secret = read_line (fd, prompt->wanted, "the terminal", error);
  dprintf (fd, "\n");

  restore_terminal ();
  saved_terminal_fd = -1;
  close (fd);

  return secret;
}

static void
prompt_thread (GTask *task,
               gpointer source,
               gpointer task_data,
               GCancellable *cancellable)
{
  GError *error = NULL;
  char *secret = ask (task_data, &error);

  if (secret != NULL)
    g_task_return_pointer (task, secret, (GDestroyNotify) xmpp_secret_free);
  else
    g_task_return_error (task, error);
}

/* Whoever types without seeing it types it twice. */
static char *
ask_password (const char *jid, gboolean twice, GError **error)
{
  g_autofree char *shown = tool_text_escape (TOOL_TEXT_LINE, jid);
  g_autofree char *first_text = g_strdup_printf ("Password for %s: ", shown);
  Prompt first = { PASSWORD, first_text };
  Prompt second = { PASSWORD, "The same again: " };
  char *password = NULL;
  char *again = NULL;
  gboolean equal = FALSE;

  if (!isatty (STDIN_FILENO))
    return fail_to_ask (error, PASSWORD, "standard input is no terminal to ask on");

  password = ask (&first, error);
  if (!twice)
    return password;
  if (password != NULL)
    again = ask (&second, error);
  if (again != NULL)
    {
      equal = g_str_equal (password, again);
      if (!equal)
        fail (error, PASSWORD, "the terminal", "the two were not the same");
    }

  xmpp_secret_free (again);
  if (equal)
    return password;

  xmpp_secret_free (password);
  return NULL;
}

void
tool_secret_ask_async (const char *wanted,
                       const char *text,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Prompt *prompt;
  GError *error = NULL;

  g_task_set_source_tag (task, tool_secret_ask_async);
  if (!isatty (STDIN_FILENO))
    {
      fail_to_ask (&error, wanted, "standard input is no terminal to ask on");
      g_task_return_error (task, error);
      return;
    }

  prompt = g_new (Prompt, 1);
  prompt->wanted = g_strdup (wanted);
  prompt->text = g_strdup (text);
  g_task_set_task_data (task, prompt, prompt_free);
  g_task_run_in_thread (task, prompt_thread);
}

char *
tool_secret_ask_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- The questions of the login ---- */

static gboolean
is_given (const ToolOptions *options, const char *field)
{
  gsize length = strlen (field);

  if (g_str_equal (field, TOKEN))
    return options->token_file != NULL;
  if (g_str_equal (field, PASSWORD))
    return options->password_file != NULL || options->password_command != NULL;

  for (gsize i = 0; options->field_files != NULL && options->field_files[i] != NULL; i++)
    if (strncmp (options->field_files[i], field, length) == 0 &&
        options->field_files[i][length] == '=')
      return TRUE;

  return FALSE;
}

/* A request, whose fields are asked for one after the other */
typedef struct
{
  XmppCredentialRequest *request;
  char *jid; /* may be shown */
  guint next;
} Questions;

static void
questions_free (Questions *self)
{
  g_object_unref (self->request);
  g_free (self->jid);
  g_free (self);
}

static void ask_next (Questions *self);

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Questions *self = user_data;
  const char *const *fields = xmpp_credential_request_get_fields (self->request);
  g_autoptr (GError) error = NULL;
  char *secret = tool_secret_ask_finish (result, &error);

  if (secret == NULL)
    {
      xmpp_credential_request_fail (self->request, error);
      questions_free (self);
      return;
    }

  xmpp_credential_request_set_field (self->request, fields[self->next], secret);
  xmpp_secret_free (secret);
  self->next++;
  ask_next (self);
}

static void
ask_next (Questions *self)
{
  gboolean again = xmpp_credential_request_get_reason (self->request) ==
                   XMPP_CREDENTIAL_REASON_REJECTED;
  const char *field = xmpp_credential_request_get_fields (self->request)[self->next];
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (field == NULL)
    {
      xmpp_credential_request_reply (self->request);
      questions_free (self);
      return;
    }

  name = g_str_equal (field, PASSWORD) ? g_strdup ("Password")
                                       : tool_text_escape (TOOL_TEXT_LINE, field);
  text = g_strdup_printf ("%s%s for %s: ",
                          again && self->next == 0 ? "It was refused. " : "", name,
                          self->jid);
  tool_secret_ask_async (field, text, answered_cb, self);
}

/* What the options have given is not asked for, even where it was refused. */
static gboolean
request_cb (XmppCredential *credential,
            XmppCredentialRequest *request,
            const ToolOptions *options)
{
  const char *const *fields = xmpp_credential_request_get_fields (request);
  Questions *questions;

  for (gsize i = 0; fields[i] != NULL; i++)
    if (is_given (options, fields[i]))
      return FALSE;

  questions = g_new0 (Questions, 1);
  questions->request = g_object_ref (request);
  questions->jid = tool_text_escape (TOOL_TEXT_LINE, options->jid);
  ask_next (questions);

  return TRUE;
}

static gboolean
has_ticket (const ToolOptions *options)
{
  return options->principal != NULL || options->ccache != NULL ||
         options->client_keytab != NULL;
}

gboolean
tool_secret_is_given (const ToolOptions *options)
{
  return is_given (options, PASSWORD) || is_given (options, TOKEN) ||
         has_ticket (options) || options->field_files != NULL;
}

/* @secret: NULL: it is to be asked for when it is needed */
static gboolean
read_secret (const ToolOptions *options, char **secret, GError **error)
{
  *secret = NULL;
  if (options->token_file != NULL)
    *secret = read_file (TOKEN, options->token_file, error);
  else if (options->password_file != NULL)
    *secret = read_file (PASSWORD, options->password_file, error);
  else if (options->password_command != NULL)
    *secret = read_command (options->password_command, error);
  else
    return TRUE;

  return *secret != NULL;
}

char *
tool_secret_read_password (const ToolOptions *options,
                           const char *jid,
                           gboolean is_new,
                           GError **error)
{
  char *password = NULL;
  gboolean good;

  start_clock (options);
  good = read_secret (options, &password, error);
  if (good && password == NULL)
    password = ask_password (jid, is_new, error);
  stop_clock ();

  return password;
}

static gboolean
read_fields (const ToolOptions *options, XmppCredential *credential, GError **error)
{
  for (gsize i = 0; options->field_files != NULL && options->field_files[i] != NULL; i++)
    {
      const char *path = strchr (options->field_files[i], '=') + 1;
      g_autofree char *field = g_strndup (options->field_files[i],
                                          (gsize) (path - 1 - options->field_files[i]));
      char *value = read_file (field, path, error);

      if (value == NULL)
        return FALSE;
      xmpp_credential_set_field (credential, field, value);
      xmpp_secret_free (value);
    }

  return TRUE;
}

static XmppCredential *
read_all (const ToolOptions *options, GError **error)
{
  g_autoptr (XmppCredential) credential = NULL;
  char *secret;

  if (!read_secret (options, &secret, error))
    return NULL;

  /* Whoever says which ticket is not asked for a password. */
  if (options->token_file != NULL)
    credential = xmpp_credential_new_for_token (NULL, secret);
  else if (secret == NULL && has_ticket (options))
    credential = xmpp_credential_new_for_kerberos (NULL);
  else
    credential = xmpp_credential_new (NULL, secret);
  xmpp_secret_free (secret);
  xmpp_credential_set_field (credential, "principal", options->principal);
  xmpp_credential_set_field (credential, "ccache", options->ccache);
  xmpp_credential_set_field (credential, "client-keytab", options->client_keytab);

  return read_fields (options, credential, error) ? g_steal_pointer (&credential) : NULL;
}

XmppCredential *
tool_secret_load (const ToolOptions *options, XmppJid *jid, GError **error)
{
  XmppCredential *credential;

  if (xmpp_jid_get_local (jid) == NULL)
    return xmpp_credential_new_anonymous ();

  start_clock (options);
  credential = read_all (options, error);
  stop_clock ();
  if (credential == NULL)
    return NULL;

  g_signal_connect (credential, "request", G_CALLBACK (request_cb), (gpointer) options);
  if (options->authzid != NULL)
    xmpp_credential_set_field (credential, "authzid", options->authzid);

  return credential;
}
