/* sign_anywhere.c - build and sign the CreateSession requests that standard
 * input describes.
 *
 * Each line is a JSON object: certificate, intermediates, private_key,
 * pin_file (names as in a [source]; null: none), endpoint (or null), use_fips,
 * use_dualstack, trust_anchor_arn, profile_arn, role_arn, role_session_name
 * (or null), duration_seconds, timestamp (seconds since the epoch). Each line
 * of the output is one too: url, body and headers (a list of "name: value"),
 * or code and error. verify_anywhere.py judges them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "source/anywhere_request.h"

static char *string_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
}

static void print(cJSON *out)
{
    char *text = cJSON_PrintUnformatted(out);

    (void)puts(text != NULL ? text : "null");
    cJSON_free(text);
    cJSON_Delete(out);
}

static void print_request(const struct anywhere_request *request)
{
    cJSON *out = cJSON_CreateObject();
    cJSON *headers = cJSON_AddArrayToObject(out, "headers");

    (void)cJSON_AddStringToObject(out, "url", buffer_string(&request->url));
    (void)cJSON_AddStringToObject(out, "body", buffer_string(&request->body));
    for (size_t i = 0; request->headers[i] != NULL; i++)
        (void)cJSON_AddItemToArray(headers,
                                   cJSON_CreateString(request->headers[i]));
    print(out);
}

static void print_error(const struct error *error)
{
    cJSON *out = cJSON_CreateObject();

    (void)cJSON_AddStringToObject(out, "code",
                                  catalogue_entry(error->code)->name);
    (void)cJSON_AddStringToObject(out, "error", error->detail);
    print(out);
}

static void sign(const cJSON *line)
{
    const struct source source = {.trust_anchor_arn =
                                      string_of(line, "trust_anchor_arn"),
                                  .endpoint = string_of(line, "endpoint")};
    const struct sts_settings settings = {
        .use_fips = cJSON_IsTrue(cJSON_GetObjectItem(line, "use_fips")),
        .use_dualstack =
            cJSON_IsTrue(cJSON_GetObjectItem(line, "use_dualstack"))};
    const struct create_session call = {
        .trust_anchor_arn = source.trust_anchor_arn,
        .profile_arn = string_of(line, "profile_arn"),
        .role_arn = string_of(line, "role_arn"),
        .role_session_name = string_of(line, "role_session_name"),
        .duration_seconds = (unsigned)cJSON_GetNumberValue(
            cJSON_GetObjectItem(line, "duration_seconds")),
    };
    const time_t now =
        (time_t)cJSON_GetNumberValue(cJSON_GetObjectItem(line, "timestamp"));
    struct x509_certificate certificate = {0};
    struct x509_key key = {0};
    struct anywhere_request request = {0};
    struct endpoint endpoint;
    struct error error = {0};

    if (anywhere_endpoint(&source, &settings, &endpoint, &error) == 0 &&
        x509_certificate_read(string_of(line, "certificate"),
                              string_of(line, "intermediates"), now,
                              &certificate, &error) == 0 &&
        x509_key_load(string_of(line, "private_key"),
                      string_of(line, "pin_file"), &key, &error) == 0 &&
        anywhere_request_build(&endpoint, &call, &key, &certificate, now,
                               &request, &error) == 0)
        print_request(&request);
    else
        print_error(&error);
    anywhere_request_free(&request);
    x509_key_free(&key);
    x509_certificate_free(&certificate);
}

int main(void)
{
    char *text = NULL;
    size_t size = 0;
    int result = 0;

    while (result == 0 && getline(&text, &size, stdin) > 0) {
        cJSON *line = cJSON_Parse(text);

        result = line == NULL;
        if (line != NULL)
            sign(line);
        cJSON_Delete(line);
    }
    free(text);
    return result;
}
