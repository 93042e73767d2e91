/* template_part.h - a template, part by part.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_TEMPLATE_PART_H
#define RULES_TEMPLATE_PART_H 1

#include <stdbool.h>
#include <stddef.h>

enum template_name {
    TEMPLATE_LITERAL,
    TEMPLATE_USER,
    TEMPLATE_UID,
    TEMPLATE_LOGIN_USER,
    TEMPLATE_HOST,
    TEMPLATE_SERVICE,
    TEMPLATE_TTY,
    TEMPLATE_RHOST,
    TEMPLATE_RUSER,
    TEMPLATE_SESSION,
};

struct template_part {
    enum template_name name;
    const char *text; /* as it stands in the template, braces included */
    size_t length;
};

/* The part at `*at`, which moves past it. False at the end of the template,
 * and at a mistake: only then is `*what` set, to what was found there. */
bool template_next(const char **at, struct template_part *part,
                   const char **what);

#endif
