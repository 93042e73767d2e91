/* command.h - a command line of the configuration: a program and its
 * arguments, without a shell.
 *
 * Split as Python's shlex.split() does, which is what botocore reads
 * credential_process with: words are divided by spaces, tabs and line ends;
 * '...' keeps everything as it is; "..." keeps all but a backslash before
 * another one or before "; a backslash outside of quotes takes the next
 * character as it is. Nothing is expanded: no ~, no $, no *.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_COMMAND_H
#define RULES_COMMAND_H 1

#include <stdbool.h>

#include "base/error.h"
#include "rules/config.h"
#include "rules/values.h"

enum { COMMAND_WORDS_MAX = 64 };

/* Split `text` into `words` (free with strings_free() in both cases). False:
 * `what` says what was expected, "" when there was no memory. */
bool command_split(const char *text, struct strings *words,
                   char what[VALUE_WHAT_MAX]);

/* The words of any text, as above; also none. */
bool command_words(const char *text, struct strings *words,
                   char what[VALUE_WHAT_MAX]);

/* The program is an absolute path to a trusted file (base/files.h) that the
 * user awsrole may execute. 0, or -1 with ERROR_CONFIGURATION. To be asked
 * again each time before it is run. */
int command_check(const struct strings *words, struct error *error);

#endif
