/* files.c - see files.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITABLE_BY_OTHERS = S_IWGRP | S_IWOTH };

static const char *kind_of(mode_t mode)
{
    if (S_ISLNK(mode))
        return "a symbolic link";
    if (S_ISDIR(mode))
        return "a folder";
    if (S_ISFIFO(mode))
        return "a FIFO";
    if (S_ISSOCK(mode))
        return "a socket";
    if (S_ISCHR(mode) || S_ISBLK(mode))
        return "a device";
    return "a regular file";
}

/* What `errno` says about opening `path`. */
static int open_failed(const char *path, bool *missing, struct error *error)
{
    if (errno == ENOENT) {
        if (missing != NULL)
            *missing = true;
        return error_set(error, ERROR_CONFIGURATION,
                         "%s does not exist; create it or correct the path",
                         path);
    }
    if (errno == EACCES)
        return error_set(error, ERROR_CONFIGURATION,
                         "%s cannot be read by the user awsrole; run: chown "
                         "root:awsrole %s, and give its group the right to "
                         "read (0640, folders 0750)",
                         path, path);
    return error_set(error, ERROR_CONFIGURATION, "%s cannot be opened: %s",
                     path, strerror(errno));
}

/* A folder on the way. */
static int check_folder(const char *path, const struct stat *status,
                        struct error *error)
{
    if (S_ISLNK(status->st_mode))
        return error_set(error, ERROR_CONFIGURATION,
                         "%s is a symbolic link; write the path that it "
                         "points to",
                         path);
    if (!S_ISDIR(status->st_mode))
        return error_set(error, ERROR_CONFIGURATION,
                         "%s is %s, where a folder was expected", path,
                         kind_of(status->st_mode));
    if (status->st_uid != 0)
        return error_set(error, ERROR_CONFIGURATION,
                         "the folder %s belongs to uid %u, and everything on "
                         "the way must belong to root; run: chown root %s",
                         path, (unsigned)status->st_uid, path);
    if ((status->st_mode & WRITABLE_BY_OTHERS) != 0 &&
        (status->st_mode & S_ISVTX) == 0)
        return error_set(error, ERROR_CONFIGURATION,
                         "the folder %s is writable by others than root "
                         "(mode %04o); run: chmod go-w %s",
                         path, (unsigned)status->st_mode & 07777, path);
    return 0;
}

static int check_file(const char *path, const struct stat *status, bool secret,
                      struct error *error)
{
    if (S_ISLNK(status->st_mode))
        return error_set(error, ERROR_CONFIGURATION,
                         "%s is a symbolic link; put the file itself there, "
                         "or write the path that it points to",
                         path);
    if (!S_ISREG(status->st_mode))
        return error_set(error, ERROR_CONFIGURATION,
                         "%s is %s, where a regular file was expected", path,
                         kind_of(status->st_mode));
    if (status->st_uid != 0)
        return error_set(error, ERROR_CONFIGURATION,
                         "%s belongs to uid %u and must belong to root; run: "
                         "chown root %s",
                         path, (unsigned)status->st_uid, path);
    if ((status->st_mode & WRITABLE_BY_OTHERS) != 0)
        return error_set(error, ERROR_CONFIGURATION,
                         "%s is writable by others than root (mode %04o); "
                         "run: chmod go-w %s",
                         path, (unsigned)status->st_mode & 07777, path);
    if (secret && (status->st_mode & S_IRWXO) != 0)
        return error_set(error, ERROR_CONFIGURATION,
                         "%s holds secrets and everybody can read it (mode "
                         "%04o); run: chown root:awsrole %s && chmod 0640 %s",
                         path, (unsigned)status->st_mode & 07777, path, path);
    return 0;
}

/* From `folder` into its entry `name`, whose whole path is `path`. Closes
 * `folder` in every case. O_PATH opens anything without waiting for it. */
static int step_into(int folder, const char *name, const char *path,
                     bool *missing, struct error *error)
{
    struct stat status;
    int next = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    if (next < 0)
        (void)open_failed(path, missing, error);
    (void)close(folder);
    if (next < 0)
        return -1;
    if (fstat(next, &status) != 0) {
        (void)error_set(error, ERROR_CONFIGURATION, "%s cannot be read: %s",
                        path, strerror(errno));
        (void)close(next);
        return -1;
    }
    if (check_folder(path, &status, error) != 0) {
        (void)close(next);
        return -1;
    }
    return next;
}

/* Walk to the folder that holds the last name of `path`, checking every one.
 * `*last` is that name. A descriptor (O_PATH), or -1. */
static int walk(const char *path, const char **last, bool *missing,
                struct error *error)
{
    char so_far[PATH_MAX];
    size_t length = strlen(path);
    size_t begin = 1;
    int folder;

    if (path[0] != '/')
        return error_set(error, ERROR_CONFIGURATION,
                         "%s is not an absolute path; begin it with /", path);
    if (length >= sizeof(so_far))
        return error_set(error, ERROR_CONFIGURATION,
                         "a path is longer than %d bytes", PATH_MAX - 1);
    if (path[length - 1] == '/')
        return error_set(error, ERROR_CONFIGURATION,
                         "%s ends in /, where a file's name was expected",
                         path);
    folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return open_failed("/", NULL, error);
    folder = step_into(folder, ".", "/", NULL, error);
    if (folder < 0)
        return -1;
    for (;;) {
        const char *slash = strchr(path + begin, '/');
        size_t end;

        if (slash == NULL)
            break;
        end = (size_t)(slash - path);
        if (end > begin) {
            memcpy(so_far, path, end);
            so_far[end] = '\0';
            folder = step_into(folder, so_far + begin, so_far, missing, error);
            if (folder < 0)
                return -1;
        }
        begin = end + 1;
    }
    *last = path + begin;
    return folder;
}

int trusted_open(const char *path, bool secret, bool *missing,
                 struct error *error)
{
    struct stat status;
    const char *name = "";
    int fd = -1;
    int folder;

    if (missing != NULL)
        *missing = false;
    folder = walk(path, &name, missing, error);
    if (folder < 0)
        return -1;
    /* Looked at before it is opened: a device may act on being opened. */
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        (void)open_failed(path, missing, error);
        goto out;
    }
    if (check_file(path, &status, secret, error) != 0)
        goto out;
    fd = openat(folder, name,
                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        (void)open_failed(path, missing, error);
        goto out;
    }
    if (fstat(fd, &status) != 0 ||
        check_file(path, &status, secret, error) != 0) {
        (void)close(fd);
        fd = -1;
    }
out:
    (void)close(folder);
    return fd;
}

int trusted_open_folder(const char *path, bool *missing, struct error *error)
{
    const char *name = "";
    int folder;
    int fd;

    if (missing != NULL)
        *missing = false;
    folder = walk(path, &name, missing, error);
    if (folder < 0)
        return -1;
    folder = step_into(folder, name, path, missing, error);
    if (folder < 0)
        return -1;
    fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        (void)open_failed(path, NULL, error);
    (void)close(folder);
    return fd;
}

static int too_long(const char *path, size_t maximum, struct error *error)
{
    return error_set(error, ERROR_CONFIGURATION,
                     "%s is longer than %zu bytes, the most that is read", path,
                     maximum);
}

static int read_all(int fd, const char *path, struct buffer *content,
                    struct error *error)
{
    char piece[4096];
    struct stat status;
    int result = -1;

    if (fstat(fd, &status) == 0 && status.st_size > 0 &&
        (unsigned long long)status.st_size > content->maximum)
        return too_long(path, content->maximum, error);
    for (;;) {
        ssize_t count = read(fd, piece, sizeof(piece));

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            (void)error_set(error, ERROR_CONFIGURATION, "%s cannot be read: %s",
                            path, strerror(errno));
            break;
        }
        if (count == 0) {
            result = 0;
            break;
        }
        if (memchr(piece, '\0', (size_t)count) != NULL) {
            (void)error_set(error, ERROR_CONFIGURATION,
                            "%s contains a NUL byte; it is not a text file",
                            path);
            break;
        }
        if ((size_t)count > content->maximum - content->length) {
            (void)too_long(path, content->maximum, error);
            break;
        }
        buffer_add(content, piece, (size_t)count);
        if (content->failed) {
            (void)error_set(error, ERROR_NO_MEMORY, "no memory to read %s",
                            path);
            break;
        }
    }
    explicit_bzero(piece, sizeof(piece));
    return result;
}

int trusted_read(const char *path, bool secret, struct buffer *content,
                 bool *missing, struct error *error)
{
    int fd = trusted_open(path, secret, missing, error);
    int result;

    if (fd < 0)
        return -1;
    result = read_all(fd, path, content, error);
    (void)close(fd);
    return result;
}

int write_all(int fd, const void *bytes, size_t length)
{
    const char *next = bytes;

    while (length > 0) {
        ssize_t count = write(fd, next, length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        next += count;
        length -= (size_t)count;
    }
    return 0;
}
