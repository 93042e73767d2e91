/* url.h - the little of a URL that an sts_endpoint may have.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_URL_H
#define BASE_URL_H 1

#include <stdbool.h>

struct url {
    bool https;
    char host[256]; /* lower case; an IPv6 address without its brackets */
    bool ipv6;
    unsigned port;  /* the scheme's own when none is written */
    char path[200]; /* begins with '/', "/" when none is written */
};

/* http or https, a host, an optional port and path; no user, no query, no
 * fragment. False, and `*what` says what was expected. */
bool url_parse(const char *text, struct url *url, const char **what);

/* True for 127.0.0.0/8, ::1 and localhost. */
bool url_is_loopback(const struct url *url);

#endif
