/* test_anywhere.c - ARNs, endpoints, keys' names and errors of IAM Roles
 * Anywhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/anywhere_arn.h"
#include "rules/values.h"
#include "source/anywhere_error.h"
#include "source/anywhere_request.h"

#define ANCHOR "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/0a-1B"

static void good_arns_are_taken_and_give_their_region(void **state)
{
    static const struct {
        const char *arn;
        const char *kind;
        const char *region;
    } good[] = {
        {ANCHOR, "trust-anchor", "eu-west-1"},
        {"arn:aws-us-gov:rolesanywhere:us-gov-west-1:000000000000:profile/f",
         "profile", "us-gov-west-1"},
        {"arn:aws-cn:rolesanywhere:cn-north-1:123456789012:profile/0-0",
         "profile", "cn-north-1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char region[ANYWHERE_REGION_BYTES] = "";
        const char *what = NULL;

        assert_true(
            anywhere_arn_is_valid(good[i].arn, good[i].kind, region, &what));
        assert_string_equal(region, good[i].region);
    }
}

static void bad_arns_are_refused_with_what_was_expected(void **state)
{
    static const struct {
        const char *arn;
        const char *what;
    } bad[] = {
        {"", "arn:"},
        {"arn", "arn:"},
        {"arm:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/0", "arn:"},
        {"arn:moon:rolesanywhere:eu-west-1:123456789012:trust-anchor/0",
         "partition"},
        {"arn:aws:iam:eu-west-1:123456789012:trust-anchor/0", "Roles Anywhere"},
        {"arn:aws:rolesanywhere::123456789012:trust-anchor/0", "Region"},
        {"arn:aws:rolesanywhere:EU:123456789012:trust-anchor/0", "Region"},
        {"arn:aws:rolesanywhere:a/b:123456789012:trust-anchor/0", "Region"},
        {"arn:aws:rolesanywhere:eu-west-1:12345678901:trust-anchor/0",
         "12 digits"},
        {"arn:aws:rolesanywhere:eu-west-1:12345678901x:trust-anchor/0",
         "12 digits"},
        {"arn:aws:rolesanywhere:eu-west-1:123456789012:profile/0",
         "trust-anchor/ID"},
        {"arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor",
         "trust-anchor/ID"},
        {"arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/", "hex"},
        {"arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/0\"",
         "hex"},
        {"arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/0/1",
         "hex"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *what = "";

        assert_false(
            anywhere_arn_is_valid(bad[i].arn, "trust-anchor", NULL, &what));
        assert_non_null(strstr(what, bad[i].what));
    }
}

static void a_region_that_is_too_long_is_refused(void **state)
{
    char arn[400];
    const char *what = "";

    (void)state;
    (void)snprintf(arn, sizeof(arn),
                   "arn:aws:rolesanywhere:%0200d:123456789012:trust-anchor/0",
                   1);
    assert_false(anywhere_arn_is_valid(arn, "trust-anchor", NULL, &what));
}

static void the_endpoint_is_the_trust_anchors_or_the_sources_own(void **state)
{
    static char own[] = "https://vpce-1.example.com:8443/stage/";
    static char anchor[] = ANCHOR;
    struct source source = {.trust_anchor_arn = anchor};
    struct sts_settings settings = {.region = NULL};
    struct endpoint endpoint;
    struct error error = {0};

    (void)state;
    assert_int_equal(anywhere_endpoint(&source, &settings, &endpoint, &error),
                     0);
    assert_string_equal(endpoint.url, "https://rolesanywhere.eu-west-1."
                                      "amazonaws.com/sessions");
    assert_string_equal(endpoint.path, "/sessions");
    assert_string_equal(endpoint.sign_region, "eu-west-1");
    settings.use_fips = true;
    settings.use_dualstack = true;
    assert_int_equal(anywhere_endpoint(&source, &settings, &endpoint, &error),
                     0);
    assert_string_equal(endpoint.host, "rolesanywhere-fips.eu-west-1.api.aws");
    source.endpoint = own; /* as it stands, whatever the role's settings */
    assert_int_equal(anywhere_endpoint(&source, &settings, &endpoint, &error),
                     0);
    assert_string_equal(endpoint.url,
                        "https://vpce-1.example.com:8443/stage/sessions");
    assert_string_equal(endpoint.host, "vpce-1.example.com:8443");
    assert_string_equal(endpoint.path, "/stage/sessions");
    assert_string_equal(endpoint.sign_region, "eu-west-1");
}

static void a_private_key_is_a_path_a_uri_or_a_handle(void **state)
{
    static const struct {
        const char *value;
        const char *what; /* NULL: good */
    } values[] = {
        {"/etc/awsrole/key.pem", NULL},
        {"pkcs11:token=a;object=b", NULL},
        {"pkcs11:object=b?module-path=/usr/lib/x_1.2+3-4.so", NULL},
        {"pkcs11:object=b?module-path=/x.so&max=1", NULL},
        {"handle:0x81000001", NULL},
        {"handle:0xFFFFFFFF", NULL},
        {"key.pem", "absolute path"},
        {"pkcs12:x", "absolute path"},
        {"pkcs11:object=a b", "RFC 7512"},
        {"pkcs11:object=a?pin-value=1", "pin_file"},
        {"pkcs11:pin-value=1;object=a", "pin_file"},
        {"pkcs11:object=a?x=1&pin-source=file:/x", "pin_file"},
        {"pkcs11:object=a?module-path=x.so", "module-path"},
        {"pkcs11:object=a?module-path=/x$ENV::y", "module-path"},
        {"pkcs11:object=a?module-path=/x\\ny", "module-path"},
        {"pkcs11:object=a?module-path=/x#y", "module-path"},
        {"handle:81000001", "handle:0x"},
        {"handle:0x", "hex digits"},
        {"handle:0x810000011", "hex digits"},
        {"handle:0x81000001?pass", "hex digits"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char what[VALUE_WHAT_MAX] = "";
        char *field = NULL;
        bool good = value_private_key(values[i].value, &field, what);

        assert_int_equal(good, values[i].what == NULL);
        if (good)
            assert_string_equal(field, values[i].value);
        else
            assert_non_null(strstr(what, values[i].what));
        free(field);
    }
}

static void
every_error_of_the_service_becomes_one_of_the_catalogue(void **state)
{
    static const struct {
        long status;
        const char *type; /* of the header */
        const char *body;
        enum error_code code;
        const char *said;
    } cases[] = {
        {403, "AccessDeniedException", "{\"message\":\"Untrusted\"}",
         ERROR_ANYWHERE_DENIED, "intermediates"},
        {403, "AccessDeniedException:http://internal.amazon.com/", "{}",
         ERROR_ANYWHERE_DENIED, "(AccessDeniedException, HTTP 403"},
        {403, "", "{\"__type\":\"com.a#AccessDeniedException\"}",
         ERROR_ANYWHERE_DENIED, "CreateSession for R"},
        {403, "AccessDeniedException", "{\"message\":\"Signature expired: a\"}",
         ERROR_CLOCK, "expired"},
        {403, "InvalidSignatureException", "{}", ERROR_ANYWHERE_DENIED, "R"},
        {404, "ResourceNotFoundException", "{\"message\":\"no\\u0007ne\"}",
         ERROR_ANYWHERE_NOT_FOUND, "T or P"},
        {400, "ValidationException", "{\"message\":\"durationSeconds\"}",
         ERROR_VALIDATION, "\"durationSeconds\""},
        {429, "", "", ERROR_THROTTLED, "HTTP 429"},
        {400, "ThrottlingException", "{}", ERROR_THROTTLED, "too often"},
        {500, "InternalServerException", "{}", ERROR_AWS_FAILURE, "HTTP 500"},
        {503, "", "<html>", ERROR_AWS_FAILURE, "HTTP 503"},
        {418, "TeapotException", "{}", ERROR_AWS_OTHER, "TeapotException"},
        {302, "", "", ERROR_BAD_ANSWER, "captive portal"},
        {511, "", "<html>", ERROR_BAD_ANSWER, "HTTP 511"},
        {404, "", "<html>", ERROR_BAD_ANSWER, "HTTP 404"},
    };
    const struct create_session call = {
        .trust_anchor_arn = "T", .profile_arn = "P", .role_arn = "R"};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_answer answer = {.status = cases[i].status,
                                     .body = BUFFER(HTTP_ANSWER_MAX),
                                     .request_id = "1b2c"};
        struct error error = {0};

        (void)snprintf(answer.error_type, sizeof(answer.error_type), "%s",
                       cases[i].type);
        buffer_add_string(&answer.body, cases[i].body);
        assert_int_equal(anywhere_error(&answer, &call, &error), -1);
        assert_int_equal(error.code, cases[i].code);
        assert_non_null(strstr(error.detail, cases[i].said));
        assert_non_null(strstr(error.detail, "CreateSession"));
        assert_non_null(strstr(error.detail, "1b2c"));
        assert_null(strchr(error.detail, '\a'));
        http_answer_free(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_arns_are_taken_and_give_their_region),
        cmocka_unit_test(bad_arns_are_refused_with_what_was_expected),
        cmocka_unit_test(a_region_that_is_too_long_is_refused),
        cmocka_unit_test(the_endpoint_is_the_trust_anchors_or_the_sources_own),
        cmocka_unit_test(a_private_key_is_a_path_a_uri_or_a_handle),
        cmocka_unit_test(
            every_error_of_the_service_becomes_one_of_the_catalogue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
