/* sts_request.c - see sts_request.h, and sts_assume_role_body() of sts.h
 *
 * Source: the STS service model 2011-06-15, the query protocol.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/sts_request.h"

#include <string.h>

#include "aws/sigv4.h"
#include "aws/uri.h"
#include "rules/limits.h"

enum {
    /* Fifty tags of 384 characters of four bytes, each byte three. */
    BODY_MAX = 512 * 1024,
    LINE_MAX_BYTES = 128 * 1024, /* a session token of 64 KiB fits */
    AUTHORIZATION_MAX = 4096
};

static const char CONTENT_TYPE[] =
    "application/x-www-form-urlencoded; charset=utf-8";

static void add(struct buffer *body, const char *name, const char *value)
{
    if (value == NULL)
        return;
    buffer_addf(body, "&%s=", name);
    uri_encode(body, value, strlen(value), URI_SPACE_PLUS);
}

/* "&list.N<member>=value", N from 1 */
static void add_member(struct buffer *body, const char *list, size_t index,
                       const char *member, const char *value)
{
    buffer_addf(body, "&%s.member.%zu%s=", list, index + 1, member);
    uri_encode(body, value, strlen(value), URI_SPACE_PLUS);
}

bool sts_assume_role_body(const struct assume_role *call, struct buffer *body)
{
    const bool signed_call = call->web_identity_token == NULL;

    buffer_addf(body, "Action=%s&Version=2011-06-15",
                signed_call ? "AssumeRole" : "AssumeRoleWithWebIdentity");
    add(body, "RoleArn", call->role_arn);
    add(body, "RoleSessionName", call->role_session_name);
    add(body, "WebIdentityToken", call->web_identity_token);
    for (size_t i = 0;
         call->policy_arns != NULL && i < call->policy_arns->count; i++)
        add_member(body, "PolicyArns", i, ".arn", call->policy_arns->item[i]);
    add(body, "Policy", call->policy);
    if (call->duration_seconds > 0)
        buffer_addf(body, "&DurationSeconds=%u", call->duration_seconds);
    if (!signed_call)
        return !body->failed;
    for (size_t i = 0; i < call->tag_count; i++) {
        add_member(body, "Tags", i, ".Key", call->tags[i].key);
        add_member(body, "Tags", i, ".Value", call->tags[i].value);
    }
    for (size_t i = 0;
         call->transitive_tags != NULL && i < call->transitive_tags->count; i++)
        add_member(body, "TransitiveTagKeys", i, "",
                   call->transitive_tags->item[i]);
    add(body, "ExternalId", call->external_id);
    add(body, "SourceIdentity", call->source_identity);
    return !body->failed;
}

/* The headers in `signed_header` and the Authorization over them, as lines;
 * without one where `authorization` is NULL. */
static bool add_lines(struct sts_request *request,
                      const struct sigv4_header *signed_header, size_t count,
                      const char *authorization)
{
    for (size_t i = 0; i < count + (authorization != NULL); i++) {
        struct buffer *line = &request->line[i];

        *line = BUFFER(LINE_MAX_BYTES);
        buffer_addf(line, "%s: %s",
                    i < count ? signed_header[i].name : "Authorization",
                    i < count ? signed_header[i].value : authorization);
        if (line->failed)
            return false;
        request->headers[i] = buffer_string(line);
    }
    return true;
}

bool sts_request_build(const struct endpoint *endpoint,
                       const struct credentials *caller,
                       const struct assume_role *call, time_t now,
                       struct sts_request *request)
{
    AUTO_BUFFER authorization = BUFFER(AUTHORIZATION_MAX);
    const struct sigv4_scope scope = {now, endpoint->sign_region, "sts"};
    const bool signed_call = call->web_identity_token == NULL;
    const char *token = signed_call ? caller->session_token : NULL;
    char timestamp[17];
    const struct sigv4_header headers[] = {
        {"Content-Type", CONTENT_TYPE},
        {"Host", endpoint->host},
        {"X-Amz-Date", timestamp},
        {"X-Amz-Security-Token", token},
    };
    size_t count = token != NULL ? 4 : 3;
    struct sigv4_request signable = {
        .method = "POST",
        .path = endpoint->path,
        .query = "",
        .headers = headers,
        .header_count = count,
    };

    *request = (struct sts_request){.body = BUFFER(BODY_MAX)};
    sigv4_timestamp(now, timestamp);
    if (!sts_assume_role_body(call, &request->body))
        return false;
    if (!signed_call)
        return add_lines(request, headers, 2, NULL);
    signable.body = buffer_string(&request->body);
    signable.body_length = request->body.length;
    return sigv4_authorization(&signable, &scope, caller, &authorization) &&
           add_lines(request, headers, count, buffer_string(&authorization));
}

void sts_request_free(struct sts_request *request)
{
    buffer_free(&request->body);
    for (size_t i = 0; i < STS_REQUEST_LINES; i++)
        buffer_free(&request->line[i]);
    *request = (struct sts_request){0};
}
