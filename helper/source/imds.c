/* imds.c - see imds.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/imds.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/local_endpoint.h"

#define TOKEN_HEADER "X-aws-ec2-metadata-token: "
#define TOKEN_TTL "21600" /* seconds, the most there is */
#define TOKEN_PATH "/latest/api/token"
#define ENABLE                                                   \
    "aws ec2 modify-instance-metadata-options --instance-id ID " \
    "--http-endpoint enabled --http-tokens required"

enum {
    TOKEN_MAX = 4096,
    TOKEN_KEEP_MS = 21000 * 1000, /* less than its life */
    NAME_MAX_LENGTH = 255,
};

static const char *const bases[] = {"http://169.254.169.254",
                                    "http://[fd00:ec2::254]"};

/* The token that was last given: between calls alone, copied in and out. */
static struct {
    pthread_mutex_t lock;
    struct buffer token;
    const char *base;
    struct deadline until;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .token = {.maximum = TOKEN_MAX + sizeof(TOKEN_HEADER)}};

static void keep(const struct imds *imds)
{
    (void)pthread_mutex_lock(&kept.lock);
    buffer_clear(&kept.token);
    buffer_add(&kept.token, imds->token.data, imds->token.length);
    kept.base = imds->base;
    kept.until = deadline_in(TOKEN_KEEP_MS);
    (void)pthread_mutex_unlock(&kept.lock);
}

static void forget(void)
{
    (void)pthread_mutex_lock(&kept.lock);
    buffer_clear(&kept.token);
    (void)pthread_mutex_unlock(&kept.lock);
}

static bool recall(struct imds *imds)
{
    (void)pthread_mutex_lock(&kept.lock);
    if (kept.token.length > 0 && deadline_left_ms(kept.until) > 0) {
        buffer_add(&imds->token, kept.token.data, kept.token.length);
        imds->base = kept.base;
    }
    (void)pthread_mutex_unlock(&kept.lock);
    return imds->token.length > 0;
}

/* What became of a request that got no answer. */
static int no_answer(struct error *error)
{
    const char *remedy;

    if (error->code == ERROR_AWS_TIMEOUT)
        remedy = "no answer in time: in a container its way is one hop "
                 "longer, so raise the instance's hop limit (aws ec2 "
                 "modify-instance-metadata-options "
                 "--http-put-response-hop-limit 2); else look for a firewall "
                 "that keeps the user awsrole from it";
    else if (error->code == ERROR_UNREACHABLE)
        remedy = "is this an EC2 instance? If so, look for a firewall that "
                 "keeps the user awsrole from it";
    else if (error->code == ERROR_BAD_ANSWER)
        remedy = "what answers there is no metadata service";
    else
        return -1;
    return local_explain(error, ERROR_SOURCE, remedy);
}

static const char *token_remedy(long status)
{
    switch (status) {
    case 400:
        return "the request for a token is not accepted as it stands; "
               "something between here and the metadata service changes it";
    case 403:
        return "the metadata service is switched off for this instance, or "
               "something passes the request on (X-Forwarded-For); switch it "
               "on: " ENABLE;
    case 404:
    case 405:
    case 501:
        return "what answers there has no IMDSv2, and IMDSv1 is never used; "
               "give it version 2, or use another type of source";
    default:
        break;
    }
    return status >= 500 ? "the metadata service has a failure of its own; try "
                           "again"
                         : "that is no answer of a metadata service; look what "
                           "answers there";
}

/* The token out of an answer, as a header line. */
static bool take_token(const struct http_answer *answer, struct buffer *line)
{
    const char *token = buffer_string(&answer->body);
    size_t length = strcspn(token, "\r\n");

    if (length == 0 || length > TOKEN_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (token[i] <= ' ' || token[i] > '~')
            return false;
    buffer_clear(line);
    buffer_add_string(line, TOKEN_HEADER);
    buffer_add(line, token, length);
    return !line->failed;
}

/* A new token from imds->base. `*unreachable`: nothing is there. */
static int ask_token(struct imds *imds, bool *unreachable, struct error *error)
{
    static const char *const headers[] = {
        "X-aws-ec2-metadata-token-ttl-seconds: " TOKEN_TTL,
        "Content-Type:", "Accept: */*", NULL};
    char url[IMDS_URL_MAX];
    const struct local_step step = {.method = "PUT",
                                    .url = url,
                                    .purpose = "a session token of IMDSv2",
                                    .headers = headers};
    struct http_answer answer;
    int result = -1;

    (void)snprintf(url, sizeof(url), "%s" TOKEN_PATH, imds->base);
    *unreachable = false;
    if (local_ask(imds->http, &step, imds->deadline, IMDS_CALL_MS, &answer,
                  error) != 0) {
        *unreachable = error->code == ERROR_UNREACHABLE;
        (void)no_answer(error);
    } else if (answer.status != 200) {
        (void)local_refused(&step, answer.status, token_remedy(answer.status),
                            error);
    } else if (!take_token(&answer, &imds->token)) {
        (void)local_refused(&step, answer.status,
                            "with no token in it; look what answers there",
                            error);
    } else {
        keep(imds);
        result = 0;
    }
    http_answer_free(&answer);
    return result;
}

int imds_open(struct imds *imds, struct deadline deadline, struct error *error)
{
    const struct http_settings settings = {0};
    struct error first = {0};
    bool unreachable = false;

    *imds = (struct imds){.deadline = deadline,
                          .token = BUFFER(TOKEN_MAX + sizeof(TOKEN_HEADER))};
    imds->http = http_client_new(&settings, error);
    if (imds->http == NULL)
        return -1;
    if (recall(imds))
        return 0;
    imds->base = bases[0];
    if (ask_token(imds, &unreachable, &first) == 0)
        return 0;
    if (unreachable) {
        imds->base = bases[1];
        if (ask_token(imds, &unreachable, error) == 0)
            return 0;
        /* With IPv6 not there either, IPv4 says it all. */
        if (!unreachable)
            return -1;
    }
    *error = first;
    if (unreachable)
        (void)error_set(error, ERROR_SOURCE, "%.900s (nor is %s reached)",
                        first.detail, bases[1]);
    return -1;
}

void imds_close(struct imds *imds)
{
    http_client_free(imds->http);
    buffer_free(&imds->token);
    *imds = (struct imds){0};
}

static const char *get_remedy(const struct imds_item *item, long status)
{
    switch (status) {
    case 401:
        return "a session token that was just given is not accepted; two "
               "services answer there, or the instance's clock jumps";
    case 403:
        return "the metadata service is switched off for this instance, or "
               "does not give this; switch it on: " ENABLE;
    case 404:
        return item->not_there;
    default:
        break;
    }
    return status >= 500 || status == 429
               ? "the metadata service has a failure of its own, or is asked "
                 "too often; try again"
               : "that is no answer of a metadata service; look what answers "
                 "there";
}

/* One GET, with whatever status. */
static int ask_once(struct imds *imds, const struct imds_item *item,
                    struct http_answer *answer, struct error *error)
{
    const char *headers[] = {buffer_string(&imds->token), "Accept: */*", NULL};
    char url[IMDS_URL_MAX];
    const struct local_step step = {.method = "GET",
                                    .url = url,
                                    .purpose = item->purpose,
                                    .headers = headers};

    (void)snprintf(url, sizeof(url), "%s%s", imds->base, item->path);
    if (local_ask(imds->http, &step, imds->deadline, IMDS_CALL_MS, answer,
                  error) != 0)
        return no_answer(error);
    if (answer->status != 200)
        (void)local_refused(&step, answer->status,
                            get_remedy(item, answer->status), error);
    return 0;
}

int imds_get(struct imds *imds, const struct imds_item *item,
             struct http_answer *answer, struct error *error)
{
    bool ignored;
    int result = ask_once(imds, item, answer, error);

    if (result == 0 && answer->status == 401) {
        http_answer_free(answer);
        forget();
        if (ask_token(imds, &ignored, error) != 0)
            return -1;
        result = ask_once(imds, item, answer, error);
    }
    if (result == 0 && answer->status == 200)
        return 0;
    /* The next call begins anew. */
    forget();
    return -1;
}

bool imds_first_line(const struct http_answer *answer, char **name)
{
    const char *text = buffer_string(&answer->body);
    size_t length;

    text += strspn(text, " \t\r\n");
    length = strcspn(text, "\r\n");
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    *name = NULL;
    if (length == 0 || length > NAME_MAX_LENGTH)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!((text[i] >= 'a' && text[i] <= 'z') ||
              (text[i] >= 'A' && text[i] <= 'Z') ||
              (text[i] >= '0' && text[i] <= '9') ||
              strchr("+=,.@_-", text[i]) != NULL))
            return false;
    *name = strndup(text, length);
    return *name != NULL;
}
