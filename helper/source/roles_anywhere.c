/* roles_anywhere.c - see roles_anywhere.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/roles_anywhere.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/retry.h"
#include "aws/skew.h"
#include "base/anywhere_arn.h"
#include "base/log.h"
#include "rules/template.h"
#include "source/anywhere_error.h"
#include "source/anywhere_request.h"
#include "source/json_credentials.h"

enum {
    ONE_HOUR = 3600,
    ROUNDING = 60, /* seconds by which a session may be shorter, unnoticed */
};

/* One CreateSession, for retry_run(). */
struct asking {
    const struct source_context *context;
    struct endpoint endpoint;
    struct create_session call;
    struct x509_certificate certificate;
    struct x509_key key;
    struct role_session *session;
};

static time_t time_of_aws(void)
{
    return time(NULL) + skew_seconds();
}

static int take(const struct http_answer *answer, const struct asking *asking,
                struct error *error)
{
    struct role_session *session = asking->session;
    time_t left;

    if (json_create_session_read(buffer_string(&answer->body),
                                 answer->body.length, session, error) != 0) {
        if (error->code == ERROR_SOURCE)
            error->code = ERROR_BAD_ANSWER;
        return error_prefix(error, "CreateSession");
    }
    left = session->credentials.expiration - time_of_aws();
    if (left <= 0)
        return error_set(error, ERROR_BAD_ANSWER,
                         "CreateSession gave credentials that have expired "
                         "already: check this host's clock");
    session->duration_seconds = asking->call.duration_seconds;
    if (left + ROUNDING < (time_t)session->duration_seconds) {
        session->duration_seconds = (unsigned)left;
        session->duration_was_cut = true;
    }
    session->clock_offset = skew_seconds();
    session->request_id = strdup(answer->request_id);
    return session->request_id != NULL
               ? 0
               : error_set(error, ERROR_NO_MEMORY, "no memory for a session");
}

static void learn_clock(const struct http_answer *answer, const char *host)
{
    if (skew_learn(answer))
        log_line(LOG_WARNING,
                 "this host's clock is %lld seconds off AWS's (by the answer "
                 "of %s): set it and keep it right with chrony or "
                 "systemd-timesyncd",
                 llabs((long long)skew_seconds()), host);
}

/* One request, one answer. */
static int ask(struct asking *asking, struct deadline deadline,
               struct retry_hint *hint, struct error *error)
{
    struct http_client *http = sts_client_http(asking->context->sts, error);
    struct anywhere_request request = {0};
    struct http_answer answer = {0};
    struct http_request sent = {0};
    int result = -1;

    if (http == NULL)
        return -1;
    if (anywhere_request_build(&asking->endpoint, &asking->call, &asking->key,
                               &asking->certificate, time_of_aws(), &request,
                               error) != 0)
        goto out;
    sent.url = buffer_string(&request.url);
    sent.headers = request.headers;
    sent.body = buffer_string(&request.body);
    sent.body_length = request.body.length;
    result = http_ask(http, &sent, deadline, &answer, error);
    hint->broke = answer.broke;
    hint->after_ms = answer.retry_after_ms;
    if (result != 0)
        goto out;
    if (answer.status >= 200 && answer.status <= 299) {
        learn_clock(&answer, asking->endpoint.host);
        result = take(&answer, asking, error);
    } else {
        if (answer.status == 403)
            learn_clock(&answer, asking->endpoint.host);
        result = anywhere_error(&answer, &asking->call, error);
    }
    if (result != 0)
        (void)error_prefix(error, "%s", asking->endpoint.host);
out:
    http_answer_free(&answer);
    anywhere_request_free(&request);
    return result;
}

/* ask(), and once more where a refusal said by how much the signature was
 * off. */
static int attempt(void *context, size_t place, struct deadline deadline,
                   struct retry_hint *hint, struct error *error)
{
    struct asking *asking = context;
    int64_t before = skew_seconds();
    int result;

    (void)place;
    role_session_erase(asking->session);
    result = ask(asking, deadline, hint, error);
    if (result == 0 ||
        (error->code != ERROR_CLOCK && error->code != ERROR_ANYWHERE_DENIED) ||
        llabs(skew_seconds() - before) < SKEW_SECONDS)
        return result;
    role_session_erase(asking->session);
    return ask(asking, deadline, hint, error);
}

static const char *region_of(const void *context, size_t place)
{
    const struct asking *asking = context;

    (void)place;
    return asking->endpoint.sign_region;
}

/* What needs no network first: a certificate that has expired is never sent. */
static int prepare(const struct source *source, struct asking *asking,
                   struct error *error)
{
    if (anywhere_endpoint(source, sts_client_settings(asking->context->sts),
                          &asking->endpoint, error) != 0 ||
        x509_certificate_read(source->certificate, source->intermediates,
                              time_of_aws(), &asking->certificate,
                              error) != 0 ||
        x509_key_load(source->private_key, source->pin_file, &asking->key,
                      error) != 0)
        return -1;
    return 0;
}

int roles_anywhere_assume(const struct source *source,
                          const struct source_context *context,
                          const char *role_arn, const char *role_session_name,
                          unsigned duration_seconds,
                          struct role_session *session, struct error *error)
{
    struct asking asking = {
        .context = context,
        .call = {.trust_anchor_arn = source->trust_anchor_arn,
                 .profile_arn = source->profile_arn,
                 .role_arn = role_arn,
                 .role_session_name = role_session_name,
                 .duration_seconds = duration_seconds},
        .session = session,
    };
    const struct retry_plan plan = {
        .places = 1, .attempt = attempt, .name = region_of, .context = &asking};
    size_t answered;
    int result = -1;

    *session = (struct role_session){0};
    if (prepare(source, &asking, error) == 0)
        result = retry_run(&plan, context->deadline, &answered, error);
    /* A profile or a role that allows less: one hour, which each allows. */
    if (result != 0 && error->code == ERROR_VALIDATION &&
        duration_seconds > ONE_HOUR &&
        strstr(error->detail, "uration") != NULL) {
        asking.call.duration_seconds = ONE_HOUR;
        result = retry_run(&plan, context->deadline, &answered, error);
        session->duration_was_cut = true;
    }
    if (result != 0)
        role_session_erase(session);
    else
        (void)snprintf(session->sts_region, sizeof(session->sts_region), "%s",
                       asking.endpoint.sign_region);
    x509_certificate_free(&asking.certificate);
    x509_key_free(&asking.key);
    return result;
}

int roles_anywhere_fetch(const struct source *source,
                         const struct source_context *context,
                         struct credentials *credentials, struct error *error)
{
    AUTO_BUFFER name = BUFFER(LIMIT_SESSION_NAME_MAX);
    struct role_session session = {0};

    if (source->role_session_name != NULL &&
        template_session_name(source->role_session_name, context->facts, &name,
                              error) != 0)
        return -1;
    if (roles_anywhere_assume(
            source, context, source->role_arn,
            source->role_session_name != NULL ? buffer_string(&name) : NULL,
            ONE_HOUR, &session, error) != 0)
        return -1;
    *credentials = session.credentials;
    session.credentials = (struct credentials){0};
    role_session_erase(&session);
    return 0;
}

char *roles_anywhere_region(const struct source *source)
{
    char region[ANYWHERE_REGION_BYTES];
    const char *what;

    if (!anywhere_arn_is_valid(source->trust_anchor_arn, "trust-anchor", region,
                               &what))
        return NULL;
    return strdup(region);
}
