/* environment.h - what the module puts into the PAM environment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAM_AWSROLE_ENVIRONMENT_H
#define PAM_AWSROLE_ENVIRONMENT_H 1

#include "pam_awsrole/internal.h"

enum { ENVIRONMENT_MAX = 12 }; /* as many names as are allowed */

/* The variables of one session. Start from {0}; environment_free() erases:
 * with export_keys there are secrets among them. */
struct environment {
    size_t count;
    struct variable {
        char *entry;  /* NAME=VALUE, as it was put */
        char *former; /* NAME=VALUE as it was before, or NULL */
    } variables[ENVIRONMENT_MAX];
};

/* NAME when `entry` is NAME=VALUE and NAME is one of those that a helper may
 * set; NULL otherwise. A constant. */
const char *environment_allowed(const char *entry);

/* Add NAME=VALUE, whose name must be allowed, to the list; nothing is put
 * yet. False without memory or when the list is full. */
bool environment_add(struct environment *environment, const char *entry);

/* Put all of the list into the handle, and take away what an earlier failed
 * open left there. False when one fails: the former values are back then. */
bool environment_put(struct environment *environment, pam_handle_t *pamh);

/* After environment_put(): make it as it was before. */
void environment_undo(const struct environment *environment,
                      pam_handle_t *pamh);

/* At the end of a session: unset each variable that still has our value. */
void environment_unset(const struct environment *environment,
                       pam_handle_t *pamh);

void environment_free(struct environment *environment);

/* After a failure: variables with which every AWS SDK gives an error, instead
 * of going on to the credentials of the host itself. */
void environment_fail_closed(pam_handle_t *pamh);

#endif
