/* aws_file.c - see aws_file.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/aws_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buffer.h"
#include "base/files.h"
#include "base/ini.h"
#include "rules/command.h"

enum { VALUE_MAX = 64 * 1024 }; /* bytes of a value of several lines */

struct reader {
    struct aws_file *file;
    enum aws_file_kind kind;
    struct error *error;
    size_t empty_lines; /* since the last line of a value */
    bool failed;
};

static void fail(struct reader *reader, unsigned line, const char *what)
{
    if (!reader->failed)
        (void)error_set(reader->error, ERROR_SOURCE, "%s:%u: %s",
                        reader->file->path, line, what);
    reader->failed = true;
}

static void fail_memory(struct reader *reader)
{
    (void)error_set(reader->error, ERROR_NO_MEMORY, "no memory to read %s",
                    reader->file->path);
    reader->failed = true;
}

/* The second of the two words of `header`, as shlex gives them; NULL when
 * there is another number of words, or no memory. */
static char *second_word(const char *header)
{
    struct strings words;
    char what[VALUE_WHAT_MAX];
    char *word = NULL;

    if (command_words(header, &words, what) && words.count == 2) {
        word = words.item[1];
        words.item[1] = NULL;
    }
    strings_free(&words);
    return word;
}

/* The profile that a header names, or NULL: in a config file bare names are
 * no profiles, in a credentials file every header is one. */
static char *profile_of(enum aws_file_kind kind, const char *header)
{
    static const char prefix[] = "profile";
    const char *rest = header + sizeof(prefix) - 1;

    if (kind == AWS_CREDENTIALS_FILE || strcmp(header, "default") == 0)
        return strdup(header);
    if (strncmp(header, prefix, sizeof(prefix) - 1) != 0 ||
        (*rest != ' ' && *rest != '\t'))
        return NULL;
    return second_word(header);
}

static void take_section(void *context, unsigned line, const char *header)
{
    struct reader *reader = context;
    struct aws_file *file = reader->file;
    struct aws_section *room;
    char *copy;

    /* Python's reader would give its keys to every other section. */
    if (strcmp(header, "DEFAULT") == 0) {
        fail(reader, line,
             "[DEFAULT] in capitals; SDKs read it differently, "
             "write [default]");
        return;
    }
    room = array_room(file->section, file->section_count,
                      &file->section_capacity, sizeof(*room));
    copy = strdup(header);
    if (room != NULL)
        file->section = room;
    if (room == NULL || copy == NULL) {
        free(copy);
        fail_memory(reader);
        return;
    }
    file->section[file->section_count] =
        (struct aws_section){.header = copy,
                             .profile = profile_of(reader->kind, header),
                             .line = line,
                             .number = file->section_count};
    file->section_count++;
}

static void take_pair(void *context, unsigned line, const char *key,
                      const char *value, bool nested)
{
    struct reader *reader = context;
    struct aws_file *file = reader->file;
    struct aws_pair pair = {.line = line};
    struct aws_pair *room;

    (void)nested; /* take_line() has those */
    if (reader->failed || file->section_count == 0)
        return;
    reader->empty_lines = 0;
    room = array_room(file->pair, file->pair_count, &file->pair_capacity,
                      sizeof(*room));
    if (room != NULL)
        file->pair = room;
    pair.section = file->section_count - 1;
    pair.key = strdup(key);
    pair.value = strdup(value);
    if (room == NULL || pair.key == NULL || pair.value == NULL) {
        free(pair.key);
        string_erase(pair.value);
        fail_memory(reader);
        return;
    }
    file->pair[file->pair_count++] = pair;
}

/* An indented line belongs to the value above, as in botocore: after a line
 * end, and with the empty lines before it. Below a key without a value
 * ("s3 =") it must be one of a block of name = value. */
static void take_line(void *context, unsigned line, const char *text)
{
    struct reader *reader = context;
    struct aws_file *file = reader->file;
    struct aws_pair *pair;
    AUTO_BUFFER value = BUFFER(VALUE_MAX);

    if (reader->failed || file->pair_count == 0)
        return;
    if (*text == '\0') {
        reader->empty_lines++;
        return;
    }
    pair = &file->pair[file->pair_count - 1];
    if ((pair->value[0] == '\0' || pair->value[0] == '\n') &&
        strchr(text, '=') == NULL) {
        fail(reader, line,
             "an indented line below a key without a value; "
             "name = value was expected");
        return;
    }
    buffer_add_string(&value, pair->value);
    for (; reader->empty_lines > 0; reader->empty_lines--)
        buffer_add_char(&value, '\n');
    buffer_add_char(&value, '\n');
    buffer_add_string(&value, text);
    if (value.failed) {
        fail(reader, line, "a value of more than 64 KiB");
        return;
    }
    string_erase(pair->value);
    pair->value = strdup(buffer_string(&value));
    if (pair->value == NULL) {
        /* So that every pair has a value. */
        file->pair_count--;
        free(pair->key);
        fail_memory(reader);
    }
}

static void take_mistake(void *context, unsigned line, const char *what)
{
    fail(context, line, what);
}

static int by_section_and_key(const void *one, const void *other)
{
    const struct aws_pair *a = one;
    const struct aws_pair *b = other;
    int order;

    if (a->section != b->section)
        return a->section < b->section ? -1 : 1;
    order = strcmp(a->key, b->key);
    if (order != 0)
        return order;
    return a->line < b->line ? -1 : a->line > b->line;
}

static int by_header(const void *one, const void *other)
{
    const struct aws_section *a = one;
    const struct aws_section *b = other;
    int order = strcmp(a->header, b->header);

    if (order != 0)
        return order;
    return a->line < b->line ? -1 : a->line > b->line;
}

static void find_repeated(struct reader *reader)
{
    struct aws_file *file = reader->file;

    if (file->section_count > 0)
        qsort(file->section, file->section_count, sizeof(*file->section),
              by_header);
    if (file->pair_count > 0)
        qsort(file->pair, file->pair_count, sizeof(*file->pair),
              by_section_and_key);
    for (size_t i = 1; i < file->section_count; i++)
        if (strcmp(file->section[i].header, file->section[i - 1].header) == 0)
            fail(reader, file->section[i].line,
                 "this section stands twice in the file; merge the two");
    for (size_t i = 1; i < file->pair_count; i++)
        if (file->pair[i].section == file->pair[i - 1].section &&
            strcmp(file->pair[i].key, file->pair[i - 1].key) == 0)
            fail(reader, file->pair[i].line,
                 "this key stands twice in its section; remove one");
}

int aws_file_read(const char *path, enum aws_file_kind kind, bool secret,
                  struct aws_file *file, struct error *error)
{
    AUTO_BUFFER content = BUFFER(TRUSTED_FILE_MAX);
    struct reader reader = {.file = file, .kind = kind, .error = error};
    struct ini_handler handler = {.context = &reader,
                                  .section = take_section,
                                  .pair = take_pair,
                                  .continued = take_line,
                                  .mistake = take_mistake};

    *file = (struct aws_file){.path = path};
    if (trusted_read(path, secret, &content, NULL, error) != 0) {
        if (error->code == ERROR_CONFIGURATION)
            error->code = ERROR_SOURCE;
        return -1;
    }
    ini_parse(buffer_string(&content), content.length, &handler);
    if (!reader.failed)
        find_repeated(&reader);
    return reader.failed ? -1 : 0;
}

void aws_file_free(struct aws_file *file)
{
    for (size_t i = 0; i < file->section_count; i++) {
        free(file->section[i].header);
        free(file->section[i].profile);
    }
    for (size_t i = 0; i < file->pair_count; i++) {
        free(file->pair[i].key);
        string_erase(file->pair[i].value);
    }
    free(file->section);
    free(file->pair);
    *file = (struct aws_file){0};
}

const struct aws_section *aws_file_profile(const struct aws_file *file,
                                           const char *profile)
{
    const struct aws_section *found = NULL;

    for (size_t i = 0; i < file->section_count; i++) {
        const struct aws_section *section = &file->section[i];

        if (section->profile != NULL &&
            strcmp(section->profile, profile) == 0 &&
            (found == NULL || section->line > found->line))
            found = section;
    }
    return found;
}

const char *aws_file_value(const struct aws_file *file,
                           const struct aws_section *section, const char *key)
{
    size_t low = 0;
    size_t high = file->pair_count;

    if (section == NULL)
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct aws_pair *pair = &file->pair[middle];
        int order = pair->section != section->number
                        ? (pair->section < section->number ? -1 : 1)
                        : strcmp(pair->key, key);

        if (order == 0)
            return pair->value;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
