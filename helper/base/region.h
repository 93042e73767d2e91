/* region.h - Regions, partitions and ARNs.
 *
 * Source: botocore's partitions.json and the STS endpoint rule set.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_REGION_H
#define BASE_REGION_H 1

#include <stdbool.h>
#include <stddef.h>

struct partition {
    const char *name;             /* "aws", "aws-cn": as in an ARN */
    const char *dns_suffix;       /* "amazonaws.com" */
    const char *dualstack_suffix; /* "api.aws" */
};

/* The partition of a Region; an unknown Region counts as `aws`. */
const struct partition *partition_of_region(const char *region);

/* The partition of that name, or NULL. */
const struct partition *partition_named(const char *name);

/* A valid host label, lower case: what may stand in a host name. */
bool region_is_valid(const char *region);

/* arn:PARTITION:iam::ACCOUNT:role/PATH/NAME of 20 to 2048 characters, account
 * of 12 digits, a known partition. `*what` says what was expected. */
bool role_arn_is_valid(const char *arn, const char **what);

/* The same for arn:PARTITION:iam::(ACCOUNT|aws):policy/NAME. */
bool policy_arn_is_valid(const char *arn, const char **what);

/* The partition that a valid ARN names. */
const struct partition *partition_of_arn(const char *arn);

#endif
