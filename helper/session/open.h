/* open.h - opening a session: taken, or undone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SESSION_OPEN_H
#define SESSION_OPEN_H 1

#include "base/error.h"
#include "protocol/deadline.h"
#include "protocol/message.h"
#include "rules/match.h"
#include "session/contents.h"
#include "session/login.h"
#include "session/peer.h"
#include "session/record.h"
#include "session/run.h"

/* A session between its first step and the module's taking it. */
struct opening {
    struct run run;
    struct record record;
    int record_fd; /* locked; -1: nothing on disk yet */
    struct login login;
    struct config *config;
    struct granted granted[MATCH_MAX];
    size_t granted_count;
};

/* Start from this; end with opening_free() whatever happened. */
void opening_init(struct opening *opening);
void opening_free(struct opening *opening);

/* Do all of it up to the reply: rules, record, AWS, files. Fills `reply` with
 * session, environment and the line for the person. 0, or -1 with `error`
 * (ERROR_NO_RULE and ERROR_NO_CONFIGURATION: the login is no concern of ours)
 * and nothing left on disk. */
int session_open(struct opening *opening, const char *config_path,
                 const struct message *request, const struct peer *peer,
                 struct deadline deadline, struct message *reply,
                 struct error *error);

/* The module took the reply: the record becomes `open`, and the log says so.
 * -1 when that cannot be written: the session is undone by a later sweep. */
int session_confirm(struct opening *opening, struct error *error);

/* It did not: remove folder and record. */
int session_undo(struct opening *opening, struct error *error);

#endif
