/* values_network.c - see values.h: the way to STS.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/values.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/proxy_login.h"
#include "base/region.h"
#include "base/url.h"

bool value_proxy(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    const char *expected = "";
    const char *port;
    struct url url;
    char text[300];

    if (*value == '\0')
        return true;
    if (!url_parse(value, &url, &expected))
        return value_wrong(what, "expected %s", expected);
    if (url.https)
        return value_wrong(what, "a proxy is spoken to in plain HTTP, and TLS "
                                 "goes through it to AWS; http:// was "
                                 "expected");
    port = strrchr(value, ':');
    if (port == NULL || port[1] == '/' || strchr(port, ']') != NULL ||
        strcmp(url.path, "/") != 0)
        return value_wrong(what, "http://HOST:PORT was expected, with nothing "
                                 "behind it");
    (void)snprintf(text, sizeof(text), "http://%s%s%s:%u", url.ipv6 ? "[" : "",
                   url.host, url.ipv6 ? "]" : "", url.port);
    return value_copy(text, field, what);
}

bool value_proxy_credentials(const char *value, void *field,
                             char what[VALUE_WHAT_MAX])
{
    struct proxy_login login;
    struct error error;

    if (*value == '\0')
        return true;
    if (proxy_login_read(value, &login, &error) != 0)
        return value_wrong(what, "%s", error.detail);
    proxy_login_erase(&login);
    return value_copy(value, field, what);
}

bool value_regions(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    struct strings *regions = field;

    if (*value == '\0')
        return true;
    if (!value_list(value, regions, what))
        return false;
    if (regions->count > LIMIT_STS_REGIONS)
        return value_wrong(what, "%zu Regions; at most %d were expected",
                           regions->count, LIMIT_STS_REGIONS);
    for (size_t i = 0; i < regions->count; i++) {
        if (!region_is_valid(regions->item[i]))
            return value_wrong(what,
                               "\"%.80s\" is not the name of a Region; one "
                               "such as eu-west-1 was expected",
                               regions->item[i]);
        for (size_t k = 0; k < i; k++)
            if (strcmp(regions->item[i], regions->item[k]) == 0)
                return value_wrong(what, "%s stands there twice",
                                   regions->item[i]);
    }
    return true;
}
