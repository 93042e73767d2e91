/* build.c - from sections to roles and sources, see reading.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/reading.h"

#include <stdlib.h>
#include <string.h>

#include "rules/login_defs.h"

enum {
    DEFAULT_DURATION = 3600, /* seconds */
    HOPS_MAX = 8,            /* sources of type = role before a role */
    SUGGEST_AMONG = 50,      /* more names than that are not compared */
};

#define DEFAULT_SERVICES "sshd, login"
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

static struct mistakes *mistakes_of(struct builder *builder)
{
    return &builder->reading->mistakes;
}

/* Read one value into its object; a wrong one is reported when `report`. */
static void apply(struct builder *builder, const struct raw_entry *entry,
                  void *object, bool report)
{
    char what[VALUE_WHAT_MAX] = "";

    if (entry->key->read(entry->value, (char *)object + entry->key->offset,
                         what))
        return;
    if (what[0] == '\0')
        builder->reading->no_memory = true;
    else if (report)
        mistake_add(mistakes_of(builder), entry->spot, "%s = %.80s: %s",
                    entry->key->name, entry->value, what);
}

static int by_name(const void *one, const void *other)
{
    const struct raw_section *a = *(const struct raw_section *const *)one;
    const struct raw_section *b = *(const struct raw_section *const *)other;
    int order = a->kind != b->kind ? (int)a->kind - (int)b->kind
                                   : strcmp(a->name, b->name);

    return order != 0 ? order : a < b ? -1 : a > b;
}

/* Report every [role] and [source] whose name stands twice. */
static void find_repeated(struct builder *builder)
{
    struct reading *reading = builder->reading;
    const struct raw_section **sorted =
        calloc(reading->count + 1, sizeof(struct raw_section *));

    if (sorted == NULL) {
        reading->no_memory = true;
        return;
    }
    for (size_t i = 0; i < reading->count; i++)
        sorted[i] = &reading->section[i];
    qsort(sorted, reading->count, sizeof(*sorted), by_name);
    for (size_t i = 1; i < reading->count; i++) {
        const struct raw_section *before = sorted[i - 1];
        const struct raw_section *section = sorted[i];

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

static void collect(const struct raw_section *section, struct entries *entries)
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
        collect(section, &builder->defaults);
        for (size_t k = 0; k < section->count; k++) {
            const struct raw_entry *entry = &section->entry[k];
            struct role scratch = {0};

            if (entry->key->where == IN_DEFAULTS)
                apply(builder, entry, builder->config, true);
            else
                apply(builder, entry, &scratch, true);
            role_clear(&scratch);
        }
    }
}

static int by_source_name(const void *one, const void *other)
{
    const struct source_name *a = one;
    const struct source_name *b = other;

    return strcmp(a->name, b->name);
}

/* The source of that name; NULL, reported at the entry when `report`. */
static const struct source *
find_source(struct builder *builder, const struct raw_entry *entry, bool report)
{
    struct config *config = builder->config;
    struct source_name wanted = {.name = entry->value};
    const struct source_name *found = NULL;
    const char *nearest = NULL;
    unsigned best = 3;

    if (config->source_count > 0)
        found = bsearch(&wanted, builder->names, config->source_count,
                        sizeof(wanted), by_source_name);
    if (found != NULL)
        return &config->sources[found->number];
    if (!report || !limit_section_name(entry->value))
        return NULL;
    for (size_t i = 0; i < config->source_count && i < SUGGEST_AMONG; i++) {
        unsigned distance =
            name_distance(entry->value, config->sources[i].name, 2);

        if (distance < best) {
            best = distance;
            nearest = config->sources[i].name;
        }
    }
    if (nearest != NULL)
        mistake_add(mistakes_of(builder), entry->spot,
                    "source = %s: there is no [source %s]; did you mean %s?",
                    entry->value, entry->value, nearest);
    else
        mistake_add(mistakes_of(builder), entry->spot,
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
            mistake_add(mistakes_of(builder), entry->spot,
                        "source = %s: [source %s] leads back to itself; a "
                        "chain that ends in a type = profile was expected",
                        entry->value, source->name);
        else if (hops > HOPS_MAX)
            mistake_add(mistakes_of(builder), entry->spot,
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
    const char *profile = "default";

    source->name = strdup(section->name);
    source->place = (struct place){
        .file = builder->config->files[section->spot.file],
        .line = section->spot.line,
    };
    builder->names[number] =
        (struct source_name){.name = section->name, .number = number};
    collect(section, entries);
    for (size_t i = 0; i < section->count; i++)
        apply(builder, &section->entry[i], source, true);
    if (source->type == SOURCE_PROFILE && source->profile == NULL)
        source->profile = strdup(profile);
    if (source->type == SOURCE_ROLE && source->role_session_name == NULL)
        source->role_session_name = strdup(DEFAULT_SESSION_NAME);
    if (source->name == NULL)
        builder->reading->no_memory = true;
    check_source(builder->reading, source, section->spot, entries);
}

static void build_sources(struct builder *builder)
{
    struct reading *reading = builder->reading;
    struct config *config = builder->config;

    for (size_t i = 0; i < reading->count; i++)
        if (reading->section[i].kind == IN_SOURCE)
            build_source(builder, config->source_count++, &reading->section[i]);
    if (config->source_count > 0)
        qsort(builder->names, config->source_count, sizeof(*builder->names),
              by_source_name);
    for (size_t i = 0; i < config->source_count; i++) {
        const struct raw_entry *entry =
            entry_of(&builder->source_entries[i], "source", IN_SOURCE);

        if (entry != NULL && config->sources[i].type == SOURCE_ROLE)
            config->sources[i].source = find_source(builder, entry, true);
    }
    check_chains(builder);
}

/* role->source: its own, the defaults', or the only one there is. */
static void choose_source(struct builder *builder, struct role *role,
                          struct spot spot, const struct entries *own,
                          const struct entries *all)
{
    const struct raw_entry *entry = entry_of(all, "source", IN_ROLE);
    struct config *config = builder->config;

    if (entry != NULL) {
        role->source = find_source(builder, entry,
                                   entry == entry_of(own, "source", IN_ROLE));
        return;
    }
    if (config->source_count == 1)
        role->source = &config->sources[0];
    else
        mistake_add(mistakes_of(builder), spot,
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
    collect(section, &own);
    collect(section, &all);
    for (size_t i = 0; i < schema_count; i++)
        if (all.of[i] != NULL && (schema[i].where & IN_ROLE) != 0)
            apply(builder, all.of[i], role, all.of[i] == own.of[i]);
    role->profile_given = entry_of(&own, "profile", IN_ROLE) != NULL;
    set_string(builder, &role->profile, section->name);
    if (entry_of(&all, "services", IN_ROLE) == NULL)
        (void)value_list(DEFAULT_SERVICES, &role->services, what);
    if (!role->exclusion) {
        set_string(builder, &role->role_session_name, DEFAULT_SESSION_NAME);
        choose_source(builder, role, section->spot, &own, &all);
    }
    if (!builder->reading->no_memory)
        check_role(builder->reading, role, section->spot, &own, &all);
}

/* A source named by [defaults] is looked up once for all roles. */
static void check_default_source(struct builder *builder)
{
    const struct raw_entry *entry =
        entry_of(&builder->defaults, "source", IN_DEFAULTS);

    if (entry != NULL)
        (void)find_source(builder, entry, true);
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
    build_sources(&builder);
    check_default_source(&builder);
    for (size_t i = 0; i < reading->count; i++)
        if (reading->section[i].kind == IN_ROLE)
            build_role(&builder, &config->roles[config->role_count++],
                       &reading->section[i]);
out:
    free(builder.names);
    free(builder.source_entries);
}
