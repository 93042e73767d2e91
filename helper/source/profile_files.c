/* profile_files.c - see profile_files.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/profile_files.h"

#include <stdarg.h>
#include <stdio.h>

void profile_files_free(struct profile_files *files)
{
    aws_file_free(&files->config);
    aws_file_free(&files->credentials);
}

int profile_files_read(const struct source *source, struct profile_files *files,
                       struct error *error)
{
    *files = (struct profile_files){.source = source};
    if ((source->config_file != NULL &&
         aws_file_read(source->config_file, AWS_CONFIG_FILE, false,
                       &files->config, error) != 0) ||
        (source->credentials_file != NULL &&
         aws_file_read(source->credentials_file, AWS_CREDENTIALS_FILE, true,
                       &files->credentials, error) != 0))
        return error_prefix(error, "source %s", source->name);
    return 0;
}

/* "FILE" or "FILE and FILE". */
static const char *files_text(const struct profile_files *files, char *text,
                              size_t size)
{
    const char *config = files->source->config_file;
    const char *credentials = files->source->credentials_file;

    (void)snprintf(text, size, "%.400s%s%.400s", config != NULL ? config : "",
                   config != NULL && credentials != NULL ? " and " : "",
                   credentials != NULL ? credentials : "");
    return text;
}

bool profile_find(const struct profile_files *files, const char *name,
                  struct profile *profile)
{
    *profile = (struct profile){
        .files = files,
        .name = name,
        .config = aws_file_profile(&files->config, name),
        .credentials = aws_file_profile(&files->credentials, name),
    };
    return profile->config != NULL || profile->credentials != NULL;
}

const char *profile_get(const struct profile *profile, const char *key)
{
    const char *value =
        aws_file_value(&profile->files->credentials, profile->credentials, key);

    if (value == NULL)
        value = aws_file_value(&profile->files->config, profile->config, key);
    return value != NULL && *value != '\0' ? value : NULL;
}

int profile_wrong(const struct profile *profile, struct error *error,
                  const char *format, ...)
{
    char files[ERROR_DETAIL_MAX];
    char sentence[ERROR_DETAIL_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    return error_set(
        error, ERROR_SOURCE, "source %s: profile \"%.100s\" in %.300s: %s",
        profile->files->source->name, profile->name,
        files_text(profile->files, files, sizeof(files)), sentence);
}
