/* options.c - see options.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pam_awsrole/options.h"

#include <limits.h>
#include <string.h>

enum {
    TIMEOUT_DEFAULT_MS = 10 * 1000,
    TIMEOUT_MIN_MS = 500,
    TIMEOUT_MAX_MS = 60 * 1000,
};

/* "10", "10s", "1500ms". False when it is none of these or out of bounds. */
static bool read_timeout(const char *text, int *milliseconds)
{
    int number = 0;
    const char *unit = text;

    for (; *unit >= '0' && *unit <= '9'; unit++) {
        number = number * 10 + (*unit - '0');
        if (number > TIMEOUT_MAX_MS)
            return false;
    }
    if (unit == text)
        return false;
    if (*unit == '\0' || strcmp(unit, "s") == 0)
        number = number > TIMEOUT_MAX_MS / 1000 ? INT_MAX : number * 1000;
    else if (strcmp(unit, "ms") != 0)
        return false;
    if (number < TIMEOUT_MIN_MS || number > TIMEOUT_MAX_MS)
        return false;
    *milliseconds = number;
    return true;
}

static const char *take_timeout(struct options *options, const char *value)
{
    return read_timeout(value, &options->timeout_ms)
               ? NULL
               : "a time from 500ms to 60s, as timeout=10s";
}

static const char *take_debug(struct options *options, const char *value)
{
    (void)value;
    options->debug = true;
    return NULL;
}

static const char *take_quiet(struct options *options, const char *value)
{
    (void)value;
    options->quiet = true;
    return NULL;
}

static const char *take_on_failure(struct options *options, const char *value)
{
    if (strcmp(value, "open") == 0)
        options->fail_open = true;
    else if (strcmp(value, "closed") != 0)
        return "on_failure=closed or on_failure=open";
    return NULL;
}

static const char *take_helper(struct options *options, const char *value)
{
    if (value[0] != '/' || strlen(value) >= PATH_MAX)
        return "an absolute path, as helper=" LIBEXECDIR "/awsrole-helper";
    options->helper = value;
    return NULL;
}

static const char *take_socket(struct options *options, const char *value)
{
    if (value[0] != '/' ||
        strlen(value) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
        return "an absolute path of at most 107 bytes, as socket=" RUNDIR
               "/login";
    options->socket = value;
    return NULL;
}

/* Each `take` returns NULL, or what was expected. */
static const struct option {
    const char *name;
    bool has_value;
    const char *(*take)(struct options *options, const char *value);
} table[] = {
    {"timeout", true, take_timeout}, {"debug", false, take_debug},
    {"quiet", false, take_quiet},    {"on_failure", true, take_on_failure},
    {"helper", true, take_helper},   {"socket", true, take_socket},
};
enum { OPTIONS = sizeof(table) / sizeof(table[0]) };

/* Index in the table, or OPTIONS; `*value` is what follows the '=', or "". */
static size_t find(const char *argument, const char **value)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        size_t length = strlen(table[i].name);

        if (strncmp(argument, table[i].name, length) != 0)
            continue;
        if (argument[length] == (table[i].has_value ? '=' : '\0')) {
            *value = argument + length + (table[i].has_value ? 1 : 0);
            return i;
        }
    }
    return OPTIONS;
}

bool options_read(struct options *options, pam_handle_t *pamh, int argc,
                  const char **argv)
{
    bool seen[OPTIONS] = {false};
    bool good = true;

    *options = (struct options){
        .timeout_ms = TIMEOUT_DEFAULT_MS,
        .helper = LIBEXECDIR "/awsrole-helper",
        .socket = RUNDIR "/login",
    };
    for (int i = 0; i < argc; i++) {
        const char *value = "";
        const char *expected;
        size_t which = find(argv[i], &value);

        if (which == OPTIONS)
            expected = "timeout=, debug, quiet, on_failure=, helper= or "
                       "socket=";
        else if (seen[which])
            expected = "each option once";
        else
            expected = table[which].take(options, value);
        if (which < OPTIONS)
            seen[which] = true;
        if (expected == NULL)
            continue;
        pam_syslog(pamh, LOG_ERR, "bad option \"%.200s\": expected %s", argv[i],
                   expected);
        good = false;
    }
    return good;
}
