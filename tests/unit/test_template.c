/* test_template.c - names for AWS made from whatever a login brings.
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

#include "rules/limits.h"
#include "rules/name_hash.h"
#include "rules/template.h"

static struct facts alice(void)
{
    return (struct facts){.user = "alice",
                          .uid = 1001,
                          .gid = 1001,
                          .service = "sshd",
                          .tty = "ssh",
                          .rhost = "192.0.2.7",
                          .ruser = "root",
                          .login_user = "carol",
                          .host = "bastion",
                          .session = "0123456789abcdef0123456789abcdef",
                          .now = 1800000000};
}

/* The name, in a place that is overwritten by the fourth call after it. */
static const char *name_of(const char *template, const struct facts *facts)
{
    static char names[4][LIMIT_SESSION_NAME_MAX + 1];
    static unsigned next;
    char *copy = names[next++ % 4];
    AUTO_BUFFER name = BUFFER(LIMIT_SESSION_NAME_MAX);
    struct error error;
    const char *text;

    if (template_session_name(template, facts, &name, &error) != 0)
        fail_msg("%s", error.detail);
    text = buffer_string(&name);
    /* Whatever came in, AWS takes what goes out. */
    assert_in_range(strlen(text), 2, 64);
    for (size_t i = 0; text[i] != '\0'; i++)
        assert_true(limit_session_name_character(text[i]));
    memcpy(copy, text, strlen(text) + 1);
    return copy;
}

static const char *name_for(const char *user)
{
    struct facts facts = alice();

    facts.user = user;
    return name_of("{user}", &facts);
}

/* Does it end in '-' and the hash of `original`? */
static void assert_marked(const char *name, const char *original)
{
    char hash[NAME_HASH_DIGITS + 1];

    assert_true(name_hash(original, strlen(original), hash));
    assert_true(strlen(name) > NAME_HASH_DIGITS);
    assert_string_equal(name + strlen(name) - NAME_HASH_DIGITS, hash);
    assert_int_equal(name[strlen(name) - NAME_HASH_DIGITS - 1], '-');
}

static void check_knows_the_nine_names_only(void **state)
{
    const char *what = NULL;

    (void)state;
    assert_true(template_check("{user}{uid}{login_user}{host}{service}{tty}"
                               "{rhost}{ruser}{session}",
                               &what));
    assert_true(template_check("plain", &what));
    assert_true(template_check("", &what));
    assert_false(template_check("{USER}", &what));
    assert_non_null(strstr(what, "{session}"));
    assert_false(template_check("{}", &what));
    assert_false(template_check("{user", &what));
    assert_false(template_check("user}", &what));
    assert_false(template_check("{{user}}", &what));
    assert_false(template_check("{us{er}", &what));
}

static void every_fact_has_its_place(void **state)
{
    struct facts facts = alice();

    (void)state;
    assert_string_equal(name_of("{user}@{host}", &facts), "alice@bastion");
    assert_string_equal(name_of("{uid}.{session}", &facts),
                        "1001.0123456789abcdef0123456789abcdef");
    assert_string_equal(name_of("{login_user},{service}", &facts),
                        "carol,sshd");
    assert_string_equal(name_of("x-{tty}-{rhost}={ruser}", &facts),
                        "x-ssh-192.0.2.7=root");
}

static void the_hash_is_sha_256(void **state)
{
    char hash[NAME_HASH_DIGITS + 1];

    (void)state;
    /* FIPS 180-2, appendix B.1 */
    assert_true(name_hash("abc", 3, hash));
    assert_string_equal(hash, "ba7816bf8f01cfea");
}

static void what_aws_forbids_is_replaced_and_marked(void **state)
{
    static const struct {
        const char *user;
        const char *begin;
    } users[] = {
        {"DOMAIN\\user", "DOMAIN-user-"},
        {"a b", "a-b-"},
        {"../../etc/passwd", "..-..-etc-passwd-"},
        {"new\nline", "new-line-"},
        {"J\xc3\xb6rg", "J-rg-"},
        {"bad\xff\xfe", "bad---"},
        {"a", "a-"},
        {"", "-"},
        {"{user}", "-user--"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
        const char *name = name_for(users[i].user);

        assert_memory_equal(name, users[i].begin, strlen(users[i].begin));
        assert_marked(name, users[i].user);
        assert_int_equal(strlen(name),
                         strlen(users[i].begin) + NAME_HASH_DIGITS);
    }
}

static void a_long_name_is_cut_and_marked(void **state)
{
    char user[4097];
    const char *name;

    (void)state;
    memset(user, 'u', sizeof(user));
    user[64] = '\0';
    assert_string_equal(name_for(user), user);
    user[64] = 'u';
    user[65] = '\0';
    name = name_for(user);
    assert_int_equal(strlen(name), 64);
    assert_marked(name, user);
    user[65] = 'u';
    user[4096] = '\0';
    assert_int_equal(strlen(name_for(user)), 64);
    assert_string_not_equal(name_for(user), name);
}

static void no_two_people_share_a_name(void **state)
{
    char marked[LIMIT_SESSION_NAME_MAX + 1];

    (void)state;
    assert_string_not_equal(name_for("a b"), name_for("a-b"));
    assert_string_not_equal(name_for("a b"), name_for("a/b"));
    /* Whoever is called as a changed name reads is changed too. */
    (void)snprintf(marked, sizeof(marked), "%s", name_for("a b"));
    assert_string_not_equal(name_for(marked), marked);
    assert_marked(name_for(marked), marked);
}

static void facts_that_run_together_are_told_apart(void **state)
{
    struct facts one = alice();
    struct facts other = alice();

    (void)state;
    one.ruser = "a-b";
    one.user = "c";
    other.ruser = "a";
    other.user = "b-c";
    assert_string_not_equal(name_of("{ruser}-{user}", &one),
                            name_of("{ruser}-{user}", &other));
    one.user = "bc";
    one.ruser = "a";
    other.user = "c";
    other.ruser = "ab";
    assert_string_not_equal(name_of("{ruser}{user}", &one),
                            name_of("{ruser}{user}", &other));
    one.uid = 5;
    one.user = "1a";
    other.uid = 51;
    other.user = "a";
    assert_string_not_equal(name_of("{uid}1{user}", &one),
                            name_of("{uid}1{user}", &other));
    /* And what cannot run together stays as it is. */
    one.user = "alice@example.org";
    assert_string_equal(name_of("{user}@{host}", &one),
                        "alice@example.org@bastion");
    one.user = "jean-luc";
    assert_string_equal(name_of("{uid}-{user}", &one), "5-jean-luc");
}

static void a_missing_login_user_is_an_error(void **state)
{
    struct facts facts = alice();
    AUTO_BUFFER name = BUFFER(64);
    struct error error;

    (void)state;
    facts.login_user = NULL;
    assert_int_equal(
        template_session_name("{login_user}", &facts, &name, &error), -1);
    assert_int_equal(error.code, ERROR_TEMPLATE);
    assert_non_null(strstr(error.detail, "pam_loginuid"));
    assert_string_equal(name_of("{user}", &facts), "alice");
}

static const char *tag_of(const char *template, const struct facts *facts)
{
    static char value[4L * LIMIT_TAG_VALUE_MAX + 1];
    AUTO_BUFFER buffer = BUFFER(4UL * LIMIT_TAG_VALUE_MAX);
    struct error error;

    if (template_tag_value(template, facts, &buffer, &error) != 0)
        fail_msg("%s", error.detail);
    assert_true(limit_tag_value(buffer_string(&buffer)));
    memcpy(value, buffer_string(&buffer), buffer.length + 1);
    return value;
}

static void tag_values_have_their_own_limits(void **state)
{
    struct facts facts = alice();
    char user[2001];

    (void)state;
    facts.user = "J\xc3\xb6rg M:/x";
    assert_string_equal(tag_of("{user}", &facts), "J\xc3\xb6rg M:/x");
    facts.user = "a";
    assert_string_equal(tag_of("{user}", &facts), "a");
    facts.tty = "";
    assert_string_equal(tag_of("{tty}", &facts), "");
    facts.user = "DOMAIN\\a";
    assert_memory_equal(tag_of("{user}", &facts), "DOMAIN-a-", 9);
    assert_marked(tag_of("{user}", &facts), "DOMAIN\\a");
    memset(user, 'u', sizeof(user));
    user[256] = '\0';
    facts.user = user;
    assert_string_equal(tag_of("{user}", &facts), user);
    user[256] = 'u';
    user[2000] = '\0';
    assert_int_equal(strlen(tag_of("{user}", &facts)), 256);
    assert_marked(tag_of("{user}", &facts), user);
    /* 256 characters, not bytes. */
    for (size_t i = 0; i < 512; i += 2)
        memcpy(user + i, "\xc3\xb6", 2);
    user[512] = '\0';
    assert_string_equal(tag_of("{user}", &facts), user);
}

static void random_bytes_give_legal_names(void **state)
{
    unsigned seed = 20270331;
    char user[301];

    (void)state;
    for (int round = 0; round < 2000; round++) {
        size_t length = (size_t)(rand_r(&seed) % 300);

        for (size_t i = 0; i < length; i++)
            user[i] = (char)(1 + rand_r(&seed) % 255);
        user[length] = '\0';
        (void)name_for(user); /* asserts that it is legal */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_knows_the_nine_names_only),
        cmocka_unit_test(every_fact_has_its_place),
        cmocka_unit_test(the_hash_is_sha_256),
        cmocka_unit_test(what_aws_forbids_is_replaced_and_marked),
        cmocka_unit_test(a_long_name_is_cut_and_marked),
        cmocka_unit_test(no_two_people_share_a_name),
        cmocka_unit_test(facts_that_run_together_are_told_apart),
        cmocka_unit_test(a_missing_login_user_is_an_error),
        cmocka_unit_test(tag_values_have_their_own_limits),
        cmocka_unit_test(random_bytes_give_legal_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
