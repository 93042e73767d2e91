/* test_ini.c - the syntax of our configuration and of AWS's files.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/ini.h"

/* What the parser said, one line each: "1[a]", "2 k=v", "3+k=v", "4!...". */
struct heard {
    struct buffer text;
};

static void hear_section(void *context, unsigned line, const char *header)
{
    struct heard *heard = context;

    buffer_addf(&heard->text, "%u[%s]\n", line, header);
}

static void hear_pair(void *context, unsigned line, const char *key,
                      const char *value, bool nested)
{
    struct heard *heard = context;

    buffer_addf(&heard->text, "%u%c%s=%s\n", line, nested ? '+' : ' ', key,
                value);
}

static void hear_mistake(void *context, unsigned line, const char *what)
{
    struct heard *heard = context;

    buffer_addf(&heard->text, "%u!%s\n", line, what);
}

static void listen(const char *text, size_t length, bool strict,
                   struct heard *heard)
{
    struct ini_handler handler = {.context = heard,
                                  .section = hear_section,
                                  .pair = hear_pair,
                                  .mistake = hear_mistake,
                                  .strict = strict};
    /* A copy without a NUL behind it: reading past the end shows. */
    char *exact = malloc(length > 0 ? length : 1);

    assert_non_null(exact);
    memcpy(exact, text, length);
    heard->text = BUFFER(1 << 20);
    ini_parse(exact, length, &handler);
    free(exact);
    assert_false(heard->text.failed);
}

static void expect(const char *text, bool strict, const char *expected)
{
    struct heard heard;

    listen(text, strlen(text), strict, &heard);
    assert_string_equal(buffer_string(&heard.text), expected);
    buffer_free(&heard.text);
}

static void expect_mistake(const char *text, size_t length, bool strict,
                           unsigned line, const char *part)
{
    struct heard heard;
    char begin[16];
    const char *at;

    listen(text, length, strict, &heard);
    (void)snprintf(begin, sizeof(begin), "%u!", line);
    at = strstr(buffer_string(&heard.text), begin);
    if (at == NULL || strstr(at, part) == NULL)
        fail_msg("expected %s...%s, heard: %s", begin, part,
                 buffer_string(&heard.text));
    buffer_free(&heard.text);
}

static void reads_sections_and_pairs(void **state)
{
    (void)state;
    expect("[a]\nk = v\n", false, "1[a]\n2 k=v\n");
    expect("[ role  x ]\nK=v w\nc: d\n\n[b]", false,
           "1[role  x]\n2 k=v w\n3 c=d\n5[b]\n");
    expect("[a] # why\nk =\n", false, "1[a]\n2 k=\n");
    expect("[a]\r\nk = v\r\n", false, "1[a]\n2 k=v\n");
    expect("[a]\nk = a=b:c\n", false, "1[a]\n2 k=a=b:c\n");
    expect("[a]\nk = \"quoted\"  \n", false, "1[a]\n2 k=\"quoted\"\n");
    expect("[a]\nname = J\xc3\xb6rg\n", false, "1[a]\n2 name=J\xc3\xb6rg\n");
    expect("", false, "");
}

static void ignores_whole_comment_lines_only(void **state)
{
    (void)state;
    expect("# x\n; y\n  # z\n\n[a]\nk = v # w\n", false, "5[a]\n6 k=v # w\n");
}

static void reads_nested_blocks_of_aws_files(void **state)
{
    (void)state;
    expect("[profile a]\ns3 =\n  max = 1\n\n  min = 2\nregion = r\n", false,
           "1[profile a]\n2 s3=\n3+max=1\n5+min=2\n6 region=r\n");
    /* Indented as a whole: ordinary keys. */
    expect("[a]\n  k = v\n  l = w\n", false, "1[a]\n2 k=v\n3 l=w\n");
    /* A new section begins anew. */
    expect("[a]\nk =\n  n = 1\n[b]\n  l = w\n", false,
           "1[a]\n2 k=\n3+n=1\n4[b]\n5 l=w\n");
}

static void strict_refuses_indentation_and_comments_in_values(void **state)
{
    (void)state;
    expect_mistake("[a]\n k = v\n", 10, true, 2, "indented line");
    expect_mistake("[a]\nk = v # w\n", 14, true, 2, "comment");
    expect_mistake("[a]\nk = v ; w\n", 14, true, 2, "comment");
    expect("[a]\nk = v#w\n", true, "1[a]\n2 k=v#w\n");
}

static void names_every_broken_line_and_goes_on(void **state)
{
    struct heard heard;
    const char text[] = "k = v\n[a\nnonsense\n= v\n[]\n[b] x\nl = w\n";

    (void)state;
    expect_mistake(text, strlen(text), false, 1, "before the first [section]");
    expect_mistake(text, strlen(text), false, 2, "closing bracket");
    expect_mistake(text, strlen(text), false, 3, "neither [section] nor key");
    expect_mistake(text, strlen(text), false, 4, "value without a key");
    expect_mistake(text, strlen(text), false, 5, "without a name");
    expect_mistake(text, strlen(text), false, 6, "text after a [section]");
    listen(text, strlen(text), false, &heard);
    assert_non_null(strstr(buffer_string(&heard.text), "7 l=w\n"));
    buffer_free(&heard.text);
}

static void refuses_bytes_that_are_no_text(void **state)
{
    static const char bom[] = "\xef\xbb\xbf[a]\nk = v\n";
    static const char nul[] = "[a]\nk = \0v\n";
    static const char latin[] = "[a]\nk = J\xf6rg\n";
    static const char overlong[] = "[a]\nk = \xc0\xaf\n";
    static const char control[] = "[a]\nk = \x1b[31m\n";
    static const char c1[] = "[a]\nk = \xc2\x9b\n";

    (void)state;
    expect_mistake(bom, sizeof(bom) - 1, false, 1, "byte order mark");
    expect_mistake(nul, sizeof(nul) - 1, false, 2, "NUL");
    expect_mistake(latin, sizeof(latin) - 1, false, 2, "not UTF-8");
    expect_mistake(overlong, sizeof(overlong) - 1, false, 2, "not UTF-8");
    expect_mistake(control, sizeof(control) - 1, false, 2, "control character");
    expect_mistake(c1, sizeof(c1) - 1, false, 2, "control character");
}

static void refuses_a_line_of_more_than_8192_bytes(void **state)
{
    struct heard heard;
    size_t length = 4 + INI_LINE_MAX + 1;
    char *text = malloc(length + 1);

    (void)state;
    assert_non_null(text);
    memset(text, 'v', length);
    (void)memcpy(text, "[a]\nk=", sizeof("[a]\nk=") - 1);
    text[length] = '\n';
    expect_mistake(text, length + 1, false, 2, "more than 8192 bytes");
    /* One byte less is fine. */
    text[length - 1] = '\n';
    listen(text, length, false, &heard);
    assert_null(strchr(buffer_string(&heard.text), '!'));
    buffer_free(&heard.text);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_sections_and_pairs),
        cmocka_unit_test(ignores_whole_comment_lines_only),
        cmocka_unit_test(reads_nested_blocks_of_aws_files),
        cmocka_unit_test(strict_refuses_indentation_and_comments_in_values),
        cmocka_unit_test(names_every_broken_line_and_goes_on),
        cmocka_unit_test(refuses_bytes_that_are_no_text),
        cmocka_unit_test(refuses_a_line_of_more_than_8192_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
