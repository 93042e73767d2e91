/* test_url.c - what an sts_endpoint may look like.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/url.h"

static void a_url_is_taken_apart(void **state)
{
    static const struct {
        const char *text;
        struct url url;
    } CASES[] = {
        {"https://sts.eu-west-1.amazonaws.com",
         {true, "sts.eu-west-1.amazonaws.com", false, 443, "/"}},
        {"HTTPS://Example.COM:8443/", {true, "example.com", false, 8443, "/"}},
        {"http://127.0.0.1:5000/sts/x",
         {false, "127.0.0.1", false, 5000, "/sts/x"}},
        {"http://[::1]:80/a/", {false, "::1", true, 80, "/a/"}},
        {"https://[2001:DB8::1]", {true, "2001:db8::1", true, 443, "/"}},
        {"http://localhost", {false, "localhost", false, 80, "/"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct url url;
        const char *what = NULL;

        assert_true(url_parse(CASES[i].text, &url, &what));
        assert_int_equal(url.https, CASES[i].url.https);
        assert_string_equal(url.host, CASES[i].url.host);
        assert_int_equal(url.ipv6, CASES[i].url.ipv6);
        assert_int_equal(url.port, CASES[i].url.port);
        assert_string_equal(url.path, CASES[i].url.path);
    }
}

static void what_is_no_such_url_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } CASES[] = {
        {"", "https://"},
        {"sts.amazonaws.com", "https://"},
        {"ftp://x/", "https://"},
        {"file:///etc/passwd", "https://"},
        {"https://", "host"},
        {"https:///path", "host"},
        {"https://user@host/", "user name"},
        {"https://user:pw@host/", "user name"},
        {"https://host?x=1", "query"},
        {"https://host/a?x=1", "query"},
        {"https://host/#f", "query"},
        {"https://ho st/", "host"},
        {"https://host\n/", "host"},
        {"https://a..b/", "host"},
        {"https://.a/", "host"},
        {"https://a./", "host"},
        {"https://host%41/", "host"},
        {"https://127.1/", "host"},
        {"https://0x7f000001/", "host"},
        {"https://2130706433/", "host"},
        {"https://1.2.3.4.5/", "host"},
        {"https://127.0.0.01/", "host"},
        {"https://[::1/", "host"},
        {"https://[fe80::1%25eth0]/", "host"},
        {"https://[::1]x/", "path"},
        {"https://host:/", "port"},
        {"https://host:0/", "port"},
        {"https://host:65536/", "port"},
        {"https://host:99999999999999999999/", "port"},
        {"https://host:44x/", "path"},
        {"https://host/a/../b", "path"},
        {"https://host/./b", "path"},
        {"https://host//b", "path"},
        {"https://host/a%2fb", "path"},
        {"https://host/a b", "path"},
        {"https://host\\evil/", "host"},
    };
    char long_host[600] = "https://";
    char long_path[600] = "https://host/";
    struct url url;
    const char *what;

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        what = NULL;
        if (url_parse(CASES[i].text, &url, &what))
            fail_msg("accepted: %s", CASES[i].text);
        assert_non_null(what);
        if (strstr(what, CASES[i].expected) == NULL)
            fail_msg("%s: %s", CASES[i].text, what);
    }
    for (size_t i = 0; i < 250; i++)
        memcpy(long_host + 8 + 2 * i, "a.", 3);
    memcpy(long_host + 508, "a", 2);
    assert_false(url_parse(long_host, &url, &what));
    memset(long_path + 13, 'a', 500);
    assert_false(url_parse(long_path, &url, &what));
}

static void only_this_host_is_loopback(void **state)
{
    static const char *const YES[] = {"http://127.0.0.1", "http://127.9.9.9",
                                      "http://[::1]", "http://LOCALHOST:1"};
    static const char *const NO[] = {
        "http://128.0.0.1", "http://[::2]", "http://localhost.example.com",
        "http://10.0.0.1", "http://[::ffff:10.0.0.1]"};
    struct url url;
    const char *what;

    (void)state;
    for (size_t i = 0; i < sizeof(YES) / sizeof(YES[0]); i++) {
        assert_true(url_parse(YES[i], &url, &what));
        assert_true(url_is_loopback(&url));
    }
    for (size_t i = 0; i < sizeof(NO) / sizeof(NO[0]); i++) {
        assert_true(url_parse(NO[i], &url, &what));
        assert_false(url_is_loopback(&url));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_taken_apart),
        cmocka_unit_test(what_is_no_such_url_is_refused_with_a_reason),
        cmocka_unit_test(only_this_host_is_loopback),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
