/* builder.h - what build.c and build_sources.c share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_BUILDER_H
#define RULES_BUILDER_H 1

#include "rules/reading.h"

#define DEFAULT_SESSION_NAME "{user}@{host}"

/* A source's name and number, sorted by name. */
struct source_name {
    const char *name;
    size_t number;
};

struct builder {
    struct reading *reading;
    struct config *config;
    struct entries defaults;
    struct source_name *names;
    struct entries *source_entries; /* of each source */
};

/* Read one value into its object; a wrong one is reported when `report`. */
void builder_apply(struct builder *builder, const struct raw_entry *entry,
                   void *object, bool report);

/* The entries of a section, over those that are there. */
void builder_collect(const struct raw_section *section,
                     struct entries *entries);

/* Fill config->sources and check them. */
void builder_add_sources(struct builder *builder);

/* The source of that name; NULL, reported at the entry when `report`. */
const struct source *builder_find_source(struct builder *builder,
                                         const struct raw_entry *entry,
                                         bool report);

#endif
