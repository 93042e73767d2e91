/* message.h - what module and helper say to each other, as bytes.
 *
 * A message is a run of KEY=VALUE records, each ended by NUL, with an empty
 * record at the end: the shape of /proc/PID/environ (proc(5)). The first
 * record is `protocol=1`. Keys come from one closed table; a key that may not
 * repeat and does, a key that the direction does not know, a control
 * character in a value, and bytes after the end are all refused.
 *
 * This code is linked into the module as well: libc only, no state.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PROTOCOL_MESSAGE_H
#define PROTOCOL_MESSAGE_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_VERSION 1

enum {
    MESSAGE_REQUEST_MAX = 16 * 1024, /* bytes */
    MESSAGE_REPLY_MAX = 128 * 1024,  /* bytes */
};

enum message_direction { MESSAGE_REQUEST, MESSAGE_REPLY };

enum message_key {
    KEY_PROTOCOL,
    /* requests */
    KEY_VERB,
    KEY_USER,
    KEY_UID,
    KEY_SERVICE,
    KEY_TTY,
    KEY_RHOST,
    KEY_RUSER,
    KEY_PROFILE,
    KEY_AFTER,
    KEY_TIMEOUT_MS,
    /* both */
    KEY_SESSION,
    /* replies */
    KEY_STATUS,
    KEY_ENV, /* the one key that repeats */
    KEY_MESSAGE,
    KEY_CODE,
    KEY_DETAIL,
    KEY_COUNT
};

/* A message's bytes. Start from {0}; message_free() erases and frees them. */
struct message {
    enum message_direction direction;
    char *data;
    size_t length;
    size_t capacity;
    bool failed; /* an add did not fit or had no memory: see message_end() */
};

enum message_verdict {
    MESSAGE_GOOD,
    MESSAGE_BAD,   /* not a message of ours: `reason` says why */
    MESSAGE_NEWER, /* well formed so far, but of a later protocol */
};

/* Begin a message: allocates, and writes the protocol record. */
void message_begin(struct message *message, enum message_direction direction);

/* Append one record. Control characters in the value make the message fail
 * (message_add) or become '?' (message_add_cleaned, for PAM items, which come
 * from outside). Errors are remembered until message_end(). */
void message_add(struct message *message, enum message_key key,
                 const char *value);
void message_add_cleaned(struct message *message, enum message_key key,
                         const char *value);
void message_add_number(struct message *message, enum message_key key,
                        uint64_t value);

/* Close it. True when the message is whole and may be sent. */
bool message_end(struct message *message);

/* Check bytes that arrived: message->data/length hold them and direction says
 * which table applies. Only after MESSAGE_GOOD may values be read. `reason`
 * gets a fixed English sentence otherwise. */
enum message_verdict message_check(const struct message *message,
                                   const char **reason);

/* The value of `key`, or NULL. Points into the message. */
const char *message_get(const struct message *message, enum message_key key);

/* The next value of a repeated key after `previous` (NULL: the first). */
const char *message_next(const struct message *message, enum message_key key,
                         const char *previous);

/* Decimal number of `key` into `*value`; false when it is absent, not all
 * digits, or above `maximum`. */
bool message_get_number(const struct message *message, enum message_key key,
                        uint64_t maximum, uint64_t *value);

/* Erase and free; the message is {0} afterwards. */
void message_free(struct message *message);

#endif
