/* fuzz_record.c - session records and names.
 *
 * A record that was read is written so that it reads back; and so is any
 * record whose texts have no line ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "base/buffer.h"
#include "session/record.h"

#define ENDED(text) (strnlen((text), sizeof(text)) < sizeof(text))

/* Each text ends within its own place. */
static void promise_ended(const struct record *record)
{
    PROMISE(ENDED(record->name.id) && ENDED(record->boot_id));
    PROMISE(ENDED(record->user) && ENDED(record->service));
    PROMISE(ENDED(record->tty) && ENDED(record->rhost));
    PROMISE(ENDED(record->role_arns) && ENDED(record->access_key_ids));
}

static void promise_round_trip(const struct record *record)
{
    struct record again;
    AUTO_BUFFER first = BUFFER(RECORD_TEXT_MAX);
    AUTO_BUFFER second = BUFFER(RECORD_TEXT_MAX);

    record_print(record, &first);
    PROMISE(!first.failed);
    PROMISE(record_parse(buffer_string(&first), &again));
    PROMISE(again.open == record->open);
    PROMISE(again.name.uid == record->name.uid);
    PROMISE(strcmp(again.name.id, record->name.id) == 0);
    PROMISE(again.until.wall == record->until.wall);
    PROMISE(again.until.boottime == record->until.boottime);
    PROMISE(again.leader.start_time == record->leader.start_time);
    PROMISE(strcmp(again.user, record->user) == 0);
    PROMISE(strcmp(again.role_arns, record->role_arns) == 0);
    record_print(&again, &second);
    PROMISE(strcmp(buffer_string(&first), buffer_string(&second)) == 0);
}

/* The next text of the input, as long as fits, without line ends. */
static void take_text(const char **text, char *value, size_t size)
{
    size_t length = strcspn(*text, "\n");

    (void)snprintf(value, size, "%.*s", (int)length, *text);
    *text += length + ((*text)[length] == '\n');
}

static int64_t take_number(const char **text)
{
    char number[24];

    take_text(text, number, sizeof(number));
    return strtoll(number, NULL, 0) & INT64_MAX;
}

static void write_any(const char *text)
{
    struct record record = {.open = text[0] == 'o'};

    record.name.uid = (uid_t)take_number(&text);
    take_text(&text, record.name.id, sizeof(record.name.id));
    record.until.wall = (time_t)take_number(&text);
    record.until.boottime = take_number(&text);
    record.leader.pid = (pid_t)(take_number(&text) & INT32_MAX);
    record.leader.start_time = (uint64_t)take_number(&text);
    record.opened = (time_t)take_number(&text);
    take_text(&text, record.user, sizeof(record.user));
    take_text(&text, record.rhost, sizeof(record.rhost));
    take_text(&text, record.role_arns, sizeof(record.role_arns));
    take_text(&text, record.access_key_ids, sizeof(record.access_key_ids));
    promise_round_trip(&record);
}

static void read_name(const char *text)
{
    struct session_name name;
    char again[SESSION_NAME_BYTES];

    if (session_name_parse(text, &name)) {
        session_name_format(&name, again);
        PROMISE(strcmp(again, text) == 0);
    }
    if (record_file_name_parse(text, &name))
        PROMISE(strlen(name.id) == SESSION_ID_DIGITS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);
    struct record record;

    if (record_parse(text, &record)) {
        promise_ended(&record);
        promise_round_trip(&record);
    }
    write_any(text);
    read_name(text);
    free(text);
    return 0;
}
