/* token_file.c - see token_file.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/token_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opened without waiting; what it is, is asked of what was opened. */
static int open_token(const char *path, struct error *error)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return error_set(error, ERROR_SOURCE,
                         "the token file %s cannot be read: %s; the user "
                         "awsrole must be able to read it",
                         path, strerror(errno));
    if (fstat(fd, &status) != 0)
        (void)error_set(error, ERROR_SOURCE,
                        "the token file %s cannot be read: %s", path,
                        strerror(errno));
    else if (!S_ISREG(status.st_mode))
        (void)error_set(error, ERROR_SOURCE,
                        "the token file %s is no regular file", path);
    else if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        (void)error_set(error, ERROR_SOURCE,
                        "the token file %s belongs to uid %u with mode %04o; "
                        "it must belong to root, and nobody else may write it",
                        path, (unsigned)status.st_uid,
                        (unsigned)status.st_mode & 07777);
    else
        return fd;
    (void)close(fd);
    return -1;
}

static int read_token(int fd, const char *path, struct buffer *token,
                      struct error *error)
{
    char piece[1024];
    int result = -1;

    for (;;) {
        ssize_t count = read(fd, piece, sizeof(piece));

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            (void)error_set(error, ERROR_SOURCE,
                            "the token file %s cannot be read: %s", path,
                            strerror(errno));
            break;
        }
        if (count == 0) {
            result = 0;
            break;
        }
        buffer_add(token, piece, (size_t)count);
        if (token->failed) {
            (void)error_set(error, ERROR_SOURCE,
                            "the token file %s is longer than %zu bytes, the "
                            "most that a token has",
                            path, token->maximum);
            break;
        }
    }
    explicit_bzero(piece, sizeof(piece));
    return result;
}

static int check_token(const char *path, const struct buffer *token,
                       struct error *error)
{
    if (token->length == 0)
        return error_set(error, ERROR_SOURCE, "the token file %s is empty",
                         path);
    for (size_t i = 0; i < token->length; i++) {
        if (token->data[i] == '\n' || token->data[i] == '\r')
            return error_set(error, ERROR_SOURCE,
                             "the token file %s has a line end (byte %zu of "
                             "%zu), which no token may have; write it without "
                             "one (printf %%s, not echo)",
                             path, i + 1, token->length);
        if (token->data[i] < ' ' || token->data[i] > '~')
            return error_set(error, ERROR_SOURCE,
                             "the token file %s has a byte that no token has "
                             "(byte %zu of %zu)",
                             path, i + 1, token->length);
    }
    return 0;
}

int token_file_load(const char *path, struct buffer *token, struct error *error)
{
    int fd = open_token(path, error);
    int result;

    if (fd < 0)
        return -1;
    result = read_token(fd, path, token, error);
    (void)close(fd);
    return result;
}

int token_file_read(const char *path, struct buffer *token, struct error *error)
{
    if (token_file_load(path, token, error) != 0)
        return -1;
    return check_token(path, token, error);
}
