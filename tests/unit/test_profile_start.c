/* test_profile_start.c - what a chain of profiles may begin with beside keys.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scratch.h"

#include "source/profile.h"

#define KEYS                                     \
    "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n" \
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG\n"
#define ARN(name) "role_arn = arn:aws:iam::123456789012:role/" name "\n"
#define PROCESS "credential_process = /opt/get 'two words' x\n"
#define TOKEN "web_identity_token_file = /var/run/token\n"

/* Resolve profile x of these two files; NULL: no such file. */
static void resolve(const char *config, const char *credentials,
                    struct profile_chain *chain)
{
    char paths[2][PATH_MAX];
    char name[] = "x";
    char source_name[] = "bastion";
    struct error error;
    struct source source = {
        .name = source_name, .type = SOURCE_PROFILE, .profile = name};

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
    if (profile_resolve(&source, chain, &error) != 0)
        fail_msg("%s", error.detail);
}

static void a_credential_process_begins_a_chain(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve("[profile x]\nregion = eu-west-1\n" PROCESS, NULL, &chain);
    assert_int_equal(chain.start, START_PROCESS);
    assert_int_equal(chain.hop_count, 0);
    assert_int_equal(chain.command.count, 3);
    assert_string_equal(chain.command.item[0], "/opt/get");
    assert_string_equal(chain.command.item[1], "two words");
    assert_string_equal(chain.region, "eu-west-1");
    profile_chain_free(&chain);
    resolve("[profile x]\n" ARN("X") "source_profile = y\n"
                                     "[profile y]\n" PROCESS,
            NULL, &chain);
    assert_int_equal(chain.start, START_PROCESS);
    assert_int_equal(chain.hop_count, 1);
    profile_chain_free(&chain);
}

static void a_command_may_go_on_in_indented_lines(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve("[profile x]\ncredential_process = /opt/get\n  --for\n\n"
            "# why\n  'a b'\nregion = eu-west-1\n",
            NULL, &chain);
    assert_int_equal(chain.command.count, 3);
    assert_string_equal(chain.command.item[1], "--for");
    assert_string_equal(chain.command.item[2], "a b");
    assert_string_equal(chain.region, "eu-west-1");
    profile_chain_free(&chain);
}

static void a_value_of_several_lines_is_bounded(void **state)
{
    char text[80 * 1024] = "[profile x]\nregion = a\n";
    char source_name[] = "bastion";
    char name[] = "x";
    char path[PATH_MAX];
    struct source source = {
        .name = source_name, .profile = name, .config_file = path};
    struct profile_chain chain;
    struct error error = {0};

    (void)state;
    NEEDS_ROOT();
    for (size_t at = strlen(text); at < sizeof(text) - 16; at += 11)
        memcpy(text + at, "  continue\n", 12);
    (void)snprintf(path, sizeof(path), "%s", scratch_write("config", text));
    assert_int_equal(profile_resolve(&source, &chain, &error), -1);
    assert_int_equal(error.code, ERROR_SOURCE);
    assert_non_null(strstr(error.detail, "a value of more than 64 KiB"));
    profile_chain_free(&chain);
}

static void keys_of_the_credentials_file_go_before_a_process(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve("[profile x]\n" PROCESS, "[x]\n" KEYS, &chain);
    assert_int_equal(chain.start, START_KEYS);
    profile_chain_free(&chain);
    resolve("[profile x]\n" PROCESS KEYS, NULL, &chain);
    assert_int_equal(chain.start, START_PROCESS);
    assert_null(chain.keys.access_key_id);
    profile_chain_free(&chain);
}

static void a_token_is_the_first_call_of_a_chain(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve("[profile x]\n" ARN("X") "source_profile = y\n"
                                     "[profile y]\n" TOKEN ARN(
                                         "Y") "role_session_name = me\n",
            NULL, &chain);
    assert_int_equal(chain.start, START_WEB_IDENTITY);
    assert_string_equal(chain.token_file, "/var/run/token");
    assert_int_equal(chain.hop_count, 2);
    assert_string_equal(chain.hop[0].role_arn,
                        "arn:aws:iam::123456789012:role/Y");
    assert_string_equal(chain.hop[0].role_session_name, "me");
    assert_string_equal(chain.hop[1].role_arn,
                        "arn:aws:iam::123456789012:role/X");
    profile_chain_free(&chain);
}

static void a_token_goes_before_everything_else(void **state)
{
    struct profile_chain chain;

    (void)state;
    NEEDS_ROOT();
    resolve("[profile x]\n" ARN("X") TOKEN PROCESS "source_profile = y\n",
            "[x]\n" KEYS, &chain);
    assert_int_equal(chain.start, START_WEB_IDENTITY);
    assert_int_equal(chain.hop_count, 1);
    assert_null(chain.keys.access_key_id);
    assert_int_equal(chain.command.count, 0);
    profile_chain_free(&chain);
}

#define FILE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(a_credential_process_begins_a_chain),
        FILE_TEST(a_command_may_go_on_in_indented_lines),
        FILE_TEST(a_value_of_several_lines_is_bounded),
        FILE_TEST(keys_of_the_credentials_file_go_before_a_process),
        FILE_TEST(a_token_is_the_first_call_of_a_chain),
        FILE_TEST(a_token_goes_before_everything_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
