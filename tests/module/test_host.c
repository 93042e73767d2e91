/* test_host.c - what the host must not notice: signals, children,
 * descriptors, threads, identities. (Every test of every program also checks
 * that descriptors are the same after it, that no child is left and that no
 * SIGCHLD came: harness.h.)
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OTHER_UID = 1000, THREADS = 8, OPENS = 200, LIGHT_OPENS = 5 };

/* Open and close; 0 when both succeed and the helper was taken. */
static int open_and_close(void)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");
    int result = pam_open_session(pamh, 0);

    if (result == PAM_SUCCESS)
        result = pam_close_session(pamh, 0);
    (void)pam_end(pamh, result);
    return result;
}

static void a_host_that_ignores_SIGCHLD_works(void **state)
{
    (void)state;
    (void)signal(SIGCHLD, SIG_IGN);
    assert_int_equal(open_and_close(), PAM_SUCCESS);
    assert_ptr_equal(signal(SIGCHLD, SIG_DFL), SIG_IGN);
}

static void handlers_mask_and_umask_are_as_they_were(void **state)
{
    struct sigaction action[65];
    sigset_t mask;
    sigset_t odd;
    mode_t old = umask(0137);

    (void)state;
    for (int i = 1; i < 65; i++)
        (void)sigaction(i, NULL, &action[i]);
    (void)sigemptyset(&odd);
    (void)sigaddset(&odd, SIGUSR2);
    (void)sigprocmask(SIG_SETMASK, &odd, &mask);
    assert_int_equal(open_and_close(), PAM_SUCCESS);
    (void)sigprocmask(SIG_SETMASK, &mask, &odd);
    for (int i = 1; i < 65; i++) {
        struct sigaction now_is;

        assert_int_equal(sigismember(&odd, i), i == SIGUSR2);
        if (sigaction(i, NULL, &now_is) == 0)
            assert_ptr_equal(now_is.sa_handler, action[i].sa_handler);
    }
    assert_int_equal(umask(old), 0137);
}

static void a_child_of_the_host_is_not_reaped(void **state)
{
    pid_t child = fork();
    siginfo_t info;
    int status = 0;

    (void)state;
    if (child == 0)
        _exit(42);
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(sigchlds(), 1);
    assert_int_equal(open_and_close(), PAM_SUCCESS);
    assert_int_equal(sigchlds(), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 42);
    (void)before(NULL); /* that one SIGCHLD was the host's own */
}

static void no_SIGCHLD_comes_when_the_helper_is_killed(void **state)
{
    pam_handle_t *pamh = begin(PERSON, "crash", "");

    (void)state;
    assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
    assert_int_equal(sigchlds(), 0);
    (void)pam_end(pamh, PAM_SUCCESS);
}

static int with_standard_descriptors_closed(void)
{
    int result;

    (void)close(0);
    (void)close(1);
    (void)close(2);
    result = open_and_close();
    if (fcntl(0, F_GETFD) != -1 || fcntl(1, F_GETFD) != -1 ||
        fcntl(2, F_GETFD) != -1)
        return 99;
    return result;
}

static void a_host_without_descriptors_0_to_2_works(void **state)
{
    (void)state;
    assert_int_equal(in_child(with_standard_descriptors_closed), PAM_SUCCESS);
    forget_seen("good");
}

/* Fill the table but for `spare` descriptors, above all that is open. */
static int at_descriptor_limit(int spare)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");
    int lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct rlimit limit = {(rlim_t)(lowest + spare), (rlim_t)(lowest + spare)};
    int result;

    (void)close(lowest);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 99;
    result = pam_open_session(pamh, 0);
    if (result == PAM_SESSION_ERR && logged_lines("descriptor") == 0)
        return 98;
    (void)pam_end(pamh, result);
    /* Nothing of it may be left open. */
    if (fcntl(lowest, F_GETFD) != -1)
        return 97;
    return result;
}

static int with_one_descriptor(void)
{
    return at_descriptor_limit(1);
}

static int with_three_descriptors(void)
{
    return at_descriptor_limit(3);
}

static int with_four_descriptors(void)
{
    return at_descriptor_limit(4);
}

static void at_the_descriptor_limit_open_is_a_clean_error(void **state)
{
    (void)state;
    if (under_valgrind()) {
        print_message("# valgrind keeps descriptors of its own\n");
        skip();
    }
    forget_seen("good");
    assert_int_equal(in_child(with_one_descriptor), PAM_SESSION_ERR);
    assert_int_equal(in_child(with_three_descriptors), PAM_SESSION_ERR);
    assert_false(asked("good"));
    assert_int_equal(in_child(with_four_descriptors), PAM_SUCCESS);
}

static void descriptors_of_the_host_do_not_reach_the_helper(void **state)
{
    int fds[40];

    (void)state;
    forget_seen("good");
    for (int i = 0; i < 40; i++)
        fds[i] = open("/dev/null", O_RDONLY); /* no close-on-exec */
    assert_int_equal(open_and_close(), PAM_SUCCESS);
    for (int i = 0; i < 40; i++)
        (void)close(fds[i]);
    assert_true(wait_seen("good", "fds=0,1,2,"));
    assert_null(strstr(seen("good"), "fds=0,1,2,3"));
}

static int as_su(void)
{
    if (setresuid(OTHER_UID, 0, 0) != 0)
        return 99;
    return open_and_close();
}

static int as_sudo(void)
{
    if (setresgid(1, 1, 1) != 0 || setresuid(OTHER_UID, 0, 0) != 0)
        return 99;
    return open_and_close();
}

static void under_su_and_sudo_the_helper_is_wholly_root(void **state)
{
    (void)state;
    forget_seen("good");
    assert_int_equal(in_child(as_su), PAM_SUCCESS);
    assert_true(wait_seen("good", "uids=0,0,0"));
    assert_true(wait_seen("good", "secure=0"));
    forget_seen("good");
    assert_int_equal(in_child(as_sudo), PAM_SUCCESS);
    assert_true(wait_seen("good", "secure=0"));
    assert_null(strstr(seen("good"), "secure=1"));
}

static int open_as_nobody(void)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");
    int result;

    if (setresuid(65534, 65534, 65534) != 0)
        return 99;
    result = pam_open_session(pamh, 0);
    (void)pam_end(pamh, result);
    return result;
}

static int close_as_nobody(void)
{
    pam_handle_t *pamh = begin(PERSON, "good", "");
    int result = pam_open_session(pamh, 0);

    if (result != PAM_SUCCESS || !wait_seen("good", "taken"))
        return 98;
    forget_seen("good");
    if (setresuid(65534, 65534, 65534) != 0)
        return 99;
    result = pam_close_session(pamh, 0);
    (void)pam_end(pamh, result);
    return result;
}

static void who_is_not_root_starts_no_helper(void **state)
{
    (void)state;
    (void)fake("good");
    forget_seen("good");
    assert_int_equal(in_child(open_as_nobody), PAM_SESSION_ERR);
    assert_false(asked("good"));
    assert_int_equal(in_child(close_as_nobody), PAM_SESSION_ERR);
    assert_false(asked("good"));
}

/* An interval timer that interrupts everything, as sudo's signals may. */
static void tick(int signal)
{
    (void)signal;
}

static void signals_that_interrupt_do_not_matter(void **state)
{
    const struct sigaction action = {.sa_handler = tick}; /* no SA_RESTART */
    struct sigaction former;
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGALRM};
    const struct itimerspec often = {{0, 300 * 1000}, {0, 300 * 1000}};

    (void)state;
    (void)sigaction(SIGALRM, &action, &former);
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    assert_int_equal(timer_settime(timer, 0, &often, NULL), 0);
    for (int i = 0; i < (light() ? 2 : 20); i++)
        assert_int_equal(open_and_close(), PAM_SUCCESS);
    (void)timer_delete(timer);
    (void)sigaction(SIGALRM, &former, NULL);
}

static atomic_int wrong_results;
static atomic_bool stop_load;
static char thread_options[1024];

static void *load_malloc(void *argument)
{
    unsigned seed = (unsigned)(uintptr_t)argument;

    while (!atomic_load(&stop_load)) {
        void *block[64];

        for (int i = 0; i < 64; i++) {
            seed = seed * 1103515245 + 12345;
            block[i] = malloc(seed % 5000 + 1);
        }
        for (int i = 0; i < 64; i++)
            free(block[i]);
    }
    return NULL;
}

static void *open_often(void *argument)
{
    int opens = under_valgrind() ? 1 : light() ? LIGHT_OPENS : OPENS;

    (void)argument;
    for (int i = 0; i < opens; i++) {
        pam_handle_t *pamh = begin_line(PERSON, thread_options, NULL);

        if (pamh == NULL || pam_open_session(pamh, 0) != IGNORED)
            atomic_fetch_add(&wrong_results, 1);
        if (pamh != NULL)
            (void)pam_end(pamh, PAM_SUCCESS);
    }
    return NULL;
}

static void many_threads_open_under_malloc_load(void **state)
{
    pthread_t threads[THREADS];
    pthread_t load[2];

    (void)state;
    (void)snprintf(thread_options, sizeof(thread_options),
                   "helper=%s socket=%s timeout=30s", fake("ignore-quick"),
                   in_folder("no-socket"));
    atomic_store(&stop_load, false);
    for (uintptr_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&load[i], NULL, load_malloc, (void *)i),
                         0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_often, NULL),
                         0);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    atomic_store(&stop_load, true);
    for (int i = 0; i < 2; i++)
        (void)pthread_join(load[i], NULL);
    if (atomic_load(&wrong_results) != 0)
        fail_msg("%d wrong results: %s", atomic_load(&wrong_results), logged());
}

static int group(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_host_that_ignores_SIGCHLD_works),
        TEST(handlers_mask_and_umask_are_as_they_were),
        TEST(a_child_of_the_host_is_not_reaped),
        TEST(no_SIGCHLD_comes_when_the_helper_is_killed),
        TEST(a_host_without_descriptors_0_to_2_works),
        TEST(at_the_descriptor_limit_open_is_a_clean_error),
        TEST(descriptors_of_the_host_do_not_reach_the_helper),
        TEST(under_su_and_sudo_the_helper_is_wholly_root),
        TEST(who_is_not_root_starts_no_helper),
        TEST(signals_that_interrupt_do_not_matter),
        TEST(many_threads_open_under_malloc_load),
    };

    return cmocka_run_group_tests_name("module: the host", tests, NULL, NULL);
}

int main(void)
{
    return run_module_tests("module: the host", group);
}
