/* test_sigv4.c - SigV4, stage by stage, against AWS's own vectors.
 *
 * The vectors are read from ../shared/sigv4-vectors where that exists: AWS's
 * test suite (aws-c-auth, tests/aws-signing-test-suite/v4), and requests of
 * STS's shape made with botocore.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "aws/hash.h"
#include "aws/sigv4.h"
#include "aws/uri.h"

#define VECTORS "../shared/sigv4-vectors"

enum { FILE_MAX = 1 << 20, HEADERS = 80, CASES_EXPECTED = 31 };

static char *read_file(const char *folder, const char *name)
{
    char path[512];
    char *text = calloc(1, FILE_MAX);
    FILE *file;
    size_t length;

    assert_non_null(text);
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "re");
    if (file == NULL)
        fail_msg("cannot open %s", path);
    length = fread(text, 1, FILE_MAX - 1, file);
    assert_true(length < FILE_MAX - 1);
    (void)fclose(file);
    return text;
}

static const char *string_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
}

/* "2015-08-30T12:36:00Z" */
static time_t time_of(const char *text)
{
    struct tm utc = {0};

    assert_non_null(strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc));
    return timegm(&utc);
}

/* Every stage of one request, compared separately. */
static void check_stages(const char *name, const struct sigv4_request *request,
                         const struct sigv4_scope *scope,
                         const struct credentials *credentials,
                         const char *canonical_expected,
                         const char *string_expected,
                         const char *signature_expected,
                         const char *authorization_expected)
{
    struct buffer canonical = BUFFER(FILE_MAX);
    struct buffer names = BUFFER(FILE_MAX);
    struct buffer string = BUFFER(FILE_MAX);
    struct buffer authorization = BUFFER(FILE_MAX);
    unsigned char key[SIGV4_HASH];
    char signature[SIGV4_HEX + 1];

    assert_true(sigv4_canonical_request(request, &canonical, &names));
    if (strcmp(buffer_string(&canonical), canonical_expected) != 0)
        fail_msg("%s: canonical request\n%s\nexpected\n%s", name,
                 buffer_string(&canonical), canonical_expected);
    /* The later stages start from what is right, not from what came before. */
    assert_true(sigv4_string_to_sign(scope, canonical_expected,
                                     strlen(canonical_expected), &string));
    if (strcmp(buffer_string(&string), string_expected) != 0)
        fail_msg("%s: string to sign\n%s", name, buffer_string(&string));
    assert_true(sigv4_signing_key(scope, credentials->secret_access_key, key));
    assert_true(sigv4_signature(key, string_expected, strlen(string_expected),
                                signature));
    if (strcmp(signature, signature_expected) != 0)
        fail_msg("%s: signature %s", name, signature);
    assert_true(
        sigv4_authorization(request, scope, credentials, &authorization));
    if (strcmp(buffer_string(&authorization), authorization_expected) != 0)
        fail_msg("%s: Authorization: %s\nexpected %s", name,
                 buffer_string(&authorization), authorization_expected);
    buffer_free(&canonical);
    buffer_free(&names);
    buffer_free(&string);
    buffer_free(&authorization);
}

/* A line of the request; a line that begins with a space goes on the one
 * before. Cut out of `*rest` in place. */
static char *next_line(char **rest)
{
    char *line = *rest;
    char *end = line;

    if (*line == '\0' || *line == '\n')
        return NULL;
    for (;;) {
        end += strcspn(end, "\n");
        if (*end == '\0' || (end[1] != ' ' && end[1] != '\t'))
            break;
        end++;
    }
    *rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    return line;
}

static void check_case(const char *folder, const char *name)
{
    char *context_text = read_file(folder, "context.json");
    char *text = read_file(folder, "request.txt");
    char *canonical = read_file(folder, "header-canonical-request.txt");
    char *string = read_file(folder, "header-string-to-sign.txt");
    char *signature = read_file(folder, "header-signature.txt");
    char *signed_text = read_file(folder, "header-signed-request.txt");
    cJSON *context = cJSON_Parse(context_text);
    const cJSON *keys = cJSON_GetObjectItem(context, "credentials");
    const char *token = string_of(keys, "token");
    const struct credentials credentials = {
        .access_key_id =
            cJSON_GetStringValue(cJSON_GetObjectItem(keys, "access_key_id")),
        .secret_access_key = cJSON_GetStringValue(
            cJSON_GetObjectItem(keys, "secret_access_key")),
    };
    struct sigv4_scope scope = {time_of(string_of(context, "timestamp")),
                                string_of(context, "region"),
                                string_of(context, "service")};
    struct sigv4_header headers[HEADERS];
    struct sigv4_request request = {.query = "", .headers = headers};
    char timestamp[17];
    char hash[HASH_HEX + 1];
    char *rest = text;
    char *line = next_line(&rest);
    char *target;
    char *authorization;

    /* "GET /a b?c HTTP/1.1" */
    request.method = line;
    target = strchr(line, ' ');
    assert_non_null(target);
    *target++ = '\0';
    *strrchr(target, ' ') = '\0';
    request.path = target;
    target = strchr(target, '?');
    if (target != NULL) {
        *target = '\0';
        request.query = target + 1;
    }
    while ((line = next_line(&rest)) != NULL) {
        char *colon = strchr(line, ':');

        assert_non_null(colon);
        *colon = '\0';
        headers[request.header_count++] =
            (struct sigv4_header){line, colon + 1};
    }
    request.body = *rest == '\n' ? rest + 1 : rest;
    request.body_length = strlen(request.body);
    sigv4_timestamp(scope.time, timestamp);
    headers[request.header_count++] =
        (struct sigv4_header){"X-Amz-Date", timestamp};
    if (token != NULL &&
        !cJSON_IsTrue(cJSON_GetObjectItem(context, "omit_session_token")))
        headers[request.header_count++] =
            (struct sigv4_header){"X-Amz-Security-Token", token};
    if (cJSON_IsTrue(cJSON_GetObjectItem(context, "sign_body"))) {
        assert_true(hash_hex(request.body, request.body_length, hash));
        headers[request.header_count++] =
            (struct sigv4_header){"X-Amz-Content-Sha256", hash};
    }
    authorization = strstr(signed_text, "\nAuthorization:");
    assert_non_null(authorization);
    authorization += strlen("\nAuthorization:");
    authorization[strcspn(authorization, "\n")] = '\0';
    check_stages(name, &request, &scope, &credentials, canonical, string,
                 signature, authorization);
    cJSON_Delete(context);
    free(context_text);
    free(text);
    free(canonical);
    free(string);
    free(signature);
    free(signed_text);
}

/* The cases that ask for the path as it stands are S3's. */
static bool is_for_s3(const char *folder)
{
    char *text = read_file(folder, "context.json");
    cJSON *context = cJSON_Parse(text);
    bool as_it_stands;

    assert_non_null(context);
    as_it_stands = cJSON_IsFalse(cJSON_GetObjectItem(context, "normalize"));
    cJSON_Delete(context);
    free(text);
    return as_it_stands;
}

static void every_case_of_the_aws_test_suite_is_signed_alike(void **state)
{
    DIR *all = opendir(VECTORS "/v4");
    const struct dirent *entry;
    unsigned count = 0;

    (void)state;
    if (all == NULL) {
        print_message("# no " VECTORS "/v4 here\n");
        skip();
    }
    while ((entry = readdir(all)) != NULL) {
        char folder[512];

        (void)snprintf(folder, sizeof(folder), VECTORS "/v4/%s", entry->d_name);
        if (entry->d_name[0] == '.' || is_for_s3(folder))
            continue;
        check_case(folder, entry->d_name);
        count++;
    }
    (void)closedir(all);
    assert_true(count >= CASES_EXPECTED);
}

static void every_sts_request_of_botocore_is_signed_alike(void **state)
{
    struct stat status;
    char *text;
    cJSON *list;
    const cJSON *item;
    unsigned count = 0;

    (void)state;
    if (stat(VECTORS "/sts-botocore-1.43.11.json", &status) != 0) {
        print_message("# no " VECTORS " here\n");
        skip();
    }
    text = read_file(VECTORS, "sts-botocore-1.43.11.json");
    list = cJSON_Parse(text);
    cJSON_ArrayForEach(item, list)
    {
        const char *token = string_of(item, "session_token");
        struct sigv4_scope scope = {time_of(string_of(item, "timestamp")),
                                    string_of(item, "region"),
                                    string_of(item, "service")};
        char timestamp[17];
        const struct sigv4_header headers[] = {
            {"Host", string_of(item, "host")},
            {"Content-Type", string_of(item, "content_type")},
            {"X-Amz-Date", timestamp},
            {"X-Amz-Security-Token", token},
        };
        const struct sigv4_request request = {string_of(item, "method"),
                                              string_of(item, "path"),
                                              "",
                                              headers,
                                              token != NULL ? 4 : 3,
                                              string_of(item, "body"),
                                              strlen(string_of(item, "body"))};
        const struct credentials credentials = {
            .access_key_id =
                cJSON_GetStringValue(cJSON_GetObjectItem(item, "access_key")),
            .secret_access_key =
                cJSON_GetStringValue(cJSON_GetObjectItem(item, "secret_key"))};

        sigv4_timestamp(scope.time, timestamp);
        check_stages(string_of(item, "name"), &request, &scope, &credentials,
                     string_of(item, "canonical_request"),
                     string_of(item, "string_to_sign"),
                     string_of(item, "signature"),
                     string_of(item, "authorization"));
        count++;
    }
    assert_true(count >= 8);
    cJSON_Delete(list);
    free(text);
}

static void a_path_is_normalised_and_encoded(void **state)
{
    static const char *const CASES[][2] = {
        {"", "/"},
        {"/", "/"},
        {"//", "/"},
        {"/a/../..", "/"},
        {"/../a", "/a"},
        {"/a/./b/", "/a/b/"},
        {"/a%20b", "/a%2520b"},
        {"/a+b=c", "/a%2Bb%3Dc"},
        {"/a//b", "/a/b"},
        {"/...", "/..."},
        {"/a/b/../c", "/a/c"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct buffer out = BUFFER(100);

        uri_canonical_path(&out, CASES[i][0]);
        assert_string_equal(buffer_string(&out), CASES[i][1]);
        buffer_free(&out);
    }
}

static void a_query_is_sorted_and_encoded_once(void **state)
{
    static const char *const CASES[][2] = {
        {"", ""},
        {"a", "a="},
        {"b=2&a=1", "a=1&b=2"},
        {"a=2&a=1&a=", "a=&a=1&a=2"},
        {"a-b=1&a=2", "a=2&a-b=1"},
        {"a=%7e%2F/", "a=~%2F%2F"},
        {"a=1=2&&", "a=1%3D2"},
        {"a=%&b=%4&c=%zz", "a=%25&b=%254&c=%25zz"},
        {"B=1&a=2", "B=1&a=2"},
    };
    char many[65 * 2 + 1] = "";
    struct buffer out = BUFFER(1000);

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        buffer_clear(&out);
        uri_canonical_query(&out, CASES[i][0]);
        assert_string_equal(buffer_string(&out), CASES[i][1]);
    }
    for (size_t i = 0; i < 65; i++)
        memcpy(many + 2 * i, "a&", 3);
    buffer_clear(&out);
    uri_canonical_query(&out, many);
    assert_true(out.failed);
    buffer_free(&out);
}

static void more_than_64_headers_are_refused(void **state)
{
    struct sigv4_header headers[65];
    const struct sigv4_request request = {
        "GET", "/", "", headers, sizeof(headers) / sizeof(headers[0]), "", 0};
    struct buffer canonical = BUFFER(FILE_MAX);
    struct buffer names = BUFFER(FILE_MAX);

    (void)state;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        headers[i] = (struct sigv4_header){"a", "b"};
    assert_false(sigv4_canonical_request(&request, &canonical, &names));
    buffer_free(&canonical);
    buffer_free(&names);
}

static void a_buffer_that_is_too_small_is_no_signature(void **state)
{
    const struct sigv4_request request = {"GET", "/", "", NULL, 0, NULL, 0};
    const struct sigv4_scope scope = {0, "eu-west-1", "sts"};
    char id[] = "AKIDEXAMPLE";
    char secret[] = "secret";
    const struct credentials credentials = {.access_key_id = id,
                                            .secret_access_key = secret};
    struct buffer small = BUFFER(10);
    struct buffer names = BUFFER(10);

    (void)state;
    assert_false(sigv4_canonical_request(&request, &small, &names));
    buffer_clear(&small);
    assert_false(sigv4_string_to_sign(&scope, "x", 1, &small));
    buffer_clear(&small);
    assert_false(sigv4_authorization(&request, &scope, &credentials, &small));
    buffer_free(&small);
    buffer_free(&names);
}

static void a_timestamp_is_utc_and_always_whole(void **state)
{
    char timestamp[17];

    (void)state;
    sigv4_timestamp(1440938160, timestamp);
    assert_string_equal(timestamp, "20150830T123600Z");
    sigv4_timestamp(0, timestamp);
    assert_string_equal(timestamp, "19700101T000000Z");
    sigv4_timestamp(INT64_MAX, timestamp);
    assert_int_equal(strlen(timestamp), 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_the_aws_test_suite_is_signed_alike),
        cmocka_unit_test(every_sts_request_of_botocore_is_signed_alike),
        cmocka_unit_test(a_path_is_normalised_and_encoded),
        cmocka_unit_test(a_query_is_sorted_and_encoded_once),
        cmocka_unit_test(more_than_64_headers_are_refused),
        cmocka_unit_test(a_buffer_that_is_too_small_is_no_signature),
        cmocka_unit_test(a_timestamp_is_utc_and_always_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
