/* test_open.c - a login that works: what the helper is told, what the person
 * gets, what is left after close.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void expect_env(pam_handle_t *pamh, const char *name, const char *value)
{
    const char *now_is = pam_getenv(pamh, name);

    if (value == NULL) {
        assert_null(now_is);
    } else {
        assert_non_null(now_is);
        assert_string_equal(now_is, value);
    }
}

static int environment_size(pam_handle_t *pamh)
{
    char **list = pam_getenvlist(pamh);
    int count = 0;

    while (list[count] != NULL)
        free(list[count++]);
    free(list);
    return count;
}

static void open_sets_the_environment_and_close_clears_it(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");

    (void)state;
    forget_seen("good");
    assert_int_equal(pam_putenv(pamh, "LANG=C"), PAM_SUCCESS);
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    expect_env(pamh, "AWS_SHARED_CREDENTIALS_FILE", FOLDER "/credentials");
    expect_env(pamh, "AWSROLE_SESSION", SESSION);
    expect_env(pamh, "AWS_EC2_METADATA_DISABLED", "true");
    expect_env(pamh, "AWS_REGION", "eu-west-1");
    expect_env(pamh, "AWS_PROFILE", "sre");
    assert_int_equal(environment_size(pamh), 6);
    assert_true(wait_seen("good", "taken"));
    assert_string_equal(told(), "AWS role sre until 18:00.\n");

    forget_seen("good");
    assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
    assert_int_equal(environment_size(pamh), 1);
    assert_true(wait_seen("good", "verb=close"));
    assert_true(wait_seen("good", "uid=1"));
    assert_true(wait_seen("good", "session=" SESSION));
    assert_true(wait_seen("good", "taken"));
    forget_seen("good");
    assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
    assert_false(asked("good"));
    assert_string_equal(logged(), "");
}

static void the_helper_is_told_the_facts_cleaned_and_cut(void **state)
{
    char rhost[4097];
    char expected[2048 + 16];
    pam_handle_t *pamh = begin(PERSON, "good", "timeout=7s");

    (void)state;
    forget_seen("good");
    memset(rhost, 'r', sizeof(rhost) - 1);
    rhost[sizeof(rhost) - 1] = '\0';
    memcpy(rhost + 2047, "\xc3\xa9", 2);
    (void)pam_set_item(pamh, PAM_TTY, "pts/1\nverb=close");
    (void)pam_set_item(pamh, PAM_RHOST, rhost);
    (void)pam_set_item(pamh, PAM_RUSER, "caf\xc3\xa9\xc2\x9b\x7f\x1b");
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "taken"));
    assert_int_equal(strncmp(strstr(seen("good"), "protocol="),
                             "protocol=1\nverb=open\n", 21),
                     0);
    assert_true(wait_seen("good", "user=" PERSON));
    assert_true(wait_seen("good", "uid=1"));
    assert_true(wait_seen("good", "tty=pts/1?verb=close"));
    assert_true(wait_seen("good", "ruser=caf\xc3\xa9????"));
    /* Cut before the character that does not fit whole. */
    (void)snprintf(expected, sizeof(expected), "rhost=%.2047s", rhost);
    if (!wait_seen("good", expected))
        fail_msg("rhost was not cut to 2047 bytes");
    assert_non_null(strstr(seen("good"), "service=service-"));
    assert_true(strtol(strstr(seen("good"), "timeout_ms=") + 11, NULL, 10) >
                5000);
    assert_true(strtol(strstr(seen("good"), "timeout_ms=") + 11, NULL, 10) <=
                7000);
    (void)pam_close_session(pamh, 0);
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void an_item_that_is_empty_is_left_out(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");

    (void)state;
    forget_seen("good");
    (void)pam_set_item(pamh, PAM_RHOST, "");
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_null(strstr(seen("good"), "rhost="));
    assert_null(strstr(seen("good"), "tty="));
    (void)pam_close_session(pamh, 0);
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void the_helper_starts_with_nothing_of_the_host(void **state)
{
    char leader[64];
    pam_handle_t *pamh;

    (void)state;
    (void)setenv("AWS_PROFILE", "of-the-host", 1);
    pamh = begin(PERSON, "good", "");
    forget_seen("good");
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "fds=0,1,2,"));
    assert_true(wait_seen("good", "stdout=/dev/null"));
    assert_true(wait_seen("good", "environment=empty"));
    assert_true(wait_seen("good", "argv=awsrole-helper --connection 2"));
    assert_true(wait_seen("good", "uids=0,0,0"));
    assert_true(wait_seen("good", "secure=0"));
    (void)snprintf(leader, sizeof(leader), "leader=%d", (int)getpid());
    assert_true(wait_seen("good", leader));
    (void)pam_close_session(pamh, 0);
    (void)pam_end(pamh, PAM_SUCCESS);
    assert_string_equal(getenv("AWS_PROFILE"), "of-the-host");
    (void)unsetenv("AWS_PROFILE");
}

static void exported_keys_are_set_and_cleared(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "keys", "");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    expect_env(pamh, "AWS_SECRET_ACCESS_KEY", "not-a-secret");
    expect_env(pamh, "AWS_CONFIG_FILE", FOLDER "/config");
    expect_env(pamh, "AWS_PROFILE", NULL);
    assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
    assert_int_equal(environment_size(pamh), 0);
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void close_leaves_what_somebody_else_has_set_since(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    (void)pam_putenv(pamh, "AWS_REGION=us-east-1");
    (void)pam_putenv(pamh, "AWS_PROFILE"); /* taken away */
    assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
    expect_env(pamh, "AWS_REGION", "us-east-1");
    assert_int_equal(environment_size(pamh), 1);
    assert_string_equal(logged(), "");
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void a_second_open_on_the_handle_changes_nothing(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "taken"));
    forget_seen("good");
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_false(asked("good"));
    expect_env(pamh, "AWSROLE_SESSION", SESSION);
    assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "verb=close"));
    assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void an_open_for_another_user_closes_the_first(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "taken"));
    forget_seen("good");
    (void)pam_set_item(pamh, PAM_USER, "bin");
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "session=" SESSION));
    expect_env(pamh, "AWSROLE_SESSION", "2/" ID);
    assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "session=2/" ID));
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void close_without_open_is_a_success(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");

    (void)state;
    forget_seen("good");
    assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
    assert_false(asked("good"));
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void a_close_that_fails_says_so_and_forgets_the_session(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "error-close", "");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    forget_seen("error-close");
    assert_int_equal(pam_close_session(pamh, 0), PAM_SESSION_ERR);
    assert_int_equal(environment_size(pamh), 0);
    assert_int_equal(logged_lines("<3>"), 1);
    assert_int_equal(logged_lines("session " SESSION " stays"), 1);
    assert_int_equal(logged_lines("access-denied"), 1);
    forget_seen("error-close");
    (void)pam_end(pamh, PAM_SUCCESS);
    assert_false(asked("error-close"));
}

static void the_person_is_told_nothing_when_quiet_or_silent(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "good", "quiet");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    (void)pam_close_session(pamh, 0);
    (void)pam_end(pamh, PAM_SUCCESS);
    pamh = begin(PERSON, "good", "");
    assert_int_equal(pam_open_session(pamh, PAM_SILENT), PAM_SUCCESS);
    (void)pam_close_session(pamh, 0);
    (void)pam_end(pamh, PAM_SUCCESS);
    assert_string_equal(told(), "");
}

static void a_conversation_that_fails_does_not_matter(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");

    (void)state;
    break_conversation(true);
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    expect_env(pamh, "AWSROLE_SESSION", SESSION);
    (void)pam_close_session(pamh, 0);
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void debug_adds_debug_lines_and_no_secret(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "keys", "debug");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
    assert_true(logged_lines("<7>") >= 3);
    assert_int_equal(logged_lines("not-a-secret"), 0);
    assert_int_equal(logged_lines("=token"), 0);
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void
a_later_module_that_fails_closes_the_session_at_pam_end(void **state)
{
    char options[1024];
    pam_handle_t *pamh;

    (void)state;
    (void)snprintf(options, sizeof(options), "helper=%s socket=%s",
                   fake("good"), in_folder("no-socket"));
    pamh = begin_line(PERSON, options, "required pam_deny.so");
    assert_non_null(pamh);
    assert_int_not_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "taken"));
    forget_seen("good");
    (void)pam_end(pamh, PAM_SESSION_ERR);
    assert_true(wait_seen("good", "verb=close"));
    assert_true(wait_seen("good", "session=" SESSION));
}

static void sudos_silent_last_pam_end_closes_too(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "taken"));
    forget_seen("good");
    (void)pam_end(pamh, PAM_SUCCESS | PAM_DATA_SILENT);
    assert_true(wait_seen("good", "verb=close"));
}

static pam_handle_t *shared;

static int end_in_child(void)
{
    return pam_end(shared, PAM_SUCCESS | PAM_DATA_SILENT);
}

static int end_loudly_in_child(void)
{
    return pam_end(shared, PAM_SUCCESS);
}

static void a_childs_pam_end_leaves_the_session_alone(void **state)
{
    (void)state;
    shared = begin(PERSON, "good", "");
    assert_int_equal(pam_open_session(shared, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "taken"));
    forget_seen("good");
    assert_int_equal(in_child(end_in_child), 0);
    assert_int_equal(in_child(end_loudly_in_child), 0);
    assert_false(asked("good"));
    expect_env(shared, "AWSROLE_SESSION", SESSION);
    assert_int_equal(pam_close_session(shared, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "verb=close"));
    (void)pam_end(shared, PAM_SUCCESS);
}

static int group(void)
{
    const struct CMUnitTest tests[] = {
        TEST(open_sets_the_environment_and_close_clears_it),
        TEST(the_helper_is_told_the_facts_cleaned_and_cut),
        TEST(an_item_that_is_empty_is_left_out),
        TEST(the_helper_starts_with_nothing_of_the_host),
        TEST(exported_keys_are_set_and_cleared),
        TEST(close_leaves_what_somebody_else_has_set_since),
        TEST(a_second_open_on_the_handle_changes_nothing),
        TEST(an_open_for_another_user_closes_the_first),
        TEST(close_without_open_is_a_success),
        TEST(a_close_that_fails_says_so_and_forgets_the_session),
        TEST(the_person_is_told_nothing_when_quiet_or_silent),
        TEST(a_conversation_that_fails_does_not_matter),
        TEST(debug_adds_debug_lines_and_no_secret),
        TEST(a_later_module_that_fails_closes_the_session_at_pam_end),
        TEST(sudos_silent_last_pam_end_closes_too),
        TEST(a_childs_pam_end_leaves_the_session_alone),
    };

    return cmocka_run_group_tests_name("module: open and close", tests, NULL,
                                       NULL);
}

int main(void)
{
    return run_module_tests("module: open and close", group);
}
