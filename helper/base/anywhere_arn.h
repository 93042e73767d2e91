/* anywhere_arn.h - ARNs of IAM Roles Anywhere.
 *
 * Source: Service Authorization Reference, "Resource types defined by AWS
 * Identity and Access Management Roles Anywhere".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_ANYWHERE_ARN_H
#define BASE_ANYWHERE_ARN_H 1

#include <stdbool.h>

enum { ANYWHERE_REGION_BYTES = 64 }; /* with the NUL */

/* arn:PARTITION:rolesanywhere:REGION:ACCOUNT:KIND/ID of a known partition,
 * with `kind` "trust-anchor" or "profile". `*what` says what was expected;
 * `region` (may be NULL) gets the Region. */
bool anywhere_arn_is_valid(const char *arn, const char *kind,
                           char region[ANYWHERE_REGION_BYTES],
                           const char **what);

#endif
