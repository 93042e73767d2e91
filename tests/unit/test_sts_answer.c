/* test_sts_answer.c - reading STS's XML, and what is not STS's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/sts_answer.h"

#define KEY "<AccessKeyId>ASIAEXAMPLE012345678</AccessKeyId>"
#define SECRET "<SecretAccessKey>wJalr/XUtn+EMI=</SecretAccessKey>"
#define TOKEN "<SessionToken>FwoGZXIvYXdz//8=</SessionToken>"
#define EXPIRATION "<Expiration>2019-11-09T13:34:41Z</Expiration>"
#define ID "<AssumedRoleId>AROAEXAMPLE:alice</AssumedRoleId>"
#define ARN "<Arn>arn:aws:sts::123456789012:assumed-role/demo/alice</Arn>"
#define HEAD \
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
#define RESULT(inner) "<AssumeRoleResult>" inner "</AssumeRoleResult>"
#define CREDENTIALS(inner) "<Credentials>" inner "</Credentials>"
#define USER(inner) "<AssumedRoleUser>" inner "</AssumedRoleUser>"
#define META                                                   \
    "<ResponseMetadata><RequestId>01234567-89ab</RequestId></" \
    "ResponseMetadata>"
#define TAIL "</AssumeRoleResponse>"

static struct sts_answer read_text(const char *xml)
{
    struct sts_answer answer;

    sts_answer_read(xml, strlen(xml), &answer);
    return answer;
}

static void a_whole_answer_is_read_in_any_order(void **state)
{
    static const char *const CASES[] = {
        HEAD RESULT(USER(ARN ID) CREDENTIALS(KEY SECRET TOKEN EXPIRATION))
            META TAIL,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" HEAD META RESULT(
            "<PackedPolicySize>6</PackedPolicySize>" CREDENTIALS(
                EXPIRATION TOKEN SECRET KEY)
                USER(ID ARN) "<SourceIdentity>a</SourceIdentity>") TAIL "\n",
        "<s:AssumeRoleResponse xmlns:s=\"x\"><s:AssumeRoleResult>"
        "<s:Credentials>" KEY SECRET TOKEN EXPIRATION "</s:Credentials>"
        "<s:AssumedRoleUser>" ID ARN "</s:AssumedRoleUser>"
        "</s:AssumeRoleResult>" META "</s:AssumeRoleResponse>",
        HEAD RESULT(USER(ARN ID) CREDENTIALS(
            KEY SECRET "<SessionToken>\n  FwoGZXIv<!-- no -->YXdz&#47;/"
                       "<![CDATA[8=]]>\n</SessionToken>" EXPIRATION)) META TAIL,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct sts_answer answer = read_text(CASES[i]);
        const struct role_session *session = &answer.session;

        assert_true(answer.is_xml);
        assert_true(answer.complete);
        assert_string_equal(session->credentials.access_key_id,
                            "ASIAEXAMPLE012345678");
        assert_string_equal(session->credentials.secret_access_key,
                            "wJalr/XUtn+EMI=");
        assert_string_equal(session->credentials.session_token,
                            "FwoGZXIvYXdz//8=");
        assert_int_equal(session->credentials.expiration, 1573306481);
        assert_string_equal(session->assumed_role_id, "AROAEXAMPLE:alice");
        assert_string_equal(
            session->assumed_role_arn,
            "arn:aws:sts::123456789012:assumed-role/demo/alice");
        assert_string_equal(answer.request_id, "01234567-89ab");
        assert_string_equal(answer.error_code, "");
        sts_answer_free(&answer);
    }
}

static void an_answer_with_a_part_missing_or_bad_is_not_complete(void **state)
{
    static const char *const CASES[] = {
        HEAD RESULT(USER(ARN ID) CREDENTIALS(SECRET TOKEN EXPIRATION)) TAIL,
        HEAD RESULT(USER(ARN ID) CREDENTIALS(KEY TOKEN EXPIRATION)) TAIL,
        HEAD RESULT(USER(ARN ID) CREDENTIALS(KEY SECRET EXPIRATION)) TAIL,
        HEAD RESULT(USER(ARN ID) CREDENTIALS(KEY SECRET TOKEN)) TAIL,
        HEAD RESULT(USER(ARN) CREDENTIALS(KEY SECRET TOKEN EXPIRATION)) TAIL,
        HEAD RESULT(USER(ID) CREDENTIALS(KEY SECRET TOKEN EXPIRATION)) TAIL,
        HEAD RESULT(USER(ARN ID) CREDENTIALS(
            KEY SECRET TOKEN "<Expiration>soon</Expiration>")) TAIL,
        HEAD RESULT(USER(ARN ID) CREDENTIALS(
            KEY SECRET "<SessionToken>a b</SessionToken>" EXPIRATION)) TAIL,
        HEAD RESULT(USER(ARN ID) CREDENTIALS(
            KEY SECRET "<SessionToken>a&#10;b</SessionToken>" EXPIRATION)) TAIL,
        HEAD RESULT(USER(ARN ID) CREDENTIALS(
            "<AccessKeyId>ASIA</AccessKeyId>" SECRET TOKEN EXPIRATION)) TAIL,
        HEAD RESULT(USER(ARN ID) CREDENTIALS(
            KEY "<SecretAccessKey/>" TOKEN EXPIRATION)) TAIL,
        /* not where they belong */
        HEAD USER(ARN ID) CREDENTIALS(KEY SECRET TOKEN EXPIRATION) TAIL,
        HEAD RESULT(USER(ARN ID) KEY SECRET TOKEN EXPIRATION) TAIL,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct sts_answer answer = read_text(CASES[i]);

        assert_true(answer.is_xml);
        assert_false(answer.complete);
        sts_answer_free(&answer);
    }
}

static void an_error_is_read_with_and_without_errors_around_it(void **state)
{
    static const char *const CASES[] = {
        "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type>"
        "<Code>AccessDenied</Code><Message>User: \xc3\xa9 &amp;&#x9b;\n"
        "no</Message></Error><RequestId>r-1</RequestId></ErrorResponse>",
        "<Response><Errors><Error><Message>User: \xc3\xa9 &amp;&#x9b;\n"
        "no</Message><Code> AccessDenied </Code></Error></Errors>"
        "<RequestID>r-1</RequestID></Response>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct sts_answer answer = read_text(CASES[i]);

        assert_true(answer.is_xml);
        assert_false(answer.complete);
        assert_string_equal(answer.error_code, "AccessDenied");
        assert_string_equal(answer.error_message, "User: \xc3\xa9 &?\?\?no");
        assert_string_equal(answer.request_id, "r-1");
        sts_answer_free(&answer);
    }
}

static void what_is_not_an_answer_of_sts_is_empty(void **state)
{
    static const char *const CASES[] = {
        "",
        " ",
        "not XML",
        "{\"AssumeRoleResponse\":{}}",
        "<html><head><title>Log in</title></head></html>",
        "<!DOCTYPE html><html><body><p>Log in</body></html>",
        "<!DOCTYPE ErrorResponse [<!ENTITY a \"b\">]><ErrorResponse><Error>"
        "<Code>&a;</Code></Error></ErrorResponse>",
        "<!DOCTYPE ErrorResponse SYSTEM \"file:///etc/passwd\"><ErrorResponse>"
        "</ErrorResponse>",
        "<ErrorResponse><Error><Code>&a;</Code></Error></ErrorResponse>",
        "<GetCallerIdentityResponse></GetCallerIdentityResponse>",
        /* cut */
        HEAD RESULT(USER(ARN ID) CREDENTIALS(KEY SECRET TOKEN EXPIRATION)),
        /* twice */
        HEAD RESULT(USER(ARN ID) CREDENTIALS(KEY KEY SECRET TOKEN EXPIRATION))
            TAIL,
        HEAD RESULT(USER(ARN ID) CREDENTIALS(KEY SECRET TOKEN EXPIRATION)
                        CREDENTIALS(KEY SECRET TOKEN EXPIRATION)) TAIL,
        /* an element inside a value */
        HEAD RESULT(USER(ARN ID) CREDENTIALS(
            KEY SECRET "<SessionToken>a<b/>c</SessionToken>" EXPIRATION)) TAIL,
        /* something after the end */
        HEAD RESULT(USER(ARN ID) CREDENTIALS(KEY SECRET TOKEN EXPIRATION)) TAIL
        "<more/>",
        /* too deep */
        "<Response><a><a><a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a>"
        "</a></a></a></a></a></a></Response>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct sts_answer answer = read_text(CASES[i]);

        if (answer.is_xml || answer.complete || answer.error_code[0] != '\0' ||
            answer.session.credentials.access_key_id != NULL)
            fail_msg("taken for an answer: %s", CASES[i]);
        sts_answer_free(&answer);
    }
}

/* A whole answer with a token of `length` letters. */
static char *with_token(size_t length)
{
    static const char BEFORE[] = HEAD
        "<AssumeRoleResult>" USER(ARN ID) "<Credentials>" KEY SECRET EXPIRATION
                                          "<SessionToken>";
    static const char AFTER[] = "</SessionToken></Credentials>"
                                "</AssumeRoleResult>" TAIL;
    char *xml = malloc(sizeof(BEFORE) + length + sizeof(AFTER));

    assert_non_null(xml);
    memcpy(xml, BEFORE, sizeof(BEFORE));
    memset(xml + sizeof(BEFORE) - 1, 'T', length);
    memcpy(xml + sizeof(BEFORE) - 1 + length, AFTER, sizeof(AFTER));
    return xml;
}

static void a_token_of_64_kib_is_read_and_a_longer_one_refused(void **state)
{
    char *xml = with_token(65536);
    struct sts_answer answer = read_text(xml);

    (void)state;
    assert_true(answer.complete);
    assert_int_equal(strlen(answer.session.credentials.session_token), 65536);
    sts_answer_free(&answer);
    free(xml);
    xml = with_token(65537);
    answer = read_text(xml);
    assert_false(answer.is_xml);
    assert_null(answer.session.credentials.session_token);
    sts_answer_free(&answer);
    free(xml);
}

static void every_cut_of_an_answer_is_survived_and_never_complete(void **state)
{
    static const char WHOLE[] =
        HEAD RESULT(USER(ARN ID) CREDENTIALS(KEY SECRET TOKEN EXPIRATION))
            META TAIL;

    (void)state;
    for (size_t length = 0; length < sizeof(WHOLE) - 1; length++) {
        /* Memory of exactly that length: a read beyond it is seen. */
        char *cut = malloc(length + 1);
        struct sts_answer answer;

        assert_non_null(cut);
        memcpy(cut, WHOLE, length);
        sts_answer_read(cut, length, &answer);
        assert_false(answer.complete);
        sts_answer_free(&answer);
        free(cut);
    }
}

static void a_date_is_read_in_every_spelling_of_rfc_3339(void **state)
{
    static const struct {
        const char *text;
        time_t time;
    } GOOD[] = {
        {"1970-01-01T00:00:01Z", 1},
        {"9999-12-31T23:59:59Z", 253402300799},
        {"2019-11-09T13:34:41Z", 1573306481},
        {"2019-11-09T13:34:41.352391Z", 1573306481},
        {"2019-11-09t13:34:41.000z", 1573306481},
        {"2019-11-09T13:34:41+00:00", 1573306481},
        {"2019-11-09T14:34:41+01:00", 1573306481},
        {"2019-11-09T05:04:41.5-08:30", 1573306481},
        {"2016-12-31T23:59:60Z", 1483228799},
        {"2024-02-29T00:00:00Z", 1709164800},
        {"2100-01-01T00:00:00Z", 4102444800},
    };
    static const char *const BAD[] = {
        "",
        "2019-11-09",
        "2019-11-09T13:34:41",
        "2019-11-09T13:34:41.Z",
        "2019-11-09T13:34Z",
        "2019-13-09T13:34:41Z",
        "2019-00-09T13:34:41Z",
        "2019-11-00T13:34:41Z",
        "2019-02-30T13:34:41Z",
        "2023-02-29T00:00:00Z",
        "2019-11-09T24:34:41Z",
        "2019-11-09T13:60:41Z",
        "2019-11-09T13:34:61Z",
        "2019-11-09T13:34:41Z ",
        "2019-11-09T13:34:41+1:00",
        "2019-11-09T13:34:41+24:00",
        "2019-11-09T13:34:41+0100",
        "+2019-11-09T13:34:41Z",
        "1.5E9",
        "1573306481",
        /* 0 would be no expiration at all. */
        "1970-01-01T00:00:00Z",
        "0226-11-22T20:11:43Z",
        "9999-12-31T23:59:59-00:01",
    };
    time_t time;

    (void)state;
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        assert_true(rfc3339_parse(GOOD[i].text, &time));
        assert_int_equal(time, GOOD[i].time);
    }
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        if (rfc3339_parse(BAD[i], &time))
            fail_msg("accepted: %s", BAD[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_answer_is_read_in_any_order),
        cmocka_unit_test(an_answer_with_a_part_missing_or_bad_is_not_complete),
        cmocka_unit_test(an_error_is_read_with_and_without_errors_around_it),
        cmocka_unit_test(what_is_not_an_answer_of_sts_is_empty),
        cmocka_unit_test(a_token_of_64_kib_is_read_and_a_longer_one_refused),
        cmocka_unit_test(every_cut_of_an_answer_is_survived_and_never_complete),
        cmocka_unit_test(a_date_is_read_in_every_spelling_of_rfc_3339),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
