/* test_limits.c - AWS's limits, at their edges.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rules/limits.h"

/* `count` times the same, in a place that the next call overwrites. */
static const char *repeated(const char *text, size_t count)
{
    static char out[4096];
    size_t length = strlen(text);

    assert_true(length * count < sizeof(out));
    for (size_t i = 0; i < count; i++)
        memcpy(out + i * length, text, length);
    out[length * count] = '\0';
    return out;
}

static void session_name_has_exactly_the_characters_of_the_model(void **state)
{
    const char *allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                          "0123456789_+=,.@-";

    (void)state;
    for (int c = -128; c < 128; c++)
        assert_int_equal(limit_session_name_character((char)c),
                         c != 0 && strchr(allowed, c) != NULL);
}

static void external_id_is_of_2_to_1224_characters(void **state)
{
    (void)state;
    assert_false(limit_external_id(""));
    assert_false(limit_external_id("a"));
    assert_true(limit_external_id("a:"));
    assert_true(limit_external_id("x:/y_+=,.@-Z9"));
    assert_true(limit_external_id(repeated("e", 1224)));
    assert_false(limit_external_id(repeated("e", 1225)));
    assert_false(limit_external_id("a b"));
    assert_false(limit_external_id("a\nb"));
    assert_false(limit_external_id("a\xc3\xa9"));
}

static void tag_key_takes_letters_of_any_script(void **state)
{
    (void)state;
    assert_true(limit_tag_key("user"));
    assert_true(limit_tag_key("Kosten stelle_.:/=+-@1"));
    assert_true(limit_tag_key("\xc3\xbc\xe6\x9d\xb1\xd0\xb6"));
    assert_true(limit_tag_key("\xd9\xa3")); /* a digit, category Nd */
    assert_false(limit_tag_key(""));
    assert_false(limit_tag_key("a,b"));
    assert_false(limit_tag_key("a;b"));
    assert_false(limit_tag_key("a\\b"));
    assert_false(limit_tag_key("\xe2\x82\xac")); /* the euro sign, Sc */
    assert_false(limit_tag_key("\xf0\x9f\x99\x82"));
    assert_false(limit_tag_key("a\xcc\x81")); /* a combining mark, Mn */
    assert_false(limit_tag_key("a\tb"));
    assert_false(limit_tag_key("a\xff"));
}

static void tag_lengths_count_characters_not_bytes(void **state)
{
    (void)state;
    assert_true(limit_tag_key(repeated("\xc3\xbc", 128)));
    assert_false(limit_tag_key(repeated("\xc3\xbc", 129)));
    assert_true(limit_tag_value(""));
    assert_true(limit_tag_value(repeated("\xe6\x9d\xb1", 256)));
    assert_false(limit_tag_value(repeated("\xe6\x9d\xb1", 257)));
}

static void tag_key_may_not_begin_with_aws(void **state)
{
    (void)state;
    assert_false(limit_tag_key("aws:x"));
    assert_false(limit_tag_key("AwS:x"));
    assert_true(limit_tag_key("awsx"));
    assert_true(limit_tag_value("aws:x"));
}

static void profile_name_is_what_every_sdk_reads_alike(void **state)
{
    (void)state;
    assert_true(limit_profile_name("sre"));
    assert_true(limit_profile_name("A_z.0@x-y"));
    assert_true(limit_profile_name(repeated("p", 64)));
    assert_false(limit_profile_name(repeated("p", 65)));
    assert_false(limit_profile_name(""));
    assert_false(limit_profile_name("a b"));
    assert_false(limit_profile_name("a]"));
    assert_false(limit_profile_name("../x"));
    assert_false(limit_profile_name("default"));
    assert_false(limit_profile_name("session"));
    assert_true(limit_section_name("session"));
    assert_true(limit_section_name("default"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session_name_has_exactly_the_characters_of_the_model),
        cmocka_unit_test(external_id_is_of_2_to_1224_characters),
        cmocka_unit_test(tag_key_takes_letters_of_any_script),
        cmocka_unit_test(tag_lengths_count_characters_not_bytes),
        cmocka_unit_test(tag_key_may_not_begin_with_aws),
        cmocka_unit_test(profile_name_is_what_every_sdk_reads_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
