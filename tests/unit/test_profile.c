/* test_profile.c - AWS's own files, and the chains in them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scratch.h"

#include "source/profile.h"

#define KEYS                                     \
    "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n" \
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG\n"
#define ARN(name) "role_arn = arn:aws:iam::123456789012:role/" name "\n"

/* Resolve `profile` of these two files; NULL: no such file. */
static int resolve(const char *config, const char *credentials,
                   const char *profile, struct profile_chain *chain,
                   struct error *error)
{
    char paths[2][PATH_MAX];
    char name[64];
    char source_name[] = "bastion";
    struct source source = {.name = source_name, .type = SOURCE_PROFILE};

    (void)snprintf(name, sizeof(name), "%s", profile);
    source.profile = name;
    if (config != NULL) {
        (void)snprintf(paths[0], PATH_MAX, "%s",
                       scratch_write("config", config));
        source.config_file = paths[0];
    }
    if (credentials != NULL) {
        (void)snprintf(paths[1], PATH_MAX, "%s",
                       scratch_write("credentials", credentials));
        source.credentials_file = paths[1];
    }
    return profile_resolve(&source, chain, error);
}

static void resolve_good(const char *config, const char *credentials,
                         const char *profile, struct profile_chain *chain)
{
    struct error error;

    if (resolve(config, credentials, profile, chain, &error) != 0)
        fail_msg("%s", error.detail);
}

static void expect_wrong(const char *config, const char *credentials,
                         const char *profile, const char *part)
{
    struct profile_chain chain;
    struct error error = {0};

    assert_int_equal(resolve(config, credentials, profile, &chain, &error), -1);
    profile_chain_free(&chain);
    assert_int_equal(error.code, ERROR_SOURCE);
    if (strstr(error.detail, part) == NULL)
        fail_msg("expected \"%s\" in: %s", part, error.detail);
    assert_non_null(strstr(error.detail, "source bastion: "));
    assert_non_null(strstr(error.detail, scratch));
    /* Whatever is wrong, the secret is never told. */
    assert_null(strstr(error.detail, "wJalr"));
}

static void static_keys_are_read_from_either_file(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve_good(NULL, "[x]\n" KEYS, "x", &chain);
    assert_string_equal(chain.keys.access_key_id, "AKIAIOSFODNN7EXAMPLE");
    assert_string_equal(chain.keys.secret_access_key, "wJalrXUtnFEMI/K7MDENG");
    assert_null(chain.keys.session_token);
    assert_int_equal(chain.hop_count, 0);
    assert_null(chain.region);
    profile_chain_free(&chain);
    resolve_good("[profile x]\n" KEYS "region = eu-west-1\n", NULL, "x",
                 &chain);
    assert_string_equal(chain.keys.access_key_id, "AKIAIOSFODNN7EXAMPLE");
    assert_string_equal(chain.region, "eu-west-1");
    profile_chain_free(&chain);
    resolve_good("[default]\n" KEYS, NULL, "default", &chain);
    profile_chain_free(&chain);
    /* Keys in any case, and a quoted name. */
    resolve_good("[profile \"my own\"]\nAWS_Access_Key_Id = A\n"
                 "aws_secret_access_KEY: s\n",
                 NULL, "my own", &chain);
    assert_string_equal(chain.keys.access_key_id, "A");
    profile_chain_free(&chain);
}

static void session_token_has_an_old_name_too(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve_good(NULL, "[x]\n" KEYS "aws_session_token = t1\n", "x", &chain);
    assert_string_equal(chain.keys.session_token, "t1");
    profile_chain_free(&chain);
    resolve_good(NULL, "[x]\n" KEYS "aws_security_token = t2\n", "x", &chain);
    assert_string_equal(chain.keys.session_token, "t2");
    profile_chain_free(&chain);
    resolve_good(NULL,
                 "[x]\n" KEYS "aws_security_token = t2\n"
                 "aws_session_token = t1\n",
                 "x", &chain);
    assert_string_equal(chain.keys.session_token, "t1");
    profile_chain_free(&chain);
}

static void credentials_file_overrides_key_by_key(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve_good("[profile x]\naws_access_key_id = CONFIG\n"
                 "aws_secret_access_key = c\nregion = eu-west-1\n",
                 "[x]\naws_access_key_id = CREDENTIALS\n", "x", &chain);
    assert_string_equal(chain.keys.access_key_id, "CREDENTIALS");
    assert_string_equal(chain.keys.secret_access_key, "c");
    assert_string_equal(chain.region, "eu-west-1");
    profile_chain_free(&chain);
}

static void config_file_wants_the_word_profile(void **state)
{
    (void)state;
    NEEDS_ROOT();
    expect_wrong("[x]\n" KEYS, NULL, "x", "there is no such profile");
    expect_wrong("[profilex]\n" KEYS, NULL, "x", "there is no such profile");
    expect_wrong("[profile x y]\n" KEYS, NULL, "x", "no such profile");
    expect_wrong(NULL, "[profile x]\n" KEYS, "x", "there is no such profile");
}

static void a_role_in_a_profile_is_a_hop(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve_good("[profile work]\n" ARN(
                     "Work") "source_profile = base\n"
                             "external_id = x:/y\nduration_seconds = 7200\n"
                             "role_session_name = me\nregion = us-east-1\n"
                             "[profile base]\nregion = eu-west-1\n",
                 "[base]\n" KEYS, "work", &chain);
    assert_int_equal(chain.hop_count, 1);
    assert_string_equal(chain.hop[0].profile, "work");
    assert_string_equal(chain.hop[0].role_arn,
                        "arn:aws:iam::123456789012:role/Work");
    assert_string_equal(chain.hop[0].external_id, "x:/y");
    assert_string_equal(chain.hop[0].role_session_name, "me");
    assert_int_equal(chain.hop[0].duration_seconds, 7200);
    assert_string_equal(chain.keys.access_key_id, "AKIAIOSFODNN7EXAMPLE");
    /* The profile's own Region, not its source's. */
    assert_string_equal(chain.region, "us-east-1");
    profile_chain_free(&chain);
}

static void hops_come_in_the_order_of_the_calls(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve_good(
        "[profile c]\n" ARN(
            "Third") "source_profile = b\n"
                     "[profile b]\n" ARN(
                         "Second") "source_profile = a\n"
                                   "[profile a]\n" ARN(
                                       "First") "source_profile = base\n",
        "[base]\n" KEYS, "c", &chain);
    assert_int_equal(chain.hop_count, 3);
    assert_non_null(strstr(chain.hop[0].role_arn, "First"));
    assert_non_null(strstr(chain.hop[1].role_arn, "Second"));
    assert_non_null(strstr(chain.hop[2].role_arn, "Third"));
    assert_string_equal(chain.hop[0].role_session_name, "pam_awsrole");
    assert_int_equal(chain.hop[0].duration_seconds, 3600);
    profile_chain_free(&chain);
}

static void role_goes_before_keys_but_not_in_a_source_profile(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    /* As botocore: AssumeRoleProvider comes first, and
     * _resolve_credentials_from_profile() looks for static keys first. */
    resolve_good(
        "[profile a]\n" ARN("A") "source_profile = b\n" KEYS
                                 "[profile b]\n" ARN(
                                     "B") "source_profile = gone\n" KEYS,
        NULL, "a", &chain);
    assert_int_equal(chain.hop_count, 1);
    assert_non_null(strstr(chain.hop[0].role_arn, "role/A"));
    profile_chain_free(&chain);
}

static void a_profile_may_name_itself_with_static_keys_only(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve_good("[profile a]\n" ARN("A") "source_profile = a\n" KEYS, NULL,
                 "a", &chain);
    assert_int_equal(chain.hop_count, 1);
    profile_chain_free(&chain);
    expect_wrong("[profile a]\n" ARN("A") "source_profile = a\n", NULL, "a",
                 "leads back");
}

static void loops_and_long_chains_are_refused(void **state)
{
    char text[4096] = "";
    size_t length = 0;

    (void)state;
    NEEDS_ROOT();
    expect_wrong("[profile a]\n" ARN("A") "source_profile = b\n"
                                          "[profile b]\n" ARN(
                                              "B") "source_profile = a\n",
                 NULL, "a", "source_profile = a leads back");
    expect_wrong(
        "[profile x]\n" ARN("X") "source_profile = a\n"
                                 "[profile a]\n" ARN(
                                     "A") "source_profile = b\n"
                                          "[profile b]\n" ARN(
                                              "B") "source_profile = a\n",
        NULL, "x", "leads back");
    for (int i = 0; i < 12; i++)
        length += (size_t)snprintf(
            text + length, sizeof(text) - length,
            "[profile p%d]\n" ARN("R") "source_profile = p%d\n", i, i + 1);
    expect_wrong(text, NULL, "p0", "more than 8 roles in one chain");
}

static void what_is_missing_or_wrong_is_named(void **state)
{
    static const struct {
        const char *config;
        const char *part;
    } wrongs[] = {
        {"[profile y]\n" KEYS, "profile \"x\""},
        {"[profile x]\naws_access_key_id = A\n",
         "without aws_secret_access_key"},
        {"[profile x]\naws_secret_access_key = wJalr\n",
         "without aws_access_key_id"},
        {"[profile x]\naws_access_key_id =\naws_secret_access_key = wJalr\n",
         "without aws_access_key_id"},
        {"[profile x]\nregion = eu-west-1\n",
         "it has no keys, role_arn, credential_process"},
        {"[profile x]\n" KEYS "region = Nowhere_1\n", "region = Nowhere_1"},
        {"[profile x]\n" ARN("X"), "role_arn stands there without "
                                   "source_profile"},
        {"[profile x]\n" ARN("X") "source_profile = gone\n",
         "source_profile = gone: there is no such profile"},
        {"[profile x]\nrole_arn = R\nsource_profile = x\n" KEYS,
         "role_arn = R: expected an ARN"},
        {"[profile x]\n" ARN(
             "X") "source_profile = x\nexternal_id = a b\n" KEYS,
         "external_id"},
        {"[profile x]\n" ARN("X") "source_profile = x\n"
                                  "role_session_name = a b\n" KEYS,
         "role_session_name = a b"},
        {"[profile x]\n" ARN("X") "source_profile = x\n"
                                  "duration_seconds = 1h\n" KEYS,
         "duration_seconds = 1h"},
        {"[profile x]\n" ARN("X") "source_profile = x\n"
                                  "duration_seconds = 60\n" KEYS,
         "from 900 to 43200"},
        {"[profile x]\n" ARN("X") "source_profile = x\n"
                                  "mfa_serial = arn:aws:iam::1:mfa/a\n" KEYS,
         "mfa_serial needs a person"},
        {"[profile x]\nsso_session = corp\n", "sso_session needs a person"},
        {"[profile x]\nsso_start_url = https://x\n", "keys of an IAM user"},
        {"[profile x]\ncredential_process = x\n",
         "\"x\" is not an absolute path"},
        {"[profile x]\ncredential_process = /x 'y\n",
         "a ' is opened and not closed"},
        {"[profile x]\nweb_identity_token_file = /x\n",
         "web_identity_token_file stands there without role_arn"},
        {"[profile x]\n" ARN("X") "web_identity_token_file = ~/x\n",
         "an absolute path was expected"},
        {"[profile x]\n" ARN("X") "credential_source = Environment\n",
         "no environment is ever read"},
        {"[profile x]\n" ARN("X") "credential_source = EcsContainer\n",
         "type = container"},
        {"[profile x]\n" ARN("X") "credential_source = ec2\n",
         "credential_source = ec2; Ec2InstanceMetadata was expected"},
        {"[profile x]\n" ARN("X") "source_profile = y\n"
                                  "credential_source = Ec2InstanceMetadata\n",
         "exclude each other"},
    };

    (void)state;
    NEEDS_ROOT();
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++)
        expect_wrong(wrongs[i].config, NULL, "x", wrongs[i].part);
}

static void a_chain_may_begin_with_the_instances_role(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve_good("[profile b]\n" ARN(
                     "B") "source_profile = a\n"
                          "[profile a]\n" ARN(
                              "A") "credential_source = Ec2InstanceMetadata\n",
                 NULL, "b", &chain);
    assert_int_equal(chain.start, START_INSTANCE);
    assert_int_equal(chain.hop_count, 2);
    assert_string_equal(chain.hop[0].profile, "a");
    assert_string_equal(chain.hop[1].profile, "b");
    assert_null(chain.keys.access_key_id);
    profile_chain_free(&chain);
}

static void a_file_that_botocore_refuses_is_refused_whole(void **state)
{
    static const struct {
        const char *credentials;
        const char *part;
    } wrongs[] = {
        {"[x]\n" KEYS "[y]\na = 1\n[y]\nb = 2\n", "credentials:6: this section "
                                                  "stands twice"},
        {"[x]\n" KEYS "[y]\na = 1\nA = 2\n", "credentials:6: this key stands "
                                             "twice"},
        {"\xef\xbb\xbf[x]\n" KEYS, "byte order mark"},
        {"[x]\n" KEYS "wJalrXUtnFEMI\n", "credentials:4: neither [section]"},
        {"a = b\n[x]\n" KEYS, "credentials:1: a key before"},
        {"[x]\n" KEYS "a = \xff\n", "credentials:4: a byte that is not UTF-8"},
    };

    (void)state;
    NEEDS_ROOT();
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++)
        expect_wrong(NULL, wrongs[i].credentials, "x", wrongs[i].part);
}

static void nested_blocks_and_other_sections_do_not_disturb(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve_good("[sso-session corp]\nsso_region = r\n[services s]\n"
                 "sts =\n  endpoint_url = http://evil\n"
                 "[profile x]\ns3 =\n  aws_access_key_id = NESTED\n"
                 "  max = 1\nregion = eu-west-1\n",
                 "[x]\n" KEYS, "x", &chain);
    assert_string_equal(chain.keys.access_key_id, "AKIAIOSFODNN7EXAMPLE");
    assert_string_equal(chain.region, "eu-west-1");
    profile_chain_free(&chain);
}

static void the_later_of_default_and_profile_default_wins(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve_good("[profile default]\nregion = eu-west-1\n"
                 "[default]\nregion = eu-west-2\n" KEYS,
                 NULL, "default", &chain);
    assert_string_equal(chain.region, "eu-west-2");
    profile_chain_free(&chain);
}

static void files_with_keys_must_be_secret_and_roots(void **state)
{
    struct profile_chain chain;
    struct error error;
    char source_name[] = "bastion";
    char profile[] = "x";
    char path[PATH_MAX];
    struct source source = {
        .name = source_name, .type = SOURCE_PROFILE, .profile = profile};

    (void)state;
    NEEDS_ROOT();
    (void)snprintf(
        path, sizeof(path), "%s",
        scratch_write_bytes("file", "[x]\n" KEYS, strlen("[x]\n" KEYS), 0644));
    source.credentials_file = path;
    assert_int_equal(profile_resolve(&source, &chain, &error), -1);
    assert_int_equal(error.code, ERROR_SOURCE);
    assert_non_null(strstr(error.detail, "chmod 0640"));
    profile_chain_free(&chain);
    /* The config file only when it holds keys. */
    source.credentials_file = NULL;
    source.config_file = path;
    (void)scratch_write_bytes("file", "[profile x]\n" KEYS,
                              strlen("[profile x]\n" KEYS), 0644);
    assert_int_equal(profile_resolve(&source, &chain, &error), -1);
    assert_int_equal(error.code, ERROR_SOURCE);
    assert_non_null(strstr(error.detail, "everybody can read it"));
    profile_chain_free(&chain);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(profile_resolve(&source, &chain, &error), -1);
    assert_non_null(strstr(error.detail, "does not exist"));
    profile_chain_free(&chain);
}

static void the_region_is_the_profiles_own(void **state)
{
    char source_name[] = "bastion";
    char profile[] = "x";
    char path[PATH_MAX];
    struct source source = {.name = source_name,
                            .type = SOURCE_PROFILE,
                            .profile = profile,
                            .config_file = path};
    char *region;

    (void)state;
    NEEDS_ROOT();
    (void)snprintf(path, sizeof(path), "%s",
                   scratch_write("config",
                                 "[profile x]\nregion = eu-north-1\n"
                                 "[profile y]\nsource_profile = x\n"));
    region = profile_region(&source);
    assert_string_equal(region, "eu-north-1");
    free(region);
    profile[0] = 'y';
    assert_null(profile_region(&source));
    profile[0] = 'z';
    assert_null(profile_region(&source));
}

#define PROFILE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROFILE_TEST(static_keys_are_read_from_either_file),
        PROFILE_TEST(session_token_has_an_old_name_too),
        PROFILE_TEST(credentials_file_overrides_key_by_key),
        PROFILE_TEST(config_file_wants_the_word_profile),
        PROFILE_TEST(a_role_in_a_profile_is_a_hop),
        PROFILE_TEST(hops_come_in_the_order_of_the_calls),
        PROFILE_TEST(role_goes_before_keys_but_not_in_a_source_profile),
        PROFILE_TEST(a_profile_may_name_itself_with_static_keys_only),
        PROFILE_TEST(loops_and_long_chains_are_refused),
        PROFILE_TEST(what_is_missing_or_wrong_is_named),
        PROFILE_TEST(a_chain_may_begin_with_the_instances_role),
        PROFILE_TEST(a_file_that_botocore_refuses_is_refused_whole),
        PROFILE_TEST(nested_blocks_and_other_sections_do_not_disturb),
        PROFILE_TEST(the_later_of_default_and_profile_default_wins),
        PROFILE_TEST(files_with_keys_must_be_secret_and_roots),
        PROFILE_TEST(the_region_is_the_profiles_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
