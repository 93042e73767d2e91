/* values_container.c - where a container's credentials are asked for, see
 * values.h
 *
 * Source: AWS SDKs and Tools Reference Guide, "Container credential
 * provider": http goes to the host itself and to the addresses of ECS and EKS
 * alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/url.h"
#include "rules/values.h"

enum { TOKEN_MAX = 8000 };

/* The addresses of ECS (task metadata) and EKS (Pod Identity). */
static bool is_agent(const struct url *url)
{
    struct in6_addr agent;
    struct in6_addr given;

    if (!url->ipv6)
        return strcmp(url->host, "169.254.170.2") == 0 ||
               strcmp(url->host, "169.254.170.23") == 0;
    return inet_pton(AF_INET6, "fd00:ec2::23", &agent) == 1 &&
           inet_pton(AF_INET6, url->host, &given) == 1 &&
           memcmp(&agent, &given, sizeof(agent)) == 0;
}

bool value_container_uri(const char *value, void *field,
                         char what[VALUE_WHAT_MAX])
{
    const char *expected = "";
    struct url url;

    if (value[0] == '/') {
        char whole[sizeof("http://169.254.170.2") + sizeof(url.path)] =
            "http://169.254.170.2";

        if (strlen(value) >= sizeof(url.path))
            return value_wrong(what,
                               "a path shorter than %zu characters was "
                               "expected",
                               sizeof(url.path));
        memcpy(whole + strlen(whole), value, strlen(value) + 1);
        if (!url_parse(whole, &url, &expected))
            return value_wrong(what, "expected %s", expected);
        return value_copy(value, field, what);
    }
    if (!url_parse(value, &url, &expected))
        return value_wrong(what,
                           "a path that begins with / (on 169.254.170.2) was "
                           "expected, or %s",
                           expected);
    if (!url.https && !url_is_loopback(&url) && !is_agent(&url))
        return value_wrong(what, "http goes only to a loopback address, "
                                 "169.254.170.2, 169.254.170.23 and "
                                 "[fd00:ec2::23]; https:// was expected");
    return value_copy(value, field, what);
}

bool value_container_token(const char *value, void *field,
                           char what[VALUE_WHAT_MAX])
{
    if (strlen(value) > TOKEN_MAX)
        return value_wrong(what,
                           "at most %d characters were expected; put a "
                           "longer token into a token_file",
                           TOKEN_MAX);
    for (const char *at = value; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            return value_wrong(what, "printable ASCII was expected");
    return value_copy(value, field, what);
}
