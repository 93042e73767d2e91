/* reading.h - a configuration between its text and struct config.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_READING_H
#define RULES_READING_H 1

#include <stdbool.h>
#include <stddef.h>

#include "rules/config.h"
#include "rules/mistakes.h"
#include "rules/schema.h"

/* key = value, as it was written; the key is known and fits the section. */
struct raw_entry {
    const struct schema_key *key;
    char *value;
    struct spot spot;
};

struct raw_section {
    enum section_kind kind;
    char *name; /* "" for [defaults] */
    struct spot spot;
    struct raw_entry *entry;
    size_t count;
    size_t capacity;
};

struct reading {
    struct config *config;
    struct raw_section *section;
    size_t count;
    size_t capacity;
    struct mistakes mistakes;
    bool no_memory;
};

/* The entries that count for one section, by schema_number(); NULL: none. */
struct entries {
    const struct raw_entry *of[SCHEMA_KEYS_MAX];
};

/* Read one file's text (its number in config->files) into sections. */
void reading_add_text(struct reading *reading, size_t file, const char *text,
                      size_t length);
void reading_free(struct reading *reading);

/* Fill reading->config from the sections, adding every mistake. */
void build_config(struct reading *reading);

/* The entry of a key of that kind of section, or NULL. */
const struct raw_entry *entry_of(const struct entries *entries,
                                 const char *name, enum section_kind kind);

/* What one value cannot show: a role with all its values, its source set.
 * `own` holds what stands in its own section, `all` the defaults too. */
void check_role(struct reading *reading, const struct role *role,
                struct spot spot, const struct entries *own,
                const struct entries *all);

/* A [source]'s values against its type. */
void check_source(struct reading *reading, const struct source *source,
                  struct spot spot, const struct entries *own);

/* A role with direct = yes against its source and what it asks for; or a
 * role's source against being used as one (direct.c). `own` and `all` as for
 * check_role(). */
void check_direct(struct reading *reading, const struct role *role,
                  struct spot spot, const struct entries *own,
                  const struct entries *all);

/* That `source` (NULL: none was found) has all that it needs to give
 * credentials to what stands at `spot`. */
void check_used_source(struct reading *reading, const struct source *source,
                       struct spot spot);

/* A source of type = roles-anywhere, its ARNs against each other; and a role
 * whose chain begins with one (check_anywhere.c). */
void check_anywhere_source(struct reading *reading, const struct source *source,
                           const struct entries *own);
void check_anywhere_role(struct reading *reading, const struct role *role,
                         struct spot spot, const struct entries *own,
                         const struct entries *all);

/* Settle values of a role that bear on each other: sts_regions against
 * sts_region and sts_endpoint, the proxy and its login, bind_to and the
 * session policy; adds mistakes (settle.c). Before check_role(), and `own` and
 * `all` as there. */
void settle_role(struct reading *reading, struct role *role, struct spot spot,
                 const struct entries *own, const struct entries *all);

/* Free what a role or a source owns. */
void role_clear(struct role *role);
void source_clear(struct source *source);

#endif
