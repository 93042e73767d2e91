/* close.h - ending a session.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SESSION_CLOSE_H
#define SESSION_CLOSE_H 1

#include "base/error.h"
#include "protocol/message.h"
#include "session/peer.h"
#include "session/record.h"
#include "session/run.h"

/* Remove the session that the request names: for root, or for the person
 * whose it is. 0 also when it is gone already; -1 with ERROR_PROTOCOL,
 * ERROR_NOT_ALLOWED or ERROR_SESSION_FILES. */
int session_close(const struct message *request, const struct peer *peer,
                  struct error *error);

/* Remove folder and record of a session and log `event` and `why`. `record`
 * is NULL when it could not be read. */
int session_remove(const struct run *run, const struct session_name *name,
                   const struct record *record, const char *event,
                   const char *why, struct error *error);

#endif
