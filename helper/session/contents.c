/* contents.c - see contents.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/contents.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "session/run.h"

/* Printable ASCII without a space, a quote or a backslash: all that AWS's key
 * ids, keys and tokens are made of. */
static bool is_plain(const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~' || *at == '"' || *at == '\\')
            return false;
    }
    return *value != '\0';
}

int contents_check(const struct role_session *session, struct error *error)
{
    const struct credentials *credentials = &session->credentials;
    const char *what = NULL;

    if (!is_plain(credentials->access_key_id))
        what = "AccessKeyId";
    else if (!is_plain(credentials->secret_access_key))
        what = "SecretAccessKey";
    else if (credentials->session_token == NULL ||
             !is_plain(credentials->session_token))
        what = "SessionToken";
    if (what == NULL)
        return 0;
    return error_set(error, ERROR_BAD_ANSWER,
                     "the %s that STS gave has characters that no such value "
                     "has, and was not used",
                     what);
}

void contents_credentials(const struct granted *granted, size_t count,
                          struct buffer *text)
{
    for (size_t i = 0; i < count; i++) {
        const struct role_session *session = &granted[i].session;

        buffer_addf(text,
                    "[%s]\naws_access_key_id = %s\n"
                    "aws_secret_access_key = %s\naws_session_token = %s\n",
                    granted[i].role->profile,
                    session->credentials.access_key_id,
                    session->credentials.secret_access_key,
                    session->credentials.session_token);
        if (session->region != NULL)
            buffer_addf(text, "region = %s\n", session->region);
    }
}

void contents_process(const struct granted *granted, struct buffer *text)
{
    const struct credentials *credentials = &granted->session.credentials;
    char expiration[CLOCK_RFC3339_BYTES];

    clock_rfc3339(credentials->expiration, expiration);
    buffer_addf(text,
                "{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":"
                "\"%s\",\"SessionToken\":\"%s\",\"Expiration\":\"%s\"}\n",
                credentials->access_key_id, credentials->secret_access_key,
                credentials->session_token, expiration);
}

void contents_config(const struct granted *granted, size_t count,
                     struct buffer *text)
{
    for (size_t i = 0; i < count; i++) {
        buffer_addf(text, "[profile %s]\n", granted[i].role->profile);
        if (granted[i].session.region != NULL)
            buffer_addf(text, "region = %s\n", granted[i].session.region);
    }
}

static void add_time(cJSON *object, const char *name, time_t time)
{
    char text[CLOCK_RFC3339_BYTES];

    clock_rfc3339(time, text);
    (void)cJSON_AddStringToObject(object, name, text);
}

static bool add_profile(cJSON *profiles, const struct granted *granted)
{
    const struct role_session *session = &granted->session;
    cJSON *profile = cJSON_CreateObject();

    if (profile == NULL || !cJSON_AddItemToArray(profiles, profile)) {
        cJSON_Delete(profile);
        return false;
    }
    (void)cJSON_AddStringToObject(profile, "profile", granted->role->profile);
    (void)cJSON_AddStringToObject(profile, "role", granted->role->name);
    (void)cJSON_AddStringToObject(profile, "role_arn", granted->role->role_arn);
    (void)cJSON_AddStringToObject(profile, "role_session_name",
                                  session->role_session_name);
    (void)cJSON_AddStringToObject(profile, "assumed_role_id",
                                  session->assumed_role_id);
    (void)cJSON_AddStringToObject(profile, "access_key_id",
                                  session->credentials.access_key_id);
    if (session->region != NULL)
        (void)cJSON_AddStringToObject(profile, "region", session->region);
    (void)cJSON_AddNumberToObject(profile, "duration_seconds",
                                  session->duration_seconds);
    add_time(profile, "expiration", session->credentials.expiration);
    return cJSON_AddStringToObject(profile, "request_id",
                                   session->request_id) != NULL;
}

bool contents_session(const struct record *record,
                      const struct granted *granted, size_t count,
                      struct buffer *text)
{
    char name[SESSION_NAME_BYTES];
    cJSON *top = cJSON_CreateObject();
    cJSON *profiles;
    char *printed = NULL;
    bool good = false;

    if (top == NULL)
        return false;
    session_name_format(&record->name, name);
    (void)cJSON_AddNumberToObject(top, "version", 1);
    (void)cJSON_AddStringToObject(top, "session", name);
    (void)cJSON_AddStringToObject(top, "user", record->user);
    (void)cJSON_AddStringToObject(top, "service", record->service);
    (void)cJSON_AddStringToObject(top, "tty", record->tty);
    (void)cJSON_AddStringToObject(top, "rhost", record->rhost);
    add_time(top, "opened", record->opened);
    (void)cJSON_AddBoolToObject(top, "renew", 0);
    profiles = cJSON_AddArrayToObject(top, "profiles");
    if (profiles == NULL)
        goto out;
    for (size_t i = 0; i < count; i++) {
        if (!add_profile(profiles, &granted[i]))
            goto out;
    }
    printed = cJSON_PrintUnformatted(top);
    if (printed == NULL)
        goto out;
    buffer_addf(text, "%s\n", printed);
    good = !text->failed;
out:
    free(printed);
    cJSON_Delete(top);
    return good;
}

static void add_variable(struct message *reply, const char *name,
                         const char *value)
{
    AUTO_BUFFER text = BUFFER(MESSAGE_REPLY_MAX);

    buffer_addf(&text, "%s=%s", name, value);
    if (text.failed)
        reply->failed = true;
    else
        message_add(reply, KEY_ENV, text.data);
}

static void add_keys(const struct credentials *credentials,
                     struct message *reply)
{
    char expiration[CLOCK_RFC3339_BYTES];

    clock_rfc3339(credentials->expiration, expiration);
    add_variable(reply, "AWS_ACCESS_KEY_ID", credentials->access_key_id);
    add_variable(reply, "AWS_SECRET_ACCESS_KEY",
                 credentials->secret_access_key);
    add_variable(reply, "AWS_SESSION_TOKEN", credentials->session_token);
    add_variable(reply, "AWS_CREDENTIAL_EXPIRATION", expiration);
    add_variable(reply, "AWS_SESSION_EXPIRATION", expiration);
}

void contents_environment(const struct session_name *name,
                          const struct granted *first, struct message *reply)
{
    const struct role *role = first->role;
    const char *region = first->session.region;
    char session[SESSION_NAME_BYTES];
    char path[sizeof(RUN_DIR) + SESSION_NAME_BYTES + sizeof("/credentials")];
    AUTO_BUFFER text = BUFFER(sizeof(path));

    session_name_format(name, session);
    buffer_addf(&text, RUN_DIR "/%s/credentials", session);
    add_variable(reply, "AWS_SHARED_CREDENTIALS_FILE", buffer_string(&text));
    if (role->aws_config == AWS_CONFIG_SESSION) {
        buffer_clear(&text);
        buffer_addf(&text, RUN_DIR "/%s/config", session);
        add_variable(reply, "AWS_CONFIG_FILE", buffer_string(&text));
    }
    if (role->export_keys)
        add_keys(&first->session.credentials, reply);
    else
        add_variable(reply, "AWS_PROFILE", role->profile);
    if (region != NULL) {
        add_variable(reply, "AWS_REGION", region);
        add_variable(reply, "AWS_DEFAULT_REGION", region);
    }
    add_variable(reply, "AWSROLE_SESSION", session);
    add_variable(reply, "AWS_EC2_METADATA_DISABLED", "true");
}

/* "arn:aws:iam::123456789012:role/path/Name": account and Name. */
static void split_role_arn(const char *arn, char account[13], const char **name)
{
    const char *at = strstr(arn, "::");

    (void)memset(account, '\0', 13);
    if (at != NULL)
        (void)memcpy(account, at + 2, strnlen(at + 2, 12));
    at = strrchr(arn, '/');
    *name = at != NULL ? at + 1 : arn;
}

void contents_greeting(const struct granted *granted, size_t count,
                       struct buffer *text)
{
    const struct granted *first = &granted[0];
    char until[64] = "?";
    char account[13];
    const char *name;
    struct tm local;

    split_role_arn(first->role->role_arn, account, &name);
    if (localtime_r(&first->session.credentials.expiration, &local) != NULL)
        (void)strftime(until, sizeof(until), "%a %H:%M %Z", &local);
    buffer_addf(text, "AWS: you are role %s of account %s until %s (profile %s",
                name, account, until, first->role->profile);
    for (size_t i = 1; i < count; i++)
        buffer_addf(text, ", also %s", granted[i].role->profile);
    buffer_add_string(text, ").");
    if (first->session.clock_offset != 0)
        buffer_addf(text,
                    " This machine's clock is %lld minutes off, so your own "
                    "calls to AWS may fail.",
                    (llabs(first->session.clock_offset) + 30) / 60);
}
