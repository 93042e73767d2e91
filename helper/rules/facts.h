/* facts.h - what is known about a login when the rules are asked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_FACTS_H
#define RULES_FACTS_H 1

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/* Strings are borrowed; "" where PAM had nothing. */
struct facts {
    const char *user;
    uid_t uid;
    gid_t gid; /* the primary group */
    const char *service;
    const char *tty;
    const char *rhost;
    const char *ruser;
    const char *login_user; /* the audit login user; NULL when unset */
    const char *host;       /* this host's name, up to its first dot */
    const char *session;    /* the session's id, 32 hex digits */
    time_t now;
};

#endif
