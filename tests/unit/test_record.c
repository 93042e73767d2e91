/* test_record.c - session names, records and what a sweep makes of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "session/record.h"
#include "session/sweep.h"

#define ID "0123456789abcdef0123456789abcdef"
#define BOOT "6f1c1d9e-0000-4000-8000-000000000001"

static struct record sample(void)
{
    struct record record = {
        .name = {1001, ID},
        .open = true,
        .until = {2000, 1000},
        .leader = {.pid = 77,
                   .uid = 0,
                   .start_time = 123456789012,
                   .pid_namespace = 4026531836,
                   .loginuid = 1001,
                   .sessionid = PROC_UNSET},
        .boot_id = BOOT,
        .opened = 1500,
        .user = "DOMAIN\\J\xc3\xbcrgen",
        .service = "sshd",
        .tty = "",
        .rhost = "2001:db8::7",
        .role_arns = "arn:aws:iam::123456789012:role/a=b,c",
        .access_key_ids = "ASIAEXAMPLE",
    };

    return record;
}

static void a_record_reads_back_as_it_was_written(void **state)
{
    struct record before = sample();
    struct record after;
    AUTO_BUFFER text = BUFFER(RECORD_TEXT_MAX);

    (void)state;
    record_print(&before, &text);
    assert_false(text.failed);
    assert_true(record_parse(text.data, &after));
    assert_memory_equal(&before.leader, &after.leader, sizeof(before.leader));
    assert_string_equal(before.user, after.user);
    assert_string_equal(before.role_arns, after.role_arns);
    assert_string_equal(before.name.id, after.name.id);
    assert_true(after.open && after.until.wall == 2000 &&
                after.until.boottime == 1000 && after.opened == 1500);
}

static void a_record_cut_anywhere_is_refused(void **state)
{
    struct record before = sample();
    struct record after;
    AUTO_BUFFER text = BUFFER(RECORD_TEXT_MAX);

    (void)state;
    record_print(&before, &text);
    for (size_t length = 0; length < text.length; length++) {
        char *cut = strndup(text.data, length);

        assert_non_null(cut);
        assert_false(record_parse(cut, &after));
        free(cut);
    }
}

static void a_record_of_another_version_or_with_more_is_refused(void **state)
{
    struct record before = sample();
    struct record after;
    AUTO_BUFFER text = BUFFER(RECORD_TEXT_MAX);

    (void)state;
    record_print(&before, &text);
    buffer_add_string(&text, "more=1\n");
    assert_false(record_parse(text.data, &after));
    text.data[text.length - strlen("more=1\n")] = '\0';
    assert_true(record_parse(text.data, &after));
    text.data[strlen("version=")] = '2';
    assert_false(record_parse(text.data, &after));
}

static void session_names_have_one_spelling(void **state)
{
    static const char *const bad[] = {
        "",
        "1001",
        "1001/",
        "/" ID,
        "01001/" ID,
        "1001/" ID "0",
        "1001/" ID "/",
        "-1/" ID,
        "+1/" ID,
        "4294967295/" ID,
        "1001." ID,
        "1001/../" ID,
        "1001/0123456789ABCDEF0123456789abcdef",
        "1001/0123456789abcde0123456789abcdef",
        "99999999999/" ID,
    };
    struct session_name name;
    char text[SESSION_NAME_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(session_name_parse(bad[i], &name));
    assert_true(session_name_parse("4294967294/" ID, &name));
    session_name_format(&name, text);
    assert_string_equal(text, "4294967294/" ID);
    assert_true(session_name_parse("0/" ID, &name));
    assert_true(record_file_name_parse("1001." ID, &name));
    assert_true(record_file_name_parse("1001." ID ".new", &name));
    assert_false(record_file_name_parse("1001." ID ".old", &name));
    assert_false(record_file_name_parse("1001/" ID, &name));
}

static void random_names_differ(void **state)
{
    struct session_name one;
    struct session_name other;

    (void)state;
    assert_true(session_name_random(5, &one));
    assert_true(session_name_random(5, &other));
    assert_int_equal(strlen(one.id), SESSION_ID_DIGITS);
    assert_int_equal(strspn(one.id, "0123456789abcdef"), SESSION_ID_DIGITS);
    assert_string_not_equal(one.id, other.id);
}

/* A record of a living process (this one) that has long to live. */
static struct record living(void)
{
    struct record record = sample();
    struct moment now = clock_now();

    record.until = clock_after(now, 3600);
    record.leader.pid = getpid();
    assert_true(proc_start_time(getpid(), &record.leader.start_time));
    record.leader.pid_namespace = 5;
    return record;
}

static void a_living_session_stays(void **state)
{
    struct record record = living();

    (void)state;
    assert_null(sweep_reason(&record, true, clock_now(), BOOT, 5));
    record.open = false;
    assert_null(sweep_reason(&record, false, clock_now(), BOOT, 5));
}

static void a_session_whose_process_ended_goes(void **state)
{
    struct record record = living();
    pid_t child = fork();

    (void)state;
    if (child == 0)
        _exit(0);
    assert_true(child > 0);
    record.leader.pid = child;
    record.leader.start_time = 0;
    /* A zombie is as dead as one that is gone. */
    {
        siginfo_t info;
        assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT),
                         0);
    }
    assert_non_null(sweep_reason(&record, true, clock_now(), BOOT, 5));
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_non_null(sweep_reason(&record, true, clock_now(), BOOT, 5));
    /* Not by a pid of another namespace. */
    assert_null(sweep_reason(&record, true, clock_now(), BOOT, 6));
}

static void a_pid_says_nothing_where_no_namespace_is_known(void **state)
{
    struct record record = living();
    pid_t child = fork();

    (void)state;
    if (child == 0)
        _exit(0);
    assert_true(child > 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    record.leader.pid = child;
    record.leader.pid_namespace = 0;
    assert_null(sweep_reason(&record, true, clock_now(), BOOT, 0));
}

static void a_pid_given_to_another_process_counts_as_dead(void **state)
{
    struct record record = living();

    (void)state;
    record.leader.start_time++;
    assert_non_null(sweep_reason(&record, true, clock_now(), BOOT, 5));
}

static void expiry_counts_by_either_clock(void **state)
{
    struct record record = living();
    struct moment later = clock_after(clock_now(), 3601);
    struct moment set_back = later;

    (void)state;
    assert_non_null(sweep_reason(&record, true, later, BOOT, 5));
    set_back.wall -= 86400;
    assert_non_null(sweep_reason(&record, true, set_back, BOOT, 5));
}

static void half_open_and_earlier_boots_go(void **state)
{
    struct record record = living();

    (void)state;
    assert_non_null(sweep_reason(&record, true, clock_now(),
                                 "6f1c1d9e-0000-4000-8000-000000000002", 5));
    record.open = false;
    assert_non_null(sweep_reason(&record, true, clock_now(), BOOT, 5));
    record.until = clock_after(clock_now(), -1);
    assert_non_null(sweep_reason(&record, false, clock_now(), BOOT, 5));
}

static void start_times_are_read_past_any_command_name(void **state)
{
    uint64_t ticks = 0;

    (void)state;
    assert_true(proc_parse_stat("7 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 11 12 13 "
                                "14 15 16 17 18 4711 20 21",
                                &ticks));
    assert_true(ticks == 4711);
    assert_false(proc_parse_stat("7 (a) S 1 2 3", &ticks));
    assert_false(proc_parse_stat("", &ticks));
    assert_false(proc_parse_stat("7 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 "
                                 "16 17 18 x 20",
                                 &ticks));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_reads_back_as_it_was_written),
        cmocka_unit_test(a_record_cut_anywhere_is_refused),
        cmocka_unit_test(a_record_of_another_version_or_with_more_is_refused),
        cmocka_unit_test(session_names_have_one_spelling),
        cmocka_unit_test(random_names_differ),
        cmocka_unit_test(a_living_session_stays),
        cmocka_unit_test(a_session_whose_process_ended_goes),
        cmocka_unit_test(a_pid_says_nothing_where_no_namespace_is_known),
        cmocka_unit_test(a_pid_given_to_another_process_counts_as_dead),
        cmocka_unit_test(expiry_counts_by_either_clock),
        cmocka_unit_test(half_open_and_earlier_boots_go),
        cmocka_unit_test(start_times_are_read_past_any_command_name),
    };

    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
