/* test_direct.c - sources of type = process and web-identity, and direct = yes,
 * in a configuration.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scratch.h"

#include "rules/config.h"

#define ARN "role_arn = arn:aws:iam::123456789012:role/R\n"
#define TOKEN                                                  \
    "[source t]\ntype = web-identity\ntoken_file = /var/run/t" \
    "\n"
#define DIRECT TOKEN "[role r]\nusers = a\n" ARN "direct = yes\n"

static struct config *load(const char *text)
{
    struct config *config = NULL;
    struct problems problems;
    struct error error;

    if (config_load(scratch_write("awsrole.conf", text), &config, &problems,
                    &error) != 0)
        fail_msg("%s", error.detail);
    problems_free(&problems);
    return config;
}

/* The only mistake stands at `line` and says `part`. */
static void expect_mistake(const char *text, unsigned line, const char *part)
{
    struct config *config = NULL;
    struct problems problems;
    struct error error = {0};
    char place[PATH_MAX + 16];

    assert_int_equal(config_load(scratch_write("awsrole.conf", text), &config,
                                 &problems, &error),
                     -1);
    (void)snprintf(place, sizeof(place), "%s/awsrole.conf:%u: ", scratch, line);
    assert_int_equal(problems.count, 1);
    if (strstr(problems.item[0], part) == NULL ||
        strncmp(problems.item[0], place, strlen(place)) != 0)
        fail_msg("expected \"%s\" in line %u: %s", part, line,
                 problems.item[0]);
    problems_free(&problems);
}

static void a_command_arrives_in_words(void **state)
{
    struct config *config;
    char text[PATH_MAX + 256];

    (void)state;
    NEEDS_ROOT();
    (void)snprintf(text, sizeof(text),
                   "[source p]\ntype = process\ncommand = %s 'a b' \"c\" d\n"
                   "[role r]\nusers = a\n" ARN,
                   scratch_write_bytes("get", "#!/bin/sh\n", 10, 0755));
    config = load(text);
    assert_int_equal(config->sources[0].type, SOURCE_PROCESS);
    assert_int_equal(config->sources[0].command.count, 4);
    assert_string_equal(config->sources[0].command.item[1], "a b");
    assert_false(config->roles[0].direct);
    config_free(config);
}

static void a_source_must_be_whole(void **state)
{
    (void)state;
    NEEDS_ROOT();
    expect_mistake("[source p]\ntype = process\n", 1,
                   "has no command, which its type needs");
    expect_mistake("[source p]\ntype = process\ncommand = get it\n", 3,
                   "not an absolute path");
    expect_mistake("[source p]\ntype = process\ncommand = /no/such/x\n", 3,
                   "does not exist");
    expect_mistake("[source p]\ntype = process\ncommand = /etc/passwd\n", 3,
                   "cannot be executed");
    expect_mistake("[source t]\ntype = web-identity\n", 1,
                   "has no token_file, which its type needs");
    expect_mistake("[source t]\ntype = web-identity\ntoken_file = t\n", 3,
                   "not an absolute path");
    expect_mistake(TOKEN "external_id = xy\n", 4,
                   "external_id does not belong to a source of type = "
                   "web-identity");
    expect_mistake("[source p]\ntype = profile\ncredentials_file = /x\n"
                   "command = /usr/bin/env\n",
                   4, "command does not belong to");
}

static void a_token_without_a_role_of_its_own_needs_direct(void **state)
{
    struct config *config;

    (void)state;
    NEEDS_ROOT();
    expect_mistake(TOKEN "[role r]\nusers = a\n" ARN, 4, "[source t] at ");
    expect_mistake(TOKEN "[role r]\nusers = a\nsource = t\n" ARN, 6,
                   "has no role_arn, which is needed where another role is "
                   "assumed with it");
    expect_mistake(TOKEN "[source h]\ntype = role\nsource = t\n" ARN, 6,
                   "has no role_arn");
    config = load(TOKEN ARN "[role r]\nusers = a\n" ARN);
    assert_string_equal(config->sources[0].role_session_name, "{user}@{host}");
    config_free(config);
}

static void a_direct_role_needs_a_source_that_takes_roles(void **state)
{
    struct config *config;

    (void)state;
    NEEDS_ROOT();
    config = load(DIRECT "duration_seconds = 8h\n"
                         "policy_arns = arn:aws:iam::aws:policy/X\n");
    assert_true(config->roles[0].direct);
    config_free(config);
    expect_mistake("[source s]\ntype = profile\ncredentials_file = /x\n"
                   "[role r]\nusers = a\n" ARN "direct = yes\n",
                   7, "cannot take a role itself");
    expect_mistake("[defaults]\ndirect = yes\n" TOKEN
                   "[role r]\nusers = a\nrole_arn = none\n",
                   2, "direct cannot stand in [defaults]");
}

static void what_a_token_cannot_carry_is_refused_with_both_lines(void **state)
{
    struct config *config;

    (void)state;
    NEEDS_ROOT();
    expect_mistake(DIRECT "tags = a={user}\n", 7, "cannot give tags (");
    expect_mistake(DIRECT "tags = a={user}\n", 7,
                   "awsrole.conf:8) to [role r]");
    expect_mistake(DIRECT "source_identity = {user}\n", 7,
                   "awsrole.conf:8) to [role r]: AWS reads tags and source "
                   "identity from the token's claims alone");
    expect_mistake(DIRECT "external_id = xy\n", 7, "cannot give external_id");
    expect_mistake("[defaults]\ntags = a=b\n" DIRECT, 9, "awsrole.conf:2) to");
    expect_mistake("[defaults]\nsource_identity = {user}\n" DIRECT, 9,
                   "switch the default off for this role");
    config = load("[defaults]\ntags = a=b\nsource_identity = {user}\n" DIRECT
                  "tags =\nsource_identity = off\n");
    assert_true(config->roles[0].direct);
    config_free(config);
}

#define FILE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(a_command_arrives_in_words),
        FILE_TEST(a_source_must_be_whole),
        FILE_TEST(a_token_without_a_role_of_its_own_needs_direct),
        FILE_TEST(a_direct_role_needs_a_source_that_takes_roles),
        FILE_TEST(what_a_token_cannot_carry_is_refused_with_both_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
