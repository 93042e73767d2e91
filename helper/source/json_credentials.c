/* json_credentials.c - see json_credentials.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/json_credentials.h"

#include <cjson/cJSON.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/sts_answer.h"
#include "base/text.h"

const struct json_names json_of_instance = {
    .access_key_id = "AccessKeyId",
    .secret_access_key = "SecretAccessKey",
    .session_token = "Token",
    .expiration = "Expiration",
    .token_needed = true,
    .expiration_needed = true,
    .has_code = true,
};

const struct json_names json_of_container = {
    .access_key_id = "AccessKeyId",
    .secret_access_key = "SecretAccessKey",
    .session_token = "Token",
    .expiration = "Expiration",
    .token_needed = true,
    .expiration_needed = true,
};

const struct json_names json_of_process = {
    .access_key_id = "AccessKeyId",
    .secret_access_key = "SecretAccessKey",
    .session_token = "SessionToken",
    .expiration = "Expiration",
    .has_version = true,
};

const struct json_names json_of_create_session = {
    .access_key_id = "accessKeyId",
    .secret_access_key = "secretAccessKey",
    .session_token = "sessionToken",
    .expiration = "expiration",
    .list = "credentialSet",
    .inside = "credentials",
    .token_needed = true,
    .expiration_needed = true,
};

/* cJSON's hooks hold for the whole process. So the blocks stay malloc(3)'s
 * own, which anybody may free, and only their end is ours. */
static void erase_and_free(void *memory)
{
    if (memory != NULL)
        explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
}

static void set_hooks(void)
{
    cJSON_Hooks hooks = {.malloc_fn = malloc, .free_fn = erase_and_free};

    cJSON_InitHooks(&hooks);
}

/* NULL when it is no JSON, or has something after it. */
static cJSON *parse(const char *text, size_t length)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const char *end = NULL;
    cJSON *json;

    (void)pthread_once(&once, set_hooks);
    if (length == 0)
        return NULL;
    json = cJSON_ParseWithLengthOpts(text, length, &end, 0);
    while (json != NULL && end < text + length) {
        if (strchr(" \t\r\n", *end) == NULL || *end == '\0') {
            cJSON_Delete(json);
            return NULL;
        }
        end++;
    }
    return json;
}

static int wrong(struct error *error, const char *name, const char *what)
{
    return error_set(error, ERROR_SOURCE, "the %s of the answer %s", name,
                     what);
}

/* The member `name` of `object` as a string that is ours. NULL where it is
 * missing or null and not `needed`. */
static int take_string(const cJSON *object, const char *name, bool needed,
                       size_t maximum, char **value, struct error *error)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    const char *text;

    *value = NULL;
    if (item == NULL || cJSON_IsNull(item))
        return needed ? wrong(error, name, "is missing") : 0;
    text = cJSON_GetStringValue(item);
    if (text == NULL)
        return wrong(error, name, "is no string");
    if (*text == '\0')
        return needed ? wrong(error, name, "is empty") : 0;
    if (strlen(text) > maximum)
        return wrong(error, name, "is longer than any that AWS gives");
    for (const char *at = text; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            return wrong(error, name,
                         "has characters that no such value has (a space, a "
                         "line end, or none of ASCII)");
    *value = strdup(text);
    return *value != NULL
               ? 0
               : error_set(error, ERROR_NO_MEMORY, "no memory for credentials");
}

/* "Success", or what it says instead. */
static int check_code(const cJSON *object, struct error *error)
{
    const char *code =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "Code"));
    const char *message = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(object, "Message"));

    if (code == NULL)
        return wrong(error, "Code", "is missing");
    if (strcmp(code, "Success") == 0)
        return 0;
    return error_set(error, ERROR_SOURCE, "the answer says Code %.64s%s%.256s",
                     code, message != NULL ? ": " : "",
                     message != NULL ? message : "");
}

static int check_version(const cJSON *object, struct error *error)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(object, "Version");

    if (version == NULL)
        return wrong(error, "Version", "is missing; 1 was expected");
    if (!cJSON_IsNumber(version) || version->valueint != 1 ||
        version->valuedouble != 1)
        return wrong(error, "Version", "is not the number 1");
    return 0;
}

static int take_expiration(const cJSON *object, const struct json_names *names,
                           time_t *expiration, struct error *error)
{
    char *text;
    bool good;

    if (take_string(object, names->expiration, names->expiration_needed,
                    JSON_KEY_MAX, &text, error) != 0)
        return -1;
    good = text == NULL || rfc3339_parse(text, expiration);
    free(text);
    return good ? 0
                : wrong(error, names->expiration,
                        "is no date; 2026-11-22T19:11:43Z was expected");
}

static int take_credentials(const cJSON *object, const struct json_names *names,
                            struct credentials *credentials,
                            struct error *error)
{
    if (take_string(object, names->access_key_id, true, JSON_KEY_MAX,
                    &credentials->access_key_id, error) == 0 &&
        take_string(object, names->secret_access_key, true, JSON_KEY_MAX,
                    &credentials->secret_access_key, error) == 0 &&
        take_string(object, names->session_token, names->token_needed,
                    JSON_TOKEN_MAX, &credentials->session_token, error) == 0 &&
        take_expiration(object, names, &credentials->expiration, error) == 0)
        return 0;
    credentials_erase(credentials);
    return -1;
}

/* Read what `names` describes out of `top`. `*item` is the item of the list,
 * where there is one. */
static int read_from(const cJSON *top, const struct json_names *names,
                     const cJSON **item, struct credentials *credentials,
                     struct error *error)
{
    const cJSON *object = top;

    *item = NULL;
    if (!cJSON_IsObject(top))
        return error_set(error, ERROR_SOURCE, "the answer is no JSON object");
    if ((names->has_code && check_code(top, error) != 0) ||
        (names->has_version && check_version(top, error) != 0))
        return -1;
    if (names->list != NULL) {
        *item = cJSON_GetArrayItem(
            cJSON_GetObjectItemCaseSensitive(top, names->list), 0);
        object = cJSON_GetObjectItemCaseSensitive(*item, names->inside);
        if (!cJSON_IsObject(object))
            return wrong(error, names->list, "holds no credentials");
    }
    return take_credentials(object, names, credentials, error);
}

int json_credentials_read(const char *text, size_t length,
                          const struct json_names *names,
                          struct credentials *credentials, struct error *error)
{
    cJSON *top = parse(text, length);
    const cJSON *item;
    int result;

    *credentials = (struct credentials){0};
    result = read_from(top, names, &item, credentials, error);
    cJSON_Delete(top);
    return result;
}

int json_create_session_read(const char *text, size_t length,
                             struct role_session *session, struct error *error)
{
    cJSON *top = parse(text, length);
    const cJSON *item;
    const cJSON *user;
    const char *slash;
    int result;

    *session = (struct role_session){0};
    result = read_from(top, &json_of_create_session, &item,
                       &session->credentials, error);
    user = cJSON_GetObjectItemCaseSensitive(item, "assumedRoleUser");
    if (result == 0)
        result = take_string(user, "assumedRoleId", false, JSON_KEY_MAX,
                             &session->assumed_role_id, error);
    if (result == 0)
        result = take_string(user, "arn", false, 2048,
                             &session->assumed_role_arn, error);
    cJSON_Delete(top);
    if (result != 0 || session->assumed_role_arn == NULL)
        return result;
    /* arn:aws:sts::ACCOUNT:assumed-role/ROLE/NAME */
    slash = strrchr(session->assumed_role_arn, '/');
    if (slash != NULL &&
        (session->role_session_name = strdup(slash + 1)) == NULL)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a session");
    return 0;
}

/* The first of `names` that is a string, cleaned and cut. */
static void say(const cJSON *top, const char *const *names, char *text,
                size_t size)
{
    for (; *names != NULL; names++) {
        const char *value =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(top, *names));

        if (value == NULL)
            continue;
        (void)snprintf(text, size, "%s", value);
        text_clean(text); /* also the half of a character that was cut */
        return;
    }
}

void json_error_read(const char *text, size_t length, struct json_error *said)
{
    static const char *const codes[] = {"code", "Code", "__type", NULL};
    static const char *const messages[] = {"message", "Message", NULL};
    cJSON *top = parse(text, length);

    *said = (struct json_error){0};
    say(top, codes, said->code, sizeof(said->code));
    say(top, messages, said->message, sizeof(said->message));
    cJSON_Delete(top);
}
