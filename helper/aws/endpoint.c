/* endpoint.c - see endpoint.h
 *
 * Source of the rules: the STS endpoint rule set (endpoint-rule-set-1.json of
 * the STS service model).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "base/region.h"
#include "base/url.h"

/* The pseudo Region of the endpoint without a Region. */
static const char GLOBAL_REGION[] = "aws-global";
static const char GLOBAL_SIGN_REGION[] = "us-east-1";

/* The host of the Region's own endpoint. */
static void regional_host(const struct sts_settings *settings, char *host,
                          size_t size)
{
    const struct partition *partition = partition_of_region(settings->region);
    bool fips = settings->use_fips;

    if (strcmp(settings->region, GLOBAL_REGION) == 0) {
        (void)snprintf(host, size, "sts.amazonaws.com");
        return;
    }
    /* GovCloud's plain endpoints are its FIPS endpoints. */
    if (strcmp(partition->name, "aws-us-gov") == 0 && !settings->use_dualstack)
        fips = false;
    (void)snprintf(host, size, "%s.%s.%s", fips ? "sts-fips" : "sts",
                   settings->region,
                   settings->use_dualstack ? partition->dualstack_suffix
                                           : partition->dns_suffix);
}

/* sts_endpoint. */
static int custom(const struct sts_settings *settings,
                  struct endpoint *endpoint, struct error *error)
{
    struct url url;
    const char *what = NULL;
    const char *open;
    const char *close;

    if (settings->use_fips || settings->use_dualstack)
        return error_set(error, ERROR_CONFIGURATION,
                         "sts_endpoint = %s is asked as it stands: take out "
                         "use_fips_endpoint and use_dualstack_endpoint, or "
                         "sts_endpoint",
                         settings->endpoint);
    if (!url_parse(settings->endpoint, &url, &what))
        return error_set(error, ERROR_CONFIGURATION,
                         "sts_endpoint = %s: expected %s", settings->endpoint,
                         what);
    if (!url.https && !url_is_loopback(&url))
        return error_set(error, ERROR_CONFIGURATION,
                         "sts_endpoint = %s: expected https://; http:// is "
                         "for this host alone (127.0.0.1)",
                         settings->endpoint);
    open = url.ipv6 ? "[" : "";
    close = url.ipv6 ? "]" : "";
    if (url.port == (url.https ? 443U : 80U))
        (void)snprintf(endpoint->host, sizeof(endpoint->host), "%s%s%s", open,
                       url.host, close);
    else
        (void)snprintf(endpoint->host, sizeof(endpoint->host), "%s%s%s:%u",
                       open, url.host, close, url.port);
    (void)snprintf(endpoint->path, sizeof(endpoint->path), "%s", url.path);
    (void)snprintf(endpoint->url, sizeof(endpoint->url), "%s://%s%s",
                   url.https ? "https" : "http", endpoint->host, url.path);
    return 0;
}

int endpoint_resolve(const struct sts_settings *settings,
                     struct endpoint *endpoint, struct error *error)
{
    const char *sign_region = settings->region;

    *endpoint = (struct endpoint){0};
    if (settings->region == NULL)
        return error_set(error, ERROR_CONFIGURATION,
                         "no Region to ask STS in: set `region` or "
                         "`sts_region`");
    if (!region_is_valid(settings->region))
        return error_set(error, ERROR_CONFIGURATION,
                         "\"%s\" is no Region: expected a name such as "
                         "eu-west-1",
                         settings->region);
    if (strcmp(settings->region, GLOBAL_REGION) == 0)
        sign_region = GLOBAL_SIGN_REGION;
    (void)snprintf(endpoint->sign_region, sizeof(endpoint->sign_region), "%s",
                   sign_region);
    if (settings->endpoint != NULL)
        return custom(settings, endpoint, error);
    if (sign_region == GLOBAL_SIGN_REGION &&
        (settings->use_fips || settings->use_dualstack))
        return error_set(error, ERROR_CONFIGURATION,
                         "the global endpoint (%s) has no FIPS and no "
                         "dual-stack form: set `sts_region` to a Region",
                         GLOBAL_REGION);
    regional_host(settings, endpoint->host, sizeof(endpoint->host));
    (void)snprintf(endpoint->path, sizeof(endpoint->path), "/");
    (void)snprintf(endpoint->url, sizeof(endpoint->url), "https://%s/",
                   endpoint->host);
    return 0;
}
