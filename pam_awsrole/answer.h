/* answer.h - is this reply one that may be applied?
 *
 * The helper faces the network. Whatever it says, it can do no more to the
 * login than set the variables of a short list, two of them to paths in the
 * session's own folder.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAM_AWSROLE_ANSWER_H
#define PAM_AWSROLE_ANSWER_H 1

#include <sys/types.h>

#include "pam_awsrole/environment.h"
#include "pam_awsrole/internal.h"

enum answer_status { ANSWER_OK, ANSWER_IGNORE, ANSWER_ERROR };

/* The strings point into the reply; those it lacks are NULL. */
struct answer {
    enum answer_status status;
    const char *session; /* with ANSWER_OK to an open: "<uid>/<32 hex>" */
    const char *message; /* for the person */
    const char *code;    /* "" when absent */
    const char *detail;  /* "" when absent */
};

/* Read a checked reply. False with `reason` when it has no known status. */
bool answer_read(const struct message *reply, struct answer *answer,
                 struct reason *reason);

/* For status=ok to an open: the session is one of `uid` (which the module
 * looked up itself), every variable has an allowed name and value and stands
 * once. They are collected into `environment` ({0}; environment_free()).
 * False with `reason`; nothing of the reply may be used then. */
bool answer_accept(const struct message *reply, const struct answer *answer,
                   uid_t uid, struct environment *environment,
                   struct reason *reason);

/* Show the reply's message to the person: one line of PAM_TEXT_INFO, plain
 * ASCII, at most 500 characters. Whether that works does not matter. */
void answer_tell(pam_handle_t *pamh, const struct answer *answer);

#endif
