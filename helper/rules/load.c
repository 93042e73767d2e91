/* load.c - config_load(), see config.h: which files are read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "rules/reading.h"

/* Names of a folder, for qsort and free. */
struct names {
    char **item;
    size_t count;
    size_t capacity;
};

/* Keep `path` (taken over) among the files that were read. */
static bool keep_path(struct config *config, size_t *capacity, char *path)
{
    char **room =
        array_room(config->files, config->file_count, capacity, sizeof(char *));

    if (room == NULL) {
        free(path);
        return false;
    }
    config->files = room;
    config->files[config->file_count++] = path;
    return true;
}

/* Read one file. `*found` unless it does not exist. */
static void read_file(struct reading *reading, size_t *capacity,
                      const char *path, bool *found)
{
    AUTO_BUFFER content = BUFFER(TRUSTED_FILE_MAX);
    size_t file = reading->config->file_count;
    struct error error;
    bool missing = false;
    char *copy = strdup(path);

    if (copy == NULL || !keep_path(reading->config, capacity, copy)) {
        reading->no_memory = true;
        return;
    }
    if (trusted_read(path, false, &content, &missing, &error) != 0) {
        if (missing)
            return;
        *found = true;
        if (error.code == ERROR_NO_MEMORY)
            reading->no_memory = true;
        mistake_add(&reading->mistakes, (struct spot){.file = file}, "%s",
                    error.detail);
        return;
    }
    *found = true;
    reading_add_text(reading, file, buffer_string(&content), content.length);
}

static bool is_wanted(const char *name)
{
    size_t length = strlen(name);

    return name[0] != '.' && length > 5 &&
           strcmp(name + length - 5, ".conf") == 0;
}

static int by_name(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* The *.conf files of `folder`, sorted; false when it cannot be listed. */
static bool list_folder(DIR *folder, struct names *names)
{
    for (;;) {
        const struct dirent *entry;
        char **room;

        errno = 0;
        entry = readdir(folder);
        if (entry == NULL)
            break;
        if (!is_wanted(entry->d_name))
            continue;
        room = array_room(names->item, names->count, &names->capacity,
                          sizeof(char *));
        if (room == NULL)
            return false;
        names->item = room;
        names->item[names->count] = strdup(entry->d_name);
        if (names->item[names->count] == NULL)
            return false;
        names->count++;
    }
    if (errno != 0)
        return false;
    if (names->count > 0)
        qsort(names->item, names->count, sizeof(char *), by_name);
    return true;
}

/* Every *.conf of `path`. A folder that is missing is no mistake. */
static void read_folder(struct reading *reading, size_t *capacity,
                        const char *path, bool *found)
{
    struct spot spot = {.file = reading->config->file_count};
    struct names names = {0};
    struct error error;
    bool missing = false;
    DIR *folder;
    int fd = trusted_open_folder(path, &missing, &error);

    if (fd < 0) {
        if (!missing) {
            *found = true;
            mistake_add(&reading->mistakes, spot, "%s", error.detail);
        }
        return;
    }
    folder = fdopendir(fd);
    if (folder == NULL) {
        (void)close(fd);
        reading->no_memory = true;
        return;
    }
    if (!list_folder(folder, &names)) {
        *found = true;
        mistake_add(&reading->mistakes, spot, "%s cannot be listed: %s", path,
                    strerror(errno));
    }
    (void)closedir(folder);
    for (size_t i = 0; i < names.count; i++) {
        char *whole = NULL;

        if (asprintf(&whole, "%s/%s", path, names.item[i]) < 0) {
            reading->no_memory = true;
        } else {
            read_file(reading, capacity, whole, found);
            free(whole);
        }
        free(names.item[i]);
    }
    free(names.item);
}

/* `path` and conf.d beside it. False without memory. */
static bool read_all(struct reading *reading, const char *path, bool *found)
{
    const char *slash = strrchr(path, '/');
    size_t capacity = 0;
    char *folder = NULL;

    read_file(reading, &capacity, path, found);
    if (slash == NULL) /* not absolute: reported already */
        return true;
    if (asprintf(&folder, "%.*s/conf.d", (int)(slash - path), path) < 0)
        return false;
    read_folder(reading, &capacity, folder, found);
    free(folder);
    return true;
}

/* The first mistake into `error`, all of them into `problems`. */
static int report(struct reading *reading, struct problems *problems,
                  struct error *error)
{
    size_t more = reading->mistakes.count + reading->mistakes.more - 1;

    if (!mistakes_report(&reading->mistakes, reading->config, problems))
        return error_set(error, ERROR_NO_MEMORY,
                         "no memory to read the configuration");
    if (more == 0)
        return error_set(error, ERROR_CONFIGURATION, "%s", problems->item[0]);
    return error_set(error, ERROR_CONFIGURATION, "%.900s (and %zu more)",
                     problems->item[0], more);
}

int config_load(const char *path, struct config **config,
                struct problems *problems, struct error *error)
{
    struct reading reading = {0};
    bool found = false;
    int result = -1;

    *config = NULL;
    *problems = (struct problems){0};
    reading.config = calloc(1, sizeof(struct config));
    if (reading.config == NULL || !read_all(&reading, path, &found))
        reading.no_memory = true;
    if (found && !reading.no_memory)
        build_config(&reading);
    if (reading.no_memory || reading.mistakes.no_memory) {
        (void)error_set(error, ERROR_NO_MEMORY,
                        "no memory to read the configuration");
    } else if (!found) {
        (void)error_set(error, ERROR_NO_CONFIGURATION,
                        "neither %s nor a conf.d/*.conf beside it exists",
                        path);
    } else if (reading.mistakes.count > 0) {
        result = report(&reading, problems, error);
    } else {
        *config = reading.config;
        reading.config = NULL;
        result = 0;
    }
    reading_free(&reading);
    return result;
}
