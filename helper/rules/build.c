/* build.c - from sections to roles and sources, see reading.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/builder.h"

#include <stdlib.h>
#include <string.h>

#include "rules/login_defs.h"

enum { DEFAULT_DURATION = 3600 }; /* seconds */

#define DEFAULT_SERVICES "sshd, login"

void builder_apply(struct builder *builder, const struct raw_entry *entry,
                   void *object, bool report)
{
    char what[VALUE_WHAT_MAX] = "";
    /* What is not reported was checked before, where the defaults were. */
    value_parser *read =
        entry->key->looks && !report ? value_copy : entry->key->read;

    if (read(entry->value, (char *)object + entry->key->offset, what))
        return;
    if (what[0] == '\0')
        builder->reading->no_memory = true;
    else if (report)
        mistake_add(&builder->reading->mistakes, entry->spot, "%s = %.80s: %s",
                    entry->key->name,
                    entry->key->secret ? "(hidden)" : entry->value, what);
}

/* A section, for sorting. */
struct section_name {
    const struct raw_section *section;
};

static int by_name(const void *one, const void *other)
{
    const struct raw_section *a = ((const struct section_name *)one)->section;
    const struct raw_section *b = ((const struct section_name *)other)->section;
    int order = a->kind != b->kind ? (int)a->kind - (int)b->kind
                                   : strcmp(a->name, b->name);

    return order != 0 ? order : a < b ? -1 : a > b;
}

/* Report every [role] and [source] whose name stands twice. */
static void find_repeated(struct builder *builder)
{
    struct reading *reading = builder->reading;
    struct section_name *sorted =
        calloc(reading->count + 1, sizeof(struct section_name));

    if (sorted == NULL) {
        reading->no_memory = true;
        return;
    }
    for (size_t i = 0; i < reading->count; i++)
        sorted[i].section = &reading->section[i];
    qsort(sorted, reading->count, sizeof(*sorted), by_name);
    for (size_t i = 1; i < reading->count; i++) {
        const struct raw_section *before = sorted[i - 1].section;
        const struct raw_section *section = sorted[i].section;

        if (section->kind == IN_DEFAULTS || section->kind != before->kind ||
            strcmp(section->name, before->name) != 0)
            continue;
        mistake_add(&reading->mistakes, section->spot,
                    "[%s %s] stands twice, also at %s:%u; expected once",
                    section->kind == IN_ROLE ? "role" : "source", section->name,
                    builder->config->files[before->spot.file],
                    before->spot.line);
    }
    free(sorted);
}

void builder_collect(const struct raw_section *section, struct entries *entries)
{
    for (size_t i = 0; i < section->count; i++)
        entries->of[schema_number(section->entry[i].key)] = &section->entry[i];
}

/* Merge every [defaults]; each of their values is checked once, here. */
static void build_defaults(struct builder *builder)
{
    for (size_t i = 0; i < builder->reading->count; i++) {
        const struct raw_section *section = &builder->reading->section[i];

        if (section->kind != IN_DEFAULTS)
            continue;
        builder_collect(section, &builder->defaults);
        for (size_t k = 0; k < section->count; k++) {
            const struct raw_entry *entry = &section->entry[k];
            struct role scratch = {0};

            if (entry->key->where == IN_DEFAULTS)
                builder_apply(builder, entry, builder->config, true);
            else
                builder_apply(builder, entry, &scratch, true);
            role_clear(&scratch);
        }
    }
}

/* role->source: its own, the defaults', or the only one there is. */
static void choose_source(struct builder *builder, struct role *role,
                          struct spot spot, const struct entries *own,
                          const struct entries *all)
{
    const struct raw_entry *entry = entry_of(all, "source", IN_ROLE);
    struct config *config = builder->config;

    if (entry != NULL) {
        role->source = builder_find_source(
            builder, entry, entry == entry_of(own, "source", IN_ROLE));
        return;
    }
    if (config->source_count == 1)
        role->source = &config->sources[0];
    else
        mistake_add(&builder->reading->mistakes, spot,
                    config->source_count == 0
                        ? "[role %s] needs a source and there is none; a "
                          "[source NAME] with type = profile was expected"
                        : "[role %s] names no source and there are several; "
                          "source = NAME was expected",
                    role->name);
}

static void set_string(struct builder *builder, char **field, const char *value)
{
    if (*field == NULL && (*field = strdup(value)) == NULL)
        builder->reading->no_memory = true;
}

static void build_role(struct builder *builder, struct role *role,
                       const struct raw_section *section)
{
    struct entries own = {0};
    struct entries all = builder->defaults;
    char what[VALUE_WHAT_MAX];

    *role =
        (struct role){.duration_seconds = DEFAULT_DURATION, .message = true};
    role->place = (struct place){
        .file = builder->config->files[section->spot.file],
        .line = section->spot.line,
    };
    set_string(builder, &role->name, section->name);
    builder_collect(section, &own);
    builder_collect(section, &all);
    for (size_t i = 0; i < schema_count; i++)
        if (all.of[i] != NULL && (schema[i].where & IN_ROLE) != 0)
            builder_apply(builder, all.of[i], role, all.of[i] == own.of[i]);
    role->profile_given = entry_of(&own, "profile", IN_ROLE) != NULL;
    role->session_name_given =
        entry_of(&all, "role_session_name", IN_ROLE) != NULL;
    set_string(builder, &role->profile, section->name);
    if (entry_of(&all, "services", IN_ROLE) == NULL)
        (void)value_list(DEFAULT_SERVICES, &role->services, what);
    if (!role->exclusion) {
        set_string(builder, &role->role_session_name, DEFAULT_SESSION_NAME);
        choose_source(builder, role, section->spot, &own, &all);
    }
    if (!builder->reading->no_memory)
        settle_role(builder->reading, role, section->spot, &own, &all);
    if (!builder->reading->no_memory)
        check_role(builder->reading, role, section->spot, &own, &all);
}

/* A source named by [defaults] is looked up once for all roles. */
static void check_default_source(struct builder *builder)
{
    const struct raw_entry *entry =
        entry_of(&builder->defaults, "source", IN_DEFAULTS);

    if (entry != NULL)
        (void)builder_find_source(builder, entry, true);
}

void build_config(struct reading *reading)
{
    struct config *config = reading->config;
    struct builder builder = {.reading = reading, .config = config};
    size_t roles = 0;
    size_t sources = 0;

    for (size_t i = 0; i < reading->count; i++) {
        roles += reading->section[i].kind == IN_ROLE;
        sources += reading->section[i].kind == IN_SOURCE;
    }
    config->min_uid = login_defs_uid_min(LOGIN_DEFS_PATH);
    config->roles = calloc(roles + 1, sizeof(struct role));
    config->sources = calloc(sources + 1, sizeof(struct source));
    builder.names = calloc(sources + 1, sizeof(struct source_name));
    builder.source_entries = calloc(sources + 1, sizeof(struct entries));
    if (config->roles == NULL || config->sources == NULL ||
        builder.names == NULL || builder.source_entries == NULL) {
        reading->no_memory = true;
        goto out;
    }
    find_repeated(&builder);
    build_defaults(&builder);
    builder_add_sources(&builder);
    check_default_source(&builder);
    for (size_t i = 0; i < reading->count; i++)
        if (reading->section[i].kind == IN_ROLE)
            build_role(&builder, &config->roles[config->role_count++],
                       &reading->section[i]);
out:
    free(builder.names);
    free(builder.source_entries);
}
