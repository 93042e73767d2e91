/* aws_file.h - AWS's own config and credentials files.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials
 * files", and what botocore's configloader.py makes of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_AWS_FILE_H
#define SOURCE_AWS_FILE_H 1

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Whose section headers: "[profile X]" and "[default]", or "[X]". */
enum aws_file_kind { AWS_CONFIG_FILE, AWS_CREDENTIALS_FILE };

struct aws_pair {
    char *key;
    char *value; /* maybe a secret: erased when it is freed */
    size_t section;
    unsigned line;
};

struct aws_section {
    char *header;
    char *profile; /* its name; NULL: the section is no profile */
    unsigned line;
    size_t number;
};

struct aws_file {
    const char *path; /* borrowed */
    struct aws_section *section;
    size_t section_count;
    size_t section_capacity;
    struct aws_pair *pair; /* sorted by section and key */
    size_t pair_count;
    size_t pair_capacity;
};

/* Read a trusted file (base/files.h). A line that is none of the syntax, a
 * section or a key that stands twice, or a byte order mark is a mistake for
 * the whole file, as in botocore. 0, or -1 with ERROR_SOURCE; free with
 * aws_file_free() in both cases. */
int aws_file_read(const char *path, enum aws_file_kind kind, bool secret,
                  struct aws_file *file, struct error *error);
void aws_file_free(struct aws_file *file);

/* The section of a profile (where [default] and [profile default] both stand,
 * the later), or NULL. */
const struct aws_section *aws_file_profile(const struct aws_file *file,
                                           const char *profile);

/* The value of a key in a section; NULL when it is not there. */
const char *aws_file_value(const struct aws_file *file,
                           const struct aws_section *section, const char *key);

#endif
