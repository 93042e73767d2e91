/* test_cidr.c - addresses and networks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/cidr.h"

static bool contains(const char *network, const char *host)
{
    struct cidr cidr;
    struct cidr_list list = {.item = &cidr, .count = 1};

    assert_true(cidr_parse(network, &cidr));
    return cidr_list_contains(&list, host);
}

static void parses_addresses_and_networks_of_both_families(void **state)
{
    static const char *const good[] = {
        "192.0.2.7",   "192.0.2.0/24",        "0.0.0.0/0", "192.0.2.128/25",
        "10.0.0.0/8",  "2001:db8::/32",       "::/0",      "::1",
        "fe80::1/128", "::ffff:192.0.2.0/120"};
    struct cidr cidr;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (!cidr_parse(good[i], &cidr))
            fail_msg("%s was refused", good[i]);
}

static void refuses_what_is_none(void **state)
{
    static const char *const bad[] = {"",
                                      "example.org",
                                      "192.0.2",
                                      "192.0.2.0/",
                                      "192.0.2.0/33",
                                      "192.0.2.0/-1",
                                      "192.0.2.0/ 24",
                                      "192.0.2.0/24x",
                                      "192.0.2.1/24",
                                      "2001:db8::1/32",
                                      "2001:db8::/129",
                                      "/24",
                                      "192.0.2.0/99999999999999999999",
                                      "::ffff:192.0.2.0/24",
                                      "fe80::1%eth0",
                                      "0300.0.0.1",
                                      "1.2.3.4.5"};
    struct cidr cidr;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (cidr_parse(bad[i], &cidr))
            fail_msg("%s was taken", bad[i]);
}

static void compares_exactly_the_bits_of_the_prefix(void **state)
{
    (void)state;
    assert_true(contains("192.0.2.0/24", "192.0.2.255"));
    assert_false(contains("192.0.2.0/24", "192.0.3.0"));
    assert_true(contains("192.0.2.128/25", "192.0.2.128"));
    assert_false(contains("192.0.2.128/25", "192.0.2.127"));
    assert_true(contains("192.0.2.4/31", "192.0.2.5"));
    assert_false(contains("192.0.2.4/31", "192.0.2.6"));
    assert_true(contains("0.0.0.0/0", "203.0.113.9"));
    assert_true(contains("192.0.2.7", "192.0.2.7"));
    assert_false(contains("192.0.2.7", "192.0.2.8"));
    assert_true(contains("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(contains("2001:db8::/33", "2001:db8:8000::1"));
}

static void families_do_not_mix_but_for_mapped_addresses(void **state)
{
    (void)state;
    assert_false(contains("0.0.0.0/0", "2001:db8::1"));
    assert_false(contains("::/0", "192.0.2.1"));
    assert_true(contains("192.0.2.0/24", "::ffff:192.0.2.9"));
    assert_true(contains("::ffff:192.0.2.0/120", "192.0.2.9"));
    assert_false(contains("::/0", "::ffff:192.0.2.9"));
}

static void ignores_a_scope_and_knows_no_names(void **state)
{
    (void)state;
    assert_true(contains("fe80::/10", "fe80::1%eth0"));
    assert_false(contains("0.0.0.0/0", ""));
    assert_false(contains("0.0.0.0/0", "localhost"));
    assert_false(contains("0.0.0.0/0", "192.0.2.1.example.org"));
    assert_false(contains("0.0.0.0/0", "192.0.2.1 "));
}

static void an_empty_list_contains_nothing(void **state)
{
    struct cidr_list list = {0};

    (void)state;
    assert_false(cidr_list_contains(&list, "192.0.2.1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_addresses_and_networks_of_both_families),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(compares_exactly_the_bits_of_the_prefix),
        cmocka_unit_test(families_do_not_mix_but_for_mapped_addresses),
        cmocka_unit_test(ignores_a_scope_and_knows_no_names),
        cmocka_unit_test(an_empty_list_contains_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
