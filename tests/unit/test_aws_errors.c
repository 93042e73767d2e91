/* test_aws_errors.c - from what STS said to a code and a sentence.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "aws/errors.h"

#define ROLE "arn:aws:iam::123456789012:role/demo"
#define CALLER "arn:aws:iam::123456789012:user/bastion"

static const struct assume_role CALL = {
    .role_arn = ROLE, .role_session_name = "alice", .duration_seconds = 28800};

static struct error error_for(long status, const char *code,
                              const char *message)
{
    struct sts_answer answer = {.is_xml = code[0] != '\0'};
    struct error error = {0};

    (void)snprintf(answer.error_code, sizeof(answer.error_code), "%s", code);
    (void)snprintf(answer.error_message, sizeof(answer.error_message), "%s",
                   message);
    (void)snprintf(answer.request_id, sizeof(answer.request_id), "req-77");
    assert_int_equal(aws_error(status, &answer, &CALL, &error), -1);
    assert_non_null(strstr(error.detail, "req-77"));
    return error;
}

static void each_code_of_aws_has_its_error(void **state)
{
    static const struct {
        long status;
        const char *code;
        const char *message;
        enum error_code expected;
        const char *named; /* in the detail */
    } CASES[] = {
        {403, "AccessDenied",
         "User: " CALLER " is not authorized to perform: sts:AssumeRole on "
         "resource: " ROLE,
         ERROR_ACCESS_DENIED, CALLER " to perform sts:AssumeRole on " ROLE},
        {403, "AccessDenied",
         "User: " CALLER " is not authorized to perform: sts:TagSession on "
         "resource: " ROLE " because no identity-based policy allows it",
         ERROR_ACCESS_DENIED_TAGS,
         CALLER " to perform sts:TagSession on " ROLE " because no identity"},
        {403, "AccessDenied",
         "User: " CALLER " is not authorized to perform: "
         "sts:SetSourceIdentity on resource: " ROLE,
         ERROR_ACCESS_DENIED_SOURCE_IDENTITY,
         CALLER " to perform sts:SetSourceIdentity"},
        {403, "AccessDenied", "Roles may not be assumed by root accounts.",
         ERROR_ACCESS_DENIED, "root accounts"},
        {403, "AccessDenied", "", ERROR_ACCESS_DENIED, ROLE},
        {403, "AccessDenied", " is not authorized to perform: x User: y",
         ERROR_ACCESS_DENIED, ROLE},
        {403, "ExpiredToken",
         "The security token included in the request is expired",
         ERROR_EXPIRED_KEY, "expired"},
        {400, "ExpiredTokenException", "Token expired", ERROR_EXPIRED_KEY,
         "expired"},
        {403, "InvalidClientTokenId",
         "The security token included in the request is invalid.",
         ERROR_BAD_KEY, "InvalidClientTokenId"},
        {403, "UnrecognizedClientException", "x", ERROR_BAD_KEY, "access key"},
        {403, "SignatureDoesNotMatch",
         "The request signature we calculated does not match the signature you "
         "provided.",
         ERROR_BAD_SIGNATURE, "secret access key"},
        {403, "SignatureDoesNotMatch",
         "Signature expired: 20220127T001427Z is now earlier than "
         "20220127T014428Z (20220127T015928Z - 15 min.)",
         ERROR_CLOCK,
         "this host's clock said 20220127T001427Z when AWS's said "
         "20220127T015928Z"},
        {403, "SignatureDoesNotMatch",
         "Signature not yet current: 20220127T021427Z is still later than "
         "20220127T014428Z (20220127T013928Z + 5 min.)",
         ERROR_CLOCK,
         "this host's clock said 20220127T021427Z when AWS's said "
         "20220127T013928Z"},
        {403, "SignatureDoesNotMatch", "Signature expired: long ago",
         ERROR_CLOCK, "too far apart"},
        {403, "SignatureDoesNotMatch",
         "Date in Credential scope does not match YYYYMMDD from ISO-8601",
         ERROR_CLOCK, "too far apart"},
        {403, "SignatureDoesNotMatch",
         "Credential should be scoped to a valid region, not 'us-east-2'. ",
         ERROR_CONFIGURATION, "sts_region"},
        {403, "SignatureDoesNotMatch",
         "Credential should be scoped to correct service: 'sts'. ",
         ERROR_CONFIGURATION, "sts_endpoint"},
        {400, "RequestExpired", "x", ERROR_CLOCK, "too far apart"},
        {403, "RequestTimeTooSkewed", "x", ERROR_CLOCK, "too far apart"},
        {400, "ValidationError",
         "The requested DurationSeconds exceeds the MaxSessionDuration set for "
         "this role.",
         ERROR_DURATION, "28800"},
        {400, "ValidationError",
         "The requested DurationSeconds exceeds the 1 hour session limit for "
         "roles assumed by role chaining.",
         ERROR_CHAINING, "28800"},
        {400, "ValidationError",
         "1 validation error detected: Value 'x y' at 'roleSessionName' failed",
         ERROR_VALIDATION, "'x y' at 'roleSessionName'"},
        {400, "PackedPolicyTooLarge",
         "Packed policy consumes 157% of allotted space, please use smaller "
         "policy.",
         ERROR_PACKED_POLICY, "157%"},
        {400, "MalformedPolicyDocument", "Syntax errors in policy.",
         ERROR_MALFORMED_POLICY, "Syntax errors"},
        {403, "RegionDisabledException",
         "STS is not activated in this region for account:123456789012.",
         ERROR_REGION_DISABLED, "account:123456789012"},
        {400, "Throttling", "Rate exceeded", ERROR_THROTTLED, "Rate exceeded"},
        {429, "TooManyRequestsException", "", ERROR_THROTTLED, ROLE},
        {500, "InternalFailure", "x", ERROR_AWS_FAILURE, "InternalFailure"},
        {503, "ServiceUnavailable", "x", ERROR_AWS_FAILURE, "HTTP 503"},
        {500, "SomethingNew", "x", ERROR_AWS_FAILURE, "SomethingNew"},
        {403, "OptInRequired", "x", ERROR_AWS_OTHER, "OptInRequired"},
        {400, "IncompleteSignature", "x", ERROR_AWS_OTHER,
         "IncompleteSignature"},
        {403, "MissingAuthenticationToken", "x", ERROR_AWS_OTHER,
         "MissingAuthenticationToken"},
        /* no code at all */
        {500, "", "", ERROR_AWS_FAILURE, "HTTP 500"},
        {502, "", "", ERROR_AWS_FAILURE, "HTTP 502"},
        {429, "", "", ERROR_THROTTLED, "HTTP 429"},
        {302, "", "", ERROR_BAD_ANSWER, "redirect"},
        {511, "", "", ERROR_BAD_ANSWER, "captive portal"},
        {407, "", "", ERROR_BAD_ANSWER, "proxy"},
        {200, "", "", ERROR_BAD_ANSWER, "captive portal"},
        {404, "", "", ERROR_BAD_ANSWER, "not STS's XML"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct error error =
            error_for(CASES[i].status, CASES[i].code, CASES[i].message);

        if (error.code != CASES[i].expected)
            fail_msg("%s: %s instead of %s", CASES[i].message,
                     catalogue_entry(error.code)->name,
                     catalogue_entry(CASES[i].expected)->name);
        if (strstr(error.detail, CASES[i].named) == NULL)
            fail_msg("no \"%s\" in: %s", CASES[i].named, error.detail);
    }
}

static void half_a_result_is_a_bad_answer(void **state)
{
    const struct sts_answer answer = {.is_xml = true};
    struct error error = {0};

    (void)state;
    assert_int_equal(aws_error(200, &answer, &CALL, &error), -1);
    assert_int_equal(error.code, ERROR_BAD_ANSWER);
    assert_non_null(strstr(error.detail, "lacks"));
}

static void what_may_hold_the_token_is_never_quoted(void **state)
{
    static const char *const CODES[] = {
        "SignatureDoesNotMatch", "IncompleteSignature",       "ExpiredToken",
        "InvalidClientTokenId",  "InternalFailure",           "SomethingNew",
        "RequestExpired",        "MissingAuthenticationToken"};
    static const char *const BEFORE[] = {
        "The request signature we calculated does not match. ",
        "Signature expired: ", "Credential should be scoped to a valid region ",
        "Date in Credential scope ", ""};

    (void)state;
    for (size_t i = 0; i < sizeof(CODES) / sizeof(CODES[0]); i++)
        for (size_t k = 0; k < sizeof(BEFORE) / sizeof(BEFORE[0]); k++) {
            char message[512];
            struct error error;

            (void)snprintf(message, sizeof(message),
                           "%sThe Canonical String for this request should "
                           "have been 'POST / x-amz-security-token:S3CR3T'",
                           BEFORE[k]);
            error = error_for(403, CODES[i], message);
            assert_null(strstr(error.detail, "S3CR3T"));
            assert_null(strstr(error.detail, "Canonical"));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_of_aws_has_its_error),
        cmocka_unit_test(half_a_result_is_a_bad_answer),
        cmocka_unit_test(what_may_hold_the_token_is_never_quoted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
