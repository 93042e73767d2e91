/* schema.h - the one closed table of what a configuration may say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_SCHEMA_H
#define RULES_SCHEMA_H 1

#include <stdbool.h>
#include <stddef.h>

#include "rules/config.h"
#include "rules/values.h"

/* Where a key may stand. */
enum section_kind {
    IN_DEFAULTS = 1,
    IN_ROLE = 2,
    IN_SOURCE = 4,
};

enum { ANY_TYPE = 0, SCHEMA_KEYS_MAX = 80 };
#define OF_TYPE(type) (1U << (type))

struct schema_key {
    const char *name;
    unsigned where;     /* section_kind bits */
    value_parser *read; /* NULL: known, and for a later version */
    size_t offset;      /* of what it fills, in struct role, struct source, or
                           (in [defaults] alone) struct config */
    bool chooses;       /* it says who or which profile: fits role_arn = none */
    bool may_be_empty;  /* an empty value clears what [defaults] said */
    bool looks;         /* its check asks the file system: once is enough */
    bool secret;        /* its value is shown to nobody */
    unsigned types;     /* source types it belongs to; ANY_TYPE: all */
};

extern const struct schema_key schema[];
extern const size_t schema_count;

/* The key of that name in such a section, or NULL. */
const struct schema_key *schema_find(const char *name, enum section_kind kind);

/* Its number in the table. */
size_t schema_number(const struct schema_key *key);

/* Say what is wrong with a name that schema_find() did not find: where it may
 * stand, or the nearest name that may stand here. Into `what`. */
void schema_explain(const char *name, enum section_kind kind,
                    char what[VALUE_WHAT_MAX]);

/* "[defaults]", "[role NAME]", "[source NAME]". */
const char *section_kind_text(enum section_kind kind);

/* Of two names the number of letters that differ, at most `limit` + 1. */
unsigned name_distance(const char *one, const char *other, unsigned limit);

#endif
