/* record.c - see record.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/files.h"

enum { FILE_NAME_BYTES = RECORD_NAME_BYTES + 4, NAME_TRIES = 16 };

static void file_name(const struct session_name *name, const char *suffix,
                      char text[FILE_NAME_BYTES])
{
    (void)snprintf(text, FILE_NAME_BYTES, "%u.%s%s", (unsigned)name->uid,
                   name->id, suffix);
}

static int failed(const char *what, const char *name, struct error *error)
{
    return error_set(error, ERROR_SESSION_FILES,
                     "cannot %s the record " RUN_DIR "/records/%s: %s", what,
                     name, strerror(errno));
}

static int write_text(int fd, const struct record *record)
{
    AUTO_BUFFER text = BUFFER(RECORD_TEXT_MAX);

    record_print(record, &text);
    if (text.failed) {
        errno = EFBIG;
        return -1;
    }
    return write_all(fd, text.data, text.length);
}

/* A sweep may have found the new file before it was locked, and removed it:
 * then nothing is lost but the name. */
static bool lock_is_ours(int fd)
{
    struct stat status;

    return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &status) == 0 &&
           status.st_nlink > 0;
}

int record_create(const struct run *run, struct record *record,
                  struct error *error)
{
    char name[FILE_NAME_BYTES] = "";

    for (int tries = 0; tries < NAME_TRIES; tries++) {
        int fd;

        if (!session_name_random(record->name.uid, &record->name))
            return error_set(error, ERROR_INTERNAL,
                             "the kernel gives no random numbers: %s",
                             strerror(errno));
        file_name(&record->name, "", name);
        fd = openat(run->records_fd, name,
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0 && errno == EEXIST)
            continue;
        if (fd < 0)
            return failed("make", name, error);
        if (!lock_is_ours(fd)) {
            (void)close(fd);
            continue;
        }
        if (write_text(fd, record) == 0)
            return fd;
        (void)failed("write", name, error);
        (void)unlinkat(run->records_fd, name, 0);
        (void)close(fd);
        return -1;
    }
    errno = EEXIST;
    return failed("make", name, error);
}

int record_prepare(const struct run *run, const struct record *record,
                   struct error *error)
{
    char name[FILE_NAME_BYTES];
    int fd;
    int result;

    file_name(&record->name, ".new", name);
    fd = openat(run->records_fd, name,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed("make", name, error);
    result = write_text(fd, record);
    if (result != 0) {
        (void)failed("write", name, error);
        (void)unlinkat(run->records_fd, name, 0);
    }
    (void)close(fd);
    return result;
}

int record_commit(const struct run *run, const struct record *record,
                  struct error *error)
{
    char name[FILE_NAME_BYTES];
    char new_name[FILE_NAME_BYTES];

    file_name(&record->name, "", name);
    file_name(&record->name, ".new", new_name);
    if (renameat(run->records_fd, new_name, run->records_fd, name) != 0)
        return failed("replace", name, error);
    return 0;
}

/* No word on what is in it: the host is short of something. */
static int not_read(const char *file, struct error *error)
{
    return error_set(error, ERROR_INTERNAL,
                     "cannot read the record " RUN_DIR "/records/%s: %s", file,
                     strerror(errno));
}

int record_read(const struct run *run, const struct session_name *name,
                struct record *record, struct error *error)
{
    char file[FILE_NAME_BYTES];
    char text[RECORD_TEXT_MAX + 1];
    ssize_t length;
    int fd;

    file_name(name, "", file);
    fd = openat(run->records_fd, file,
                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 1;
    if (fd < 0)
        return not_read(file, error);
    do
        length = read(fd, text, sizeof(text) - 1);
    while (length < 0 && errno == EINTR);
    (void)close(fd);
    if (length < 0)
        return not_read(file, error);
    text[length] = '\0';
    if (strlen(text) == (size_t)length && record_parse(text, record) &&
        record->name.uid == name->uid && strcmp(record->name.id, name->id) == 0)
        return 0;
    return error_set(error, ERROR_SESSION_FILES,
                     "the record " RUN_DIR "/records/%s is not one that this "
                     "version reads",
                     file);
}

int record_remove(const struct run *run, const struct session_name *name,
                  struct error *error)
{
    char file[FILE_NAME_BYTES];

    file_name(name, ".new", file);
    (void)unlinkat(run->records_fd, file, 0); /* of one that died in between */
    file_name(name, "", file);
    if (unlinkat(run->records_fd, file, 0) != 0 && errno != ENOENT)
        return failed("remove", file, error);
    return 0;
}

int record_try_lock(const struct run *run, const struct session_name *name)
{
    char file[FILE_NAME_BYTES];
    int fd;

    file_name(name, "", file);
    fd = openat(run->records_fd, file,
                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (lock_is_ours(fd))
        return fd;
    (void)close(fd);
    return -1;
}
