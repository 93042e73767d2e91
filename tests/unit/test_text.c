/* test_text.c - text from outside made fit for a log, numbers, durations,
 * buffers and errors.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

static void cleaned(const char *from, const char *to)
{
    char text[64];

    assert_true(strlen(from) < sizeof(text));
    memcpy(text, from, strlen(from) + 1);
    text_clean(text);
    assert_string_equal(text, to);
}

static void control_characters_become_question_marks(void **state)
{
    (void)state;
    cleaned("plain", "plain");
    cleaned("a\nb\tc\x1b[0m\x7f", "a?b?c?[0m?");
    cleaned("J\xc3\xbcrgen \xe2\x82\xac", "J\xc3\xbcrgen \xe2\x82\xac");
    cleaned("c1 \xc2\x85 end", "c1 ?? end");
    cleaned("rtl \xe2\x80\xae end", "rtl ??? end");
}

static void bytes_that_are_not_utf8_become_question_marks(void **state)
{
    (void)state;
    cleaned("\xff\xfe", "??");
    cleaned("\xc0\xaf", "??");         /* over-long slash */
    cleaned("\xed\xa0\x80", "???");    /* surrogate */
    cleaned("cut \xe2\x82", "cut ??"); /* ends inside a character */
    cleaned("\xf5\x80\x80\x80", "????");
}

static void numbers_are_digits_alone_and_bounded(void **state)
{
    static const char *const bad[] = {
        "",    "-1",  "+1",  " 1",  "1 ",
        "0x1", "1e3", "256", "999", "18446744073709551616"};
    uint64_t value = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(text_number(bad[i], 255, &value));
    assert_int_equal(value, 7);
    assert_true(text_number("255", 255, &value) && value == 255);
    assert_true(text_number("007", 255, &value) && value == 7);
    assert_true(text_number("18446744073709551615", UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_false(text_number("18446744073709551616", UINT64_MAX, &value));
    assert_false(text_number("5", 3, &value));
}

static void durations_have_seconds_minutes_hours(void **state)
{
    static const struct {
        const char *text;
        uint64_t seconds;
    } good[] = {{"900", 900},  {"900s", 900}, {"15m", 900},
                {"8h", 28800}, {"0", 0},      {"2400h", 8640000}};
    static const char *const bad[] = {"",    "h",   "1d",  "1.5h", "-1h",
                                      "8 h", "1hm", "0x9", "2401h"};
    uint64_t seconds;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(text_duration(good[i].text, &seconds));
        assert_true(seconds == good[i].seconds);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(text_duration(bad[i], &seconds));
}

static void a_buffer_keeps_what_fits_and_remembers_what_did_not(void **state)
{
    AUTO_BUFFER buffer = BUFFER(10);

    (void)state;
    assert_string_equal(buffer_string(&buffer), "");
    buffer_addf(&buffer, "%d-%s", 42, "abc");
    assert_string_equal(buffer_string(&buffer), "42-abc");
    buffer_add_string(&buffer, "12345");
    assert_true(buffer.failed);
    assert_string_equal(buffer_string(&buffer), "42-abc");
    buffer_clear(&buffer);
    assert_false(buffer.failed);
    buffer_add_string(&buffer, "0123456789");
    assert_false(buffer.failed);
    assert_int_equal(buffer.length, 10);
}

static void a_buffer_grows_far_past_its_first_size(void **state)
{
    AUTO_BUFFER buffer = BUFFER(100000);

    (void)state;
    for (int i = 0; i < 100000; i++)
        buffer_add_char(&buffer, (char)('a' + i % 26));
    assert_false(buffer.failed);
    assert_int_equal(buffer.length, 100000);
    assert_int_equal(buffer.data[99999], 'a' + 99999 % 26);
    buffer_add_char(&buffer, 'x');
    assert_true(buffer.failed);
}

static void a_cleared_buffer_holds_nothing_of_what_it_held(void **state)
{
    AUTO_BUFFER buffer = BUFFER(64);

    (void)state;
    buffer_add_string(&buffer, "secret");
    buffer_clear(&buffer);
    for (size_t i = 0; i < buffer.capacity; i++)
        assert_int_equal(buffer.data[i], 0);
}

static void an_error_is_one_clean_line_of_bounded_length(void **state)
{
    struct error error = {0};
    char big[3 * ERROR_DETAIL_MAX];

    (void)state;
    memset(big, 'x', sizeof(big));
    big[sizeof(big) - 1] = '\0';
    assert_int_equal(error_set(&error, ERROR_SOURCE, "a\nb %s", big), -1);
    assert_int_equal(error.code, ERROR_SOURCE);
    assert_int_equal(strlen(error.detail), ERROR_DETAIL_MAX - 1);
    assert_memory_equal(error.detail, "a?b xxx", 7);
    (void)error_set(&error, ERROR_SOURCE, "no key");
    (void)error_prefix(&error, "[source %s]", "bastion");
    assert_string_equal(error.detail, "[source bastion]: no key");
    assert_int_equal(error.code, ERROR_SOURCE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_become_question_marks),
        cmocka_unit_test(bytes_that_are_not_utf8_become_question_marks),
        cmocka_unit_test(numbers_are_digits_alone_and_bounded),
        cmocka_unit_test(durations_have_seconds_minutes_hours),
        cmocka_unit_test(a_buffer_keeps_what_fits_and_remembers_what_did_not),
        cmocka_unit_test(a_buffer_grows_far_past_its_first_size),
        cmocka_unit_test(a_cleared_buffer_holds_nothing_of_what_it_held),
        cmocka_unit_test(an_error_is_one_clean_line_of_bounded_length),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
