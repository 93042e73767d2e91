/* scratch.h - a folder of a test's own, below /tmp.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SCRATCH_H
#define SCRATCH_H 1

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[64];

static int scratch_setup(void **state)
{
    (void)state;
    (void)snprintf(scratch, sizeof(scratch), "/tmp/awsrole-test-XXXXXX");
    (void)umask(022);
    return mkdtemp(scratch) == NULL ? -1 : 0;
}

static int scratch_remove_one(const char *path, const struct stat *status,
                              int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static int scratch_teardown(void **state)
{
    (void)state;
    return nftw(scratch, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of `name` in the folder, in one of four rotating places. */
static inline const char *scratch_path(const char *name)
{
    static char paths[4][PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];

    (void)snprintf(path, PATH_MAX, "%s/%s", scratch, name);
    return path;
}

/* Write a file there, with that mode; its path. */
static inline const char *scratch_write_bytes(const char *name,
                                              const char *bytes, size_t length,
                                              mode_t mode)
{
    const char *path = scratch_path(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_true(write(fd, bytes, length) == (ssize_t)length);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
    return path;
}

static inline const char *scratch_write(const char *name, const char *text)
{
    return scratch_write_bytes(name, text, strlen(text), 0640);
}

/* Files must belong to root to be trusted: without root there is nothing to
 * try. */
#define NEEDS_ROOT()                                                  \
    do {                                                              \
        if (geteuid() != 0) {                                         \
            print_message("needs root: files must belong to root\n"); \
            skip();                                                   \
        }                                                             \
    } while (0)

#endif
