/* sts.c - see sts.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/sts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/endpoint.h"
#include "aws/errors.h"
#include "aws/retry.h"
#include "aws/skew.h"
#include "aws/sts_answer.h"
#include "aws/sts_request.h"
#include "base/log.h"
#include "base/proxy_login.h"

/* The longest session that every role allows, chained or not. */
enum { ONE_HOUR = 3600 };

struct sts_client {
    const struct sts_settings *settings;
    struct endpoint endpoint[RETRY_PLACES_MAX];
    size_t endpoint_count;
    size_t first;             /* the endpoint that is asked first */
    struct http_client *http; /* made by the first request */
    struct proxy_login login; /* at the proxy */
};

/* One call, for retry_run(). */
struct asking {
    struct sts_client *client;
    const struct credentials *caller;
    const struct assume_role *call;
    struct role_session *session;
};

/* The endpoint of sts_region, or those of sts_regions. */
static int resolve(struct sts_client *client, struct error *error)
{
    const struct sts_settings *settings = client->settings;
    struct sts_settings one = *settings;

    client->endpoint_count = settings->regions.count;
    if (settings->regions.count == 0) {
        client->endpoint_count = 1;
        return endpoint_resolve(settings, &client->endpoint[0], error);
    }
    if (settings->regions.count > RETRY_PLACES_MAX)
        return error_set(error, ERROR_CONFIGURATION,
                         "sts_regions has more than %d Regions",
                         RETRY_PLACES_MAX);
    for (size_t i = 0; i < settings->regions.count; i++) {
        one.region = settings->regions.item[i];
        if (endpoint_resolve(&one, &client->endpoint[i], error) != 0)
            return -1;
    }
    return 0;
}

struct sts_client *sts_client_new(const struct sts_settings *settings,
                                  struct error *error)
{
    struct sts_client *client = calloc(1, sizeof(*client));

    if (client == NULL) {
        (void)error_set(error, ERROR_NO_MEMORY, "no memory for a connection");
        return NULL;
    }
    client->settings = settings;
    if (resolve(client, error) != 0) {
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
    proxy_login_erase(&client->login);
    free(client);
}

/* The connection is made late, so that a source that fails without STS costs
 * no start of the network library. */
struct http_client *sts_client_http(struct sts_client *client,
                                    struct error *error)
{
    const char *file = client->settings->proxy_credentials_file;
    struct http_settings settings = {
        .ca_bundle = client->settings->ca_bundle,
        .ca_path = client->settings->ca_path,
        .proxy = client->settings->proxy,
    };

    if (client->http != NULL)
        return client->http;
    if (settings.proxy != NULL && file != NULL) {
        if (proxy_login_read(file, &client->login, error) != 0)
            return NULL;
        settings.proxy_user = client->login.user;
        settings.proxy_password = client->login.password;
    }
    client->http = http_client_new(&settings, error);
    return client->http;
}

const struct sts_settings *sts_client_settings(const struct sts_client *client)
{
    return client->settings;
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
                const struct endpoint *endpoint, const struct assume_role *call,
                struct role_session *session, struct error *error)
{
    *session = answer->session;
    answer->session = (struct role_session){0};
    session->role_session_name = strdup(call->role_session_name);
    session->request_id = strdup(
        http->request_id[0] != '\0' ? http->request_id : answer->request_id);
    session->duration_seconds = call->duration_seconds;
    session->clock_offset = skew_seconds();
    (void)snprintf(session->sts_region, sizeof(session->sts_region), "%s",
                   endpoint->sign_region);
    if (session->role_session_name != NULL && session->request_id != NULL)
        return 0;
    role_session_erase(session);
    return error_set(error, ERROR_NO_MEMORY, "no memory for a role session");
}

/* AWS's clock, as far as it is known. */
static time_t time_of_aws(void)
{
    return time(NULL) + skew_seconds();
}

static void learn_clock(const struct http_answer *answer,
                        const struct endpoint *endpoint)
{
    int64_t offset;

    if (!skew_learn(answer))
        return;
    offset = skew_seconds();
    log_line(LOG_WARNING,
             "this host's clock is %lld seconds %s AWS's (by the answer of "
             "%s): requests are signed and expiry is counted by AWS's clock, "
             "but other programs' calls to AWS may fail; set the clock and "
             "keep it right with chrony or systemd-timesyncd",
             offset < 0 ? -(long long)offset : (long long)offset,
             offset < 0 ? "ahead of" : "behind", endpoint->host);
}

/* One request, one answer. */
static int ask(const struct asking *asking, const struct endpoint *endpoint,
               struct deadline deadline, struct retry_hint *hint,
               struct error *error)
{
    const struct assume_role *call = asking->call;
    struct http_client *http = sts_client_http(asking->client, error);
    struct sts_request request = {0};
    struct http_answer answer = {0};
    struct sts_answer said = {0};
    struct http_request sent = {.url = endpoint->url};
    int result = -1;

    if (http == NULL)
        return -1;
    if (!sts_request_build(endpoint, asking->caller, call, time_of_aws(),
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
    result = http_ask(http, &sent, deadline, &answer, error);
    hint->broke = answer.broke;
    hint->after_ms = answer.retry_after_ms;
    if (result != 0)
        goto out;
    sts_answer_read(buffer_string(&answer.body), answer.body.length, &said);
    if (said.request_id[0] == '\0')
        memcpy(said.request_id, answer.request_id, sizeof(said.request_id));
    if (said.complete || said.error_code[0] != '\0')
        learn_clock(&answer, endpoint);
    if (answer.status == 200 && said.complete)
        result = take(&said, &answer, endpoint, call, asking->session, error);
    else
        result = aws_error(answer.status, &said, call, error);
    if (result != 0 &&
        (error->code == ERROR_BAD_ANSWER || error->code == ERROR_AWS_FAILURE))
        (void)error_prefix(error, "%s", endpoint->host);
out:
    sts_answer_free(&said);
    http_answer_free(&answer);
    sts_request_free(&request);
    return result;
}

/* ask(), and once more where the answer said by how much the signature was
 * off. */
static int attempt(void *context, size_t place, struct deadline deadline,
                   struct retry_hint *hint, struct error *error)
{
    const struct asking *asking = context;
    const struct endpoint *endpoint = &asking->client->endpoint[place];
    int64_t before = skew_seconds();
    int result = ask(asking, endpoint, deadline, hint, error);

    if (result == 0 ||
        (error->code != ERROR_CLOCK && error->code != ERROR_BAD_SIGNATURE) ||
        llabs(skew_seconds() - before) < SKEW_SECONDS)
        return result;
    return ask(asking, endpoint, deadline, hint, error);
}

static const char *region_of(const void *context, size_t place)
{
    const struct asking *asking = context;

    return asking->client->endpoint[place].sign_region;
}

/* Ask until there is an answer, beginning where there was one before. */
static int ask_patiently(const struct asking *given, struct deadline deadline,
                         struct error *error)
{
    struct sts_client *client = given->client;
    struct asking asking = *given;
    const struct retry_plan plan = {.places = client->endpoint_count,
                                    .first = client->first,
                                    .attempt = attempt,
                                    .name = region_of,
                                    .context = &asking};
    size_t answered = client->first;

    if (retry_run(&plan, deadline, &answered, error) != 0)
        return -1;
    if (answered != client->first)
        log_line(LOG_NOTICE,
                 "STS in %s answered, and in %s it did not (last failure: %s)",
                 region_of(&asking, answered), region_of(&asking, plan.first),
                 error->detail);
    client->first = answered;
    *error = (struct error){0}; /* what failed before is no failure now */
    return 0;
}

int sts_assume_role(struct sts_client *client, const struct credentials *caller,
                    const struct assume_role *call, struct deadline deadline,
                    struct role_session *session, struct error *error)
{
    struct assume_role asked = *call;
    const struct asking asking = {client, caller, &asked, session};
    int result;

    *session = (struct role_session){0};
    if (call->web_identity_token == NULL && check_caller(caller, error) != 0)
        return -1;
    /* Role chaining: AWS would refuse more, whatever the role allows. */
    if (call->web_identity_token == NULL && credentials_are_temporary(caller) &&
        asked.duration_seconds > ONE_HOUR)
        asked.duration_seconds = ONE_HOUR;
    result = ask_patiently(&asking, deadline, error);
    if (result != 0 && asked.duration_seconds > ONE_HOUR &&
        (error->code == ERROR_DURATION || error->code == ERROR_CHAINING)) {
        asked.duration_seconds = ONE_HOUR;
        result = ask_patiently(&asking, deadline, error);
    }
    if (result == 0)
        session->duration_was_cut =
            asked.duration_seconds < call->duration_seconds;
    return result;
}
