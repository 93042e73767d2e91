/* session.h - what one handle remembers between open and close.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAM_AWSROLE_SESSION_H
#define PAM_AWSROLE_SESSION_H 1

#include <sys/types.h>

#include "pam_awsrole/environment.h"
#include "pam_awsrole/internal.h"
#include "pam_awsrole/options.h"
#include "protocol/deadline.h"

struct session {
    pid_t opener; /* who alone may close it from the handle's cleanup */
    bool open;    /* the reply was taken: the helper counts on a close */
    uid_t uid;
    char *id; /* "<uid>/<32 hex>" */
    struct environment environment;
    char *helper; /* the options of the open: cleanup is given none */
    char *socket;
};

/* A session not yet open. NULL without memory; free with session_free(). */
struct session *session_new(uid_t uid, const char *id,
                            const struct options *options);

/* Erase and free; NULL is fine. */
void session_free(struct session *session);

/* Hang it on the handle, which owns it from then on. Its cleanup frees it
 * and, where it is still open in the process that opened it (a later module
 * of the stack failed, or nobody called close), closes it; not in a child,
 * whose handle is a copy. The flag PAM_DATA_SILENT does not decide that:
 * sudo sets it on its last pam_end() too. False without memory. */
bool session_store(struct session *session, pam_handle_t *pamh);

/* The handle's session, or NULL. Owned by the handle. */
struct session *session_find(pam_handle_t *pamh);

/* Take it off the handle and free it, without asking the helper. */
void session_drop(pam_handle_t *pamh);

/* Ask the helper to close it. True when its files are gone, now or before;
 * otherwise false with `reason`. Never asked again afterwards. */
bool session_close(struct session *session, struct deadline deadline,
                   struct reason *reason);

#endif
