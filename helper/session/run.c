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

static int check_owner(int fd, uid_t uid, struct error *error)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return error_set(error, ERROR_SESSION_FILES, RUN_DIR ": %s",
                         strerror(errno));
    if (status.st_uid != uid || (status.st_mode & 022) != 0)
        return error_set(error, ERROR_SESSION_FILES,
                         RUN_DIR " belongs to uid %u with mode %04o; it must "
                                 "belong to uid %u and be writable by nobody "
                                 "else: remove it and log in again",
                         (unsigned)status.st_uid,
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
    /* Of root: made just now, or by a helper that died before its chown. */
    if (fstat(fd, &status) == 0 && status.st_uid == 0 &&
        (fchmod(fd, 0711) != 0 || fchown(fd, uid, gid) != 0))
        (void)error_set(error, ERROR_SESSION_FILES,
                        "cannot give " RUN_DIR " to uid %u: %s", (unsigned)uid,
                        strerror(errno));
    else
        result = check_owner(fd, uid, error);
    (void)close(fd);
    return result;
}

int run_open(struct run *run, struct error *error)
{
    *run = RUN_CLOSED;
    run->fd = open(RUN_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (run->fd < 0)
        return error_set(error, ERROR_SESSION_FILES,
                         "cannot open " RUN_DIR ": %s", strerror(errno));
    if (mkdirat(run->fd, "records", 0700) != 0 && errno != EEXIST)
        goto out;
    run->records_fd = openat(run->fd, "records",
                             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (run->records_fd >= 0)
        return 0;
out:
    (void)error_set(error, ERROR_SESSION_FILES,
                    "cannot use " RUN_DIR "/records: %s", strerror(errno));
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
