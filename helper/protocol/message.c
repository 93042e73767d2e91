/* message.c - see message.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "protocol/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024, NUMBER_TEXT = 24 };

static const struct key {
    const char *name;
    bool in_request;
    bool in_reply;
    bool repeats;
} keys[KEY_COUNT] = {
    [KEY_PROTOCOL] = {"protocol", true, true, false},
    [KEY_VERB] = {"verb", true, false, false},
    [KEY_USER] = {"user", true, false, false},
    [KEY_UID] = {"uid", true, false, false},
    [KEY_SERVICE] = {"service", true, false, false},
    [KEY_TTY] = {"tty", true, false, false},
    [KEY_RHOST] = {"rhost", true, false, false},
    [KEY_RUSER] = {"ruser", true, false, false},
    [KEY_PROFILE] = {"profile", true, false, false},
    [KEY_AFTER] = {"after", true, false, false},
    [KEY_TIMEOUT_MS] = {"timeout_ms", true, false, false},
    [KEY_SESSION] = {"session", true, true, false},
    [KEY_STATUS] = {"status", false, true, false},
    [KEY_ENV] = {"env", false, true, true},
    [KEY_MESSAGE] = {"message", false, true, false},
    [KEY_CODE] = {"code", false, true, false},
    [KEY_DETAIL] = {"detail", false, true, false},
};

static size_t maximum_of(enum message_direction direction)
{
    return direction == MESSAGE_REQUEST ? MESSAGE_REQUEST_MAX
                                        : MESSAGE_REPLY_MAX;
}

static bool known_in(enum message_key key, enum message_direction direction)
{
    if (key < 0 || key >= KEY_COUNT)
        return false;
    return direction == MESSAGE_REQUEST ? keys[key].in_request
                                        : keys[key].in_reply;
}

/* C0, DEL, and the C1 set as UTF-8 writes it (C2 80 to C2 9F): terminals and
 * log readers obey all of them. `byte` must be followed by a readable byte. */
static bool is_control(const char *byte)
{
    unsigned char first = (unsigned char)byte[0];
    unsigned char second = (unsigned char)byte[1];

    return first < 0x20 || first == 0x7f ||
           (first == 0xc2 && second >= 0x80 && second <= 0x9f);
}

static bool has_control(const char *value)
{
    for (; *value != '\0'; value++) {
        if (is_control(value))
            return true;
    }
    return false;
}

/* Grow to hold `wanted` bytes. realloc() would leave a copy behind. */
static bool reserve(struct message *message, size_t wanted)
{
    size_t maximum = maximum_of(message->direction);
    size_t capacity = message->capacity ? message->capacity : FIRST_CAPACITY;
    char *data;

    if (wanted <= message->capacity)
        return true;
    if (wanted > maximum)
        return false;
    while (capacity < wanted)
        capacity *= 2;
    if (capacity > maximum)
        capacity = maximum;
    data = malloc(capacity);
    if (data == NULL)
        return false;
    if (message->data != NULL) {
        memcpy(data, message->data, message->length);
        explicit_bzero(message->data, message->capacity);
        free(message->data);
    }
    message->data = data;
    message->capacity = capacity;
    return true;
}

static void add_record(struct message *message, enum message_key key,
                       const char *value, bool clean)
{
    size_t name = strlen(keys[key].name);
    size_t length = strlen(value);
    char *at;

    /* One byte more than the record: the end of the message must fit too. */
    if (length > MESSAGE_REPLY_MAX ||
        !reserve(message, message->length + name + 1 + length + 1 + 1)) {
        message->failed = true;
        return;
    }
    at = message->data + message->length;
    memcpy(at, keys[key].name, name);
    at[name] = '=';
    memcpy(at + name + 1, value, length + 1);
    message->length += name + 1 + length + 1;
    if (!clean)
        return;
    for (at += name + 1; *at != '\0'; at++) {
        if (is_control(at)) {
            if ((unsigned char)*at == 0xc2)
                at[1] = '?';
            *at = '?';
        }
    }
}

static void add(struct message *message, enum message_key key,
                const char *value, bool clean)
{
    if (message->failed)
        return;
    if (message->data == NULL || !known_in(key, message->direction) ||
        (!keys[key].repeats && message_get(message, key) != NULL) ||
        (!clean && has_control(value))) {
        message->failed = true;
        return;
    }
    add_record(message, key, value, clean);
}

void message_begin(struct message *message, enum message_direction direction)
{
    char number[NUMBER_TEXT];

    *message = (struct message){.direction = direction};
    (void)snprintf(number, sizeof(number), "%d", PROTOCOL_VERSION);
    add_record(message, KEY_PROTOCOL, number, false);
}

void message_add(struct message *message, enum message_key key,
                 const char *value)
{
    add(message, key, value, false);
}

void message_add_cleaned(struct message *message, enum message_key key,
                         const char *value)
{
    add(message, key, value, true);
}

void message_add_number(struct message *message, enum message_key key,
                        uint64_t value)
{
    char number[NUMBER_TEXT];

    (void)snprintf(number, sizeof(number), "%" PRIu64, value);
    add(message, key, number, false);
}

bool message_end(struct message *message)
{
    if (message->failed || message->data == NULL ||
        !reserve(message, message->length + 1)) {
        message->failed = true;
        return false;
    }
    message->data[message->length++] = '\0';
    return true;
}

/* The record at `offset`, or NULL at the end of the message, where the bytes
 * stop, or where a record has no NUL. */
static const char *record_at(const struct message *message, size_t offset)
{
    if (message->data == NULL || offset >= message->length ||
        message->data[offset] == '\0' ||
        memchr(message->data + offset, '\0', message->length - offset) == NULL)
        return NULL;
    return message->data + offset;
}

/* The value in `record` when it is a record of `key`, or NULL. */
static const char *value_of(const char *record, enum message_key key)
{
    size_t length = strlen(keys[key].name);

    if (strncmp(record, keys[key].name, length) != 0 || record[length] != '=')
        return NULL;
    return record + length + 1;
}

const char *message_next(const struct message *message, enum message_key key,
                         const char *previous)
{
    size_t offset = 0;
    const char *record;

    if (key < 0 || key >= KEY_COUNT)
        return NULL;
    if (previous != NULL)
        offset = (size_t)(previous - message->data) + strlen(previous) + 1;
    while ((record = record_at(message, offset)) != NULL) {
        const char *value = value_of(record, key);

        if (value != NULL)
            return value;
        offset += strlen(record) + 1;
    }
    return NULL;
}

const char *message_get(const struct message *message, enum message_key key)
{
    return message_next(message, key, NULL);
}

static bool read_number(const char *text, uint64_t maximum, uint64_t *value)
{
    uint64_t number = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        uint64_t digit;

        if (*text < '0' || *text > '9')
            return false;
        digit = (uint64_t)(*text - '0');
        if (number > maximum / 10 || number * 10 > maximum - digit ||
            digit > maximum)
            return false;
        number = number * 10 + digit;
    }
    *value = number;
    return true;
}

bool message_get_number(const struct message *message, enum message_key key,
                        uint64_t maximum, uint64_t *value)
{
    const char *text = message_get(message, key);

    return text != NULL && read_number(text, maximum, value);
}

/* One record other than the first. NULL when it is good, else the reason. */
static const char *check_record(const char *record,
                                enum message_direction direction, bool *seen)
{
    for (int key = 0; key < KEY_COUNT; key++) {
        const char *value = value_of(record, (enum message_key)key);

        if (value == NULL)
            continue;
        if (!known_in((enum message_key)key, direction))
            return "a key that does not belong in this direction";
        if (seen[key] && !keys[key].repeats)
            return "a key stands twice";
        seen[key] = true;
        return has_control(value) ? "a control character in a value" : NULL;
    }
    return strchr(record, '=') == NULL ? "a record is not KEY=VALUE"
                                       : "an unknown key";
}

enum message_verdict message_check(const struct message *message,
                                   const char **reason)
{
    bool seen[KEY_COUNT] = {[KEY_PROTOCOL] = true};
    const char *record = record_at(message, 0);
    const char *version = record ? value_of(record, KEY_PROTOCOL) : NULL;
    uint64_t protocol;
    size_t offset;

    *reason = NULL;
    if (message->length > maximum_of(message->direction)) {
        *reason = "longer than its direction allows";
        return MESSAGE_BAD;
    }
    if (version == NULL || *version == '0' ||
        !read_number(version, INT32_MAX, &protocol)) {
        *reason = "it does not begin with protocol=NUMBER";
        return MESSAGE_BAD;
    }
    if (protocol > PROTOCOL_VERSION) {
        *reason = "it speaks a later protocol";
        return MESSAGE_NEWER;
    }
    offset = strlen(record) + 1;
    while ((record = record_at(message, offset)) != NULL) {
        *reason = check_record(record, message->direction, seen);
        if (*reason != NULL)
            return MESSAGE_BAD;
        offset += strlen(record) + 1;
    }
    if (offset >= message->length || message->data[offset] != '\0') {
        *reason = "it is cut short";
        return MESSAGE_BAD;
    }
    if (offset + 1 != message->length) {
        *reason = "bytes after its end";
        return MESSAGE_BAD;
    }
    return MESSAGE_GOOD;
}

void message_free(struct message *message)
{
    if (message->data != NULL) {
        explicit_bzero(message->data, message->capacity > message->length
                                          ? message->capacity
                                          : message->length);
        free(message->data);
    }
    *message = (struct message){0};
}
