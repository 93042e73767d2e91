/* run.c - see run.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* `path` is for the message: what is checked is the descriptor. */
static int check_owner(int fd, const char *path, uid_t uid, struct error *error)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return error_set(error, ERROR_SESSION_FILES, "%s: %s", path,
                         strerror(errno));
    if (status.st_uid != uid || (status.st_mode & 022) != 0)
        return error_set(error, ERROR_SESSION_FILES,
                         "%s belongs to uid %u with mode %04o; it must belong "
                         "to uid %u and be writable by nobody else: remove it "
                         "and log in again",
                         path, (unsigned)status.st_uid,
                         (unsigned)status.st_mode & 07777, (unsigned)uid);
    return 0;
}

int run_make(uid_t uid, gid_t gid, struct error *error)
{
    struct stat status;
    int fd;
    int result = -1;

    if (mkdir(RUN_DIR, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERROR_SESSION_FILES,
                         "cannot make " RUN_DIR ": %s", strerror(errno));
    fd = open(RUN_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return error_set(error, ERROR_SESSION_FILES,
                         "cannot open " RUN_DIR " as a folder: %s",
                         strerror(errno));
    /* Of root, and writable by nobody else: made just now, or by a helper
     * that died before its chown. What somebody else could have filled is
     * never taken over. */
    if (fstat(fd, &status) == 0 && status.st_uid == 0 &&
        (status.st_mode & 022) == 0 &&
        (fchmod(fd, 0711) != 0 || fchown(fd, uid, gid) != 0))
        (void)error_set(error, ERROR_SESSION_FILES,
                        "cannot give " RUN_DIR " to uid %u: %s", (unsigned)uid,
                        strerror(errno));
    else
        result = check_owner(fd, RUN_DIR, uid, error);
    (void)close(fd);
    return result;
}

/* The folder of the records, made where it is missing. -1 with errno. */
static int open_records(int run_fd)
{
    if (mkdirat(run_fd, "records", 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(run_fd, "records",
                  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int run_open(struct run *run, struct error *error)
{
    *run = RUN_CLOSED;
    run->fd = open(RUN_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (run->fd < 0)
        return error_set(error, ERROR_SESSION_FILES,
                         "cannot open " RUN_DIR ": %s", strerror(errno));
    run->records_fd = open_records(run->fd);
    if (run->records_fd < 0)
        (void)error_set(error, ERROR_SESSION_FILES,
                        "cannot use " RUN_DIR "/records: %s", strerror(errno));
    else if (check_owner(run->fd, RUN_DIR, geteuid(), error) == 0 &&
             check_owner(run->records_fd, RUN_DIR "/records", geteuid(),
                         error) == 0)
        return 0;
    run_close(run);
    return -1;
}

void run_close(struct run *run)
{
    if (run->records_fd >= 0)
        (void)close(run->records_fd);
    if (run->fd >= 0)
        (void)close(run->fd);
    *run = RUN_CLOSED;
}
