/* mistakes.h - every mistake of a configuration, gathered while it is read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_MISTAKES_H
#define RULES_MISTAKES_H 1

#include <stdbool.h>
#include <stddef.h>

#include "rules/config.h"

enum { MISTAKES_MAX = 1000 }; /* what comes after is only counted */

/* Where something stands; line 0: the file as a whole. */
struct spot {
    size_t file; /* number of the file in struct config */
    unsigned line;
};

struct mistake {
    struct spot spot;
    size_t order; /* in which it was found */
    char *text;
};

struct mistakes {
    struct mistake *item;
    size_t count;
    size_t capacity;
    size_t more; /* found after MISTAKES_MAX */
    bool no_memory;
};

/* Add one: what is wrong, and what was expected. */
void mistake_add(struct mistakes *mistakes, struct spot spot,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Move them into `problems`, by file and line, each with its place. False
 * without memory. */
bool mistakes_report(struct mistakes *mistakes, const struct config *config,
                     struct problems *problems);

void mistakes_free(struct mistakes *mistakes);

#endif
