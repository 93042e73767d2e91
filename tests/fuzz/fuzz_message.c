/* fuzz_message.c - messages that arrived, and messages that are written.
 *
 * The first byte chooses: 'q' or 'p' is followed by the bytes of a request or
 * a reply; 'Q' or 'P' by one record a line, a letter for its key and how it
 * is added, then its value. What message_add() took, message_check() accepts,
 * and it reads back as it was.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "protocol/message.h"

static void promise_good(const struct message *message)
{
    const char *reason;

    PROMISE(message_check(message, &reason) == MESSAGE_GOOD);
    PROMISE(reason == NULL);
}

/* A good message's records, added to a new one, give one as good. */
static void promise_rewritten(const struct message *old)
{
    struct message new;

    message_begin(&new, old->direction);
    for (int key = KEY_PROTOCOL + 1; key < KEY_COUNT; key++) {
        const char *value = NULL;

        while ((value = message_next(old, (enum message_key)key, value)) !=
               NULL)
            message_add(&new, (enum message_key)key, value);
    }
    PROMISE(message_end(&new));
    promise_good(&new);
    PROMISE(new.length == old->length);
    message_free(&new);
}

static void read_bytes(enum message_direction direction, const uint8_t *data,
                       size_t size)
{
    struct message message = {.direction = direction,
                              .data = fuzz_block(data, size),
                              .length = size,
                              .capacity = size};
    const char *reason = NULL;
    uint64_t number;

    if (message_check(&message, &reason) == MESSAGE_GOOD) {
        (void)message_get_number(&message, KEY_UID, UINT32_MAX, &number);
        promise_rewritten(&message);
    } else {
        PROMISE(reason != NULL);
    }
    message_free(&message);
}

/* The value that was added last for `key`. */
static const char *last_value(const struct message *message,
                              enum message_key key)
{
    const char *last = NULL;
    const char *value = NULL;

    while ((value = message_next(message, key, value)) != NULL)
        last = value;
    return last;
}

/* `line`: '0' + 3 * key + how, and the value. */
static void add_line(struct message *message, const char *line)
{
    unsigned letter = (unsigned char)line[0] - (unsigned)'0';
    enum message_key key = (enum message_key)(letter / 3);
    const char *value = line + 1;

    if (letter % 3 == 0)
        message_add(message, key, value);
    else if (letter % 3 == 1)
        message_add_cleaned(message, key, value);
    else
        message_add_number(message, key, strlen(value));
    if (message->failed)
        return;
    PROMISE(key < KEY_COUNT && last_value(message, key) != NULL);
    if (letter % 3 == 0)
        PROMISE(strcmp(last_value(message, key), value) == 0);
    if (letter % 3 == 1)
        PROMISE(strlen(last_value(message, key)) == strlen(value));
}

static void write_records(enum message_direction direction, char *lines)
{
    struct message message;
    char *rest = lines;
    char *line;

    message_begin(&message, direction);
    while ((line = strsep(&rest, "\n")) != NULL)
        if (line[0] != '\0')
            add_line(&message, line);
    if (message_end(&message))
        promise_good(&message);
    message_free(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *lines;

    if (size == 0)
        return 0;
    if (data[0] == 'q' || data[0] == 'p') {
        read_bytes(data[0] == 'q' ? MESSAGE_REQUEST : MESSAGE_REPLY, data + 1,
                   size - 1);
        return 0;
    }
    lines = fuzz_string(data + 1, size - 1);
    write_records(data[0] == 'Q' ? MESSAGE_REQUEST : MESSAGE_REPLY, lines);
    free(lines);
    return 0;
}
