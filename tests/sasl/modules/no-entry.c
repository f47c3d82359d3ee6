/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* A shared object without the entry function */
int test_no_entry (void);

int
test_no_entry (void)
{
  return 0;
}
