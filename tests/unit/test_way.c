/* test_way.c - the keys that say which way to STS, and from where credentials
 * are good.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scratch.h"

#include "rules/config.h"

#define ARN "role_arn = arn:aws:iam::123456789012:role/R\n"
#define SOURCE "[source s]\ntype = profile\ncredentials_file = /etc/awsrole/c\n"
/* A role of which nothing is wrong; more keys may follow. */
#define GOOD SOURCE "[role r]\nusers = alice\n" ARN

#define ALLOW "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}"
#define DENY(rest)                                              \
    "{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"," \
    "\"Condition\":{\"Bool\":{\"aws:ViaAWSService\":\"false\"}," rest "}}"
#define POLICY(statements) \
    "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"

static struct config *load(const char *text)
{
    struct config *config = NULL;
    struct problems problems;
    struct error error;

    if (config_load(scratch_write("awsrole.conf", text), &config, &problems,
                    &error) != 0)
        fail_msg("%s", error.detail);
    return config;
}

/* `text` is refused at that line, and `part` is said. */
static void expect_mistake(const char *text, unsigned line, const char *part)
{
    const char *path = scratch_write("awsrole.conf", text);
    struct config *config = NULL;
    struct problems problems;
    struct error error = {0};
    char place[256];

    assert_int_equal(config_load(path, &config, &problems, &error), -1);
    (void)snprintf(place, sizeof(place), "%s:%u: ", path, line);
    if (problems.count != 1 || strstr(problems.item[0], place) == NULL ||
        strstr(problems.item[0], part) == NULL)
        fail_msg("%zu: %s\nexpected %s%s", problems.count, error.detail, place,
                 part);
    problems_free(&problems);
}

static void expect_policy(const char *keys, const char *policy)
{
    char text[8192];
    struct config *config;

    (void)snprintf(text, sizeof(text), GOOD "%s", keys);
    config = load(text);
    assert_string_equal(config->roles[0].policy, policy);
    config_free(config);
}

static void a_binding_alone_allows_all_and_denies_elsewhere(void **state)
{
    (void)state;
    NEEDS_ROOT();
    expect_policy("bind_to = 198.51.100.7\n",
                  POLICY(ALLOW "," DENY("\"NotIpAddress\":{\"aws:SourceIp\":["
                                        "\"198.51.100.7\"]}")));
    expect_policy(
        "bind_to = vpce-0123456789abcdef0, 2001:db8::/32, vpc-01234567, "
        "192.0.2.0/24, vpce-89abcdef\n",
        POLICY(ALLOW "," DENY(
            "\"NotIpAddress\":{\"aws:SourceIp\":[\"2001:db8::/32\","
            "\"192.0.2.0/24\"]},\"StringNotEquals\":{\"aws:SourceVpc\":["
            "\"vpc-01234567\"],\"aws:SourceVpce\":["
            "\"vpce-0123456789abcdef0\",\"vpce-89abcdef\"]}")));
}

static void a_binding_is_added_to_the_policy_of_a_file(void **state)
{
    static const char DENIAL[] =
        DENY("\"StringNotEquals\":{\"aws:SourceVpc\":[\"vpc-01234567\"]}");
    static const char *const STATEMENTS[] = {
        "[ {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": "
        "\"\xc3\xa9\"} ]",
        "{\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": "
        "\"\xc3\xa9\"}"};
    char file[512];
    char keys[512];
    char expected[1024];

    (void)state;
    NEEDS_ROOT();
    (void)snprintf(expected, sizeof(expected),
                   "{\"Id\":\"x\",\"Statement\":[{\"Effect\":\"Allow\","
                   "\"Action\":\"s3:*\",\"Resource\":\"\xc3\xa9\"},%s]}",
                   DENIAL);
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(file, sizeof(file), "{\"Id\": \"x\", \"Statement\": %s}",
                       STATEMENTS[i]);
        (void)snprintf(keys, sizeof(keys),
                       "bind_to = vpc-01234567\npolicy_file = %s\n",
                       scratch_write("policy.json", file));
        expect_policy(keys, expected);
    }
}

/* Session policies are allowed what one of them allows: an Allow of ours
 * would undo the bounds of the managed ones. */
static void a_binding_beside_managed_policies_allows_nothing(void **state)
{
    (void)state;
    NEEDS_ROOT();
    expect_policy("bind_to = 198.51.100.7\n"
                  "policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess\n",
                  POLICY(DENY("\"NotIpAddress\":{\"aws:SourceIp\":["
                              "\"198.51.100.7\"]}")));
}

static void a_binding_that_does_not_fit_is_refused(void **state)
{
    char file[2100];
    char text[1024];
    int length = snprintf(file, sizeof(file),
                          "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                          "\"*\",\"Resource\":\"*\",\"Sid\":\"");

    (void)state;
    NEEDS_ROOT();
    memset(file + length, 'a', 1900);
    (void)snprintf(file + length + 1900, 20, "\"}]}");
    (void)snprintf(text, sizeof(text),
                   GOOD "policy_file = %s\nbind_to = 198.51.100.7\n",
                   scratch_write("policy.json", file));
    expect_mistake(text, 8,
                   " characters with that of policy_file; AWS allows "
                   "2048");
    (void)snprintf(text, sizeof(text),
                   GOOD "policy_file = %s\nbind_to = 198.51.100.7\n",
                   scratch_write("policy.json", "{\"Version\":\"2012\"}"));
    expect_mistake(text, 8, "no Statement to add a denial to");
}

static void a_role_takes_back_the_binding_of_the_defaults(void **state)
{
    struct config *config;

    (void)state;
    NEEDS_ROOT();
    config = load("[defaults]\nbind_to = 198.51.100.7\n" GOOD "bind_to =\n");
    assert_null(config->roles[0].policy);
    config_free(config);
    config = load("[defaults]\nbind_to = 198.51.100.7\n" GOOD);
    assert_non_null(config->roles[0].policy);
    config_free(config);
}

static void what_is_no_place_is_refused(void **state)
{
    static const struct {
        const char *line;
        const char *part;
    } WRONG[] = {
        {"bind_to = vpc-1\n", "\"vpc-1\" is no place"},
        {"bind_to = vpc-0123456G\n", "is no place"},
        {"bind_to = vpce-0123456789abcdef\n", "is no place"},
        {"bind_to = bastion.example.org\n", "is no place"},
        {"bind_to = 198.51.100.7/24\n", "is no place"},
        {"bind_to = 198.51.100.7,,vpc-01234567\n", "an empty name"},
        {"bind_to = 10.1.0.0/16\n", "never sees a request come from 10.1.0.0"},
        {"bind_to = 192.168.1.1\n", "a private network"},
        {"bind_to = fd00::1\n", "a private network"},
        {"bind_to = 127.0.0.1\n", "a private network"},
    };

    (void)state;
    NEEDS_ROOT();
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
        char text[512];

        (void)snprintf(text, sizeof(text), GOOD "%s", WRONG[i].line);
        expect_mistake(text, 7, WRONG[i].part);
    }
}

static void regions_in_turn_arrive_and_go_before_the_defaults(void **state)
{
    struct config *config;
    const struct sts_settings *sts;

    (void)state;
    NEEDS_ROOT();
    config = load("[defaults]\nsts_region = eu-west-3\n"
                  "sts_endpoint = https://x\n" GOOD
                  "sts_regions = eu-west-1, eu-west-2\n");
    sts = &config->roles[0].sts;
    assert_int_equal(sts->regions.count, 2);
    assert_string_equal(sts->regions.item[1], "eu-west-2");
    assert_null(sts->region);
    assert_null(sts->endpoint);
    config_free(config);
    config = load("[defaults]\nsts_regions = eu-west-1, eu-west-2\n" GOOD
                  "sts_region = eu-west-3\n");
    sts = &config->roles[0].sts;
    assert_int_equal(sts->regions.count, 0);
    assert_string_equal(sts->region, "eu-west-3");
    config_free(config);
}

static void regions_that_cannot_be_are_refused(void **state)
{
    (void)state;
    NEEDS_ROOT();
    expect_mistake(GOOD "sts_regions = eu-west-1\nsts_region = eu-west-1\n", 7,
                   "sts_regions and sts_region exclude each other");
    expect_mistake(GOOD "sts_regions = eu-west-1\nsts_endpoint = https://x\n",
                   7, "sts_regions and sts_endpoint exclude each other");
    expect_mistake("[defaults]\nsts_regions = eu-west-1\n"
                   "sts_region = eu-west-1\n" GOOD,
                   2, "exclude each other in [role r]");
    expect_mistake(GOOD "sts_regions = eu-west-1, cn-north-1\n", 7,
                   "cn-north-1 is in the partition aws-cn");
    expect_mistake(GOOD "sts_regions = eu-west-1, eu_west\n", 7,
                   "\"eu_west\" is not the name of a Region");
    expect_mistake(GOOD "sts_regions = eu-west-1, eu-west-1\n", 7,
                   "eu-west-1 stands there twice");
    expect_mistake(GOOD "sts_regions = a-a-1, a-a-2, a-a-3, a-a-4, a-a-5, "
                        "a-a-6, a-a-7, a-a-8, a-a-9\n",
                   7, "9 Regions; at most 8");
}

static void a_proxy_and_its_login_arrive(void **state)
{
    const char *file = scratch_write("proxy", "bastion:p:ss\n");
    char text[1024];
    struct config *config;
    const struct sts_settings *sts;

    (void)state;
    NEEDS_ROOT();
    (void)snprintf(text, sizeof(text),
                   GOOD "proxy = HTTP://Proxy.example.org:3128/\n"
                        "proxy_credentials_file = %s\n",
                   file);
    config = load(text);
    sts = &config->roles[0].sts;
    assert_string_equal(sts->proxy, "http://proxy.example.org:3128");
    assert_string_equal(sts->proxy_credentials_file, file);
    config_free(config);
    (void)snprintf(text, sizeof(text),
                   "[defaults]\nproxy = http://[::1]:80\n"
                   "proxy_credentials_file = %s\n" GOOD
                   "proxy =\nproxy_credentials_file =\n",
                   file);
    config = load(text);
    sts = &config->roles[0].sts;
    assert_null(sts->proxy);
    assert_null(sts->proxy_credentials_file);
    config_free(config);
}

static void a_proxy_that_cannot_be_is_refused(void **state)
{
    static const char *const LOGINS[] = {"bastion\n", "bastion:\n", ":x\n",
                                         "a b:x\n",   "a:x\nb:y\n", ""};
    char text[1024];

    (void)state;
    NEEDS_ROOT();
    expect_mistake(GOOD "proxy = proxy:3128\n", 7, "expected a URL");
    expect_mistake(GOOD "proxy = https://proxy:3128\n", 7, "http:// was");
    expect_mistake(GOOD "proxy = http://proxy\n", 7, "http://HOST:PORT");
    expect_mistake(GOOD "proxy = http://[::1]\n", 7, "http://HOST:PORT");
    expect_mistake(GOOD "proxy = http://proxy:80/x\n", 7, "http://HOST:PORT");
    expect_mistake(GOOD "proxy = http://u:p@proxy:80\n", 7, "without a user");
    for (size_t i = 0; i < sizeof(LOGINS) / sizeof(LOGINS[0]); i++) {
        (void)snprintf(text, sizeof(text),
                       GOOD "proxy = http://proxy:3128\n"
                            "proxy_credentials_file = %s\n",
                       scratch_write("proxy", LOGINS[i]));
        expect_mistake(text, 8, "is not one line user:password");
    }
    (void)snprintf(text, sizeof(text), GOOD "proxy_credentials_file = %s\n",
                   scratch_write("proxy", "a:b\n"));
    expect_mistake(text, 7, "without a proxy in [role r]");
    (void)snprintf(text, sizeof(text),
                   GOOD "proxy = http://proxy:3128\n"
                        "proxy_credentials_file = %s\n",
                   scratch_write_bytes("proxy", "a:b\n", 4, 0644));
    expect_mistake(text, 8, "proxy_credentials_file = ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_binding_alone_allows_all_and_denies_elsewhere),
        cmocka_unit_test(a_binding_is_added_to_the_policy_of_a_file),
        cmocka_unit_test(a_binding_beside_managed_policies_allows_nothing),
        cmocka_unit_test(a_binding_that_does_not_fit_is_refused),
        cmocka_unit_test(a_role_takes_back_the_binding_of_the_defaults),
        cmocka_unit_test(what_is_no_place_is_refused),
        cmocka_unit_test(regions_in_turn_arrive_and_go_before_the_defaults),
        cmocka_unit_test(regions_that_cannot_be_are_refused),
        cmocka_unit_test(a_proxy_and_its_login_arrive),
        cmocka_unit_test(a_proxy_that_cannot_be_is_refused),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
