/* test_service.c - a service behind the socket: asked first, trusted only
 * when root or awsrole listens there, never replaced by a second helper once
 * it was reached.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* The helper of every handle here: it must not run unless a test says so. */
static const char *const spare = "ignore-spare";

static pam_handle_t *begin_with(const char *socket_name, const char *options)
{
    char line[PATH_MAX * 2];
    pam_handle_t *pamh;

    (void)snprintf(line, sizeof(line), "helper=%s socket=%s %s", fake(spare),
                   in_folder("%s", socket_name), options);
    forget_seen(spare);
    pamh = begin_line(PERSON, line, NULL);
    assert_non_null(pamh);
    return pamh;
}

static void expect_no_spawn(void)
{
    assert_false(asked(spare));
}

static void the_service_is_asked_before_a_helper_is_started(void **state)
{
    pid_t service = start_service("good", in_folder("login"), NULL);
    pam_handle_t *pamh = begin_with("login", "");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "verb=open"));
    assert_true(wait_seen("good", "taken"));
    assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
    assert_true(wait_seen("good", "verb=close"));
    (void)pam_end(pamh, PAM_SUCCESS);
    expect_no_spawn();
    stop(service);
}

static void a_socket_that_nobody_serves_means_one_shot(void **state)
{
    pid_t service = start_service("good", in_folder("stale"), NULL);
    pam_handle_t *pamh;

    (void)state;
    stop(service);
    pamh = begin_with("stale", "");
    assert_int_equal(pam_open_session(pamh, 0), IGNORED);
    assert_true(wait_seen(spare, "verb=open"));
    (void)pam_end(pamh, PAM_SUCCESS);
}

static void expect_error(const char *socket_name, const char *options,
                         const char *part)
{
    pam_handle_t *pamh = begin_with(socket_name, options);

    assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
    if (strstr(logged(), part) == NULL)
        fail_msg("\"%s\" is not in: %s", part, logged());
    (void)pam_end(pamh, PAM_SUCCESS);
    expect_no_spawn();
}

static void a_socket_of_somebody_else_is_not_trusted(void **state)
{
    pid_t service = start_service("good", in_folder("foreign"), NULL);

    (void)state;
    assert_int_equal(chown(in_folder("foreign"), NOBODY, 0), 0);
    expect_error("foreign", "", "not a socket of root or awsrole");
    assert_null(strstr(seen("good"), "verb="));
    stop(service);
}

static void a_service_that_runs_as_somebody_else_is_not_trusted(void **state)
{
    pid_t service = start_service("good", in_folder("nobodys"), "65534");

    (void)state;
    /* Until it listens, connect() is refused: wait for that first. */
    for (int i = 0; i < 5000; i++) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        int error;

        (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
                       in_folder("nobodys"));
        error = connect(fd, (struct sockaddr *)&address, sizeof(address));
        (void)close(fd);
        if (error == 0)
            break;
        (void)usleep(1000);
    }
    expect_error("nobodys", "", "neither root nor awsrole");
    assert_null(strstr(seen("good"), "verb="));
    stop(service);
}

static void what_is_no_socket_is_an_error(void **state)
{
    int fd = open(in_folder("file"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    (void)state;
    (void)close(fd);
    expect_error("file", "", "not a socket");
    assert_int_equal(symlink(in_folder("login"), in_folder("a-link")), 0);
    expect_error("a-link", "", "not a socket");
}

static void a_full_backlog_is_an_error_within_the_deadline(void **state)
{
    pid_t service = start_service("backlog", in_folder("backlog"), NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int waiting[64];
    int count = 0;
    int64_t start;
    int refused = 0;

    (void)state;
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
                   in_folder("backlog"));
    while (count < 64) {
        int fd =
            socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
            waiting[count++] = fd;
            continue;
        }
        (void)close(fd);
        if (errno == EAGAIN)
            break;
        assert_int_equal(errno, ECONNREFUSED); /* not listening yet */
        assert_true(refused++ < 5000);
        (void)usleep(1000);
    }
    assert_true(count > 0 && count < 64);
    start = now();
    expect_error("backlog", "timeout=500ms", "too many logins");
    assert_true(now() - start >= 490);
    if (!light())
        assert_true(now() - start <= 700);
    while (count > 0)
        (void)close(waiting[--count]);
    stop(service);
}

static void a_service_that_dies_while_asked_is_an_error(void **state)
{
    pid_t service = start_service("crash", in_folder("crashing"), NULL);

    (void)state;
    expect_error("crashing", "", "without an answer");
    stop(service);
}

static void a_service_that_hangs_ends_with_the_deadline(void **state)
{
    pid_t service = start_service("hang", in_folder("hanging"), NULL);
    int64_t start = now();

    (void)state;
    expect_error("hanging", "timeout=500ms", "in time");
    if (!light())
        assert_true(now() - start <= 700);
    assert_true(wait_seen("hang", "gone"));
    stop(service);
}

/* As systemd's (sd-pam): opened as root, closed as the person. */
static int close_as_the_person(void)
{
    pam_handle_t *pamh = begin_with("login", "");
    int result = pam_open_session(pamh, 0);

    if (result != PAM_SUCCESS)
        return 98;
    if (setresuid(PERSON_UID, PERSON_UID, PERSON_UID) != 0)
        return 99;
    result = pam_close_session(pamh, 0);
    (void)pam_end(pamh, result);
    return result;
}

static void a_close_as_the_person_goes_through_the_users_socket(void **state)
{
    pid_t login = start_service("good", in_folder("login"), NULL);
    pid_t user = start_service("keys", in_folder("user"), NULL);

    (void)state;
    assert_int_equal(in_child(close_as_the_person), PAM_SUCCESS);
    assert_null(strstr(seen("good"), "verb=close"));
    assert_true(wait_seen("keys", "verb=close"));
    assert_true(wait_seen("keys", "session=" SESSION));
    expect_no_spawn();
    stop(user);
    stop(login);
}

static int group(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_service_is_asked_before_a_helper_is_started),
        TEST(a_socket_that_nobody_serves_means_one_shot),
        TEST(a_socket_of_somebody_else_is_not_trusted),
        TEST(a_service_that_runs_as_somebody_else_is_not_trusted),
        TEST(what_is_no_socket_is_an_error),
        TEST(a_full_backlog_is_an_error_within_the_deadline),
        TEST(a_service_that_dies_while_asked_is_an_error),
        TEST(a_service_that_hangs_ends_with_the_deadline),
        TEST(a_close_as_the_person_goes_through_the_users_socket),
    };

    return cmocka_run_group_tests_name("module: the service", tests, NULL,
                                       NULL);
}

int main(void)
{
    return run_module_tests("module: the service", group);
}
