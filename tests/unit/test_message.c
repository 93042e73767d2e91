/* test_message.c - the bytes between module and helper.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/message.h"

/* Check a copy of `bytes` of exactly that size, so that a read past its end
 * is seen by ASan and valgrind. */
static enum message_verdict verdict_of(enum message_direction direction,
                                       const char *bytes, size_t length,
                                       const char **reason)
{
    struct message message = {.direction = direction,
                              .data = malloc(length ? length : 1),
                              .length = length,
                              .capacity = length};
    enum message_verdict verdict;

    memcpy(message.data, bytes, length);
    verdict = message_check(&message, reason);
    message_free(&message);
    return verdict;
}

/* String literals, whose own NUL is the empty record at the end. */
#define VERDICT(direction, literal, reason) \
    verdict_of((direction), (literal), sizeof(literal), (reason))

static void expect_bad(enum message_direction direction, const char *bytes,
                       size_t length, const char *expected)
{
    const char *reason = NULL;

    assert_int_equal(verdict_of(direction, bytes, length, &reason),
                     MESSAGE_BAD);
    assert_string_equal(reason, expected);
}
#define BAD(direction, literal, expected) \
    expect_bad((direction), (literal), sizeof(literal), (expected))

static void what_is_written_reads_back(void **state)
{
    struct message message = {0};
    const char *reason;
    const char *value;
    uint64_t number = 0;

    (void)state;
    message_begin(&message, MESSAGE_REPLY);
    message_add(&message, KEY_STATUS, "ok");
    message_add(&message, KEY_ENV, "A=1");
    message_add(&message, KEY_SESSION, "1/2");
    message_add(&message, KEY_ENV, "B=caf\xc3\xa9");
    message_add(&message, KEY_ENV, "");
    assert_true(message_end(&message));
    assert_int_equal(message_check(&message, &reason), MESSAGE_GOOD);
    assert_null(reason);
    assert_string_equal(message_get(&message, KEY_STATUS), "ok");
    assert_string_equal(message_get(&message, KEY_SESSION), "1/2");
    assert_null(message_get(&message, KEY_CODE));
    value = message_next(&message, KEY_ENV, NULL);
    assert_string_equal(value, "A=1");
    value = message_next(&message, KEY_ENV, value);
    assert_string_equal(value, "B=caf\xc3\xa9");
    value = message_next(&message, KEY_ENV, value);
    assert_string_equal(value, "");
    assert_null(message_next(&message, KEY_ENV, value));
    assert_true(message_get_number(&message, KEY_PROTOCOL, 10, &number));
    assert_int_equal(number, PROTOCOL_VERSION);
    message_free(&message);
    assert_null(message.data);
}

static void the_bytes_are_those_of_the_design(void **state)
{
    static const char expected[] = "protocol=1\0verb=close\0uid=4294967294\0";
    struct message message = {0};

    (void)state;
    message_begin(&message, MESSAGE_REQUEST);
    message_add(&message, KEY_VERB, "close");
    message_add_number(&message, KEY_UID, 4294967294U);
    assert_true(message_end(&message));
    assert_int_equal(message.length, sizeof(expected));
    assert_memory_equal(message.data, expected, sizeof(expected));
    message_free(&message);
}

static void a_mistake_while_writing_is_remembered(void **state)
{
    static const struct {
        enum message_key key;
        const char *value;
    } wrong[] = {
        {KEY_STATUS, "ok"},       /* not in a request */
        {KEY_USER, "twice"},      /* repeated */
        {KEY_PROTOCOL, "1"},      /* repeated */
        {KEY_TTY, "a\nb"},        /* C0 */
        {KEY_TTY, "a\x7f"},       /* DEL */
        {KEY_TTY, "\xc2\x9b[2J"}, /* C1 */
        {KEY_COUNT, "no key"},    /* no key at all */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct message message = {0};

        message_begin(&message, MESSAGE_REQUEST);
        message_add(&message, KEY_USER, "alice");
        message_add(&message, wrong[i].key, wrong[i].value);
        message_add(&message, KEY_SERVICE, "sshd");
        assert_false(message_end(&message));
        message_free(&message);
    }
}

static void cleaned_values_have_no_control_characters(void **state)
{
    struct message message = {0};
    const char *reason;

    (void)state;
    message_begin(&message, MESSAGE_REQUEST);
    message_add_cleaned(&message, KEY_TTY, "a\nb\x1b\x7f\xc2\x85\xc2\xa0\xc2");
    assert_true(message_end(&message));
    assert_int_equal(message_check(&message, &reason), MESSAGE_GOOD);
    assert_string_equal(message_get(&message, KEY_TTY), "a?b????\xc2\xa0\xc2");
    message_free(&message);
}

static void the_size_is_bounded_to_the_byte(void **state)
{
    static char value[MESSAGE_REPLY_MAX + 1];
    /* protocol=1 NUL, user= NUL, NUL */
    size_t most = MESSAGE_REQUEST_MAX - 11 - 5 - 1 - 1;
    const char *reason;

    (void)state;
    for (size_t more = 0; more < 2; more++) {
        struct message message = {0};

        memset(value, 'x', sizeof(value));
        value[most + more] = '\0';
        message_begin(&message, MESSAGE_REQUEST);
        message_add(&message, KEY_USER, value);
        assert_int_equal(message_end(&message), more == 0);
        if (more == 0) {
            assert_int_equal(message.length, MESSAGE_REQUEST_MAX);
            assert_int_equal(message_check(&message, &reason), MESSAGE_GOOD);
        }
        message_free(&message);
    }
    memset(value, 0, sizeof(value));
    memcpy(value, "protocol=1", 10);
    expect_bad(MESSAGE_REPLY, value, sizeof(value),
               "longer than its direction allows");
    expect_bad(MESSAGE_REQUEST, value, MESSAGE_REQUEST_MAX + 1,
               "longer than its direction allows");
}

static void every_broken_message_is_refused_with_its_reason(void **state)
{
    static const char begins[] = "it does not begin with protocol=NUMBER";

    (void)state;
    expect_bad(MESSAGE_REQUEST, "", 0, begins);
    expect_bad(MESSAGE_REQUEST, "", 1, begins);
    expect_bad(MESSAGE_REQUEST, "protocol=1", 10, begins); /* no NUL */
    BAD(MESSAGE_REQUEST, "verb=open\0", begins);
    BAD(MESSAGE_REQUEST, "protocol=\0", begins);
    BAD(MESSAGE_REQUEST, "protocol=0\0", begins);
    BAD(MESSAGE_REQUEST, "protocol=01\0", begins);
    BAD(MESSAGE_REQUEST, "protocol=-1\0", begins);
    BAD(MESSAGE_REQUEST, "protocol=1x\0", begins);
    BAD(MESSAGE_REQUEST, "protocol=99999999999999999999\0", begins);
    BAD(MESSAGE_REQUEST, "Protocol=1\0", begins);
    expect_bad(MESSAGE_REQUEST, "protocol=1", 11, "it is cut short");
    expect_bad(MESSAGE_REQUEST, "protocol=1\0verb=open", 20, "it is cut short");
    expect_bad(MESSAGE_REQUEST, "protocol=1\0verb=open", 21, "it is cut short");
    BAD(MESSAGE_REQUEST, "protocol=1\0verb\0", "a record is not KEY=VALUE");
    BAD(MESSAGE_REQUEST, "protocol=1\0=x\0", "an unknown key");
    BAD(MESSAGE_REQUEST, "protocol=1\0verbs=open\0", "an unknown key");
    BAD(MESSAGE_REQUEST, "protocol=1\0ver=open\0", "an unknown key");
    BAD(MESSAGE_REQUEST, "protocol=1\0uid=1\0uid=1\0", "a key stands twice");
    BAD(MESSAGE_REQUEST, "protocol=1\0protocol=1\0", "a key stands twice");
    BAD(MESSAGE_REQUEST, "protocol=1\0status=ok\0",
        "a key that does not belong in this direction");
    BAD(MESSAGE_REQUEST, "protocol=1\0env=A=1\0",
        "a key that does not belong in this direction");
    BAD(MESSAGE_REPLY, "protocol=1\0verb=open\0",
        "a key that does not belong in this direction");
    BAD(MESSAGE_REQUEST, "protocol=1\0tty=a\nb\0",
        "a control character in a value");
    BAD(MESSAGE_REPLY, "protocol=1\0message=\xc2\x9b\0",
        "a control character in a value");
    BAD(MESSAGE_REQUEST, "protocol=1\0verb=open\0\0", "bytes after its end");
    BAD(MESSAGE_REQUEST, "protocol=1\0\0verb=open", "bytes after its end");
}

static void a_later_protocol_is_told_apart(void **state)
{
    const char *reason;

    (void)state;
    assert_int_equal(
        VERDICT(MESSAGE_REPLY, "protocol=2\0colour=red\0", &reason),
        MESSAGE_NEWER);
    assert_int_equal(VERDICT(MESSAGE_REQUEST, "protocol=2147483647\0", &reason),
                     MESSAGE_NEWER);
    assert_int_equal(VERDICT(MESSAGE_REPLY, "protocol=1\0", &reason),
                     MESSAGE_GOOD);
}

static bool number_of(const char *value, uint64_t maximum, uint64_t *number)
{
    struct message message = {0};
    bool good;

    message_begin(&message, MESSAGE_REQUEST);
    message_add(&message, KEY_UID, value);
    assert_true(message_end(&message));
    good = message_get_number(&message, KEY_UID, maximum, number);
    message_free(&message);
    return good;
}

static void numbers_are_digits_within_their_bounds(void **state)
{
    uint64_t number = 0;

    (void)state;
    assert_true(number_of("0", 0, &number));
    assert_int_equal(number, 0);
    assert_true(number_of("18446744073709551615", UINT64_MAX, &number));
    assert_true(number == UINT64_MAX);
    assert_false(number_of("18446744073709551616", UINT64_MAX, &number));
    assert_false(number_of("184467440737095516150", UINT64_MAX, &number));
    assert_true(number_of("60000", 60000, &number));
    assert_false(number_of("60001", 60000, &number));
    assert_false(number_of("9", 5, &number));
    assert_false(number_of("", 5, &number));
    assert_false(number_of("+1", 5, &number));
    assert_false(number_of("-1", 5, &number));
    assert_false(number_of(" 1", 5, &number));
    assert_false(number_of("1 ", 5, &number));
    assert_false(number_of("0x1", 5, &number));
}

/* Every change of one byte of a good message: refused or read, never wrong
 * memory (this is for ASan and valgrind), and never read past its end. */
static void any_one_byte_changed_is_survived(void **state)
{
    static const char good[] = "protocol=1\0status=ok\0session=1/2\0env=A=1\0"
                               "env=B=2\0message=hello\0";
    const char *reason;

    (void)state;
    for (size_t at = 0; at < sizeof(good); at++) {
        for (int byte = 0; byte < 256; byte++) {
            struct message message = {.direction = MESSAGE_REPLY,
                                      .data = malloc(sizeof(good)),
                                      .length = sizeof(good),
                                      .capacity = sizeof(good)};
            const char *value = NULL;

            memcpy(message.data, good, sizeof(good));
            message.data[at] = (char)byte;
            if (message_check(&message, &reason) == MESSAGE_GOOD) {
                while ((value = message_next(&message, KEY_ENV, value)))
                    assert_true(value + strlen(value) <
                                message.data + message.length);
            }
            message_free(&message);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(the_bytes_are_those_of_the_design),
        cmocka_unit_test(a_mistake_while_writing_is_remembered),
        cmocka_unit_test(cleaned_values_have_no_control_characters),
        cmocka_unit_test(the_size_is_bounded_to_the_byte),
        cmocka_unit_test(every_broken_message_is_refused_with_its_reason),
        cmocka_unit_test(a_later_protocol_is_told_apart),
        cmocka_unit_test(numbers_are_digits_within_their_bounds),
        cmocka_unit_test(any_one_byte_changed_is_survived),
    };

    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
