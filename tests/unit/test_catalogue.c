/* test_catalogue.c - every error has a name and two sentences.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/catalogue.h"

enum { MEANING_MAX = 120 }; /* one line at a terminal, with what is around */

static void assert_is_sentence(const char *text)
{
    assert_non_null(text);
    assert_true(text[0] >= 'A' && text[0] <= 'Z');
    assert_int_equal(text[strlen(text) - 1], '.');
    for (; *text != '\0'; text++)
        assert_true(*text >= ' ' && *text <= '~');
}

static void every_code_has_a_name_a_meaning_and_a_remedy(void **state)
{
    (void)state;
    for (int code = 0; code < ERROR_COUNT; code++) {
        const struct catalogue_entry *entry =
            catalogue_entry((enum error_code)code);

        assert_non_null(entry->name);
        assert_true(strlen(entry->name) > 2);
        assert_int_equal(strspn(entry->name, "abcdefghijklmnopqrstuvwxyz-"),
                         strlen(entry->name));
        assert_is_sentence(entry->meaning);
        assert_is_sentence(entry->remedy);
        assert_true(strlen(entry->meaning) <= MEANING_MAX);
    }
}

static void no_two_codes_share_a_name(void **state)
{
    (void)state;
    for (int a = 0; a < ERROR_COUNT; a++)
        for (int b = a + 1; b < ERROR_COUNT; b++)
            assert_string_not_equal(catalogue_entry((enum error_code)a)->name,
                                    catalogue_entry((enum error_code)b)->name);
}

static void a_number_that_is_no_code_is_an_internal_error(void **state)
{
    (void)state;
    assert_string_equal(catalogue_entry(ERROR_COUNT)->name, "internal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name_a_meaning_and_a_remedy),
        cmocka_unit_test(no_two_codes_share_a_name),
        cmocka_unit_test(a_number_that_is_no_code_is_an_internal_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
