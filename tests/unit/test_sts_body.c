/* test_sts_body.c - the form body of AssumeRole.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/sts.h"
#include "base/buffer.h"

static void assert_body(const struct assume_role *call, const char *expected)
{
    struct buffer body = BUFFER(1 << 20);

    assert_true(sts_assume_role_body(call, &body));
    assert_string_equal(buffer_string(&body), expected);
    assert_int_equal(body.length, strlen(expected));
    buffer_free(&body);
}

static void only_what_is_given_is_sent(void **state)
{
    const struct assume_role call = {.role_arn =
                                         "arn:aws:iam::123456789012:role/demo",
                                     .role_session_name = "alice"};

    (void)state;
    assert_body(&call, "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%"
                       "3Aiam%3A%3A123456789012%3Arole%2Fdemo&RoleSessionName="
                       "alice");
}

static void everything_is_encoded_as_a_form(void **state)
{
    char *arns[] = {(char *)(uintptr_t) "arn:aws:iam::aws:policy/A",
                    (char *)(uintptr_t) "arn:aws:iam::aws:policy/B"};
    char *keys[] = {(char *)(uintptr_t) "k2"};
    const struct strings policy_arns = {arns, 2};
    const struct strings transitive = {keys, 1};
    const struct sts_tag tags[] = {{"k 1", "v~\xc3\xa9"}, {"k2", ""}};
    const struct assume_role call = {
        .role_arn = "r",
        .role_session_name = "a+b@c=d,.-_",
        .duration_seconds = 3600,
        .external_id = "x:/y",
        .source_identity = "alice",
        .policy = "{\"a\": 1}\n",
        .policy_arns = &policy_arns,
        .tags = tags,
        .tag_count = 2,
        .transitive_tags = &transitive,
    };

    (void)state;
    assert_body(&call,
                "Action=AssumeRole&Version=2011-06-15&RoleArn=r"
                "&RoleSessionName=a%2Bb%40c%3Dd%2C.-_"
                "&PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FA"
                "&PolicyArns.member.2.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FB"
                "&Policy=%7B%22a%22%3A+1%7D%0A&DurationSeconds=3600"
                "&Tags.member.1.Key=k+1&Tags.member.1.Value=v~%C3%A9"
                "&Tags.member.2.Key=k2&Tags.member.2.Value="
                "&TransitiveTagKeys.member.1=k2&ExternalId=x%3A%2Fy"
                "&SourceIdentity=alice");
}

static void a_body_beyond_its_maximum_is_refused(void **state)
{
    const struct assume_role call = {.role_arn = "r",
                                     .role_session_name = "alice"};
    struct buffer body = BUFFER(20);

    (void)state;
    assert_false(sts_assume_role_body(&call, &body));
    buffer_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_given_is_sent),
        cmocka_unit_test(everything_is_encoded_as_a_form),
        cmocka_unit_test(a_body_beyond_its_maximum_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
