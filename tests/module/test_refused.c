/* test_refused.c - everything that goes wrong: the result, the environment,
 * the one line in the log, and that the helper learns it was not taken.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "harness.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than the deadline itself that a login may take, in milliseconds. */
enum { SLACK_MS = 200 };

static void expect_closed_environment(pam_handle_t *pamh)
{
    static const char *const expected[][2] = {
        {"AWS_EC2_METADATA_DISABLED", "true"},
        {"AWS_SHARED_CREDENTIALS_FILE", "/run/awsrole/unavailable"},
        {"AWS_PROFILE", "awsrole-unavailable"},
    };
    char **list = pam_getenvlist(pamh);
    int count = 0;

    while (list[count] != NULL)
        free(list[count++]);
    free(list);
    assert_int_equal(count, 3);
    for (int i = 0; i < 3; i++) {
        const char *value = pam_getenv(pamh, expected[i][0]);

        assert_non_null(value);
        assert_string_equal(value, expected[i][1]);
    }
}

static void expect_empty_environment(pam_handle_t *pamh)
{
    char **list = pam_getenvlist(pamh);

    assert_null(list[0]);
    free(list);
}

/* Open with that helper: PAM_SESSION_ERR, failing closed, and one LOG_ERR
 * line that has `part` in it. */
static void expect_refused(const char *mode, const char *options,
                           const char *part)
{
    pam_handle_t *pamh = begin(PERSON, mode, options);
    int lines = logged_lines("<3>");

    forget_seen(mode);
    assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
    expect_closed_environment(pamh);
    assert_int_equal(logged_lines("<3>"), lines + 1);
    if (strstr(logged(), part) == NULL)
        fail_msg("%s: \"%s\" is not in: %s", mode, part, logged());
    (void)pam_end(pamh, PAM_SESSION_ERR);
}

/* The same, and the helper must notice that its answer was not taken. */
static void expect_undone(const char *mode, const char *part)
{
    expect_refused(mode, "timeout=2s", part);
    if (!wait_seen(mode, "undone"))
        fail_msg("%s: the helper saw: %s", mode, seen(mode));
    assert_null(strstr(seen(mode), "taken"));
    assert_string_equal(told(), "");
}

static void an_answer_for_another_session_is_undone(void **state)
{
    (void)state;
    expect_undone("wrong-uid", "not one of uid 1");
    expect_undone("padded-uid", "not one of uid 1");
    expect_undone("short-id", "not one of uid 1");
    expect_undone("upper-id", "not one of uid 1");
    expect_undone("no-session", "not one of uid 1");
    expect_undone("other-session", "AWSROLE_SESSION");
}

static void a_path_outside_the_sessions_folder_is_undone(void **state)
{
    (void)state;
    expect_undone("outside-path", "AWS_SHARED_CREDENTIALS_FILE");
    expect_undone("other-path", "AWS_SHARED_CREDENTIALS_FILE");
    expect_undone("dotdot-path", "AWS_SHARED_CREDENTIALS_FILE");
    expect_undone("dots-path", "AWS_SHARED_CREDENTIALS_FILE");
    expect_undone("config-path", "AWS_CONFIG_FILE");
}

static void a_variable_that_is_not_allowed_is_undone(void **state)
{
    (void)state;
    expect_undone("forbidden-env", "not allowed");
    expect_undone("prefix-env", "not allowed");
    expect_undone("bare-env", "not allowed");
    expect_undone("empty-env", "AWS_REGION");
    expect_undone("twice-env", "twice");
}

static void an_unknown_status_is_undone(void **state)
{
    (void)state;
    expect_undone("bad-status", "status");
    expect_undone("no-status", "status");
}

static void an_answer_that_is_no_message_is_refused(void **state)
{
    (void)state;
    expect_refused("garbage", "", "refused");
    expect_refused("unknown-key", "", "an unknown key");
    expect_refused("control", "", "control character");
    expect_refused("after-end", "", "bytes after its end");
    expect_refused("huge", "", "longer than");
    expect_refused("newer", "", "later protocol");
    expect_refused("empty", "", "without an answer");
}

static void a_helper_that_floods_is_held_to_one_answer(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "flood", "timeout=2s");

    (void)state;
    forget_seen("flood");
    /* The first answer is good; what comes after it stays unread, so the
     * helper sees a reset and undoes. Either it was quick enough to be seen,
     * or the session opened and is closed again: nothing else. */
    (void)pam_open_session(pamh, 0);
    assert_true(wait_seen("flood", "undone"));
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void a_helper_that_ends_early_is_an_error(void **state)
{
    (void)state;
    expect_refused("exit", "", "without an answer");
    expect_refused("crash", "", "without an answer");
    expect_refused("mute", "", "without an answer");
}

static void a_helper_that_hangs_ends_with_the_deadline(void **state)
{
    static const char *const modes[] = {"hang", "deaf"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        int64_t start = now();
        int64_t took;

        expect_refused(modes[i], "timeout=500ms", "in time");
        took = now() - start;
        assert_true(took >= 500);
        if (!light())
            assert_true(took <= 500 + SLACK_MS);
        assert_true(wait_seen(modes[i], "gone"));
    }
}

static void a_late_answer_is_undone_within_a_second(void **state)
{
    int64_t start;

    (void)state;
    expect_refused("late", "timeout=500ms", "in time");
    start = now();
    assert_true(wait_seen("late", "undone"));
    assert_true(now() - start < 1000);
}

static void an_error_of_the_helper_is_logged_and_told(void **state)
{
    (void)state;
    expect_refused("error", "", "access-denied: AWS refused the role");
    /* Plain ASCII, since it goes to a terminal. */
    assert_string_equal(told(), "No AWS role: caf??.\n");
}

static void no_rule_is_ignored_without_a_word(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "ignore", "");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), IGNORED);
    expect_empty_environment(pamh);
    assert_string_equal(logged(), "");
    assert_string_equal(told(), "");
    (void)pam_end(pamh, PAM_SUCCESS);
    assert_true(wait_seen("ignore", "taken"));
    pamh = begin(PERSON, "ignore", "debug");
    assert_int_equal(pam_open_session(pamh, 0), IGNORED);
    assert_int_equal(logged_lines("<7>"), 1);
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void no_configuration_is_ignored_with_one_notice(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "ignore-noconf", "");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), IGNORED);
    expect_empty_environment(pamh);
    assert_int_equal(logged_lines("<5>"), 1);
    assert_int_equal(logged_lines("\n"), 1);
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void a_failure_for_root_leaves_the_environment_alone(void **state)
{
    pam_handle_t *pamh = begin("root", "error", "");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
    expect_empty_environment(pamh);
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void on_failure_open_leaves_the_environment_alone(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "error", "on_failure=open");

    (void)state;
    (void)pam_putenv(pamh, "AWS_PROFILE=mine");
    assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
    assert_string_equal(pam_getenv(pamh, "AWS_PROFILE"), "mine");
    assert_null(pam_getenv(pamh, "AWS_EC2_METADATA_DISABLED"));
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void an_open_after_a_failed_one_clears_the_closed_environment(void **s)
{
    char path[PATH_MAX];
    pam_handle_t *pamh = begin(PERSON, "keys-later", "");

    (void)s;
    (void)snprintf(path, sizeof(path), "%s", fake("keys-later"));
    (void)unlink(path);
    assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
    expect_closed_environment(pamh);
    assert_int_equal(link(fake("keys"), path), 0);
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_null(pam_getenv(pamh, "AWS_PROFILE"));
    (void)pam_close_session(pamh, 0);
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void an_unknown_user_is_PAM_USER_UNKNOWN(void **state)
{
    static const char *const users[] = {
        "no-such-user-here",
        "evil\nsshd: Accepted password for root",
        "../../etc/passwd",
    };

    (void)state;
    for (int i = 0; i < 3; i++) {
        pam_handle_t *pamh = begin(users[i], "good", "");

        forget_seen("good");
        assert_int_equal(pam_open_session(pamh, 0), PAM_USER_UNKNOWN);
        assert_false(asked("good"));
        expect_closed_environment(pamh);
        (void)pam_end(pamh, PAM_SUCCESS);
    }
    assert_int_equal(logged_lines("<3>"), 3);
    assert_int_equal(logged_lines("\n"), 3);
}

static void every_bad_option_is_named_and_open_fails(void **state)
{
    static const char *const bad[] = {
        "timeout=0",
        "timeout=61",
        "timeout=",
        "timeout=1x",
        "timeout=-1",
        "timeout=99999999999999999999",
        "timeout",
        "timeout=1 debug=",
        "debug=1",
        "Debug",
        "quiet=no",
        "on_failure=",
        "on_failure=no",
        "on_failure",
        "helper=relative",
        "helper=",
        "socket=login",
        "nonsense",
        "=",
        "timeout=499ms",
        "timeout=1s timeout=2s",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        pam_handle_t *pamh = begin_line(PERSON, bad[i], NULL);
        int lines = logged_lines("bad option \"");

        assert_non_null(pamh);
        if (pam_open_session(pamh, 0) != PAM_SESSION_ERR ||
            logged_lines("bad option \"") != lines + 1)
            fail_msg("%s: %s", bad[i], logged());
        expect_closed_environment(pamh);
        (void)pam_end(pamh, PAM_SUCCESS);
    }
}

static void several_bad_options_are_all_named(void **state)
{
    char longest[300];
    pam_handle_t *pamh;

    (void)state;
    (void)snprintf(longest, sizeof(longest),
                   "speed=9 on_failure=x socket=/%0200d", 0);
    pamh = begin_line(PERSON, longest, NULL);
    assert_non_null(pamh);
    assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
    assert_int_equal(logged_lines("bad option \""), 3);
    assert_int_equal(logged_lines("\"speed=9\""), 1);
    assert_int_equal(logged_lines("\"on_failure=x\""), 1);
    assert_int_equal(logged_lines("107 bytes"), 1);
    (void)pam_end(pamh, PAM_SUCCESS);
}

/* Open with that path as helper. */
static void expect_untrusted(const char *path, const char *part)
{
    int lines = logged_lines("<3>");
    char options[PATH_MAX * 2];
    pam_handle_t *pamh;

    (void)snprintf(options, sizeof(options), "helper=%s socket=%s", path,
                   in_folder("no-socket"));
    pamh = begin_line(PERSON, options, NULL);
    assert_non_null(pamh);
    assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
    expect_closed_environment(pamh);
    assert_int_equal(logged_lines("<3>"), lines + 1);
    if (strstr(logged(), part) == NULL)
        fail_msg("\"%s\" is not in: %s", part, logged());
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void a_helper_that_cannot_be_trusted_is_not_run(void **state)
{
    (void)state;
    expect_untrusted(in_folder("missing"), "is missing");
    assert_int_equal(chmod(fake("not-executable"), 0644), 0);
    expect_untrusted(fake("not-executable"),
                     "fake-not-executable is not executable");
    assert_int_equal(chmod(fake("group-writable"), 0775), 0);
    expect_untrusted(fake("group-writable"),
                     "group-writable can be written by others");
    assert_int_equal(chmod(fake("world-writable"), 0757), 0);
    expect_untrusted(fake("world-writable"),
                     "world-writable can be written by others");
    assert_int_equal(chown(fake("owned"), PERSON_UID, 0), 0);
    expect_untrusted(fake("owned"), "fake-owned does not belong to root");
    assert_int_equal(symlink(fake("good"), in_folder("link")), 0);
    expect_untrusted(in_folder("link"), "link is a symbolic link");
    assert_int_equal(mkfifo(in_folder("fifo"), 0755), 0);
    expect_untrusted(in_folder("fifo"), "not a regular file");
    expect_untrusted(in_folder("pam.d"), "not a regular file");
    assert_int_equal(mkdir(in_folder("loose"), 0777), 0);
    assert_int_equal(chmod(in_folder("loose"), 0777), 0);
    assert_int_equal(link(fake("good"), in_folder("loose/fake-good")), 0);
    expect_untrusted(in_folder("loose/fake-good"),
                     "loose can be written by others");
    assert_int_equal(chmod(in_folder("loose"), 0755), 0);
    assert_int_equal(chown(in_folder("loose"), PERSON_UID, 0), 0);
    expect_untrusted(in_folder("loose/fake-good"),
                     "loose does not belong to root");
    (void)unlink(in_folder("loose/fake-good"));
}

static void a_helper_that_cannot_be_executed_is_named(void **state)
{
    FILE *file = fopen(in_folder("text"), "we");

    (void)state;
    assert_non_null(file);
    (void)fputs("no program\n", file);
    (void)fchmod(fileno(file), 0755);
    (void)fclose(file);
    expect_untrusted(in_folder("text"), "cannot execute");
}

static int group(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_for_another_session_is_undone),
        TEST(a_path_outside_the_sessions_folder_is_undone),
        TEST(a_variable_that_is_not_allowed_is_undone),
        TEST(an_unknown_status_is_undone),
        TEST(an_answer_that_is_no_message_is_refused),
        TEST(a_helper_that_floods_is_held_to_one_answer),
        TEST(a_helper_that_ends_early_is_an_error),
        TEST(a_helper_that_hangs_ends_with_the_deadline),
        TEST(a_late_answer_is_undone_within_a_second),
        TEST(an_error_of_the_helper_is_logged_and_told),
        TEST(no_rule_is_ignored_without_a_word),
        TEST(no_configuration_is_ignored_with_one_notice),
        TEST(a_failure_for_root_leaves_the_environment_alone),
        TEST(on_failure_open_leaves_the_environment_alone),
        TEST(an_open_after_a_failed_one_clears_the_closed_environment),
        TEST(an_unknown_user_is_PAM_USER_UNKNOWN),
        TEST(every_bad_option_is_named_and_open_fails),
        TEST(several_bad_options_are_all_named),
        TEST(a_helper_that_cannot_be_trusted_is_not_run),
        TEST(a_helper_that_cannot_be_executed_is_named),
    };

    return cmocka_run_group_tests_name("module: failures", tests, NULL, NULL);
}

int main(void)
{
    return run_module_tests("module: failures", group);
}
