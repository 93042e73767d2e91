/* web_identity.c - see web_identity.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/web_identity.h"

#include "rules/template.h"
#include "source/token_file.h"

enum {
    SECONDS = 3600, /* enough for the one call that it is for */
    /* Line ends behind the longest token. */
    FILE_MAX = WEB_TOKEN_MAX + 16,
};

static int check_token(const char *path, const struct buffer *token,
                       struct error *error)
{
    for (size_t i = 0; i < token->length; i++)
        if (token->data[i] < '!' || token->data[i] > '~')
            return error_set(error, ERROR_SOURCE,
                             "the token file %.300s holds a space, a line end "
                             "or another character that no token has (byte "
                             "%zu of %zu); one token and nothing else was "
                             "expected",
                             path, i + 1, token->length);
    if (token->length < WEB_TOKEN_MIN || token->length > WEB_TOKEN_MAX)
        return error_set(error, ERROR_SOURCE,
                         "the token file %.300s holds %zu characters; a token "
                         "of %d to %d was expected",
                         path, token->length, WEB_TOKEN_MIN, WEB_TOKEN_MAX);
    return 0;
}

static int read_token(const char *path, struct buffer *token,
                      struct error *error)
{
    if (token_file_load(path, token, error) != 0)
        return -1;
    while (token->length > 0 && (token->data[token->length - 1] == '\n' ||
                                 token->data[token->length - 1] == '\r'))
        token->data[--token->length] = '\0';
    return check_token(path, token, error);
}

int web_identity_ask(const char *token_file, const struct assume_role *call,
                     const struct source_context *context,
                     struct role_session *session, struct error *error)
{
    AUTO_BUFFER token = BUFFER(FILE_MAX);
    struct assume_role asked = *call;

    *session = (struct role_session){0};
    if (read_token(token_file, &token, error) != 0)
        return -1;
    asked.web_identity_token = buffer_string(&token);
    if (sts_assume_role(context->sts, NULL, &asked, context->deadline, session,
                        error) != 0)
        return error_prefix(error, "with the token of %.300s", token_file);
    return 0;
}

int web_identity_fetch(const struct source *source,
                       const struct source_context *context,
                       struct credentials *credentials, struct error *error)
{
    AUTO_BUFFER name = BUFFER(LIMIT_SESSION_NAME_MAX);
    struct role_session session = {0};
    struct assume_role call = {.role_arn = source->role_arn,
                               .duration_seconds = SECONDS};

    if (template_session_name(source->role_session_name, context->facts, &name,
                              error) != 0)
        return -1;
    call.role_session_name = buffer_string(&name);
    if (web_identity_ask(source->token_file, &call, context, &session, error) !=
        0)
        return -1;
    *credentials = session.credentials;
    session.credentials = (struct credentials){0};
    role_session_erase(&session);
    return 0;
}
