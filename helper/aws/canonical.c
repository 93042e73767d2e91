/* canonical.c - the first stage of SigV4; see sigv4.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/sigv4.h"

#include <string.h>

#include "aws/hash.h"
#include "aws/uri.h"

enum { HEADERS_MAX = 64 };

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* As strcmp(3), with ASCII capitals as small letters. Not strcasecmp(3),
 * whose answer depends on the locale. */
static int compare(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return (unsigned char)lower(*a) - (unsigned char)lower(*b);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* No space at the ends, each run of it inside (and each fold) one space. */
static void add_trimmed(struct buffer *out, const char *value)
{
    bool gap = false;
    bool any = false;

    for (; *value != '\0'; value++) {
        if (is_space(*value)) {
            gap = any;
            continue;
        }
        if (gap)
            buffer_add_char(out, ' ');
        buffer_add_char(out, *value);
        gap = false;
        any = true;
    }
}

static void add_lower(struct buffer *out, const char *name)
{
    for (; *name != '\0'; name++)
        buffer_add_char(out, lower(*name));
}

/* By name; those of one name stay in the order in which they were given. */
static void sort(const struct sigv4_request *request,
                 const struct sigv4_header *sorted[HEADERS_MAX])
{
    for (size_t i = 0; i < request->header_count; i++) {
        const struct sigv4_header *header = &request->headers[i];
        size_t at = i;

        for (; at > 0 && compare(sorted[at - 1]->name, header->name) > 0; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = header;
    }
}

static void add_headers(const struct sigv4_request *request,
                        struct buffer *canonical, struct buffer *names)
{
    const struct sigv4_header *sorted[HEADERS_MAX] = {NULL};

    sort(request, sorted);
    for (size_t i = 0; i < request->header_count; i++) {
        bool again =
            i > 0 && compare(sorted[i - 1]->name, sorted[i]->name) == 0;

        if (again) {
            buffer_add_char(canonical, ',');
        } else {
            if (i > 0) {
                buffer_add_char(canonical, '\n');
                buffer_add_char(names, ';');
            }
            add_lower(canonical, sorted[i]->name);
            buffer_add_char(canonical, ':');
            add_lower(names, sorted[i]->name);
        }
        add_trimmed(canonical, sorted[i]->value);
    }
    if (request->header_count > 0)
        buffer_add_char(canonical, '\n');
}

bool sigv4_canonical_request(const struct sigv4_request *request,
                             struct buffer *canonical,
                             struct buffer *signed_headers)
{
    char hex[SIGV4_HEX + 1];

    if (request->header_count > HEADERS_MAX ||
        !hash_hex(request->body, request->body_length, hex))
        return false;
    buffer_add_string(canonical, request->method);
    buffer_add_char(canonical, '\n');
    uri_canonical_path(canonical, request->path);
    buffer_add_char(canonical, '\n');
    uri_canonical_query(canonical, request->query);
    buffer_add_char(canonical, '\n');
    add_headers(request, canonical, signed_headers);
    buffer_add_char(canonical, '\n');
    buffer_add_string(canonical, buffer_string(signed_headers));
    buffer_add_char(canonical, '\n');
    buffer_add_string(canonical, hex);
    return !canonical->failed && !signed_headers->failed;
}
