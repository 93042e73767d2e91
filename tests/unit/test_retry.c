/* test_retry.c - how often is asked, where, and for how long.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <string.h>

#include "aws/retry.h"

enum { MOST = 32, LONG_MS = 60000 };

/* What each attempt gives, and what was asked. */
struct script {
    enum error_code gives[MOST]; /* ERROR_NONE: success */
    bool breaks;
    long after_ms;
    size_t count;
    size_t place[MOST];
    int left_ms[MOST];
};

static int attempt(void *context, size_t place, struct deadline deadline,
                   struct retry_hint *hint, struct error *error)
{
    struct script *script = context;
    size_t number = script->count++;

    assert_true(number < MOST);
    assert_false(hint->broke);
    assert_int_equal(hint->after_ms, 0);
    script->place[number] = place;
    script->left_ms[number] = deadline_left_ms(deadline);
    hint->broke = script->breaks;
    hint->after_ms = script->after_ms;
    if (script->gives[number] == ERROR_NONE)
        return 0;
    return error_set(error, script->gives[number], "failure %zu", number);
}

static const char *name(const void *context, size_t place)
{
    static const char *const NAMES[] = {"eu-west-1", "eu-west-2", "eu-west-3"};

    (void)context;
    return NAMES[place];
}

static int run(struct script *script, size_t places, size_t first, int limit_ms,
               size_t *answered, struct error *error)
{
    const struct retry_plan plan = {places, first, attempt, name, script};

    return retry_run(&plan, deadline_in(limit_ms), answered, error);
}

static void a_success_is_asked_for_once(void **state)
{
    struct script script = {.count = 0};
    struct error error = {0};
    size_t answered = 9;

    (void)state;
    assert_int_equal(run(&script, 1, 0, LONG_MS, &answered, &error), 0);
    assert_int_equal(script.count, 1);
    assert_int_equal(answered, 0);
    assert_true(script.left_ms[0] > LONG_MS - 1000);
}

static const enum error_code PASSING[] = {ERROR_UNREACHABLE, ERROR_THROTTLED,
                                          ERROR_AWS_FAILURE, ERROR_PROXY,
                                          ERROR_IDENTITY_PROVIDER};

static bool is_passing(int code)
{
    for (size_t i = 0; i < sizeof(PASSING) / sizeof(PASSING[0]); i++)
        if ((int)PASSING[i] == code)
            return true;
    return false;
}

static void passing_failures_are_asked_again_up_to_three_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(PASSING) / sizeof(PASSING[0]); i++) {
        struct script script = {.after_ms = 1,
                                .gives = {PASSING[i], PASSING[i], ERROR_NONE}};
        struct script worse = {.after_ms = 1,
                               .gives = {PASSING[i], PASSING[i], PASSING[i]}};
        struct error error = {0};
        size_t answered;

        assert_int_equal(run(&script, 1, 0, LONG_MS, &answered, &error), 0);
        assert_int_equal(script.count, 3);
        assert_int_equal(run(&worse, 1, 0, LONG_MS, &answered, &error), -1);
        assert_int_equal(worse.count, 3);
        assert_int_equal(error.code, PASSING[i]);
        assert_string_equal(error.detail, "failure 2 (after 3 attempts)");
    }
}

static void every_other_error_is_asked_once(void **state)
{
    (void)state;
    for (int code = ERROR_NONE + 1; code < ERROR_COUNT; code++) {
        struct script script = {.gives = {(enum error_code)code, 0}};
        struct error error = {0};
        size_t answered;

        if (is_passing(code))
            continue;
        assert_int_equal(run(&script, 1, 0, LONG_MS, &answered, &error), -1);
        assert_int_equal(script.count, 1);
        assert_int_equal(error.code, code);
        assert_string_equal(error.detail, "failure 0");
    }
}

static void a_broken_connection_is_asked_again(void **state)
{
    struct script script = {
        .breaks = true, .after_ms = 1, .gives = {ERROR_BAD_ANSWER, ERROR_NONE}};
    struct error error = {0};
    size_t answered;

    (void)state;
    assert_int_equal(run(&script, 1, 0, LONG_MS, &answered, &error), 0);
    assert_int_equal(script.count, 2);
}

static void no_time_for_another_attempt_ends_it_at_once(void **state)
{
    struct script script = {.gives = {ERROR_THROTTLED, ERROR_NONE}};
    struct script asked = {.after_ms = 3000,
                           .gives = {ERROR_THROTTLED, ERROR_NONE}};
    struct deadline before = deadline_in(LONG_MS);
    struct error error = {0};
    size_t answered;

    (void)state;
    assert_int_equal(
        run(&script, 1, 0, RETRY_ATTEMPT_MS - 1, &answered, &error), -1);
    assert_int_equal(script.count, 1);
    assert_string_equal(error.detail, "failure 0");
    assert_int_equal(run(&asked, 1, 0, 3000, &answered, &error), -1);
    assert_int_equal(asked.count, 1);
    assert_true(deadline_left_ms(before) > LONG_MS - 1000);
}

static void the_next_region_is_asked_after_a_failure(void **state)
{
    static const enum error_code NO_ANSWER[] = {
        ERROR_UNREACHABLE, ERROR_AWS_TIMEOUT, ERROR_THROTTLED,
        ERROR_AWS_FAILURE, ERROR_REGION_DISABLED};

    (void)state;
    for (size_t i = 0; i < sizeof(NO_ANSWER) / sizeof(NO_ANSWER[0]); i++) {
        struct script script = {.gives = {NO_ANSWER[i], ERROR_NONE}};
        struct error error = {0};
        size_t answered;

        assert_int_equal(run(&script, 3, 2, LONG_MS, &answered, &error), 0);
        assert_int_equal(script.count, 2);
        assert_int_equal(script.place[0], 2);
        assert_int_equal(script.place[1], 0);
        assert_int_equal(answered, 0);
    }
}

static void each_region_gets_its_part_of_what_is_left(void **state)
{
    struct script script = {
        .gives = {ERROR_AWS_TIMEOUT, ERROR_AWS_TIMEOUT, ERROR_NONE}};
    struct error error = {0};
    size_t answered;

    (void)state;
    assert_int_equal(run(&script, 3, 0, 30000, &answered, &error), 0);
    assert_in_range(script.left_ms[0], 9000, 10000);
    assert_in_range(script.left_ms[1], 14000, 15000);
    assert_in_range(script.left_ms[2], 29000, 30000);
}

static void a_refusal_is_not_taken_elsewhere(void **state)
{
    struct script script = {.gives = {ERROR_ACCESS_DENIED, ERROR_NONE}};
    struct error error = {0};
    size_t answered;

    (void)state;
    assert_int_equal(run(&script, 3, 0, LONG_MS, &answered, &error), -1);
    assert_int_equal(script.count, 1);
}

static void a_region_that_hung_or_is_off_is_not_asked_again(void **state)
{
    struct script script = {.after_ms = 1,
                            .gives = {ERROR_AWS_TIMEOUT, ERROR_AWS_FAILURE,
                                      ERROR_REGION_DISABLED, ERROR_AWS_FAILURE,
                                      ERROR_AWS_FAILURE}};
    static const size_t PLACES[] = {0, 1, 2, 1, 1};
    struct error error = {0};
    size_t answered;

    (void)state;
    assert_int_equal(run(&script, 3, 0, LONG_MS, &answered, &error), -1);
    assert_int_equal(script.count, 5);
    for (size_t i = 0; i < script.count; i++)
        assert_int_equal(script.place[i], PLACES[i]);
    assert_int_equal(error.code, ERROR_AWS_FAILURE);
    assert_string_equal(error.detail,
                        "failure 4 (after 5 attempts; eu-west-1: aws-timeout, "
                        "eu-west-3: region-disabled)");
}

static void the_pause_grows_and_never_takes_the_next_attempts_time(void **state)
{
    (void)state;
    assert_int_equal(retry_delay_ms(0, 0, LONG_MS, 0), 0);
    assert_int_equal(retry_delay_ms(0, 0, LONG_MS, UINT32_MAX), 1000);
    assert_int_equal(retry_delay_ms(1, 0, LONG_MS, UINT32_MAX), 2000);
    assert_int_equal(retry_delay_ms(4, 0, LONG_MS, UINT32_MAX), 16000);
    assert_int_equal(retry_delay_ms(5, 0, LONG_MS, UINT32_MAX), 20000);
    assert_int_equal(retry_delay_ms(99, 0, LONG_MS, UINT32_MAX), 20000);
    assert_in_range(retry_delay_ms(1, 0, LONG_MS, UINT32_MAX / 2), 999, 1000);
    assert_int_equal(retry_delay_ms(0, 0, 700, UINT32_MAX), 500);
    assert_int_equal(retry_delay_ms(0, 0, 200, UINT32_MAX), 0);
    assert_int_equal(retry_delay_ms(0, 0, 199, 0), -1);
    assert_int_equal(retry_delay_ms(0, 0, 0, 0), -1);
}

static void the_pause_that_aws_asks_for_is_made_or_nothing(void **state)
{
    (void)state;
    assert_int_equal(retry_delay_ms(0, 1500, LONG_MS, 0), 1500);
    assert_int_equal(retry_delay_ms(2, 50, LONG_MS, UINT32_MAX), 50);
    assert_int_equal(retry_delay_ms(0, 1500, 1700, 0), 1500);
    assert_int_equal(retry_delay_ms(0, 1500, 1699, 0), -1);
    assert_int_equal(retry_delay_ms(0, 30000, LONG_MS, 0), 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_success_is_asked_for_once),
        cmocka_unit_test(passing_failures_are_asked_again_up_to_three_times),
        cmocka_unit_test(every_other_error_is_asked_once),
        cmocka_unit_test(a_broken_connection_is_asked_again),
        cmocka_unit_test(no_time_for_another_attempt_ends_it_at_once),
        cmocka_unit_test(the_next_region_is_asked_after_a_failure),
        cmocka_unit_test(each_region_gets_its_part_of_what_is_left),
        cmocka_unit_test(a_refusal_is_not_taken_elsewhere),
        cmocka_unit_test(a_region_that_hung_or_is_off_is_not_asked_again),
        cmocka_unit_test(
            the_pause_grows_and_never_takes_the_next_attempts_time),
        cmocka_unit_test(the_pause_that_aws_asks_for_is_made_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
