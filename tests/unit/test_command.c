/* test_command.c - splitting a command line, and trusting its program.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scratch.h"

#include "rules/command.h"

/* What Python 3.11's shlex.split() gives, words divided by '|'. */
static const struct {
    const char *text;
    const char *words;
} LINES[] = {
    {"/a", "/a"},
    {"/a b  c\td", "/a|b|c|d"},
    {"  /a b  ", "/a|b"},
    {"/a 'b c' \"d e\"", "/a|b c|d e"},
    {"/a b'c d'e", "/a|bc de"},
    {"/a '' \"\"", "/a||"},
    {"/a b\\ c", "/a|b c"},
    {"/a \\\"b\\'", "/a|\"b'"},
    {"/a 'b\\c'", "/a|b\\c"},
    {"/a \"b\\\"c\\\\d\\e\"", "/a|b\"c\\d\\e"},
    {"/a $HOME ~ * # ; | & `x`", "/a|$HOME|~|*|#|;|||&|`x`"},
    {"'/a b'", "/a b"},
    {"/a \"it's\" 'say \"x\"'", "/a|it's|say \"x\""},
};

static void a_line_is_split_as_by_shlex(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        struct strings words;
        char what[VALUE_WHAT_MAX] = "";
        char joined[256] = "";

        if (!command_split(LINES[i].text, &words, what))
            fail_msg("%s: %s", LINES[i].text, what);
        for (size_t k = 0; k < words.count; k++)
            (void)snprintf(joined + strlen(joined),
                           sizeof(joined) - strlen(joined), "%s%s",
                           k > 0 ? "|" : "", words.item[k]);
        assert_string_equal(joined, LINES[i].words);
        strings_free(&words);
    }
}

static void a_line_that_is_no_command_is_refused_by_reason(void **state)
{
    static const struct {
        const char *text;
        const char *part;
    } wrong[] = {
        {"", "no command"},
        {"  ", "no command"},
        {"a b", "\"a\" is not an absolute path"},
        {"'' /a", "\"\" is not an absolute path"},
        {"~/a", "not an absolute path"},
        {"/a 'b", "a ' is opened and not closed"},
        {"/a \"b'", "a \" is opened and not closed"},
        {"/a \"b\\\"", "a \" is opened and not closed"},
        {"/a b\\", "ends in a backslash"},
    };
    char many[3 * (COMMAND_WORDS_MAX + 1) + 1] = "";
    struct strings words;
    char what[VALUE_WHAT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        what[0] = '\0';
        assert_false(command_split(wrong[i].text, &words, what));
        strings_free(&words);
        if (strstr(what, wrong[i].part) == NULL)
            fail_msg("expected \"%s\" in: %s", wrong[i].part, what);
    }
    for (size_t i = 0; i < COMMAND_WORDS_MAX; i++)
        memcpy(many + 3 * i, "/a ", 4);
    assert_true(command_split(many, &words, what));
    assert_int_equal(words.count, COMMAND_WORDS_MAX);
    strings_free(&words);
    memcpy(many + strlen(many), "/a", 3);
    assert_false(command_split(many, &words, what));
    assert_non_null(strstr(what, "more than 64 words"));
    strings_free(&words);
}

static void expect_untrusted(const char *path, const char *part)
{
    char program[PATH_MAX];
    char *item[] = {program};
    const struct strings words = {item, 1};
    struct error error = {0};

    (void)snprintf(program, sizeof(program), "%s", path);
    assert_int_equal(command_check(&words, &error), -1);
    assert_int_equal(error.code, ERROR_CONFIGURATION);
    if (strstr(error.detail, part) == NULL ||
        strstr(error.detail, scratch) == NULL)
        fail_msg("expected \"%s\" in: %s", part, error.detail);
}

static void a_program_belongs_to_root_and_can_be_executed(void **state)
{
    char program[PATH_MAX];
    char *item[] = {program};
    const struct strings words = {item, 1};
    struct error error;

    (void)state;
    NEEDS_ROOT();
    (void)snprintf(program, sizeof(program), "%s",
                   scratch_write_bytes("good", "#!/bin/sh\n", 10, 0755));
    assert_int_equal(command_check(&words, &error), 0);
    expect_untrusted(scratch_path("none"), "does not exist");
    expect_untrusted(scratch_write_bytes("plain", "x", 1, 0644),
                     "cannot be executed by the user awsrole");
    expect_untrusted(scratch_write_bytes("open", "x", 1, 0775),
                     "writable by others than root");
    assert_int_equal(symlink("good", scratch_path("link")), 0);
    expect_untrusted(scratch_path("link"), "a symbolic link");
    assert_int_equal(chown(program, 1234, 0), 0);
    expect_untrusted(program, "belongs to uid 1234");
    assert_int_equal(chown(program, 0, 0), 0);
    assert_int_equal(chmod(scratch, 0777), 0);
    expect_untrusted(program, "writable by others than root");
}

#define FILE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_split_as_by_shlex),
        cmocka_unit_test(a_line_that_is_no_command_is_refused_by_reason),
        FILE_TEST(a_program_belongs_to_root_and_can_be_executed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
