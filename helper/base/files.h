/* files.h - reading files that must be trusted.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_FILES_H
#define BASE_FILES_H 1

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"

enum { TRUSTED_FILE_MAX = 1024 * 1024 }; /* bytes */

/* Open a regular file that belongs to root and is writable by root alone,
 * reached by an absolute path whose every folder is so too (a root-owned
 * folder with the sticky bit may be writable: nobody else can rename root's
 * entries there). A symbolic link is refused wherever it stands; FIFOs,
 * devices and folders are refused without blocking. `secret` demands in
 * addition that others cannot read it. Returns a descriptor, or -1 with
 * `error`: ERROR_CONFIGURATION names the path and what to change; `*missing`,
 * when not NULL, is set to true if the only trouble was that it does not exist.
 */
int trusted_open(const char *path, bool secret, bool *missing,
                 struct error *error);

/* The same for a folder, as trustworthy itself as every folder above it:
 * a descriptor to list it with. */
int trusted_open_folder(const char *path, bool *missing, struct error *error);

/* trusted_open() and read it whole into `content`, at most `content->maximum`
 * bytes. A NUL byte inside is refused. 0, or -1 with `error`. */
int trusted_read(const char *path, bool secret, struct buffer *content,
                 bool *missing, struct error *error);

/* Write all of it, retrying on EINTR. 0, or -1 with errno. */
int write_all(int fd, const void *bytes, size_t length);

#endif
