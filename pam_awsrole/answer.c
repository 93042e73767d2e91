/* answer.c - see answer.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pam_awsrole/answer.h"

#include <stdio.h>
#include <string.h>

enum { ID_DIGITS = 32, UID_TEXT = 24, PERSON_LINE_MAX = 500 };

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

bool answer_read(const struct message *reply, struct answer *answer,
                 struct reason *reason)
{
    const char *status = message_get(reply, KEY_STATUS);

    *answer = (struct answer){
        .session = message_get(reply, KEY_SESSION),
        .message = message_get(reply, KEY_MESSAGE),
        .code = or_empty(message_get(reply, KEY_CODE)),
        .detail = or_empty(message_get(reply, KEY_DETAIL)),
    };
    if (status != NULL && strcmp(status, "ok") == 0)
        answer->status = ANSWER_OK;
    else if (status != NULL && strcmp(status, "ignore") == 0)
        answer->status = ANSWER_IGNORE;
    else if (status != NULL && strcmp(status, "error") == 0)
        answer->status = ANSWER_ERROR;
    else
        return reason_set(reason,
                          "the helper's answer was refused: its status is "
                          "none of ok, ignore, error");
    return true;
}

/* "<uid>/<id>": this uid in plain decimal, an id of 32 lower-case digits. */
static bool is_session_of(const char *session, uid_t uid)
{
    char prefix[UID_TEXT];
    int length = snprintf(prefix, sizeof(prefix), "%u/", (unsigned)uid);
    const char *id = session + length;

    return strncmp(session, prefix, (size_t)length) == 0 &&
           strlen(id) == ID_DIGITS &&
           strspn(id, "0123456789abcdef") == ID_DIGITS;
}

/* RUNDIR/<session>/<one name that does not begin with a dot> */
static bool is_session_file(const char *value, const char *session)
{
    static const char folder[] = RUNDIR "/";
    size_t length = strlen(session);

    if (strncmp(value, folder, sizeof(folder) - 1) != 0)
        return false;
    value += sizeof(folder) - 1;
    if (strncmp(value, session, length) != 0 || value[length] != '/')
        return false;
    value += length + 1;
    return *value != '\0' && *value != '.' && strchr(value, '/') == NULL;
}

static bool is_allowed_value(const char *name, const char *value,
                             const char *session)
{
    if (strcmp(name, "AWS_SHARED_CREDENTIALS_FILE") == 0 ||
        strcmp(name, "AWS_CONFIG_FILE") == 0)
        return is_session_file(value, session);
    if (strcmp(name, "AWSROLE_SESSION") == 0)
        return strcmp(value, session) == 0;
    return *value != '\0';
}

static bool accept_variable(const char *entry, const char *session,
                            struct environment *environment,
                            struct reason *reason)
{
    const char *name = environment_allowed(entry);

    if (name == NULL)
        return reason_set(reason, "the helper's answer was refused: it sets a "
                                  "variable that is not allowed");
    if (!is_allowed_value(name, entry + strlen(name) + 1, session))
        return reason_set(reason,
                          "the helper's answer was refused: the value of %s "
                          "is not allowed",
                          name);
    for (size_t i = 0; i < environment->count; i++) {
        if (environment_allowed(environment->variables[i].entry) == name)
            return reason_set(reason,
                              "the helper's answer was refused: it sets %s "
                              "twice",
                              name);
    }
    if (!environment_add(environment, entry))
        return reason_set(reason, "no memory for the environment");
    return true;
}

bool answer_accept(const struct message *reply, const struct answer *answer,
                   uid_t uid, struct environment *environment,
                   struct reason *reason)
{
    const char *entry = NULL;

    if (answer->session == NULL || !is_session_of(answer->session, uid))
        return reason_set(reason,
                          "the helper's answer was refused: its session is "
                          "not one of uid %u",
                          (unsigned)uid);
    while ((entry = message_next(reply, KEY_ENV, entry)) != NULL) {
        if (!accept_variable(entry, answer->session, environment, reason))
            return false;
    }
    return true;
}

void answer_tell(pam_handle_t *pamh, const struct answer *answer)
{
    char line[PERSON_LINE_MAX + 1];
    size_t length;

    if (answer->message == NULL || *answer->message == '\0')
        return;
    length = strnlen(answer->message, PERSON_LINE_MAX);
    memcpy(line, answer->message, length);
    line[length] = '\0';
    /* It goes to a terminal. */
    for (char *at = line; *at != '\0'; at++) {
        if (*at < ' ' || *at > '~')
            *at = '?';
    }
    (void)pam_info(pamh, "%s", line);
}
