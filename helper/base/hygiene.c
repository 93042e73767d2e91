/* hygiene.c - see hygiene.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/hygiene.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    FIRST_FOREIGN_FD = 3,
    FOREIGN_FD_MAX = 1024 * 1024, /* where closing is one by one */
    LOOKUP_BYTES = 64 * 1024,
    FILE_SIZE_MAX = 16 * 1024 * 1024,
    STACK_MAX = 8 * 1024 * 1024,
    LOCKED_MEMORY_MAX = 8 * 1024 * 1024,
};

static void reset_signals(void)
{
    /* As the kernel knows it, all zero: SIG_DFL, no flags, an empty mask. */
    static const unsigned char kernel_default[64];
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number < NSIG; number++) {
        /* SIGPIPE: sudo leaves it ignored, su does not; here it always is.
         * SIGXFSZ: a full limit becomes an error of write(2). */
        action.sa_handler =
            number == SIGPIPE || number == SIGXFSZ ? SIG_IGN : SIG_DFL;
        (void)sigaction(number, &action, NULL); /* KILL, STOP: EINVAL */
    }
    /* Those between are libc's own, which it does not let anybody touch; but
     * they are inherited as ignored like all others. */
    for (int number = __SIGRTMIN; number < SIGRTMIN; number++)
        (void)syscall(SYS_rt_sigaction, number, kernel_default, NULL, 8);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* `most` where the hard limit may be raised to it, else the hard limit. */
static void set_limit(__rlimit_resource_t resource, rlim_t most)
{
    struct rlimit wanted = {most, most};
    struct rlimit now;

    if (setrlimit(resource, &wanted) == 0 || getrlimit(resource, &now) != 0)
        return;
    if (now.rlim_max > most)
        now.rlim_max = most;
    now.rlim_cur = now.rlim_max;
    (void)setrlimit(resource, &now);
}

static void reset_limits(void)
{
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_NOFILE, 1024);
    set_limit(RLIMIT_FSIZE, FILE_SIZE_MAX);
    set_limit(RLIMIT_CPU, RLIM_INFINITY);
    set_limit(RLIMIT_DATA, RLIM_INFINITY);
    set_limit(RLIMIT_AS, RLIM_INFINITY);
    set_limit(RLIMIT_STACK, STACK_MAX);
    set_limit(RLIMIT_NPROC, RLIM_INFINITY);
    set_limit(RLIMIT_MEMLOCK, LOCKED_MEMORY_MAX);
}

/* sshd's monitor runs with an OOM score of -1000, and its child inherits it. */
static void reset_scheduling(void)
{
    struct sched_param normal = {0};
    int fd;

    (void)sched_setscheduler(0, SCHED_OTHER, &normal);
    (void)setpriority(PRIO_PROCESS, 0, 0);
    fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, "0", 1) != 1) {
        /* A container without CAP_SYS_RESOURCE: it stays as it is. */
    }
    (void)close(fd);
}

static void close_foreign_descriptors(void)
{
    struct rlimit limit;

    if (syscall(SYS_close_range, FIRST_FOREIGN_FD, ~0U, 0) == 0)
        return;
    /* A kernel before 5.9, or a filter that does not know the call. */
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        limit.rlim_max > FOREIGN_FD_MAX)
        limit.rlim_max = FOREIGN_FD_MAX;
    for (int fd = FIRST_FOREIGN_FD; fd < (int)limit.rlim_max; fd++)
        (void)close(fd);
}

/* So that no file opened later becomes descriptor 0, 1 or 2. */
static bool fill_standard_descriptors(void)
{
    for (int fd = 0; fd < FIRST_FOREIGN_FD; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        if (open("/dev/null", O_RDWR) != fd)
            return false;
    }
    return true;
}

int hygiene_start(struct error *error)
{
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    close_foreign_descriptors();
    /* Before the signals are let in: one of the terminal may be pending.
     * EPERM: it leads a process group of its own already. */
    (void)setsid();
    reset_signals();
    (void)umask(077);
    reset_scheduling();
    reset_limits();
    if (!fill_standard_descriptors())
        return error_set(error, ERROR_INTERNAL, "cannot open /dev/null: %s",
                         strerror(errno));
    if (chdir("/") != 0)
        return error_set(error, ERROR_INTERNAL, "cannot change to /: %s",
                         strerror(errno));
    if (clearenv() != 0)
        return error_set(error, ERROR_INTERNAL, "cannot empty environment");
    return 0;
}

int hygiene_find_user(uid_t *uid, gid_t *gid, struct error *error)
{
    char memory[LOOKUP_BYTES];
    struct passwd entry;
    struct passwd *found = NULL;
    int wrong = getpwnam_r(HELPER_USER, &entry, memory, sizeof(memory), &found);

    if (found == NULL && wrong != 0 && wrong != ENOENT && wrong != ESRCH)
        return error_set(error, ERROR_DIRECTORY,
                         "looking up the system user " HELPER_USER ": %s",
                         strerror(wrong));
    if (found == NULL)
        return error_set(error, ERROR_NO_USER_AWSROLE,
                         "there is no system user " HELPER_USER);
    if (found->pw_uid == 0 || found->pw_gid == 0)
        return error_set(error, ERROR_NO_USER_AWSROLE,
                         "the system user " HELPER_USER
                         " has the uid or gid of root");
    *uid = found->pw_uid;
    *gid = found->pw_gid;
    return 0;
}

static bool has_no_capability(void)
{
    struct __user_cap_header_struct header = {.version =
                                                  _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (syscall(SYS_capget, &header, data) != 0)
        return false;
    for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        if (data[i].effective != 0 || data[i].permitted != 0)
            return false;
    }
    return true;
}

int hygiene_become(uid_t uid, gid_t gid, struct error *error)
{
    uid_t ruid, euid, suid;
    gid_t rgid, egid, sgid;

    if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
        setresuid(uid, uid, uid) != 0)
        return error_set(error, ERROR_INTERNAL, "cannot become user %u: %s",
                         (unsigned)uid, strerror(errno));
    if (getresuid(&ruid, &euid, &suid) != 0 || ruid != uid || euid != uid ||
        suid != uid || getresgid(&rgid, &egid, &sgid) != 0 || rgid != gid ||
        egid != gid || sgid != gid || getgroups(0, NULL) != 0)
        return error_set(error, ERROR_INTERNAL,
                         "became somebody else than user %u", (unsigned)uid);
    if (setuid(0) == 0 || !has_no_capability())
        return error_set(error, ERROR_INTERNAL,
                         "could not give up the rights of root");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return error_set(error, ERROR_INTERNAL, "prctl: %s", strerror(errno));
    return 0;
}
