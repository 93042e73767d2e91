/* sign_requests.c - sign the requests that standard input describes.
 *
 * Each line is a JSON object: access_key_id, secret_access_key,
 * session_token (or null), region, endpoint (or null), timestamp (seconds
 * since the epoch), and the parameters of AssumeRole. Each line of the output
 * is one too: url, body, and headers (a list of "name: value").
 * verify_with_botocore.py says whether botocore agrees.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "aws/sts_request.h"

enum { LIST_MAX = 64 };

static char *string_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
}

static size_t list_of(const cJSON *object, const char *name,
                      char *list[LIST_MAX])
{
    const cJSON *item;
    size_t count = 0;

    cJSON_ArrayForEach(item, cJSON_GetObjectItem(object, name))
    {
        if (count < LIST_MAX)
            list[count++] = cJSON_GetStringValue(item);
    }
    return count;
}

static size_t tags_of(const cJSON *object, struct sts_tag tags[LIST_MAX])
{
    const cJSON *item;
    size_t count = 0;

    cJSON_ArrayForEach(item, cJSON_GetObjectItem(object, "tags"))
    {
        if (count < LIST_MAX)
            tags[count++] = (struct sts_tag){string_of(item, "key"),
                                             string_of(item, "value")};
    }
    return count;
}

static void print(const struct endpoint *endpoint,
                  const struct sts_request *request)
{
    cJSON *out = cJSON_CreateObject();
    cJSON *headers = cJSON_AddArrayToObject(out, "headers");
    char *text;

    (void)cJSON_AddStringToObject(out, "url", endpoint->url);
    (void)cJSON_AddStringToObject(out, "body", buffer_string(&request->body));
    for (size_t i = 0; request->headers[i] != NULL; i++)
        (void)cJSON_AddItemToArray(headers,
                                   cJSON_CreateString(request->headers[i]));
    text = cJSON_PrintUnformatted(out);
    (void)puts(text != NULL ? text : "null");
    cJSON_free(text);
    cJSON_Delete(out);
}

static int sign(const cJSON *line)
{
    const struct sts_settings settings = {.region = string_of(line, "region"),
                                          .endpoint =
                                              string_of(line, "endpoint")};
    const struct credentials caller = {
        .access_key_id = string_of(line, "access_key_id"),
        .secret_access_key = string_of(line, "secret_access_key"),
        .session_token = string_of(line, "session_token")};
    char *arns[LIST_MAX];
    char *keys[LIST_MAX];
    struct sts_tag tags[LIST_MAX];
    const struct strings policy_arns = {arns,
                                        list_of(line, "policy_arns", arns)};
    const struct strings transitive = {keys,
                                       list_of(line, "transitive_tags", keys)};
    const struct assume_role call = {
        .role_arn = string_of(line, "role_arn"),
        .role_session_name = string_of(line, "role_session_name"),
        .duration_seconds = (unsigned)cJSON_GetNumberValue(
            cJSON_GetObjectItem(line, "duration_seconds")),
        .external_id = string_of(line, "external_id"),
        .source_identity = string_of(line, "source_identity"),
        .policy = string_of(line, "policy"),
        .policy_arns = &policy_arns,
        .tags = tags,
        .tag_count = tags_of(line, tags),
        .transitive_tags = &transitive,
    };
    time_t now =
        (time_t)cJSON_GetNumberValue(cJSON_GetObjectItem(line, "timestamp"));
    struct endpoint endpoint;
    struct sts_request request = {0};
    struct error error = {0};
    int result = 1;

    if (endpoint_resolve(&settings, &endpoint, &error) != 0) {
        (void)fprintf(stderr, "%s\n", error.detail);
        return 1;
    }
    if (sts_request_build(&endpoint, &caller, &call, now, &request)) {
        print(&endpoint, &request);
        result = 0;
    }
    sts_request_free(&request);
    return result;
}

int main(void)
{
    char *text = NULL;
    size_t size = 0;
    int result = 0;

    while (result == 0 && getline(&text, &size, stdin) > 0) {
        cJSON *line = cJSON_Parse(text);

        result = line == NULL ? 1 : sign(line);
        cJSON_Delete(line);
    }
    free(text);
    return result;
}
