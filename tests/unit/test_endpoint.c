/* test_endpoint.c - where STS is asked, and which Region signs.
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

#include "aws/endpoint.h"

/* What sts_settings takes is not const; nothing writes to it. */
static char *text(const char *constant)
{
    return (char *)(uintptr_t)constant;
}

static void every_partition_and_variant_has_its_host(void **state)
{
    static const struct {
        const char *region;
        const char *host[4]; /* plain, dual-stack, FIPS, both */
    } CASES[] = {
        {"eu-west-1",
         {"sts.eu-west-1.amazonaws.com", "sts.eu-west-1.api.aws",
          "sts-fips.eu-west-1.amazonaws.com", "sts-fips.eu-west-1.api.aws"}},
        {"us-gov-west-1",
         {"sts.us-gov-west-1.amazonaws.com", "sts.us-gov-west-1.api.aws",
          "sts.us-gov-west-1.amazonaws.com", "sts-fips.us-gov-west-1.api.aws"}},
        {"cn-north-1",
         {"sts.cn-north-1.amazonaws.com.cn",
          "sts.cn-north-1.api.amazonwebservices.com.cn",
          "sts-fips.cn-north-1.amazonaws.com.cn",
          "sts-fips.cn-north-1.api.amazonwebservices.com.cn"}},
        {"eusc-de-east-1",
         {"sts.eusc-de-east-1.amazonaws.eu",
          "sts.eusc-de-east-1.api.amazonwebservices.eu",
          "sts-fips.eusc-de-east-1.amazonaws.eu",
          "sts-fips.eusc-de-east-1.api.amazonwebservices.eu"}},
        {"us-iso-east-1",
         {"sts.us-iso-east-1.c2s.ic.gov", "sts.us-iso-east-1.api.aws.ic.gov",
          "sts-fips.us-iso-east-1.c2s.ic.gov",
          "sts-fips.us-iso-east-1.api.aws.ic.gov"}},
        {"us-isob-east-1",
         {"sts.us-isob-east-1.sc2s.sgov.gov",
          "sts.us-isob-east-1.api.aws.scloud",
          "sts-fips.us-isob-east-1.sc2s.sgov.gov",
          "sts-fips.us-isob-east-1.api.aws.scloud"}},
        {"eu-isoe-west-1",
         {"sts.eu-isoe-west-1.cloud.adc-e.uk",
          "sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
          "sts-fips.eu-isoe-west-1.cloud.adc-e.uk",
          "sts-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"}},
        {"us-isof-south-1",
         {"sts.us-isof-south-1.csp.hci.ic.gov",
          "sts.us-isof-south-1.api.aws.hci.ic.gov",
          "sts-fips.us-isof-south-1.csp.hci.ic.gov",
          "sts-fips.us-isof-south-1.api.aws.hci.ic.gov"}},
        {"xx-new-7",
         {"sts.xx-new-7.amazonaws.com", "sts.xx-new-7.api.aws",
          "sts-fips.xx-new-7.amazonaws.com", "sts-fips.xx-new-7.api.aws"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        for (unsigned variant = 0; variant < 4; variant++) {
            const struct sts_settings settings = {
                .region = text(CASES[i].region),
                .use_dualstack = (variant & 1) != 0,
                .use_fips = (variant & 2) != 0,
            };
            struct endpoint endpoint;
            struct error error = {0};
            char url[512];

            assert_int_equal(endpoint_resolve(&settings, &endpoint, &error), 0);
            assert_string_equal(endpoint.host, CASES[i].host[variant]);
            (void)snprintf(url, sizeof(url), "https://%s/", endpoint.host);
            assert_string_equal(endpoint.url, url);
            assert_string_equal(endpoint.path, "/");
            assert_string_equal(endpoint.sign_region, CASES[i].region);
        }
}

static void the_global_endpoint_is_signed_for_us_east_1(void **state)
{
    const struct sts_settings settings = {.region = text("aws-global")};
    struct endpoint endpoint;
    struct error error = {0};

    (void)state;
    assert_int_equal(endpoint_resolve(&settings, &endpoint, &error), 0);
    assert_string_equal(endpoint.url, "https://sts.amazonaws.com/");
    assert_string_equal(endpoint.sign_region, "us-east-1");
}

static void a_given_endpoint_is_asked_and_signed_as_written(void **state)
{
    static const struct {
        const char *given;
        const char *url;
        const char *host;
        const char *path;
    } CASES[] = {
        {"http://127.0.0.1:5000", "http://127.0.0.1:5000/", "127.0.0.1:5000",
         "/"},
        {"https://VPCE-1.sts.eu-west-1.vpce.amazonaws.com:443/",
         "https://vpce-1.sts.eu-west-1.vpce.amazonaws.com/",
         "vpce-1.sts.eu-west-1.vpce.amazonaws.com", "/"},
        {"https://[::1]:8443/a/b", "https://[::1]:8443/a/b", "[::1]:8443",
         "/a/b"},
        {"http://localhost:80", "http://localhost/", "localhost", "/"},
        {"http://localhost:443", "http://localhost:443/", "localhost:443", "/"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct sts_settings settings = {.region = text("eu-west-1"),
                                              .endpoint = text(CASES[i].given)};
        struct endpoint endpoint;
        struct error error = {0};

        assert_int_equal(endpoint_resolve(&settings, &endpoint, &error), 0);
        assert_string_equal(endpoint.url, CASES[i].url);
        assert_string_equal(endpoint.host, CASES[i].host);
        assert_string_equal(endpoint.path, CASES[i].path);
        assert_string_equal(endpoint.sign_region, "eu-west-1");
    }
}

static void what_cannot_be_asked_is_a_mistake_of_the_configuration(void **state)
{
    static const struct {
        struct sts_settings settings;
        const char *named;
    } CASES[] = {
        {{.region = NULL}, "region"},
        {{.region = (char *)(uintptr_t) "Eu West"}, "Eu West"},
        {{.region = (char *)(uintptr_t) "a.b"}, "a.b"},
        {{.region = (char *)(uintptr_t) "eu-west-1",
          .endpoint = (char *)(uintptr_t) "https://x",
          .use_fips = true},
         "use_fips_endpoint"},
        {{.region = (char *)(uintptr_t) "eu-west-1",
          .endpoint = (char *)(uintptr_t) "https://x",
          .use_dualstack = true},
         "use_dualstack_endpoint"},
        {{.region = (char *)(uintptr_t) "eu-west-1",
          .endpoint = (char *)(uintptr_t) "http://example.com"},
         "expected https://"},
        {{.region = (char *)(uintptr_t) "eu-west-1",
          .endpoint = (char *)(uintptr_t) "nonsense"},
         "sts_endpoint = nonsense"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct endpoint endpoint;
        struct error error = {0};

        assert_int_equal(
            endpoint_resolve(&CASES[i].settings, &endpoint, &error), -1);
        assert_int_equal(error.code, ERROR_CONFIGURATION);
        assert_non_null(strstr(error.detail, CASES[i].named));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_partition_and_variant_has_its_host),
        cmocka_unit_test(the_global_endpoint_is_signed_for_us_east_1),
        cmocka_unit_test(a_given_endpoint_is_asked_and_signed_as_written),
        cmocka_unit_test(
            what_cannot_be_asked_is_a_mistake_of_the_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
