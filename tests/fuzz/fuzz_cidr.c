/* fuzz_cidr.c - networks, and the hosts in them. Two parts: a network, and a
 * host as PAM gives it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include <arpa/inet.h>

#include "rules/cidr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *network = fuzz_string_part(&data, &size);
    char *host = fuzz_string(data, size);
    char address[INET6_ADDRSTRLEN];
    char whole[INET6_ADDRSTRLEN + 8];
    struct cidr cidr;
    struct cidr again;
    struct cidr all[2];
    struct cidr_list list = {.item = &cidr, .count = 1};
    struct cidr_list both = {.item = all, .count = 2};

    PROMISE(cidr_parse("0.0.0.0/0", &all[0]) && cidr_parse("::/0", &all[1]));
    if (cidr_parse(network, &cidr)) {
        PROMISE(cidr.prefix <= (cidr.family == AF_INET ? 32U : 128U));
        for (unsigned bit = cidr.prefix; bit < 128; bit++)
            PROMISE((cidr.address[bit / 8] & (0x80 >> bit % 8)) == 0);
        PROMISE(inet_ntop(cidr.family, cidr.address, address,
                          sizeof(address)) != NULL);
        PROMISE(cidr_list_contains(&list, address));
        (void)snprintf(whole, sizeof(whole), "%s/%u", address, cidr.prefix);
        PROMISE(cidr_parse(whole, &again));
        PROMISE(memcmp(cidr.address, again.address, 16) == 0 &&
                cidr.prefix == again.prefix && cidr.family == again.family);
        if (cidr_list_contains(&list, host))
            PROMISE(cidr_list_contains(&both, host));
    }
    free(network);
    free(host);
    return 0;
}
