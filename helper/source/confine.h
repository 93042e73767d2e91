/* confine.h - a child process that cannot come to one folder.
 *
 * Landlock (landlock(7), "Landlock: unprivileged access control" of the
 * kernel) denies what it does not allow: allowed is to read and execute below
 * everything in / but the folder, to write to what is in /dev already, and
 * everything in /tmp and /var/tmp. Names that are made in / or beside the
 * folder after confine_prepare() are denied too, and so is listing / and the
 * folders on the way. Where the kernel can (from 6.12), no process outside is
 * sent a signal either.
 *
 * Landlock does not rule over modes, owners and ACLs of files, and the folder
 * belongs to the user that the child runs as: a seccomp(2) filter refuses the
 * calls that change those, everywhere, with EPERM, and so every call of
 * another architecture than the host's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_CONFINE_H
#define SOURCE_CONFINE_H 1

#include "base/error.h"

/* A ruleset that leaves out `folder`, an absolute path that need not exist.
 * A descriptor (O_CLOEXEC), or -1 with ERROR_SOURCE where the kernel has no
 * Landlock, ERROR_INTERNAL. */
int confine_prepare(const char *folder, struct error *error);

/* In the child, between fork and exec (async-signal-safe): put this process
 * and all that it starts under the ruleset and the filter. 0, or -1 with
 * errno. */
int confine_myself(int ruleset);

#endif
