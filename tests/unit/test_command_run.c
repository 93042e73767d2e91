/* test_command_run.c - what a command may do, and what becomes of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "source/command_run.h"

enum { LONG_MS = 20000, SHORT_MS = 300 };

/* What a script printed, and how its run ended. */
struct ran {
    int result;
    struct buffer output;
    struct error error;
};

/* Run a shell script of one argument with `hidden` out of its reach. */
static struct ran run_in(const char *hidden, const char *script,
                         const char *argument, int64_t milliseconds,
                         size_t maximum)
{
    struct ran ran = {.output = BUFFER(maximum)};
    char program[PATH_MAX];
    char text[4096];
    char word[PATH_MAX];
    char *item[] = {program, word};
    const struct strings words = {item, 2};

    (void)snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
    (void)snprintf(program, sizeof(program), "%s",
                   scratch_write_bytes("script", text, strlen(text), 0755));
    (void)snprintf(word, sizeof(word), "%s", argument);
    ran.result = command_run(&words, hidden, deadline_in(milliseconds),
                             &ran.output, &ran.error);
    return ran;
}

static struct ran run(const char *script)
{
    return run_in("/run/awsrole", script, "", LONG_MS, COMMAND_OUTPUT_MAX);
}

static void expect_output(struct ran ran, const char *output)
{
    if (ran.result != 0)
        fail_msg("%s", ran.error.detail);
    assert_string_equal(buffer_string(&ran.output), output);
    buffer_free(&ran.output);
}

static void expect_failure(struct ran ran, enum error_code code,
                           const char *part)
{
    assert_int_equal(ran.result, -1);
    assert_int_equal(ran.error.code, code);
    if (strstr(ran.error.detail, part) == NULL ||
        strstr(ran.error.detail, scratch) == NULL)
        fail_msg("expected \"%s\" in: %s", part, ran.error.detail);
    buffer_free(&ran.output);
}

static void the_environment_is_path_alone(void **state)
{
    (void)state;
    assert_int_equal(setenv("AWS_SECRET_ACCESS_KEY", "x", 1), 0);
    expect_output(run("tr '\\0' '\\n' </proc/self/environ"),
                  "PATH=" COMMAND_PATH "\n");
    assert_int_equal(unsetenv("AWS_SECRET_ACCESS_KEY"), 0);
}

static void the_process_owes_nothing_to_the_helper(void **state)
{
    int open_here = fcntl(STDERR_FILENO, F_DUPFD, 77); /* no FD_CLOEXEC */

    (void)state;
    assert_int_equal(open_here, 77);
    assert_ptr_not_equal(signal(SIGPIPE, SIG_IGN), SIG_ERR);
    expect_output(run("pwd; readlink /proc/self/fd/0"), "/\n/dev/null\n");
    expect_output(run("[ -e /proc/$$/fd/77 ] || echo closed"), "closed\n");
    /* The last seven digits are signals 1 to 28; whoever runs this test may
     * ignore some of libc's own above them. */
    expect_output(run("grep -c 'SigIgn:.*0000000$' /proc/self/status"), "1\n");
    expect_output(run("grep NoNewPrivs /proc/self/status"), "NoNewPrivs:\t1\n");
    expect_output(run("[ $(ps -o sid= -p $$) = $$ ] && echo own"), "own\n");
    assert_ptr_not_equal(signal(SIGPIPE, SIG_DFL), SIG_ERR);
    assert_int_equal(close(open_here), 0);
}

static void
the_hidden_folder_is_out_of_reach_and_all_else_readable(void **state)
{
    char hidden[PATH_MAX];
    char beside[PATH_MAX];

    (void)state;
    NEEDS_ROOT();
    (void)snprintf(hidden, sizeof(hidden), "%s/run/awsrole", scratch);
    assert_int_equal(mkdir(scratch_path("run"), 0755), 0);
    assert_int_equal(mkdir(hidden, 0755), 0);
    (void)scratch_write_bytes("run/awsrole/secret", "secret\n", 7, 0666);
    (void)scratch_write_bytes("run/other", "other\n", 6, 0644);
    (void)snprintf(beside, sizeof(beside), "%s/run/other", scratch);
    /* Without Landlock this very user reads and changes all of it. */
    expect_output(run_in("/none", "cat $1/secret", hidden, LONG_MS, 100),
                  "secret\n");
    expect_output(run_in(hidden, "cat $1", beside, LONG_MS, 100), "other\n");
    expect_output(
        run_in(hidden,
               "for line in 'cat $1/secret' 'ls $1' 'ls $1/..' \\\n"
               "  'echo x >$1/secret' 'echo x >$1/new' 'rm $1/secret' "
               "\\\n  'mkdir $1/new' 'mv $1/secret /var/tmp/x' \\\n"
               "  'ln $1/secret /var/tmp/x' 'chmod 644 $1/secret' "
               "\\\n  'chmod 755 $1' 'chown 1 $1/secret' \\\n"
               "  'setfacl -m u:1:r $1/secret' 'mv $1 $1.old' \\\n"
               "  'cat /proc/self/root$1/secret' \\\n"
               "  'truncate -s 0 $1/secret' 'rmdir $1'; do\n"
               "  eval \"$line\" 2>/dev/null && echo \"$line\"\n"
               "done; true",
               hidden, LONG_MS, 1000),
        "");
    expect_output(run_in(hidden,
                         "cd $1/.. && cat /etc/passwd >/dev/null &&\n"
                         "ls /usr /proc >/dev/null && echo read",
                         hidden, LONG_MS, 100),
                  "read\n");
    assert_int_equal(access(scratch_path("run/awsrole/secret"), F_OK), 0);
}

static void files_are_written_for_a_while_alone(void **state)
{
    (void)state;
    NEEDS_ROOT();
    expect_output(run("f=$(mktemp) && echo x >$f && cat $f && rm $f"), "x\n");
    expect_output(run("f=$(mktemp -p /var/tmp) && rm $f && echo x"), "x\n");
    expect_output(run("for d in /etc /usr /var /root /run /; do\n"
                      "  { echo >$d/awsrole-test; } 2>/dev/null && echo $d\n"
                      "done; true"),
                  "");
}

static void exit_status_and_the_first_line_of_stderr_are_told(void **state)
{
    struct ran ran;

    (void)state;
    expect_failure(run("echo; echo no token >&2; echo more >&2; exit 7"),
                   ERROR_SOURCE, "failed with exit status 7: no token;");
    expect_failure(run("exit 1"), ERROR_SOURCE,
                   "exit status 1: (nothing on its standard error)");
    expect_failure(run("echo dying >&2; kill -TERM $$"), ERROR_SOURCE,
                   "was ended by signal 15 (Terminated): dying");
    /* What it says is cut, and cleaned. */
    ran = run("printf '\\033[31mx\\001' >&2; head -c 300000 /dev/zero |\n"
              "tr '\\0' y >&2; exit 1");
    assert_int_equal(ran.result, -1);
    assert_non_null(strstr(ran.error.detail, ": ?[31mx?yyyy"));
    assert_true(strlen(ran.error.detail) < 700);
    buffer_free(&ran.output);
}

static void output_is_bounded(void **state)
{
    struct ran ran =
        run_in("/run/awsrole", "head -c 65536 /dev/zero | tr '\\0' x", "",
               LONG_MS, COMMAND_OUTPUT_MAX);

    (void)state;
    assert_int_equal(ran.result, 0);
    assert_int_equal(ran.output.length, 65536);
    buffer_free(&ran.output);
    expect_failure(run("head -c 65537 /dev/zero"), ERROR_SOURCE,
                   "printed more than 65536 bytes");
    expect_failure(run("cat /dev/zero"), ERROR_SOURCE,
                   "printed more than 65536 bytes");
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Is the process of that number gone, or a zombie of somebody else's? */
static bool is_gone(const char *number)
{
    char path[64];
    char stat[256] = "";
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", atoi(number));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return true;
    (void)!read(fd, stat, sizeof(stat) - 1);
    (void)close(fd);
    return strstr(stat, ") Z ") != NULL;
}

static void expect_gone(const char *number)
{
    int64_t end = now_ms() + LONG_MS;

    assert_true(atoi(number) > 1);
    while (!is_gone(number)) {
        assert_true(now_ms() < end);
        (void)usleep(1000);
    }
}

static void at_the_deadline_it_ends_with_its_children(void **state)
{
    int64_t begin = now_ms();
    struct ran ran =
        run_in("/run/awsrole", "trap '' TERM HUP\nsleep 600 &\necho $!; wait",
               "", SHORT_MS, 100);

    (void)state;
    assert_true(now_ms() - begin < LONG_MS);
    assert_int_equal(ran.result, -1);
    assert_int_equal(ran.error.code, ERROR_TIMEOUT);
    assert_non_null(strstr(ran.error.detail, "was killed with what it had"));
    expect_gone(buffer_string(&ran.output));
    buffer_free(&ran.output);
}

static void
what_it_leaves_behind_ends_with_it_and_is_not_waited_for(void **state)
{
    int64_t begin = now_ms();
    /* The child holds standard output open. */
    struct ran ran =
        run_in("/run/awsrole", "sleep 600 &\necho $!", "", LONG_MS, 100);

    (void)state;
    assert_int_equal(ran.result, 0);
    assert_true(now_ms() - begin < LONG_MS);
    expect_gone(buffer_string(&ran.output));
    buffer_free(&ran.output);
}

static void a_session_of_its_own_is_no_way_out(void **state)
{
    (void)state;
    expect_output(run("setsid sleep 600 2>/dev/null || echo refused"),
                  "refused\n");
}

static void what_cannot_be_executed_is_told(void **state)
{
    char program[PATH_MAX];
    char *item[] = {program};
    const struct strings words = {item, 1};
    struct ran ran = {.output = BUFFER(100)};

    (void)state;
    (void)snprintf(program, sizeof(program), "%s",
                   scratch_write_bytes("bad", "#!/no/such\n", 11, 0755));
    ran.result = command_run(&words, "/run/awsrole", deadline_in(LONG_MS),
                             &ran.output, &ran.error);
    expect_failure(ran, ERROR_SOURCE, "cannot be executed: No such file");
    ran = (struct ran){.output = BUFFER(100)};
    (void)scratch_write_bytes("bad", "\1\2\3", 3, 0755);
    ran.result = command_run(&words, "/run/awsrole", deadline_in(LONG_MS),
                             &ran.output, &ran.error);
    expect_failure(ran, ERROR_SOURCE, "Exec format error");
}

/* In a child of its own, whose kernel answers ENOSYS where Landlock is asked
 * for: 0 when the command was not run, and the reason is told. */
static int without_landlock(const char *program, const char *witness)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 444, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog rules = {.len = 4, .filter = filter};
    char word[PATH_MAX];
    char path[PATH_MAX];
    char *item[] = {path, word};
    const struct strings words = {item, 2};
    struct buffer output = BUFFER(100);
    struct error error = {0};

    (void)snprintf(path, sizeof(path), "%s", program);
    (void)snprintf(word, sizeof(word), "%s", witness);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &rules, 0, 0) != 0)
        return 1;
    if (command_run(&words, "/run/awsrole", deadline_in(LONG_MS), &output,
                    &error) != -1)
        return 2;
    if (error.code != ERROR_SOURCE ||
        strstr(error.detail, "this kernel does not offer it") == NULL)
        return 3;
    return access(witness, F_OK) == 0 ? 4 : 0;
}

static void without_landlock_nothing_is_run(void **state)
{
    char witness[PATH_MAX];
    const char *program =
        scratch_write_bytes("make", "#!/bin/sh\n: >$1\n", 16, 0755);
    int status = -1;
    pid_t pid;

    (void)state;
    (void)snprintf(witness, sizeof(witness), "%s", scratch_path("witness"));
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(without_landlock(program, witness));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void no_descriptor_and_no_zombie_stays(void **state)
{
    int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int after;

    (void)state;
    assert_int_equal(close(before), 0);
    expect_output(run("echo x"), "x\n");
    expect_failure(run("exit 1"), ERROR_SOURCE, "status 1");
    after = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(after, before);
    assert_int_equal(close(after), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

#define FILE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(the_environment_is_path_alone),
        FILE_TEST(the_process_owes_nothing_to_the_helper),
        FILE_TEST(the_hidden_folder_is_out_of_reach_and_all_else_readable),
        FILE_TEST(files_are_written_for_a_while_alone),
        FILE_TEST(exit_status_and_the_first_line_of_stderr_are_told),
        FILE_TEST(output_is_bounded),
        FILE_TEST(at_the_deadline_it_ends_with_its_children),
        FILE_TEST(what_it_leaves_behind_ends_with_it_and_is_not_waited_for),
        FILE_TEST(a_session_of_its_own_is_no_way_out),
        FILE_TEST(what_cannot_be_executed_is_told),
        FILE_TEST(without_landlock_nothing_is_run),
        FILE_TEST(no_descriptor_and_no_zombie_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
