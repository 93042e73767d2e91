/* internal.h - what all files of the module share.
 *
 * The module runs as root inside sshd, login, su or sudo: libpam and libc
 * only, no static state, no threads, nothing from the environment, no change
 * that the host could notice. Whatever can go wrong says so in a struct
 * reason; the entry points log it, once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAM_AWSROLE_INTERNAL_H
#define PAM_AWSROLE_INTERNAL_H 1

#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <syslog.h>

#include "protocol/message.h"

/* Session files are accepted from here alone, whatever the helper says. */
#define RUNDIR "/run/awsrole"

/* The system user that the helper becomes. */
#define HELPER_USER "awsrole"

enum { REASON_MAX = 1024 }; /* bytes, with the NUL */

/* One sentence for the log: what went wrong, with which name, and what to
 * change. No secret is ever written into it. */
struct reason {
    char text[REASON_MAX];
};

/* Write the sentence: cut when too long, control characters become '?'.
 * Always false, so `return reason_set(...)` leaves a function that failed. */
bool reason_set(struct reason *reason, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For __attribute__((cleanup)): close a descriptor that is not negative. */
static inline void close_descriptor(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
#define AUTO_FD __attribute__((cleanup(close_descriptor))) int
#define AUTO_MESSAGE __attribute__((cleanup(message_free))) struct message

#endif
