/* container.c - see container.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/container.h"

#include <stdio.h>

#include "source/json_credentials.h"
#include "source/local_endpoint.h"
#include "source/token_file.h"

#define RELATIVE_TO "http://169.254.170.2"

enum { CALL_MS = 2000, URL_MAX = 600, TOKEN_MAX = 16 * 1024 };

static const char *remedy_of(const struct source *source, long status)
{
    switch (status) {
    case 400:
    case 404:
        return "there are no credentials at this uri; compare uri with "
               "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI of the "
               "container's first process, and see that the task or the "
               "service account has a role";
    case 401:
    case 403:
        return source->token_file != NULL || source->token != NULL
                   ? "the token is not accepted; compare token_file or token "
                     "with AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or _TOKEN "
                     "of the container's first process"
                   : "it asks for a token; set token_file (or token) as in "
                     "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE (or _TOKEN) of "
                     "the container's first process";
    default:
        break;
    }
    return status >= 500 || status == 429
               ? "the endpoint has a failure of its own, or is asked too "
                 "often; try again"
               : "that is no answer of a credentials endpoint; correct uri, "
                 "or look what answers there";
}

static int no_answer(struct error *error)
{
    const char *remedy = "correct uri, or look for a firewall that keeps the "
                         "user awsrole from it";

    if (error->code == ERROR_TLS)
        remedy = "its certificate must be one that this host trusts";
    else if (error->code == ERROR_BAD_ANSWER)
        remedy = "what answers there is no credentials endpoint; correct uri";
    else if (error->code != ERROR_AWS_TIMEOUT &&
             error->code != ERROR_UNREACHABLE)
        return -1;
    return local_explain(error, ERROR_SOURCE, remedy);
}

/* The Authorization header's line; empty where there is no token. */
static int authorize(const struct source *source, struct buffer *line,
                     struct error *error)
{
    AUTO_BUFFER token = BUFFER(TOKEN_MAX);

    if (source->token_file != NULL) {
        if (token_file_read(source->token_file, &token, error) != 0)
            return -1;
    } else if (source->token != NULL) {
        buffer_add_string(&token, source->token);
    } else {
        return 0;
    }
    buffer_add_string(line, "Authorization: ");
    buffer_add(line, token.data, token.length);
    return line->failed || token.failed
               ? error_set(error, ERROR_NO_MEMORY, "no memory for a token")
               : 0;
}

static int take_answer(const struct source *source,
                       const struct local_step *step,
                       const struct http_answer *answer,
                       struct credentials *credentials, struct error *error)
{
    const char *text = buffer_string(&answer->body);
    struct json_error said;

    if (answer->status == 200) {
        if (json_credentials_read(text, answer->body.length, &json_of_container,
                                  credentials, error) == 0)
            return 0;
        (void)error_prefix(error, "%s %s (%s)", step->method, step->url,
                           step->purpose);
        return local_explain(error, error->code,
                             "correct uri, or look what answers there");
    }
    (void)local_refused(step, answer->status, remedy_of(source, answer->status),
                        error);
    json_error_read(text, answer->body.length, &said);
    if (said.code[0] != '\0') {
        char more[sizeof(said.code) + 16];

        (void)snprintf(more, sizeof(more), "it says %s", said.code);
        return local_explain(error, error->code, more);
    }
    return -1;
}

int container_fetch(const struct source *source,
                    const struct source_context *context,
                    struct credentials *credentials, struct error *error)
{
    AUTO_BUFFER line = BUFFER(TOKEN_MAX + 64);
    const struct sts_settings *sts = sts_client_settings(context->sts);
    /* No proxy: what is asked is beside the host. */
    const struct http_settings settings = {.ca_bundle = sts->ca_bundle,
                                           .ca_path = sts->ca_path};
    const char *headers[3] = {"Accept: application/json", NULL, NULL};
    char url[URL_MAX];
    const struct local_step step = {.method = "GET",
                                    .url = url,
                                    .purpose = "the container's credentials",
                                    .headers = headers};
    struct http_answer answer;
    struct http_client *http;
    int result;

    *credentials = (struct credentials){0};
    if (authorize(source, &line, error) != 0)
        return -1;
    if (line.length > 0)
        headers[1] = buffer_string(&line);
    (void)snprintf(url, sizeof(url), "%s%s",
                   source->uri[0] == '/' ? RELATIVE_TO : "", source->uri);
    http = http_client_new(&settings, error);
    if (http == NULL)
        return -1;
    result = local_ask(http, &step, context->deadline, CALL_MS, &answer, error);
    if (result != 0)
        (void)no_answer(error);
    else
        result = take_answer(source, &step, &answer, credentials, error);
    http_answer_free(&answer);
    http_client_free(http);
    return result;
}
