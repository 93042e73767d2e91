/* token_file.h - a token that another service writes anew before it expires.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_TOKEN_FILE_H
#define SOURCE_TOKEN_FILE_H 1

#include "base/buffer.h"
#include "base/error.h"

/* Read the file into `token`, at most token->maximum bytes. Symbolic links
 * and folders of others on the way are allowed: that is how kubelet and its
 * like put a new token in place. The file itself is a regular one of root's
 * that nobody else can write. Its content is taken as it stands: printable
 * ASCII, at least one character; a line end in it, also at the end, is refused
 * by name. 0, or -1 with ERROR_SOURCE, the path named. */
int token_file_read(const char *path, struct buffer *token,
                    struct error *error);

/* The same without a look at the content: for a token with other rules. */
int token_file_load(const char *path, struct buffer *token,
                    struct error *error);

#endif
