/* reading.c - see reading.h: from text to sections.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/reading.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buffer.h"
#include "base/ini.h"

/* The file that is being read. */
struct file_reader {
    struct reading *reading;
    size_t file;
    struct raw_section *section;    /* NULL: below a wrong header */
    unsigned seen[SCHEMA_KEYS_MAX]; /* line of each key in it */
};

static struct spot at_line(const struct file_reader *reader, unsigned line)
{
    return (struct spot){.file = reader->file, .line = line};
}

/* Tell "[kind name]" apart; false with the mistake reported. */
static bool read_kind(struct file_reader *reader, unsigned line,
                      const char *header, enum section_kind *kind,
                      const char **name)
{
    static const struct {
        const char *word;
        enum section_kind kind;
    } kinds[] = {
        {"defaults", IN_DEFAULTS}, {"role", IN_ROLE}, {"source", IN_SOURCE}};
    size_t length = strcspn(header, " \t");

    *name = header + length + strspn(header + length, " \t");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strlen(kinds[i].word) != length ||
            memcmp(kinds[i].word, header, length) != 0)
            continue;
        *kind = kinds[i].kind;
        if (*kind == IN_DEFAULTS ? **name == '\0' : limit_section_name(*name))
            return true;
        mistake_add(&reader->reading->mistakes, at_line(reader, line),
                    *kind == IN_DEFAULTS
                        ? "[%.80s]: [defaults] has no name"
                        : "[%.80s]: a name of 1 to 64 letters, digits, or "
                          "_ . @ - was expected",
                    header);
        return false;
    }
    mistake_add(&reader->reading->mistakes, at_line(reader, line),
                "unknown section [%.80s]; [defaults], [role NAME] or "
                "[source NAME] was expected",
                header);
    return false;
}

static void take_section(void *context, unsigned line, const char *header)
{
    struct file_reader *reader = context;
    struct reading *reading = reader->reading;
    enum section_kind kind;
    struct raw_section *room;
    const char *name;
    char *copy;

    reader->section = NULL;
    /* An empty header was reported by the parser. */
    if (*header == '\0' || !read_kind(reader, line, header, &kind, &name))
        return;
    room = array_room(reading->section, reading->count, &reading->capacity,
                      sizeof(*room));
    if (room != NULL)
        reading->section = room;
    copy = strdup(name);
    if (room == NULL || copy == NULL) {
        free(copy);
        reading->no_memory = true;
        return;
    }
    reader->section = &reading->section[reading->count++];
    *reader->section = (struct raw_section){
        .kind = kind, .name = copy, .spot = at_line(reader, line)};
    memset(reader->seen, 0, sizeof(reader->seen));
}

static void add_entry(struct file_reader *reader, const struct schema_key *key,
                      unsigned line, const char *value)
{
    struct raw_section *section = reader->section;
    struct raw_entry *room = array_room(section->entry, section->count,
                                        &section->capacity, sizeof(*room));
    char *copy = strdup(value);

    if (room != NULL)
        section->entry = room;
    if (room == NULL || copy == NULL) {
        free(copy);
        reader->reading->no_memory = true;
        return;
    }
    section->entry[section->count++] = (struct raw_entry){
        .key = key, .value = copy, .spot = at_line(reader, line)};
}

static void take_pair(void *context, unsigned line, const char *name,
                      const char *value, bool nested)
{
    struct file_reader *reader = context;
    struct mistakes *mistakes = &reader->reading->mistakes;
    const struct schema_key *key;
    char what[VALUE_WHAT_MAX];
    size_t number;

    (void)nested; /* strict: no line is */
    if (reader->section == NULL)
        return;
    key = schema_find(name, reader->section->kind);
    if (key == NULL) {
        schema_explain(name, reader->section->kind, what);
        mistake_add(mistakes, at_line(reader, line), "%s", what);
        return;
    }
    number = schema_number(key);
    if (reader->seen[number] != 0) {
        mistake_add(mistakes, at_line(reader, line),
                    "%s stands twice in this section, first in line %u; "
                    "expected once",
                    name, reader->seen[number]);
        return;
    }
    reader->seen[number] = line;
    if (key->read == NULL) {
        (void)value_not_yet(name, what);
        mistake_add(mistakes, at_line(reader, line), "%s", what);
        return;
    }
    if (*value == '\0' && !key->may_be_empty) {
        mistake_add(mistakes, at_line(reader, line),
                    "%s has no value; a value was expected, or no such line",
                    name);
        return;
    }
    add_entry(reader, key, line, value);
}

static void take_mistake(void *context, unsigned line, const char *what)
{
    struct file_reader *reader = context;

    mistake_add(&reader->reading->mistakes, at_line(reader, line), "%s", what);
}

void reading_add_text(struct reading *reading, size_t file, const char *text,
                      size_t length)
{
    struct file_reader reader = {.reading = reading, .file = file};
    struct ini_handler handler = {.context = &reader,
                                  .section = take_section,
                                  .pair = take_pair,
                                  .mistake = take_mistake,
                                  .strict = true};

    ini_parse(text, length, &handler);
}

void reading_free(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        struct raw_section *section = &reading->section[i];

        for (size_t k = 0; k < section->count; k++)
            string_erase(section->entry[k].value); /* maybe a token */
        free(section->entry);
        free(section->name);
    }
    free(reading->section);
    mistakes_free(&reading->mistakes);
    config_free(reading->config);
    *reading = (struct reading){0};
}

const struct raw_entry *entry_of(const struct entries *entries,
                                 const char *name, enum section_kind kind)
{
    const struct schema_key *key = schema_find(name, kind);

    return key != NULL ? entries->of[schema_number(key)] : NULL;
}
