/* profile_files.h - a profile, merged from config and credentials file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_PROFILE_FILES_H
#define SOURCE_PROFILE_FILES_H 1

#include <stdbool.h>

#include "base/error.h"
#include "rules/config.h"
#include "source/aws_file.h"

/* Both files of a source; a file that is not named is empty. */
struct profile_files {
    const struct source *source;
    struct aws_file config;
    struct aws_file credentials;
};

/* One profile, merged from both. */
struct profile {
    const struct profile_files *files;
    const char *name;
    const struct aws_section *config;
    const struct aws_section *credentials;
};

/* Read the files of a source. 0, or -1 with ERROR_SOURCE; free with
 * profile_files_free() in both cases. */
int profile_files_read(const struct source *source, struct profile_files *files,
                       struct error *error);
void profile_files_free(struct profile_files *files);

/* The profile of that name (borrowed, as the files are). False when neither
 * file has it; profile_wrong() may be called then too. */
bool profile_find(const struct profile_files *files, const char *name,
                  struct profile *profile);

/* The value of a key: the credentials file's, else the config file's. NULL
 * when there is none, or an empty one. */
const char *profile_get(const struct profile *profile, const char *key);

/* ERROR_SOURCE: source, profile, files, and the sentence. Returns -1. */
int profile_wrong(const struct profile *profile, struct error *error,
                  const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
