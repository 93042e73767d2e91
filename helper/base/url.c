/* url.c - see url.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum { PORT_MAX = 65535, LABEL_MAX = 63 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Copy `length` bytes in lower case. */
static bool copy_lower(char *to, size_t size, const char *from, size_t length)
{
    if (length >= size)
        return false;
    for (size_t i = 0; i < length; i++)
        to[i] = (char)(from[i] >= 'A' && from[i] <= 'Z' ? from[i] + ('a' - 'A')
                                                        : from[i]);
    to[length] = '\0';
    return true;
}

/* Labels of letters, digits, '-' and '_', with single dots between. */
static bool is_name(const char *host)
{
    size_t label = 0;

    for (; *host != '\0'; host++) {
        if (*host == '.') {
            if (label == 0)
                return false;
            label = 0;
        } else if (is_digit(*host) || is_letter(*host) || *host == '-' ||
                   *host == '_') {
            if (++label > LABEL_MAX)
                return false;
        } else {
            return false;
        }
    }
    return label > 0;
}

/* A last label that begins with a digit is an address to those who read it
 * as inet_aton(3) does: "127.1", "0x7f000001". Only four decimal numbers are
 * let through, so that everybody sees the same address. */
static bool is_host(const char *host)
{
    const char *dot = strrchr(host, '.');
    const char *last = dot != NULL ? dot + 1 : host;
    struct in_addr address;

    if (is_digit(*last))
        return inet_pton(AF_INET, host, &address) == 1;
    return is_name(host);
}

/* Host, in brackets or not, at `*rest`. */
static bool parse_host(const char **rest, struct url *url)
{
    const char *start = *rest;
    struct in6_addr address;
    size_t length;

    if (*start == '[') {
        start++;
        length = strcspn(start, "]");
        if (start[length] != ']')
            return false;
        url->ipv6 = true;
        *rest = start + length + 1;
        return copy_lower(url->host, sizeof(url->host), start, length) &&
               inet_pton(AF_INET6, url->host, &address) == 1;
    }
    length = strcspn(start, ":/?#");
    *rest = start + length;
    return copy_lower(url->host, sizeof(url->host), start, length) &&
           is_host(url->host);
}

static bool parse_port(const char **rest, struct url *url)
{
    unsigned port = 0;

    if (**rest != ':')
        return true;
    for (++*rest; is_digit(**rest); ++*rest) {
        port = port * 10 + (unsigned)(**rest - '0');
        if (port > PORT_MAX)
            return false;
    }
    url->port = port;
    return port != 0;
}

/* No escapes, no "." and "..", no empty segment: a path that nobody on the
 * way rewrites, so that what was signed is what arrives. */
static bool parse_path(const char *path, struct url *url)
{
    const char *segment = path;

    if (*path == '\0')
        path = segment = "/";
    if (*path != '/' || strlen(path) >= sizeof(url->path))
        return false;
    while (*segment == '/') {
        const char *start = ++segment;
        size_t length;

        while (is_digit(*segment) || is_letter(*segment) ||
               (*segment != '\0' && strchr("-._~@:+=,", *segment) != NULL))
            segment++;
        length = (size_t)(segment - start);
        if ((length == 0 && *segment != '\0') ||
            (length == 1 && start[0] == '.') ||
            (length == 2 && start[0] == '.' && start[1] == '.'))
            return false;
    }
    if (*segment != '\0')
        return false;
    memcpy(url->path, path, strlen(path) + 1);
    return true;
}

bool url_parse(const char *text, struct url *url, const char **what)
{
    const char *rest;

    *url = (struct url){0};
    if (strncasecmp(text, "https://", 8) == 0) {
        url->https = true;
        url->port = 443;
        rest = text + 8;
    } else if (strncasecmp(text, "http://", 7) == 0) {
        url->port = 80;
        rest = text + 7;
    } else {
        *what = "a URL that begins with https:// or http://";
        return false;
    }
    if (rest[strcspn(rest, "@/?#")] == '@') {
        *what = "a URL without a user name";
        return false;
    }
    if (rest[strcspn(rest, "?#")] != '\0') {
        *what = "a URL without query and fragment";
        return false;
    }
    if (!parse_host(&rest, url)) {
        *what = "a host name, an IPv4 address, or an IPv6 address in brackets";
        return false;
    }
    if (!parse_port(&rest, url)) {
        *what = "a port between 1 and 65535";
        return false;
    }
    if (!parse_path(rest, url)) {
        *what = "a path of letters, digits and -._~@:+=, shorter than 200 "
                "characters, without empty, . or .. parts";
        return false;
    }
    return true;
}

bool url_is_loopback(const struct url *url)
{
    struct in6_addr v6;
    struct in_addr v4;

    if (url->ipv6)
        return inet_pton(AF_INET6, url->host, &v6) == 1 &&
               IN6_IS_ADDR_LOOPBACK(&v6);
    if (inet_pton(AF_INET, url->host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return strcmp(url->host, "localhost") == 0;
}
