/* test_skew.c - which answers the clock is learned from.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include "aws/skew.h"
#include "base/clock.h"

enum { DAY = 24 * 3600 };

/* An answer of a server whose clock is `seconds` ahead of this host's. */
static struct http_answer answer_from(int64_t seconds)
{
    struct http_answer answer = {.tls = true, .took_ms = 50};

    answer.received = clock_now();
    answer.date = answer.received.wall + seconds;
    return answer;
}

static int forget(void **state)
{
    (void)state;
    skew_forget();
    return 0;
}

static void assert_near(int64_t seconds, int64_t expected)
{
    assert_true(seconds >= expected - 2 && seconds <= expected + 2);
}

static void a_difference_of_four_minutes_or_more_is_learned(void **state)
{
    static const int64_t OFFSETS[] = {DAY, -DAY, 600,     -600,
                                      242, -242, 7L * DAY};

    (void)state;
    assert_int_equal(skew_seconds(), 0);
    for (size_t i = 0; i < sizeof(OFFSETS) / sizeof(OFFSETS[0]); i++) {
        struct http_answer answer = answer_from(OFFSETS[i]);

        skew_forget();
        assert_true(skew_learn(&answer));
        assert_near(skew_seconds(), OFFSETS[i]);
    }
}

static void a_smaller_difference_is_none_and_takes_back_a_larger(void **state)
{
    struct http_answer small = answer_from(-238);
    struct http_answer large = answer_from(-600);

    (void)state;
    assert_false(skew_learn(&small));
    assert_int_equal(skew_seconds(), 0);
    assert_true(skew_learn(&large));
    assert_false(skew_learn(&small));
    assert_int_equal(skew_seconds(), 0);
}

static void the_same_again_is_no_news_and_a_change_is(void **state)
{
    struct http_answer answer = answer_from(600);

    (void)state;
    assert_true(skew_learn(&answer));
    assert_false(skew_learn(&answer));
    answer.date += 5;
    assert_false(skew_learn(&answer));
    assert_near(skew_seconds(), 605);
    answer.date += 600;
    assert_true(skew_learn(&answer));
    assert_near(skew_seconds(), 1205);
}

static void
nothing_is_learned_without_tls_or_date_from_caches_or_late(void **state)
{
    struct http_answer answer = answer_from(DAY);
    struct http_answer odd;

    (void)state;
    odd = answer;
    odd.tls = false;
    assert_false(skew_learn(&odd));
    odd = answer;
    odd.date = 0;
    assert_false(skew_learn(&odd));
    odd = answer;
    odd.has_age = true;
    assert_false(skew_learn(&odd));
    odd = answer;
    odd.took_ms = SKEW_TRIP_MS + 1;
    assert_false(skew_learn(&odd));
    assert_int_equal(skew_seconds(), 0);
    assert_true(skew_learn(&answer));
}

static void what_was_learned_follows_no_change_of_the_wall_clock(void **state)
{
    struct http_answer answer = answer_from(600);

    (void)state;
    /* As if the wall clock was ten minutes behind when the answer came, and
     * had been set right since. */
    answer.received.wall -= 600;
    answer.date -= 600;
    assert_true(skew_learn(&answer));
    assert_int_equal(skew_seconds(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_difference_of_four_minutes_or_more_is_learned,
                               forget),
        cmocka_unit_test_setup(
            a_smaller_difference_is_none_and_takes_back_a_larger, forget),
        cmocka_unit_test_setup(the_same_again_is_no_news_and_a_change_is,
                               forget),
        cmocka_unit_test_setup(
            nothing_is_learned_without_tls_or_date_from_caches_or_late, forget),
        cmocka_unit_test_setup(
            what_was_learned_follows_no_change_of_the_wall_clock, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
