/* build_sources.c - the [source] sections, see builder.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/builder.h"

#include <stdlib.h>
#include <string.h>

enum {
    HOPS_MAX = 8,       /* sources of type = role before a role */
    SUGGEST_AMONG = 50, /* more names than that are not compared */
};

static int by_source_name(const void *one, const void *other)
{
    const struct source_name *a = one;
    const struct source_name *b = other;

    return strcmp(a->name, b->name);
}

/* The name of a source that differs little from `name`, or NULL. */
static const char *nearest_source(const struct config *config, const char *name)
{
    const char *nearest = NULL;
    unsigned best = 3;

    for (size_t i = 0; i < config->source_count && i < SUGGEST_AMONG; i++) {
        unsigned distance = name_distance(name, config->sources[i].name, 2);

        if (distance < best) {
            best = distance;
            nearest = config->sources[i].name;
        }
    }
    return nearest;
}

const struct source *builder_find_source(struct builder *builder,
                                         const struct raw_entry *entry,
                                         bool report)
{
    struct config *config = builder->config;
    struct source_name wanted = {.name = entry->value};
    const struct source_name *found = NULL;
    const char *nearest;

    if (config->source_count > 0)
        found = bsearch(&wanted, builder->names, config->source_count,
                        sizeof(wanted), by_source_name);
    if (found != NULL)
        return &config->sources[found->number];
    if (!report || !limit_section_name(entry->value))
        return NULL;
    nearest = nearest_source(config, entry->value);
    if (nearest != NULL)
        mistake_add(&builder->reading->mistakes, entry->spot,
                    "source = %s: there is no [source %s]; did you mean %s?",
                    entry->value, entry->value, nearest);
    else
        mistake_add(&builder->reading->mistakes, entry->spot,
                    "source = %s: there is no [source %s]; the NAME of one "
                    "was expected",
                    entry->value, entry->value);
    return NULL;
}

/* From each source follow the chain to its end: no loop, not too long. */
static void check_chains(struct builder *builder)
{
    struct config *config = builder->config;

    for (size_t i = 0; i < config->source_count; i++) {
        const struct source *source = &config->sources[i];
        const struct raw_entry *entry =
            entry_of(&builder->source_entries[i], "source", IN_SOURCE);
        unsigned hops = 0;

        if (entry == NULL)
            continue;
        while (source->source != NULL && hops <= HOPS_MAX) {
            source = source->source;
            hops++;
            if (source == &config->sources[i])
                break;
        }
        if (hops > 0 && source == &config->sources[i])
            mistake_add(&builder->reading->mistakes, entry->spot,
                        "source = %s: [source %s] leads back to itself; a "
                        "chain that ends in a type = profile was expected",
                        entry->value, source->name);
        else if (hops > HOPS_MAX)
            mistake_add(&builder->reading->mistakes, entry->spot,
                        "source = %s: a chain of more than %d sources, or a "
                        "loop",
                        entry->value, HOPS_MAX);
    }
}

static void build_source(struct builder *builder, size_t number,
                         const struct raw_section *section)
{
    struct source *source = &builder->config->sources[number];
    struct entries *entries = &builder->source_entries[number];

    builder->names[number] =
        (struct source_name){.name = section->name, .number = number};
    source->place = (struct place){
        .file = builder->config->files[section->spot.file],
        .line = section->spot.line,
    };
    source->name = strdup(section->name);
    if (source->name == NULL) {
        builder->reading->no_memory = true;
        return;
    }
    builder_collect(section, entries);
    for (size_t i = 0; i < section->count; i++)
        builder_apply(builder, &section->entry[i], source, true);
    if (source->type == SOURCE_PROFILE && source->profile == NULL &&
        (source->profile = strdup("default")) == NULL)
        builder->reading->no_memory = true;
    if ((source->type == SOURCE_ROLE || source->type == SOURCE_WEB_IDENTITY) &&
        source->role_session_name == NULL &&
        (source->role_session_name = strdup(DEFAULT_SESSION_NAME)) == NULL)
        builder->reading->no_memory = true;
    check_source(builder->reading, source, section->spot, entries);
}

void builder_add_sources(struct builder *builder)
{
    struct reading *reading = builder->reading;
    struct config *config = builder->config;

    for (size_t i = 0; i < reading->count; i++)
        if (reading->section[i].kind == IN_SOURCE)
            build_source(builder, config->source_count++, &reading->section[i]);
    if (reading->no_memory)
        return;
    if (config->source_count > 0)
        qsort(builder->names, config->source_count, sizeof(*builder->names),
              by_source_name);
    for (size_t i = 0; i < config->source_count; i++) {
        const struct raw_entry *entry =
            entry_of(&builder->source_entries[i], "source", IN_SOURCE);

        if (entry == NULL || config->sources[i].type != SOURCE_ROLE)
            continue;
        config->sources[i].source = builder_find_source(builder, entry, true);
        check_used_source(reading, config->sources[i].source, entry->spot);
    }
    check_chains(builder);
}
