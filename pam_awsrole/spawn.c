/* spawn.c - see spawn.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pam_awsrole/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Where the new processes put things, all of it below what they close. */
enum { CONNECTION_FD = 0, STATUS_FD = 3, FIRST_CLOSED_FD = 4 };

/* How far to close one by one where close_range(2) is missing (before 5.9). */
enum { CLOSE_BY_HAND = 65536 };

enum stage { STAGE_IDENTITY, STAGE_PROCESS, STAGE_DESCRIPTORS, STAGE_EXEC };

/* What a new process writes into the status pipe when it cannot go on. */
struct failure {
    enum stage stage;
    int error;
};

/* Everything of the two new processes, made before the first of them. */
struct plan {
    const char *path;
    int connection; /* the helper's end */
    int status;     /* the pipe's writing end */
};

/* A descriptor above 2 with close-on-exec instead of `*fd`: hosts run with 0
 * to 2 closed, and the new process rearranges these. False with errno. */
static bool move_up(int *fd)
{
    int moved;

    if (*fd > STDERR_FILENO)
        return true;
    moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (moved < 0)
        return false;
    (void)close(*fd);
    *fd = moved;
    return true;
}

/* fork(2) without libc: its own takes locks and runs the host's atfork
 * handlers, and a locked malloc then stops the child for good. All arguments
 * but the exit signal are 0, so their order (it differs) does not matter,
 * but on s390 and CRIS, where stack and flags change places. */
static pid_t raw_fork(unsigned long exit_signal)
{
#if defined(__s390__) || defined(__CRIS__)
    return (pid_t)syscall(SYS_clone, 0UL, exit_signal, 0UL, 0UL, 0UL);
#else
    return (pid_t)syscall(SYS_clone, exit_signal, 0UL, 0UL, 0UL, 0UL);
#endif
}

static void __attribute__((noreturn)) give_up(int status, enum stage stage)
{
    struct failure failure = {stage, errno};

    (void)!write(status, &failure, sizeof(failure));
    _exit(127);
}

static bool close_the_rest(void)
{
    if (syscall(SYS_close_range, FIRST_CLOSED_FD, ~0U, 0) == 0)
        return true;
    if (errno != ENOSYS)
        return false;
    for (int fd = FIRST_CLOSED_FD; fd < CLOSE_BY_HAND; fd++)
        (void)close(fd);
    return true;
}

/* The helper's process. */
static void __attribute__((noreturn)) run_helper(const struct plan *plan)
{
    static const char name[] = "awsrole-helper";
    static const char mode[] = "--connection";
    char *argv[] = {(char *)(uintptr_t)name, (char *)(uintptr_t)mode, NULL};
    char *envp[] = {NULL};
    int status = plan->status;
    int null;

    if (dup2(plan->connection, CONNECTION_FD) < 0)
        give_up(status, STAGE_DESCRIPTORS);
    (void)close(plan->connection); /* room for the next, at the limit */
    null = open("/dev/null", O_RDWR | O_NOCTTY);
    if (null < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        dup2(null, STDERR_FILENO) < 0)
        give_up(status, STAGE_DESCRIPTORS);
    if (status != STATUS_FD) {
        if (dup3(status, STATUS_FD, O_CLOEXEC) < 0)
            give_up(status, STAGE_DESCRIPTORS);
        status = STATUS_FD;
    }
    if (!close_the_rest())
        give_up(status, STAGE_DESCRIPTORS);
    (void)execve(plan->path, argv, envp);
    give_up(status, STAGE_EXEC);
}

/* The process between host and helper. Under su and sudo only the effective
 * uid is root's; with all three the helper is not run in secure-execution
 * mode, which is safe only because its environment is empty. By system call,
 * since libc's setresuid() would signal threads that are not here. */
static void __attribute__((noreturn)) run_between(const struct plan *plan)
{
    pid_t child;

    if (syscall(SYS_setresgid, 0, 0, 0) != 0 ||
        syscall(SYS_setresuid, 0, 0, 0) != 0)
        give_up(plan->status, STAGE_IDENTITY);
    child = raw_fork(SIGCHLD);
    if (child == 0)
        run_helper(plan);
    if (child < 0)
        give_up(plan->status, STAGE_PROCESS);
    _exit(0);
}

/* Start the process between. Signals stay blocked in both new processes, so
 * none of the host's handlers ever runs there; the helper resets all that. */
static pid_t start(const struct plan *plan)
{
    sigset_t all;
    sigset_t before;
    pid_t between;
    int error;

    (void)sigfillset(&all);
    error = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (error != 0) {
        errno = error;
        return -1;
    }
    between = raw_fork(0);
    if (between == 0)
        run_between(plan);
    error = errno;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return between;
}

/* The end of the pipe: exec succeeded, and the process between is over.
 * 0, ETIMEDOUT, or an errno value with `*failure` filled. */
static int read_status(int fd, struct failure *failure,
                       struct deadline deadline)
{
    for (;;) {
        struct pollfd entry = {.fd = fd, .events = POLLIN};
        int ready = poll(&entry, 1, deadline_left_ms(deadline));
        ssize_t length;

        if (ready == 0)
            return ETIMEDOUT;
        if (ready < 0) {
            if (errno == EINTR)
                continue;
            return errno;
        }
        length = read(fd, failure, sizeof(*failure));
        if (length == 0)
            return 0;
        if (length == (ssize_t)sizeof(*failure))
            return failure->error;
        if (length < 0 && errno == EINTR)
            continue;
        return EIO;
    }
}

/* Wait for the process between. It has ended, or is being killed, so this
 * does not last; a host that waits for everybody may have been faster. */
static void reap(pid_t between, bool kill_it)
{
    if (kill_it)
        (void)kill(between, SIGKILL);
    while (waitpid(between, NULL, __WCLONE) < 0 && errno == EINTR)
        continue;
}

static bool explain(struct reason *reason, const char *path, int error,
                    enum stage stage)
{
    static const char *const what[] = {
        [STAGE_IDENTITY] = "become root to start",
        [STAGE_PROCESS] = "make a process for",
        [STAGE_DESCRIPTORS] = "set up the descriptors of",
        [STAGE_EXEC] = "execute",
    };

    if (error == ETIMEDOUT)
        return reason_set(reason, "the helper %s did not start in time", path);
    return reason_set(reason, "cannot %s the helper %s: %s", what[stage], path,
                      strerrordesc_np(error));
}

int spawn_helper(const char *path, struct deadline deadline,
                 struct reason *reason)
{
    struct failure failure = {STAGE_PROCESS, 0};
    struct plan plan = {.path = path};
    int ends[2] = {-1, -1};
    int pipes[2] = {-1, -1};
    pid_t between;
    int error;
    int ours = -1;

    /* Made here, before the new processes: its SO_PEERCRED names the host,
     * which is how the helper learns whose login this is. */
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0 ||
        pipe2(pipes, O_CLOEXEC) != 0 || !move_up(&ends[0]) ||
        !move_up(&ends[1]) || !move_up(&pipes[0]) || !move_up(&pipes[1])) {
        reason_set(reason, "no descriptors to start the helper with: %s",
                   strerrordesc_np(errno));
        goto out;
    }
    plan.connection = ends[1];
    plan.status = pipes[1];
    between = start(&plan);
    if (between < 0) {
        explain(reason, path, errno, STAGE_PROCESS);
        goto out;
    }
    (void)close(ends[1]);
    (void)close(pipes[1]);
    ends[1] = pipes[1] = -1;

    error = read_status(pipes[0], &failure, deadline);
    reap(between, error != 0);
    if (error != 0) {
        explain(reason, path, error, failure.stage);
        goto out;
    }
    ours = ends[0];
    ends[0] = -1;
out:
    close_descriptor(&ends[0]);
    close_descriptor(&ends[1]);
    close_descriptor(&pipes[0]);
    close_descriptor(&pipes[1]);
    return ours;
}
