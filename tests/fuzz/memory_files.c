/* memory_files.c - see memory_files.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "memory_files.h"

#include <fcntl.h>
#include <string.h>

#include "base/files.h"
#include "fuzz.h"

enum { FILES_MAX = 4 };

static struct {
    const char *path;
    const uint8_t *data;
    size_t size;
} files[FILES_MAX];
static size_t count;

/* The names that ld's --wrap gives them. */
int __wrap_trusted_open(const char *path, bool secret, bool *missing,
                        struct error *error);
int __wrap_trusted_open_folder(const char *path, bool *missing,
                               struct error *error);
int __wrap_trusted_read(const char *path, bool secret, struct buffer *content,
                        bool *missing, struct error *error);

void memory_file_put(const char *path, const uint8_t *data, size_t size)
{
    PROMISE(count < FILES_MAX);
    files[count].path = path;
    files[count].data = data;
    files[count].size = size;
    count++;
}

void memory_files_clear(void)
{
    count = 0;
}

int __wrap_trusted_open(const char *path, bool secret, bool *missing,
                        struct error *error)
{
    (void)path;
    (void)secret;
    (void)missing;
    (void)error;
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int is_missing(const char *path, bool *missing, struct error *error)
{
    if (missing != NULL)
        *missing = true;
    return error_set(error, ERROR_CONFIGURATION, "%s does not exist", path);
}

int __wrap_trusted_open_folder(const char *path, bool *missing,
                               struct error *error)
{
    return is_missing(path, missing, error);
}

/* Refuses what the real one refuses in a file's content. */
int __wrap_trusted_read(const char *path, bool secret, struct buffer *content,
                        bool *missing, struct error *error)
{
    (void)secret;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(files[i].path, path) != 0)
            continue;
        if (files[i].size > content->maximum ||
            (files[i].size > 0 &&
             memchr(files[i].data, '\0', files[i].size) != NULL))
            return error_set(error, ERROR_CONFIGURATION,
                             "%s is too long or no text", path);
        if (files[i].size > 0)
            buffer_add(content, files[i].data, files[i].size);
        return 0;
    }
    return is_missing(path, missing, error);
}
