/* test_region.c - Regions, partitions and ARNs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/region.h"

static void each_region_is_in_its_partition(void **state)
{
    static const char *const CASES[][2] = {
        {"eu-west-1", "aws"},
        {"us-east-1", "aws"},
        {"mx-central-1", "aws"},
        {"cn-north-1", "aws-cn"},
        {"us-gov-west-1", "aws-us-gov"},
        {"eusc-de-east-1", "aws-eusc"},
        {"us-iso-east-1", "aws-iso"},
        {"us-isob-east-1", "aws-iso-b"},
        {"eu-isoe-west-1", "aws-iso-e"},
        {"us-isof-south-1", "aws-iso-f"},
        {"aws-global", "aws"},
        {"aws-cn-global", "aws-cn"},
        {"aws-us-gov-global", "aws-us-gov"},
        {"xx-foo-1", "aws"},
        {"cn-north", "aws"},
        {"cn-north-1a", "aws"},
        {"cn-a-b-1", "aws"},
        {"-global", "aws"},
        {"", "aws"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        assert_string_equal(partition_of_region(CASES[i][0])->name,
                            CASES[i][1]);
}

static void a_partition_is_found_by_its_whole_name_only(void **state)
{
    (void)state;
    assert_string_equal(partition_named("aws-cn")->dns_suffix,
                        "amazonaws.com.cn");
    assert_null(partition_named("aws-c"));
    assert_null(partition_named("aws-cn2"));
    assert_null(partition_named(""));
}

static void a_region_is_a_lower_case_host_label(void **state)
{
    static const char *const GOOD[] = {"eu-west-1", "aws-global", "x"};
    static const char *const BAD[] = {
        "",
        "-a",
        "a-",
        "EU",
        "a.b",
        "a/b",
        "a b",
        "a_b",
        "eu-west-1\n",
        "\xc3\xa9",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

    (void)state;
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++)
        assert_true(region_is_valid(GOOD[i]));
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        assert_false(region_is_valid(BAD[i]));
}

static void a_role_arn_is_checked_part_by_part(void **state)
{
    static const char *const GOOD[] = {
        "arn:aws:iam::123456789012:role/A",
        "arn:aws-cn:iam::123456789012:role/path/to/Name_+=,.@-",
        "arn:aws-us-gov:iam::123456789012:role/aws-service-role/x!/Y"};
    static const struct {
        const char *arn;
        const char *expected; /* some word of what was expected */
    } BAD[] = {
        {"", "20 to 2048"},
        {"arn:aws:iam::12", "20 to 2048"},
        {"urn:aws:iam::123456789012:role/A", "begins with arn:"},
        {"arn:awz:iam::123456789012:role/A", "partition"},
        {"arn::iam::123456789012:role/A", "partition"},
        {"arn:aws:sts::123456789012:assumed-role/A/b", "of IAM"},
        {"arn:aws:iam:eu-west-1:123456789012:role/A", "no Region"},
        {"arn:aws:iam::12345678901:role/A", "12 digits"},
        {"arn:aws:iam::12345678901x:role/A", "12 digits"},
        {"arn:aws:iam::aws:role/AAAAAAAA", "12 digits"},
        {"arn:aws:iam::123456789012:user/A", "role/NAME"},
        {"arn:aws:iam::123456789012:role", "role/NAME"},
        {"arn:aws:iam::123456789012:role/", "role/NAME"},
        {"arn:aws:iam::123456789012:role//A", "role/NAME"},
        {"arn:aws:iam::123456789012:role/a/", "role/NAME"},
        {"arn:aws:iam::123456789012:role/A B", "role/NAME"},
        {"arn:aws:iam::123456789012:role/p q/B", "role/NAME"},
        {"arn:aws:iam::123456789012:role/A\n", "role/NAME"},
        {"arn:aws:iam::123456789012:role/A:b", "role/NAME"},
        {"arn:aws:iam::123456789012:role/"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "role/NAME"},
    };
    char arn[2100] = "arn:aws:iam::123456789012:role/";
    const char *what = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++)
        assert_true(role_arn_is_valid(GOOD[i], &what));
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        what = NULL;
        assert_false(role_arn_is_valid(BAD[i].arn, &what));
        assert_non_null(what);
        assert_non_null(strstr(what, BAD[i].expected));
    }
    memset(arn + 31, 'p', 2015);
    memcpy(arn + 2046, "/N", 3);
    assert_true(role_arn_is_valid(arn, &what));
    memcpy(arn + 2046, "//N", 4);
    assert_false(role_arn_is_valid(arn, &what));
}

static void a_policy_may_be_of_aws_itself(void **state)
{
    const char *what = NULL;

    (void)state;
    assert_true(
        policy_arn_is_valid("arn:aws:iam::aws:policy/ReadOnlyAccess", &what));
    assert_true(policy_arn_is_valid(
        "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", &what));
    assert_true(
        policy_arn_is_valid("arn:aws:iam::123456789012:policy/Mine", &what));
    assert_false(
        policy_arn_is_valid("arn:aws:iam::123456789012:role/A", &what));
    assert_non_null(strstr(what, "policy/NAME"));
    assert_false(policy_arn_is_valid("arn:aws:iam::amz:policy/Abcdef", &what));
}

static void the_partition_of_an_arn_is_the_one_it_names(void **state)
{
    (void)state;
    assert_string_equal(
        partition_of_arn("arn:aws-cn:iam::123456789012:role/A")->name,
        "aws-cn");
    assert_string_equal(partition_of_arn("nonsense")->name, "aws");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_region_is_in_its_partition),
        cmocka_unit_test(a_partition_is_found_by_its_whole_name_only),
        cmocka_unit_test(a_region_is_a_lower_case_host_label),
        cmocka_unit_test(a_role_arn_is_checked_part_by_part),
        cmocka_unit_test(a_policy_may_be_of_aws_itself),
        cmocka_unit_test(the_partition_of_an_arn_is_the_one_it_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
