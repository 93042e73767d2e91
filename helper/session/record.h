/* record.h - what close and sweep need to know of a session, on disk.
 *
 * records/<uid>.<id>, 0600, `key=value` lines, no secrets. It is the first
 * thing that a session makes and the last that it removes, so whatever is in
 * /run/awsrole can be found again after any crash.
 *
 * Whoever is opening a session holds a lock on its record: an `opening`
 * record that nobody holds was left by a helper that died.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SESSION_RECORD_H
#define SESSION_RECORD_H 1

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/proc.h"
#include "session/peer.h"
#include "session/run.h"

enum {
    RECORD_VERSION = 1,
    SESSION_ID_DIGITS = 32,               /* 128 random bits in hex */
    SESSION_NAME_BYTES = 10 + 1 + 32 + 1, /* "<uid>/<id>" and NUL */
    RECORD_NAME_BYTES = SESSION_NAME_BYTES,
    RECORD_TEXT_MAX = 16 * 1024, /* bytes on disk */
    RECORD_VALUE_BYTES = 512,
    RECORD_LIST_BYTES = 4096,
};

/* The name of a session: whose, and which. */
struct session_name {
    uid_t uid;
    char id[SESSION_ID_DIGITS + 1];
};

/* "<uid>/<id>", as on the wire and in AWSROLE_SESSION. */
bool session_name_parse(const char *text, struct session_name *name);
void session_name_format(const struct session_name *name,
                         char text[SESSION_NAME_BYTES]);

/* A name nobody can guess. False when the kernel has no random numbers. */
bool session_name_random(uid_t uid, struct session_name *name);

struct record {
    struct session_name name;
    bool open;           /* false: still opening */
    struct moment until; /* opening: the deadline; open: expiry */
    struct peer leader;
    char boot_id[BOOT_ID_BYTES];
    time_t opened;
    char user[RECORD_VALUE_BYTES];
    char service[RECORD_VALUE_BYTES];
    char tty[RECORD_VALUE_BYTES];
    char rhost[RECORD_VALUE_BYTES];
    char role_arns[RECORD_LIST_BYTES];      /* comma-separated */
    char access_key_ids[RECORD_LIST_BYTES]; /* the same */
};

/* Make the record of a new session, locked. Gives the locked descriptor, to
 * be closed when the session is open or undone; -1 with `error`, EEXIST
 * having been dealt with by a new name in record->name. */
int record_create(const struct run *run, struct record *record,
                  struct error *error);

/* Write it beside itself, and later put that in its place, which needs no
 * space and so does not fail where the file system is full. */
int record_prepare(const struct run *run, const struct record *record,
                   struct error *error);
int record_commit(const struct run *run, const struct record *record,
                  struct error *error);

/* Read one. 0; 1 when there is none; -1 with ERROR_SESSION_FILES when it is
 * not a record of ours (its name is then all that is known of it), with
 * ERROR_INTERNAL when it could not be read just now. */
int record_read(const struct run *run, const struct session_name *name,
                struct record *record, struct error *error);

/* Remove it. 0 also when it is gone already. */
int record_remove(const struct run *run, const struct session_name *name,
                  struct error *error);

/* Try to lock the record `name`: a descriptor to close afterwards; -1 when
 * somebody holds it, or it is gone. Never waits. */
int record_try_lock(const struct run *run, const struct session_name *name);

/* "<uid>.<id>" or, while it is being replaced, "<uid>.<id>.new". */
bool record_file_name_parse(const char *text, struct session_name *name);

/* The text of a record and back; for tests and fuzzers. */
struct buffer;
void record_print(const struct record *record, struct buffer *text);
bool record_parse(const char *text, struct record *record);

#endif
