/* cidr.h - lists of addresses and networks, as in `rhosts`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_CIDR_H
#define RULES_CIDR_H 1

#include <stdbool.h>
#include <stddef.h>

struct cidr {
    int family;                /* AF_INET or AF_INET6 */
    unsigned char address[16]; /* network order; bits past the prefix are 0 */
    unsigned prefix;           /* bits */
};

struct cidr_list {
    struct cidr *item;
    size_t count;
};

/* Parse "192.0.2.7", "192.0.2.0/24", "2001:db8::/32". Host bits that are set
 * past the prefix are a mistake. False when it is not one. */
bool cidr_parse(const char *text, struct cidr *cidr);

/* True when `host` is a literal address (an IPv4-mapped IPv6 one counts as
 * IPv4, a %scope is ignored) inside one of the networks. A host name is in
 * none. */
bool cidr_list_contains(const struct cidr_list *list, const char *host);

#endif
