/* sts.c - see sts.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/sts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/endpoint.h"
#include "aws/errors.h"
#include "aws/sts_answer.h"
#include "aws/sts_request.h"

/* The longest session that every role allows, chained or not. */
enum { ONE_HOUR = 3600 };

struct sts_client {
    const struct sts_settings *settings;
    struct endpoint endpoint;
    struct http_client *http; /* made by the first request */
};

struct sts_client *sts_client_new(const struct sts_settings *settings,
                                  struct error *error)
{
    struct sts_client *client = calloc(1, sizeof(*client));

    if (client == NULL) {
        (void)error_set(error, ERROR_NO_MEMORY, "no memory for a connection");
        return NULL;
    }
    client->settings = settings;
    if (endpoint_resolve(settings, &client->endpoint, error) != 0) {
        free(client);
        return NULL;
    }
    return client;
}

void sts_client_free(struct sts_client *client)
{
    if (client == NULL)
        return;
    http_client_free(client->http);
    free(client);
}

/* The connection is made late, so that a source that fails without STS costs
 * no start of the network library. */
static struct http_client *connection(struct sts_client *client,
                                      struct error *error)
{
    const struct http_settings settings = {client->settings->ca_bundle,
                                           client->settings->ca_path};

    if (client->http == NULL)
        client->http = http_client_new(&settings, error);
    return client->http;
}

/* Keys go into header lines: nothing in them may end one. */
static bool is_one_word(const char *text)
{
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++)
        if (*text < '!' || *text > '~')
            return false;
    return true;
}

static int check_caller(const struct credentials *caller, struct error *error)
{
    if (caller->access_key_id == NULL || caller->secret_access_key == NULL ||
        !is_one_word(caller->access_key_id) ||
        !is_one_word(caller->secret_access_key) ||
        (caller->session_token != NULL && !is_one_word(caller->session_token)))
        return error_set(error, ERROR_SOURCE,
                         "an access key id, secret access key or session "
                         "token of the source is empty, or holds a space or a "
                         "character that is not ASCII: write it again");
    return 0;
}

/* Move what the answer holds into `session`. */
static int take(struct sts_answer *answer, const struct http_answer *http,
                const struct assume_role *call, struct role_session *session,
                struct error *error)
{
    *session = answer->session;
    answer->session = (struct role_session){0};
    session->role_session_name = strdup(call->role_session_name);
    session->request_id = strdup(
        http->request_id[0] != '\0' ? http->request_id : answer->request_id);
    session->duration_seconds = call->duration_seconds;
    if (session->role_session_name != NULL && session->request_id != NULL)
        return 0;
    role_session_erase(session);
    return error_set(error, ERROR_NO_MEMORY, "no memory for a role session");
}

/* One request, one answer. */
static int ask(struct sts_client *client, const struct credentials *caller,
               const struct assume_role *call, struct deadline deadline,
               struct role_session *session, struct error *error)
{
    struct http_client *http = connection(client, error);
    struct sts_request request = {0};
    struct http_answer answer = {0};
    struct sts_answer said = {0};
    struct http_request sent = {.url = client->endpoint.url};
    int result = -1;

    if (http == NULL)
        return -1;
    if (!sts_request_build(&client->endpoint, caller, call, time(NULL),
                           &request)) {
        (void)error_set(error, ERROR_INTERNAL,
                        "the request for %s could not be signed: out of "
                        "memory, a parameter that is too long, or an OpenSSL "
                        "without HMAC-SHA-256",
                        call->role_arn);
        goto out;
    }
    sent.headers = request.headers;
    sent.body = buffer_string(&request.body);
    sent.body_length = request.body.length;
    if (http_ask(http, &sent, deadline, &answer, error) != 0)
        goto out;
    sts_answer_read(buffer_string(&answer.body), answer.body.length, &said);
    if (said.request_id[0] == '\0')
        memcpy(said.request_id, answer.request_id, sizeof(said.request_id));
    if (answer.status == 200 && said.complete)
        result = take(&said, &answer, call, session, error);
    else
        result = aws_error(answer.status, &said, call, error);
    if (result != 0 &&
        (error->code == ERROR_BAD_ANSWER || error->code == ERROR_AWS_FAILURE))
        (void)error_prefix(error, "%s", client->endpoint.host);
out:
    sts_answer_free(&said);
    http_answer_free(&answer);
    sts_request_free(&request);
    return result;
}

int sts_assume_role(struct sts_client *client, const struct credentials *caller,
                    const struct assume_role *call, struct deadline deadline,
                    struct role_session *session, struct error *error)
{
    struct assume_role asked = *call;
    int result;

    *session = (struct role_session){0};
    if (check_caller(caller, error) != 0)
        return -1;
    /* Role chaining: AWS would refuse more, whatever the role allows. */
    if (credentials_are_temporary(caller) && asked.duration_seconds > ONE_HOUR)
        asked.duration_seconds = ONE_HOUR;
    result = ask(client, caller, &asked, deadline, session, error);
    if (result != 0 && asked.duration_seconds > ONE_HOUR &&
        (error->code == ERROR_DURATION || error->code == ERROR_CHAINING)) {
        asked.duration_seconds = ONE_HOUR;
        result = ask(client, caller, &asked, deadline, session, error);
    }
    if (result == 0)
        session->duration_was_cut =
            asked.duration_seconds < call->duration_seconds;
    return result;
}
