/* anywhere_arn.c - see anywhere_arn.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/anywhere_arn.h"

#include <stdio.h>
#include <string.h>

#include "base/region.h"

enum {
    ARN_MAX = 1011, /* as in the service model */
    ACCOUNT_DIGITS = 12,
    FIELD_BYTES = ANYWHERE_REGION_BYTES,
};

/* Take "text:" off the front, into `field`. */
static bool take(const char **rest, char field[FIELD_BYTES])
{
    size_t length = strcspn(*rest, ":");

    if ((*rest)[length] != ':' || length >= FIELD_BYTES)
        return false;
    memcpy(field, *rest, length);
    field[length] = '\0';
    *rest += length + 1;
    return true;
}

static bool expected(const char **what, const char *text)
{
    *what = text;
    return false;
}

bool anywhere_arn_is_valid(const char *arn, const char *kind,
                           char region[ANYWHERE_REGION_BYTES],
                           const char **what)
{
    bool anchor = strcmp(kind, "trust-anchor") == 0;
    const char *rest = arn;
    char field[FIELD_BYTES];
    size_t length = strlen(kind);

    if (strlen(arn) > ARN_MAX || !take(&rest, field) ||
        strcmp(field, "arn") != 0)
        return expected(what, "an ARN, which begins with arn:");
    if (!take(&rest, field) || partition_named(field) == NULL)
        return expected(what, "a known partition after arn: (aws, aws-cn, "
                              "aws-us-gov and so on)");
    if (!take(&rest, field) || strcmp(field, "rolesanywhere") != 0)
        return expected(what, "an ARN of IAM Roles Anywhere "
                              "(arn:aws:rolesanywhere:...)");
    if (!take(&rest, field) || !region_is_valid(field))
        return expected(what, "a Region after rolesanywhere:");
    if (region != NULL)
        (void)snprintf(region, ANYWHERE_REGION_BYTES, "%s", field);
    if (!take(&rest, field) || strlen(field) != ACCOUNT_DIGITS ||
        strspn(field, "0123456789") != ACCOUNT_DIGITS)
        return expected(what, "an account id of 12 digits");
    if (strncmp(rest, kind, length) != 0 || rest[length] != '/')
        return expected(what, anchor ? "trust-anchor/ID at the end of the ARN"
                                     : "profile/ID at the end of the ARN");
    rest += length + 1;
    length = strspn(rest, "0123456789abcdefABCDEF-");
    if (length == 0 || rest[length] != '\0')
        return expected(what, "an ID of hex digits and hyphens at the end of "
                              "the ARN");
    return true;
}
