/* contents.h - what stands in the files of a session, and in its environment.
 *
 * Only the part of the shared-credentials grammar that every SDK reads alike
 * is written: [name], key = value, one a line.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SESSION_CONTENTS_H
#define SESSION_CONTENTS_H 1

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/credentials.h"
#include "base/error.h"
#include "protocol/message.h"
#include "rules/config.h"
#include "rules/facts.h"
#include "session/record.h"

/* A role of the login and what AWS gave for it. */
struct granted {
    const struct role *role;
    struct role_session session;
};

/* True when every value can stand in a line of a file and between quotes of
 * JSON as it is. -1 with ERROR_BAD_ANSWER, naming the value that cannot. */
int contents_check(const struct role_session *session, struct error *error);

/* `credentials`: all profiles of the login. */
void contents_credentials(const struct granted *granted, size_t count,
                          struct buffer *text);

/* `<profile>.json`: the answer of a credential_process, version 1. */
void contents_process(const struct granted *granted, struct buffer *text);

/* `config`, with aws_config = session. */
void contents_config(const struct granted *granted, size_t count,
                     struct buffer *text);

/* `session.json`: no secrets. False without memory. */
bool contents_session(const struct record *record,
                      const struct granted *granted, size_t count,
                      struct buffer *text);

/* The env= records of the reply: of the login's first role. */
void contents_environment(const struct session_name *name,
                          const struct granted *first, struct message *reply);

/* The one line for the person. */
void contents_greeting(const struct granted *granted, size_t count,
                       struct buffer *text);

#endif
