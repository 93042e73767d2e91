/* cidr.c - see cidr.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/cidr.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"

enum { MAPPED_BITS = 96 }; /* ::ffff:0:0/96, RFC 4291 section 2.5.5.2 */

/* A literal address of either family; an IPv4-mapped one becomes IPv4.
 * `*shift` is what a prefix loses by that. */
static bool read_address(const char *text, struct cidr *cidr, unsigned *shift)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0,    0,
                                             0, 0, 0, 0, 0xff, 0xff};

    *shift = 0;
    memset(cidr, 0, sizeof(*cidr));
    if (inet_pton(AF_INET, text, cidr->address) == 1) {
        cidr->family = AF_INET;
        cidr->prefix = 32;
        return true;
    }
    if (inet_pton(AF_INET6, text, cidr->address) != 1)
        return false;
    cidr->family = AF_INET6;
    cidr->prefix = 128;
    if (memcmp(cidr->address, mapped, sizeof(mapped)) == 0) {
        memmove(cidr->address, cidr->address + sizeof(mapped), 4);
        memset(cidr->address + 4, 0, sizeof(mapped));
        cidr->family = AF_INET;
        cidr->prefix = 32;
        *shift = MAPPED_BITS;
    }
    return true;
}

/* Do the first `bits` of both agree? */
static bool same_bits(const unsigned char *one, const unsigned char *other,
                      unsigned bits)
{
    unsigned whole = bits / 8;
    unsigned mask = 0xffU << (8 - bits % 8);

    if (memcmp(one, other, whole) != 0)
        return false;
    return bits % 8 == 0 || ((one[whole] ^ other[whole]) & mask & 0xff) == 0;
}

/* Are all bits past the prefix 0? */
static bool host_bits_are_clear(const struct cidr *cidr)
{
    unsigned bits = cidr->family == AF_INET ? 32 : 128;

    for (unsigned bit = cidr->prefix; bit < bits; bit++)
        if ((cidr->address[bit / 8] & (0x80 >> bit % 8)) != 0)
            return false;
    return true;
}

bool cidr_parse(const char *text, struct cidr *cidr)
{
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    size_t length = slash != NULL ? (size_t)(slash - text) : strlen(text);
    uint64_t prefix;
    unsigned shift;

    if (length >= sizeof(address))
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    if (!read_address(address, cidr, &shift))
        return false;
    if (slash == NULL)
        return true;
    if (!text_number(slash + 1, cidr->prefix + shift, &prefix) ||
        prefix < shift)
        return false;
    cidr->prefix = (unsigned)prefix - shift;
    return host_bits_are_clear(cidr);
}

bool cidr_list_contains(const struct cidr_list *list, const char *host)
{
    char address[INET6_ADDRSTRLEN];
    size_t length = strcspn(host, "%");
    struct cidr one;
    unsigned shift;

    if (length >= sizeof(address))
        return false;
    memcpy(address, host, length);
    address[length] = '\0';
    if (!read_address(address, &one, &shift))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (list->item[i].family == one.family &&
            same_bits(list->item[i].address, one.address, list->item[i].prefix))
            return true;
    return false;
}
