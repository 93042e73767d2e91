/* settle.c - settle_role(), see reading.h: values that bear on each other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/reading.h"

#include <stdlib.h>
#include <string.h>

#include "base/region.h"
#include "rules/bind_to.h"

/* What settles one role. */
struct settling {
    struct reading *reading;
    struct role *role;
    struct spot section;
    const struct entries *own;
    const struct entries *all;
};

/* Where a key stands: in the role, in [defaults], else the role's header. */
static struct spot spot_of(const struct settling *settling, const char *name)
{
    const struct raw_entry *entry = entry_of(settling->all, name, IN_ROLE);

    return entry != NULL ? entry->spot : settling->section;
}

static bool is_own(const struct settling *settling, const char *name)
{
    return entry_of(settling->own, name, IN_ROLE) != NULL;
}

static void forget(char **field)
{
    free(*field);
    *field = NULL;
}

/* sts_regions against sts_region and sts_endpoint, which say where else: what
 * the role says itself goes before what the defaults say. */
static void settle_regions(const struct settling *settling)
{
    struct sts_settings *sts = &settling->role->sts;
    const bool one = is_own(settling, "sts_region");
    const bool endpoint = is_own(settling, "sts_endpoint");

    if (sts->regions.count == 0)
        return;
    if (is_own(settling, "sts_regions")) {
        if (!one)
            forget(&sts->region);
        if (!endpoint)
            forget(&sts->endpoint);
    } else if (one || endpoint) {
        strings_free(&sts->regions);
        return;
    }
    if (sts->region != NULL || sts->endpoint != NULL)
        mistake_add(&settling->reading->mistakes,
                    spot_of(settling, "sts_regions"),
                    "sts_regions and %s exclude each other in [role %s]; "
                    "expected one of them",
                    sts->region != NULL ? "sts_region" : "sts_endpoint",
                    settling->role->name);
}

/* Each of sts_regions is in the role's partition. */
static void check_partitions(const struct settling *settling)
{
    const struct role *role = settling->role;
    const struct partition *partition;

    if (role->role_arn == NULL)
        return;
    partition = partition_of_arn(role->role_arn);
    for (size_t i = 0; i < role->sts.regions.count; i++) {
        const char *region = role->sts.regions.item[i];
        const struct partition *other = partition_of_region(region);

        if (region_is_valid(region) && other != partition)
            mistake_add(&settling->reading->mistakes,
                        spot_of(settling, "sts_regions"),
                        "sts_regions: %s is in the partition %s and the role "
                        "of [role %s] in %s; a Region of %s was expected",
                        region, other->name, role->name, partition->name,
                        partition->name);
    }
}

static void settle_proxy(const struct settling *settling)
{
    struct sts_settings *sts = &settling->role->sts;
    const char *file = sts->proxy_credentials_file;

    if (file != NULL && *file == '\0') /* it takes back the defaults' */
        forget(&sts->proxy_credentials_file);
    else if (file != NULL && sts->proxy == NULL &&
             entry_of(settling->all, "proxy", IN_ROLE) == NULL)
        mistake_add(&settling->reading->mistakes,
                    spot_of(settling, "proxy_credentials_file"),
                    "proxy_credentials_file stands there without a proxy in "
                    "[role %s]; proxy = http://HOST:PORT was expected",
                    settling->role->name);
}

static void settle_policy(const struct settling *settling)
{
    char what[VALUE_WHAT_MAX] = "";

    if (settling->role->bind_to.count == 0 ||
        bind_to_merge(settling->role, what))
        return;
    if (what[0] == '\0')
        settling->reading->no_memory = true;
    else
        mistake_add(&settling->reading->mistakes, spot_of(settling, "bind_to"),
                    "bind_to of [role %s]: %s", settling->role->name, what);
}

void settle_role(struct reading *reading, struct role *role, struct spot spot,
                 const struct entries *own, const struct entries *all)
{
    const struct settling settling = {reading, role, spot, own, all};

    if (role->exclusion)
        return;
    settle_regions(&settling);
    check_partitions(&settling);
    settle_proxy(&settling);
    settle_policy(&settling);
}
