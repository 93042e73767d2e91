/* record_text.c - the text of a record: see record.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "session/record.h"

/* One table for both directions: what a line is called, where its value is. */
enum kind { TEXT, NUMBER_32, NUMBER_64 };

struct line {
    const char *key;
    enum kind kind;
    size_t offset;
    size_t size; /* bytes of a text, with its NUL */
};

#define TEXT_LINE(key, member)                      \
    {                                               \
        key, TEXT, offsetof(struct record, member), \
            sizeof(((struct record *)0)->member)    \
    }
#define NUMBER_LINE(key, member)                                               \
    {                                                                          \
        key,                                                                   \
            sizeof(((struct record *)0)->member) == 4 ? NUMBER_32 : NUMBER_64, \
            offsetof(struct record, member), 0                                 \
    }

static const struct line lines[] = {
    NUMBER_LINE("uid", name.uid),
    TEXT_LINE("id", name.id),
    NUMBER_LINE("until_wall", until.wall),
    NUMBER_LINE("until_boottime", until.boottime),
    NUMBER_LINE("leader_pid", leader.pid),
    NUMBER_LINE("leader_uid", leader.uid),
    NUMBER_LINE("leader_start_time", leader.start_time),
    NUMBER_LINE("leader_pid_namespace", leader.pid_namespace),
    NUMBER_LINE("loginuid", leader.loginuid),
    NUMBER_LINE("sessionid", leader.sessionid),
    TEXT_LINE("boot_id", boot_id),
    NUMBER_LINE("opened", opened),
    TEXT_LINE("user", user),
    TEXT_LINE("service", service),
    TEXT_LINE("tty", tty),
    TEXT_LINE("rhost", rhost),
    TEXT_LINE("role_arns", role_arns),
    TEXT_LINE("access_key_ids", access_key_ids),
};

enum { LINE_COUNT = sizeof(lines) / sizeof(lines[0]) };

void record_print(const struct record *record, struct buffer *text)
{
    const char *base = (const char *)record;

    buffer_addf(text, "version=%d\nstate=%s\n", RECORD_VERSION,
                record->open ? "open" : "opening");
    for (size_t i = 0; i < LINE_COUNT; i++) {
        const char *at = base + lines[i].offset;
        uint32_t number_32;
        uint64_t number_64;

        switch (lines[i].kind) {
        case TEXT:
            buffer_addf(text, "%s=%s\n", lines[i].key, at);
            break;
        case NUMBER_32:
            memcpy(&number_32, at, sizeof(number_32));
            buffer_addf(text, "%s=%" PRIu32 "\n", lines[i].key, number_32);
            break;
        case NUMBER_64:
            memcpy(&number_64, at, sizeof(number_64));
            buffer_addf(text, "%s=%" PRIu64 "\n", lines[i].key, number_64);
            break;
        }
    }
}

/* Take the line `key=value` off the front of *text into `value`. */
static bool take_line(const char **text, const char *key, char *value,
                      size_t size)
{
    size_t key_length = strlen(key);
    size_t length;

    if (strncmp(*text, key, key_length) != 0 || (*text)[key_length] != '=')
        return false;
    *text += key_length + 1;
    length = strcspn(*text, "\n");
    if ((*text)[length] != '\n' || length >= size)
        return false;
    memcpy(value, *text, length);
    value[length] = '\0';
    *text += length + 1;
    return true;
}

static bool take_number(const char *value, const struct line *line, char *at)
{
    uint64_t number_64;
    uint32_t number_32;

    if (!text_number(value, line->kind == NUMBER_32 ? UINT32_MAX : INT64_MAX,
                     &number_64))
        return false;
    number_32 = (uint32_t)number_64;
    if (line->kind == NUMBER_32)
        memcpy(at, &number_32, sizeof(number_32));
    else
        memcpy(at, &number_64, sizeof(number_64));
    return true;
}

bool record_parse(const char *text, struct record *record)
{
    char value[RECORD_LIST_BYTES];
    char *base = (char *)record;

    *record = (struct record){0};
    if (!take_line(&text, "version", value, sizeof(value)) ||
        strcmp(value, "1") != 0 ||
        !take_line(&text, "state", value, sizeof(value)))
        return false;
    record->open = strcmp(value, "open") == 0;
    if (!record->open && strcmp(value, "opening") != 0)
        return false;
    for (size_t i = 0; i < LINE_COUNT; i++) {
        char *at = base + lines[i].offset;

        if (lines[i].kind == TEXT) {
            if (!take_line(&text, lines[i].key, at, lines[i].size))
                return false;
        } else if (!take_line(&text, lines[i].key, value, sizeof(value)) ||
                   !take_number(value, &lines[i], at)) {
            return false;
        }
    }
    return *text == '\0';
}
