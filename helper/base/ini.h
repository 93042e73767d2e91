/* ini.h - the syntax of ~/.aws/config, for our configuration and for AWS's
 * own files.
 *
 *     # or ; at the start of a line: a comment
 *     [kind name]
 *     key = value        (or key: value)
 *         nested = value (indented: belongs to the key above)
 *
 * As the SDKs' common subset: no comment after a value, no quotes, keys are
 * lower-cased, spaces around key and value are dropped.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_INI_H
#define BASE_INI_H 1

#include <stdbool.h>
#include <stddef.h>

enum { INI_LINE_MAX = 8192 }; /* bytes */

/* Called in file order. `line` counts from 1. Strings live for the call. */
struct ini_handler {
    void *context;
    /* [header]: the text between the brackets, spaces trimmed. */
    void (*section)(void *context, unsigned line, const char *header);
    /* key = value; `nested` when the line is indented below another key. */
    void (*pair)(void *context, unsigned line, const char *key,
                 const char *value, bool nested);
    /* Not NULL: a line that is indented below a key comes here instead, as it
     * stands, its ends trimmed; so does an empty line, as "". */
    void (*continued)(void *context, unsigned line, const char *text);
    /* A line that is neither: `what` is a sentence saying what was expected.
     * Parsing goes on, so that every mistake is reported. */
    void (*mistake)(void *context, unsigned line, const char *what);
    /* No line may be indented and no value hold a comment: our own files. */
    bool strict;
};

/* Parse `text` of `length` bytes (which needs no NUL at the end). */
void ini_parse(const char *text, size_t length,
               const struct ini_handler *handler);

#endif
