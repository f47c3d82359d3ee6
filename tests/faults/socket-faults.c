/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "socket-faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FDS 1024

/* The functions of the C library are found through these names: what a program defines
 * itself comes first, for the libraries that it loads, too. TLS runs in threads. */

typedef enum
{
  FD_UNKNOWN,
  FD_OURS,
  FD_BROKEN,
} FdState;

static GMutex mutex;
static FdState fds[MAX_FDS];
static guint operations;
static guint failing;
static SocketFaultKind failing_kind;
static const char *failed;
static gboolean watching_accepted;

static void
arm (guint n, SocketFaultKind kind, gboolean accepted)
{
  g_mutex_lock (&mutex);
  watching_accepted = accepted;
  operations = 0;
  failing = n;
  failing_kind = kind;
  failed = NULL;
  g_mutex_unlock (&mutex);
}

void
socket_faults_arm (guint n, SocketFaultKind kind)
{
  arm (n, kind, FALSE);
}

void
socket_faults_arm_accepted (guint n, SocketFaultKind kind)
{
  arm (n, kind, TRUE);
}

guint
socket_faults_get_operations (void)
{
  guint result;

  g_mutex_lock (&mutex);
  result = operations;
  g_mutex_unlock (&mutex);
  return result;
}

const char *
socket_faults_get_failed (void)
{
  const char *result;

  g_mutex_lock (&mutex);
  result = failed;
  g_mutex_unlock (&mutex);
  return result;
}

static FdState
get_state (int fd)
{
  FdState state;

  if (fd < 0 || fd >= MAX_FDS)
    return FD_UNKNOWN;
  g_mutex_lock (&mutex);
  state = fds[fd];
  g_mutex_unlock (&mutex);
  return state;
}

static void
set_state (int fd, FdState state)
{
  if (fd < 0 || fd >= MAX_FDS)
    return;
  g_mutex_lock (&mutex);
  fds[fd] = state;
  g_mutex_unlock (&mutex);
}

/* Whether this one fails */
static gboolean
count (int fd, const char *what)
{
  gboolean now;

  if (get_state (fd) != FD_OURS)
    return FALSE;

  g_mutex_lock (&mutex);
  now = ++operations == failing;
  if (now)
    {
      failed = what;
      fds[fd] = FD_BROKEN;
    }
  g_mutex_unlock (&mutex);

  if (now)
    shutdown (fd, SHUT_RDWR);
  return now;
}

static int
fail (int code)
{
  errno = code;
  return -1;
}

static void *
find_real (void **slot, const char *name)
{
  if (*slot == NULL)
    *slot = dlsym (RTLD_NEXT, name);
  return *slot;
}

#define REAL(function)                                                                   \
  ({                                                                                     \
    static void *slot;                                                                   \
    (typeof (&function)) find_real (&slot, #function);                                   \
  })

int
close (int fd)
{
  typeof (&close) real = REAL (close);
  set_state (fd, FD_UNKNOWN);
  return real (fd);
}

int
connect (int fd, const struct sockaddr *address, socklen_t length)
{
  typeof (&connect) real = REAL (connect);
  if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
    return real (fd, address, length);
  set_state (fd, watching_accepted ? FD_UNKNOWN : FD_OURS);
  return count (fd, "connect") ? fail (ECONNREFUSED) : real (fd, address, length);
}

/* The peer has gone before it was let in. */
static int
accepted (int fd)
{
  if (fd < 0 || !watching_accepted)
    return fd;

  set_state (fd, FD_OURS);
  if (!count (fd, "accept"))
    return fd;

  close (fd);
  return fail (ECONNABORTED);
}

int
accept (int fd, struct sockaddr *address, socklen_t *length)
{
  typeof (&accept) real = REAL (accept);

  return accepted (real (fd, address, length));
}

int
accept4 (int fd, struct sockaddr *address, socklen_t *length, int flags)
{
  typeof (&accept4) real = REAL (accept4);

  return accepted (real (fd, address, length, flags));
}

/* How a connection that took its time has ended */
int
getsockopt (int fd, int level, int name, void *value, socklen_t *length)
{
  typeof (&getsockopt) real = REAL (getsockopt);
  int result = real (fd, level, name, value, length);

  if (result == 0 && level == SOL_SOCKET && name == SO_ERROR && *(int *) value == 0 &&
      count (fd, "connect"))
    *(int *) value = EHOSTUNREACH;
  return result;
}

ssize_t
send (int fd, const void *data, size_t length, int flags)
{
  typeof (&send) real = REAL (send);
  if (get_state (fd) == FD_BROKEN || count (fd, "send"))
    return fail (EPIPE);
  return real (fd, data, length, flags);
}

ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  typeof (&sendmsg) real = REAL (sendmsg);
  if (get_state (fd) == FD_BROKEN || count (fd, "send"))
    return fail (EPIPE);
  return real (fd, message, flags);
}

static ssize_t
received (int fd, ssize_t result, gboolean fails)
{
  if (!fails)
    return result;
  return failing_kind == SOCKET_FAULT_END ? 0 : fail (ECONNRESET);
}

ssize_t
recv (int fd, void *data, size_t length, int flags)
{
  typeof (&recv) real = REAL (recv);
  ssize_t result = real (fd, data, length, flags);

  return received (fd, result,
                   get_state (fd) == FD_BROKEN || (result >= 0 && count (fd, "receive")));
}

ssize_t
recvmsg (int fd, struct msghdr *message, int flags)
{
  typeof (&recvmsg) real = REAL (recvmsg);
  ssize_t result = real (fd, message, flags);

  return received (fd, result,
                   get_state (fd) == FD_BROKEN || (result >= 0 && count (fd, "receive")));
}
