/* values.c - see values.h: what is not AWS's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/values.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "base/text.h"

bool value_wrong(char what[VALUE_WHAT_MAX], const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(what, VALUE_WHAT_MAX, format, arguments);
    va_end(arguments);
    return false;
}

bool value_not_yet(const char *text, char what[VALUE_WHAT_MAX])
{
    return value_wrong(what, "%s is not supported yet by this version (%s)",
                       text, VERSION);
}

bool value_copy(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    char **string = field;

    *string = strdup(value);
    return *string != NULL || value_wrong(what, "%s", "");
}

void strings_free(struct strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->item[i]);
    free(list->item);
    *list = (struct strings){0};
}

static bool add_item(struct strings *list, size_t *capacity, const char *text,
                     size_t length)
{
    char **room = array_room(list->item, list->count, capacity, sizeof(char *));

    if (room == NULL)
        return false;
    list->item = room;
    list->item[list->count] = strndup(text, length);
    if (list->item[list->count] == NULL)
        return false;
    list->count++;
    return true;
}

bool value_list(const char *value, struct strings *list,
                char what[VALUE_WHAT_MAX])
{
    size_t capacity = 0;

    for (;;) {
        size_t length;
        size_t trimmed;

        value += strspn(value, " \t");
        length = strcspn(value, ",");
        trimmed = length;
        while (trimmed > 0 &&
               (value[trimmed - 1] == ' ' || value[trimmed - 1] == '\t'))
            trimmed--;
        if (trimmed == 0)
            return value_wrong(what, "an empty name in the list; names with "
                                     "one comma between them were expected");
        if (!add_item(list, &capacity, value, trimmed))
            return value_wrong(what, "%s", "");
        if (value[length] == '\0')
            return true;
        value += length + 1;
    }
}

bool value_names(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    return value_list(value, field, what);
}

bool value_networks(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    struct cidr_list *networks = field;
    struct strings names = {0};
    bool good = false;

    if (strcmp(value, "any") == 0)
        return true;
    if (!value_list(value, &names, what))
        goto out;
    networks->item = calloc(names.count + 1, sizeof(struct cidr));
    if (networks->item == NULL) {
        (void)value_wrong(what, "%s", "");
        goto out;
    }
    for (; networks->count < names.count; networks->count++)
        if (!cidr_parse(names.item[networks->count],
                        &networks->item[networks->count])) {
            (void)value_wrong(
                what,
                "\"%.80s\" is no address or network; 192.0.2.7, 192.0.2.0/24 "
                "or 2001:db8::/32 was expected, all bits past the prefix 0",
                names.item[networks->count]);
            goto out;
        }
    good = true;
out:
    strings_free(&names);
    return good;
}

bool value_date(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    return date_parse(value, field) ||
           value_wrong(what, "not a date; 2027-03-31 or "
                             "2027-03-31T18:00:00Z was expected");
}

bool value_uid(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    uid_t *uid = field;
    uint64_t number;

    if (!text_number(value, UINT32_MAX - 1, &number))
        return value_wrong(what, "not a uid; a number such as 1000 was "
                                 "expected");
    *uid = (uid_t)number;
    return true;
}

bool value_duration(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    unsigned *seconds = field;
    uint64_t number;

    if (!text_duration(value, &number))
        return value_wrong(what, "not a duration; seconds from 900 to 43200, "
                                 "or 90m, 8h, were expected");
    if (number < LIMIT_DURATION_MIN || number > LIMIT_DURATION_MAX)
        return value_wrong(what, "outside of what AWS allows; from 900 "
                                 "seconds (15m) to 43200 (12h) was expected");
    *seconds = (unsigned)number;
    return true;
}

bool value_yes_no(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    bool *flag = field;

    *flag = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
    return *flag || strcmp(value, "no") == 0 || strcmp(value, "false") == 0 ||
           value_wrong(what, "yes or no was expected");
}

bool value_credentials(const char *value, void *field,
                       char what[VALUE_WHAT_MAX])
{
    enum credentials_kind *kind = field;

    if (strcmp(value, "process") == 0)
        return value_not_yet("credentials = process", what);
    *kind = strcmp(value, "keys") == 0 ? CREDENTIALS_KEYS : CREDENTIALS_AUTO;
    return *kind == CREDENTIALS_KEYS || strcmp(value, "auto") == 0 ||
           value_wrong(what, "keys or auto was expected");
}

bool value_aws_config(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    enum aws_config_kind *kind = field;

    *kind =
        strcmp(value, "session") == 0 ? AWS_CONFIG_SESSION : AWS_CONFIG_USER;
    return *kind == AWS_CONFIG_SESSION || strcmp(value, "user") == 0 ||
           value_wrong(what, "user or session was expected");
}

bool value_type(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    static const struct {
        const char *name;
        enum source_type type;
    } known[] = {
        {"profile", SOURCE_PROFILE},
        {"role", SOURCE_ROLE},
        {"process", SOURCE_PROCESS},
        {"web-identity", SOURCE_WEB_IDENTITY},
        {"instance", SOURCE_INSTANCE},
        {"container", SOURCE_CONTAINER},
        {"roles-anywhere", SOURCE_ROLES_ANYWHERE},
    };
    enum source_type *type = field;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(value, known[i].name) == 0) {
            *type = known[i].type;
            return true;
        }
    return value_wrong(what, "profile, instance, container, process, "
                             "web-identity, roles-anywhere or role was "
                             "expected");
}

bool value_path(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    if (value[0] != '/')
        return value_wrong(what, "not an absolute path; it must begin with /");
    return value_copy(value, field, what);
}

bool value_profile(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    if (strcmp(value, "default") == 0)
        return value_wrong(what, "SDKs fall through to the host's own role "
                                 "when \"default\" is gone; another name was "
                                 "expected");
    if (strcmp(value, "session") == 0)
        return value_wrong(what, "session.json is the name of another file of "
                                 "the login; another name was expected");
    if (!limit_profile_name(value))
        return value_wrong(what, "1 to 64 letters, digits, or _ . @ - were "
                                 "expected");
    return value_copy(value, field, what);
}

bool value_their_name(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    return value_copy(value, field, what);
}

bool value_source(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    (void)field;
    return limit_section_name(value) ||
           value_wrong(what, "the NAME of a [source NAME] was expected");
}

/* A system's CA store is often a symbolic link to where another package put
 * it: what it leads to is what must be trusted. */
static bool check_store(const char *value, bool is_folder,
                        char what[VALUE_WHAT_MAX])
{
    struct error error = {0};
    char *real;
    int fd;

    if (value[0] != '/')
        return value_wrong(what, "not an absolute path; it must begin with /");
    real = realpath(value, NULL);
    if (real == NULL)
        return value_wrong(what, "%s cannot be found: %s", value,
                           strerror(errno));
    fd = is_folder ? trusted_open_folder(real, NULL, &error)
                   : trusted_open(real, false, NULL, &error);
    free(real);
    if (fd < 0)
        return value_wrong(what, "%s", error.detail);
    (void)close(fd);
    return true;
}

bool value_ca_bundle(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    return check_store(value, false, what) && value_copy(value, field, what);
}

bool value_ca_path(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    return check_store(value, true, what) && value_copy(value, field, what);
}
