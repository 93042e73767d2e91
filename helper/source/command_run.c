/* command_run.c - see command_run.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/command_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source/confine.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

enum {
    NONE = -1,
    FIRST_OWN_FD = 3,
    READS_MAX = 64, /* from one pipe, once the command has ended */
};

/* What the child reports where it does not come to exec. */
struct failure {
    enum { AT_CONFINE, AT_EXEC } step;
    int number; /* errno */
};

/* One run; a descriptor that is not open is NONE. */
struct run {
    const struct strings *words;
    struct buffer *output;
    pid_t pid;
    int pidfd;
    int ruleset;
    int null;
    int out[2];
    int err[2];
    int failed[2];
    char line[COMMAND_STDERR_MAX + 1]; /* the first of standard error */
    size_t line_length;
    bool line_ended;
};

static void close_one(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = NONE;
}

static void close_all(struct run *run)
{
    int *const fds[] = {&run->pidfd,  &run->ruleset,   &run->null,
                        &run->out[0], &run->out[1],    &run->err[0],
                        &run->err[1], &run->failed[0], &run->failed[1]};

    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        close_one(fds[i]);
}

/* The child, up to exec: async-signal-safe calls only, since another thread
 * of the helper may hold any lock. */
static _Noreturn void become_command(const struct run *run, char *const *argv)
{
    char path[] = "PATH=" COMMAND_PATH;
    char *const environment[] = {path, NULL};
    struct failure failure = {.step = AT_CONFINE};
    sigset_t none;

    (void)setsid();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGXFSZ, SIG_DFL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (chdir("/") == 0 && dup2(run->null, STDIN_FILENO) >= 0 &&
        dup2(run->out[1], STDOUT_FILENO) >= 0 &&
        dup2(run->err[1], STDERR_FILENO) >= 0 &&
        syscall(SYS_close_range, FIRST_OWN_FD, ~0U, CLOSE_RANGE_CLOEXEC) == 0 &&
        confine_myself(run->ruleset) == 0) {
        failure.step = AT_EXEC;
        (void)execve(argv[0], argv, environment);
    }
    failure.number = errno;
    (void)!write(run->failed[1], &failure, sizeof(failure));
    _exit(EXIT_FAILURE);
}

/* Fork. `argv` is made here: a child of threads may not allocate. */
static int start(struct run *run, struct error *error)
{
    size_t count = run->words->count;
    char **argv = calloc(count + 1, sizeof(*argv));

    if (argv == NULL)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a command");
    memcpy(argv, run->words->item, count * sizeof(*argv));
    run->pid = fork();
    if (run->pid == 0)
        become_command(run, argv);
    free(argv);
    close_one(&run->out[1]);
    close_one(&run->err[1]);
    close_one(&run->failed[1]);
    if (run->pid < 0)
        return error_set(error, ERROR_INTERNAL, "fork: %s", strerror(errno));
    run->pidfd = (int)syscall(SYS_pidfd_open, run->pid, 0);
    if (run->pidfd < 0)
        return error_set(error, ERROR_INTERNAL, "pidfd_open: %s",
                         strerror(errno));
    return 0;
}

/* Keep the first line that is not empty, and no more of it than fits. */
static void keep_line(struct run *run, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count && !run->line_ended; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r')
            run->line_ended = run->line_length > 0;
        else if (run->line_length < COMMAND_STDERR_MAX)
            run->line[run->line_length++] = bytes[i];
    }
}

/* Read what is there, at most `times`; closes `*fd` at its end. */
static void take(struct run *run, int *fd, bool is_output, int times)
{
    char piece[4096];

    while (*fd >= 0 && times-- > 0) {
        ssize_t count = read(*fd, piece, sizeof(piece));

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            break;
        if (count <= 0)
            close_one(fd);
        else if (is_output)
            buffer_add(run->output, piece, (size_t)count);
        else
            keep_line(run, piece, (size_t)count);
    }
    explicit_bzero(piece, sizeof(piece));
}

/* Until it has ended, printed too much, or the time is over (false). */
static bool watch(struct run *run, struct deadline deadline)
{
    for (;;) {
        struct pollfd wait[] = {
            {.fd = run->pidfd, .events = POLLIN},
            {.fd = run->out[0], .events = POLLIN},
            {.fd = run->err[0], .events = POLLIN},
        };
        int left = deadline_left_ms(deadline);

        if (left == 0)
            return false;
        if (poll(wait, sizeof(wait) / sizeof(wait[0]), left) <= 0)
            continue;
        if (wait[1].revents != 0)
            take(run, &run->out[0], true, 1);
        if (wait[2].revents != 0)
            take(run, &run->err[0], false, 1);
        if (wait[0].revents != 0 || run->output->failed)
            return true;
    }
}

/* End it and its process group; its wait status. Its number stays its own
 * until it is reaped. */
static int end(struct run *run)
{
    int status = 0;

    (void)kill(-run->pid, SIGKILL);
    (void)kill(run->pid, SIGKILL);
    while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

/* ": LINE", or that there was none. */
static int ended_badly(const struct run *run, int status, struct error *error)
{
    const char *program = run->words->item[0];
    const char *said =
        run->line_length > 0 ? run->line : "(nothing on its standard error)";

    if (WIFSIGNALED(status))
        return error_set(error, ERROR_SOURCE,
                         "the command %.300s was ended by signal %d (%s): "
                         "%s",
                         program, WTERMSIG(status), strsignal(WTERMSIG(status)),
                         said);
    return error_set(error, ERROR_SOURCE,
                     "the command %.300s failed with exit status %d: %s; "
                     "correct that, then try: runuser -u awsrole -- env -i "
                     "PATH=%s %.300s",
                     program, WEXITSTATUS(status), said, COMMAND_PATH, program);
}

static int no_start(const struct run *run, const struct failure *failure,
                    struct error *error)
{
    const char *program = run->words->item[0];

    if (failure->step == AT_CONFINE)
        return error_set(error, ERROR_INTERNAL,
                         "the command %.300s could not be put under Landlock "
                         "and seccomp, and was not run: %s",
                         program, strerror(failure->number));
    return error_set(error, ERROR_SOURCE,
                     "the command %.300s cannot be executed: %s%s", program,
                     strerror(failure->number),
                     failure->number == ENOENT || failure->number == ENOEXEC
                         ? "; a program, or a script whose first line names "
                           "an interpreter that exists, was expected"
                         : "");
}

static int judge(struct run *run, bool in_time, int status, struct error *error)
{
    const char *program = run->words->item[0];
    struct failure failure;

    if (read(run->failed[0], &failure, sizeof(failure)) ==
        (ssize_t)sizeof(failure))
        return no_start(run, &failure, error);
    if (run->output->failed)
        return error_set(error, ERROR_SOURCE,
                         "the command %.300s printed more than %zu bytes; one "
                         "JSON object with the credentials was expected",
                         program, run->output->maximum);
    if (!in_time)
        return error_set(error, ERROR_TIMEOUT,
                         "the command %.300s had not ended when the login's "
                         "time was over, and was killed with what it had "
                         "started; make it faster, or cache what it gets",
                         program);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return ended_badly(run, status, error);
    return 0;
}

static int prepare(struct run *run, const char *hidden, struct error *error)
{
    run->ruleset = confine_prepare(hidden, error);
    if (run->ruleset < 0)
        return -1;
    run->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (run->null < 0 || pipe2(run->out, O_CLOEXEC) != 0 ||
        pipe2(run->err, O_CLOEXEC) != 0 || pipe2(run->failed, O_CLOEXEC) != 0 ||
        fcntl(run->out[0], F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(run->err[0], F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(run->failed[0], F_SETFL, O_NONBLOCK) != 0)
        return error_set(error, ERROR_INTERNAL,
                         "no pipes for the command %.300s: %s",
                         run->words->item[0], strerror(errno));
    return 0;
}

int command_run(const struct strings *words, const char *hidden,
                struct deadline deadline, struct buffer *output,
                struct error *error)
{
    struct run run = {.words = words,
                      .output = output,
                      .pid = -1,
                      .pidfd = NONE,
                      .ruleset = NONE,
                      .null = NONE,
                      .out = {NONE, NONE},
                      .err = {NONE, NONE},
                      .failed = {NONE, NONE}};
    bool in_time;
    int status;
    int result = -1;

    if (prepare(&run, hidden, error) != 0)
        goto out;
    if (start(&run, error) != 0) {
        if (run.pid > 0)
            (void)end(&run);
        goto out;
    }
    in_time = watch(&run, deadline);
    status = end(&run);
    take(&run, &run.out[0], true, READS_MAX);
    take(&run, &run.err[0], false, READS_MAX);
    result = judge(&run, in_time, status, error);
out:
    close_all(&run);
    return result;
}
