/* anywhere_request.c - see anywhere_request.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/anywhere_request.h"

#include <stdio.h>
#include <string.h>

#include "aws/uri.h"
#include "base/anywhere_arn.h"
#include "base/region.h"

enum {
    QUERY_MAX = 12 * 1024, /* three ARNs, each byte of them as three */
    BODY_MAX = 128 * 1024,
    LINE_BYTES = 96 * 1024, /* five intermediates in base64 */
    AUTHORIZATION_MAX = 8192,
};

static const char RESOURCE[] = "sessions";

/* The Region's own endpoint. */
static void regional(const char *region, const struct sts_settings *settings,
                     struct endpoint *endpoint)
{
    const struct partition *partition = partition_of_region(region);

    (void)snprintf(endpoint->sign_region, sizeof(endpoint->sign_region), "%s",
                   region);
    (void)snprintf(endpoint->host, sizeof(endpoint->host),
                   "rolesanywhere%s.%s.%s", settings->use_fips ? "-fips" : "",
                   region,
                   settings->use_dualstack ? partition->dualstack_suffix
                                           : partition->dns_suffix);
    (void)snprintf(endpoint->path, sizeof(endpoint->path), "/");
    (void)snprintf(endpoint->url, sizeof(endpoint->url), "https://%s/",
                   endpoint->host);
}

/* "sessions" behind a path that may end in a slash. False when it is too
 * long. */
static bool add_resource(char *text, size_t size)
{
    size_t length = strlen(text);

    if (length + 1 + sizeof(RESOURCE) > size)
        return false;
    if (length == 0 || text[length - 1] != '/')
        text[length++] = '/';
    memcpy(text + length, RESOURCE, sizeof(RESOURCE));
    return true;
}

int anywhere_endpoint(const struct source *source,
                      const struct sts_settings *settings,
                      struct endpoint *endpoint, struct error *error)
{
    char region[ANYWHERE_REGION_BYTES];
    const char *what = "";

    *endpoint = (struct endpoint){0};
    if (!anywhere_arn_is_valid(source->trust_anchor_arn, "trust-anchor", region,
                               &what))
        return error_set(error, ERROR_CONFIGURATION,
                         "trust_anchor_arn = %s: expected %s",
                         source->trust_anchor_arn, what);
    if (source->endpoint == NULL) {
        regional(region, settings, endpoint);
    } else {
        const struct sts_settings as_it_stands = {.region = region,
                                                  .endpoint = source->endpoint};

        if (endpoint_resolve(&as_it_stands, endpoint, error) != 0)
            return -1;
    }
    if (!add_resource(endpoint->path, sizeof(endpoint->path)) ||
        !add_resource(endpoint->url, sizeof(endpoint->url)))
        return error_set(error, ERROR_CONFIGURATION,
                         "endpoint = %s: its path is too long",
                         source->endpoint);
    return 0;
}

static void add_parameter(struct buffer *query, const char *name,
                          const char *value)
{
    buffer_addf(query, "%s%s=", query->length > 0 ? "&" : "", name);
    uri_encode(query, value, strlen(value), URI_SPACE_PERCENT);
}

/* Nothing in it needs to be escaped: base64, digits, and the characters of a
 * session name. */
static void add_body(struct buffer *body, const struct create_session *call,
                     const struct x509_certificate *certificate)
{
    buffer_addf(body, "{\"cert\":\"%s\",\"durationSeconds\":%u",
                buffer_string(&certificate->base64), call->duration_seconds);
    if (call->role_session_name != NULL)
        buffer_addf(body, ",\"roleSessionName\":\"%s\"",
                    call->role_session_name);
    buffer_add_char(body, '}');
}

static bool add_lines(struct anywhere_request *request,
                      const struct sigv4_header *signed_header, size_t count,
                      const char *authorization)
{
    for (size_t i = 0; i <= count; i++) {
        struct buffer *line = &request->line[i];

        *line = BUFFER(LINE_BYTES);
        buffer_addf(line, "%s: %s",
                    i < count ? signed_header[i].name : "Authorization",
                    i < count ? signed_header[i].value : authorization);
        if (line->failed)
            return false;
        request->headers[i] = buffer_string(line);
    }
    return true;
}

int anywhere_request_build(const struct endpoint *endpoint,
                           const struct create_session *call,
                           const struct x509_key *key,
                           const struct x509_certificate *certificate,
                           time_t now, struct anywhere_request *request,
                           struct error *error)
{
    AUTO_BUFFER authorization = BUFFER(AUTHORIZATION_MAX);
    AUTO_BUFFER query = BUFFER(QUERY_MAX);
    const struct sigv4_scope scope = {now, endpoint->sign_region,
                                      "rolesanywhere"};
    char timestamp[17];
    const struct sigv4_header headers[] = {
        {"Content-Type", "application/json"},
        {"Host", endpoint->host},
        {"X-Amz-Date", timestamp},
        {"X-Amz-X509", buffer_string(&certificate->base64)},
        {"X-Amz-X509-Chain", buffer_string(&certificate->chain)},
    };
    struct sigv4_request signable = {
        .method = "POST",
        .path = endpoint->path,
        .headers = headers,
        .header_count = certificate->chain.length > 0 ? 5 : 4,
    };

    *request = (struct anywhere_request){.url = BUFFER(ANYWHERE_URL_BYTES),
                                         .body = BUFFER(BODY_MAX)};
    sigv4_timestamp(now, timestamp);
    add_parameter(&query, "profileArn", call->profile_arn);
    add_parameter(&query, "roleArn", call->role_arn);
    add_parameter(&query, "trustAnchorArn", call->trust_anchor_arn);
    buffer_addf(&request->url, "%s?%s", endpoint->url, buffer_string(&query));
    add_body(&request->body, call, certificate);
    if (query.failed || request->url.failed || request->body.failed)
        return error_set(error, ERROR_CONFIGURATION,
                         "the ARNs or the certificates of a request are too "
                         "long");
    signable.query = buffer_string(&query);
    signable.body = buffer_string(&request->body);
    signable.body_length = request->body.length;
    if (x509_authorization(&signable, &scope, key, certificate, &authorization,
                           error) != 0)
        return -1;
    if (!add_lines(request, headers, signable.header_count,
                   buffer_string(&authorization)))
        return error_set(error, ERROR_NO_MEMORY, "no memory for a request");
    return 0;
}

void anywhere_request_free(struct anywhere_request *request)
{
    buffer_free(&request->url);
    buffer_free(&request->body);
    for (size_t i = 0; i < ANYWHERE_REQUEST_LINES; i++)
        buffer_free(&request->line[i]);
    *request = (struct anywhere_request){0};
}
