/* environment.c - see environment.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pam_awsrole/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const allowed[ENVIRONMENT_MAX] = {
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWSROLE_SESSION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
};

static const struct {
    const char *name;
    const char *value;
} fail_closed[] = {
    {"AWS_EC2_METADATA_DISABLED", "true"},
    {"AWS_SHARED_CREDENTIALS_FILE", RUNDIR "/unavailable"},
    {"AWS_PROFILE", "awsrole-unavailable"},
};
enum { FAIL_CLOSED = sizeof(fail_closed) / sizeof(fail_closed[0]) };

static void erase(char *string)
{
    if (string == NULL)
        return;
    explicit_bzero(string, strlen(string));
    free(string);
}

/* "NAME=VALUE", or NULL without memory. erase() it. */
static char *joined(const char *name, const char *value)
{
    size_t size = strlen(name) + 1 + strlen(value) + 1;
    char *entry = malloc(size);

    if (entry != NULL)
        (void)snprintf(entry, size, "%s=%s", name, value);
    return entry;
}

static bool put(pam_handle_t *pamh, const char *name, const char *value)
{
    char *entry = joined(name, value);
    bool good = entry != NULL && pam_putenv(pamh, entry) == PAM_SUCCESS;

    erase(entry);
    return good;
}

/* Unset `name` when it has that value. pam_putenv() logs an error when asked
 * to unset what is not there, so look first. */
static void unset(pam_handle_t *pamh, const char *name, const char *value)
{
    const char *now = pam_getenv(pamh, name);

    if (now != NULL && strcmp(now, value) == 0)
        (void)pam_putenv(pamh, name);
}

const char *environment_allowed(const char *entry)
{
    for (size_t i = 0; i < ENVIRONMENT_MAX; i++) {
        size_t length = strlen(allowed[i]);

        if (strncmp(entry, allowed[i], length) == 0 && entry[length] == '=')
            return allowed[i];
    }
    return NULL;
}

bool environment_add(struct environment *environment, const char *entry)
{
    char *copy;

    if (environment->count == ENVIRONMENT_MAX)
        return false;
    copy = strdup(entry);
    if (copy == NULL)
        return false;
    environment->variables[environment->count++].entry = copy;
    return true;
}

/* The value in an entry of the list, which has a '='. */
static const char *value_of(const struct variable *variable)
{
    return strchr(variable->entry, '=') + 1;
}

/* Remember what stands there now. False without memory. */
static bool remember(struct variable *variable, pam_handle_t *pamh)
{
    const char *name = environment_allowed(variable->entry);
    const char *now = name ? pam_getenv(pamh, name) : NULL;

    if (now == NULL)
        return name != NULL;
    variable->former = joined(name, now);
    return variable->former != NULL;
}

bool environment_put(struct environment *environment, pam_handle_t *pamh)
{
    for (size_t i = 0; i < FAIL_CLOSED; i++)
        unset(pamh, fail_closed[i].name, fail_closed[i].value);
    for (size_t i = 0; i < environment->count; i++) {
        if (!remember(&environment->variables[i], pamh))
            return false;
    }
    for (size_t i = 0; i < environment->count; i++) {
        if (pam_putenv(pamh, environment->variables[i].entry) != PAM_SUCCESS) {
            environment_undo(environment, pamh);
            return false;
        }
    }
    return true;
}

void environment_undo(const struct environment *environment, pam_handle_t *pamh)
{
    environment_unset(environment, pamh);
    for (size_t i = 0; i < environment->count; i++) {
        if (environment->variables[i].former != NULL)
            (void)pam_putenv(pamh, environment->variables[i].former);
    }
}

void environment_unset(const struct environment *environment,
                       pam_handle_t *pamh)
{
    for (size_t i = 0; i < environment->count; i++) {
        const struct variable *variable = &environment->variables[i];
        const char *name = environment_allowed(variable->entry);

        if (name != NULL)
            unset(pamh, name, value_of(variable));
    }
}

void environment_free(struct environment *environment)
{
    for (size_t i = 0; i < environment->count; i++) {
        erase(environment->variables[i].entry);
        erase(environment->variables[i].former);
    }
    *environment = (struct environment){0};
}

void environment_fail_closed(pam_handle_t *pamh)
{
    for (size_t i = 0; i < FAIL_CLOSED; i++) {
        if (!put(pamh, fail_closed[i].name, fail_closed[i].value))
            pam_syslog(pamh, LOG_CRIT, "no memory to set %s",
                       fail_closed[i].name);
    }
}
