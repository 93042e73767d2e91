/* fuzz_aws_file.c - AWS's own config and credentials files.
 *
 * What was read, written down in the plainest way, reads back the same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "base/buffer.h"
#include "base/files.h"
#include "memory_files.h"
#include "source/aws_file.h"

/* Each line of a value but the first is indented. */
static void print_value(const char *value, struct buffer *text)
{
    for (; *value != '\0'; value++) {
        buffer_add_char(text, *value);
        if (*value == '\n' && value[1] != '\n')
            buffer_add_char(text, '\t');
    }
    buffer_add_char(text, '\n');
}

/* The sections in the order in which they stood. */
static void print(const struct aws_file *file, struct buffer *text)
{
    for (size_t number = 0; number < file->section_count; number++) {
        for (size_t i = 0; i < file->section_count; i++)
            if (file->section[i].number == number)
                buffer_addf(text, "[%s]\n", file->section[i].header);
        for (size_t i = 0; i < file->pair_count; i++) {
            if (file->pair[i].section != number)
                continue;
            buffer_addf(text, "%s=", file->pair[i].key);
            print_value(file->pair[i].value, text);
        }
    }
}

static bool same_text(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other
                                        : strcmp(one, other) == 0;
}

static void promise_same(const struct aws_file *one,
                         const struct aws_file *other)
{
    PROMISE(one->section_count == other->section_count);
    PROMISE(one->pair_count == other->pair_count);
    for (size_t i = 0; i < one->section_count; i++) {
        PROMISE(strcmp(one->section[i].header, other->section[i].header) == 0);
        PROMISE(same_text(one->section[i].profile, other->section[i].profile));
    }
    for (size_t i = 0; i < one->pair_count; i++) {
        PROMISE(one->pair[i].section == other->pair[i].section);
        PROMISE(strcmp(one->pair[i].key, other->pair[i].key) == 0);
        PROMISE(strcmp(one->pair[i].value, other->pair[i].value) == 0);
    }
}

/* Whatever is in it can be found by its name. */
static void promise_found(const struct aws_file *file)
{
    for (size_t i = 0; i < file->section_count; i++) {
        const struct aws_section *section = &file->section[i];
        const struct aws_section *found;

        if (section->profile == NULL)
            continue;
        found = aws_file_profile(file, section->profile);
        PROMISE(found != NULL && strcmp(found->profile, section->profile) == 0);
        for (size_t k = 0; k < file->pair_count; k++)
            if (file->pair[k].section == section->number)
                PROMISE(aws_file_value(file, section, file->pair[k].key) ==
                        file->pair[k].value);
    }
}

static void read_as(enum aws_file_kind kind, const uint8_t *data, size_t size)
{
    struct aws_file file;
    struct aws_file again;
    struct error error = {0};
    AUTO_BUFFER text = BUFFER(TRUSTED_FILE_MAX);

    memory_files_clear();
    memory_file_put("/a", data, size);
    if (aws_file_read("/a", kind, false, &file, &error) != 0) {
        fuzz_check_error(&error);
        aws_file_free(&file);
        return;
    }
    promise_found(&file);
    print(&file, &text);
    PROMISE(!text.failed);
    memory_file_put("/b", (const uint8_t *)buffer_string(&text), text.length);
    PROMISE(aws_file_read("/b", kind, false, &again, &error) == 0);
    promise_same(&file, &again);
    aws_file_free(&again);
    aws_file_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_as(AWS_CONFIG_FILE, data, size);
    read_as(AWS_CREDENTIALS_FILE, data, size);
    return 0;
}
