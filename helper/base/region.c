/* region.c - see region.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/region.h"

#include <string.h>

enum {
    ARN_MIN = 20,
    ARN_MAX = 2048,
    ACCOUNT_DIGITS = 12,
    LABEL_MAX = 63, /* RFC 1035, section 2.3.4 */
    ROLE_NAME_MAX = 64,
    POLICY_NAME_MAX = 128
};

static const struct partition PARTITIONS[] = {
    {"aws", "amazonaws.com", "api.aws"},
    {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"aws-us-gov", "amazonaws.com", "api.aws"},
    {"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"aws-iso", "c2s.ic.gov", "api.aws.ic.gov"},
    {"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"},
    {"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
};

enum { PARTITION_COUNT = sizeof(PARTITIONS) / sizeof(PARTITIONS[0]) };

/* What comes before the "\w+-\d+" of a Region's name. Those of `aws` itself
 * need no line: what is unknown counts as `aws`. */
static const struct {
    const char *prefix;
    const char *partition;
} PREFIXES[] = {
    {"cn-", "aws-cn"},         {"us-gov-", "aws-us-gov"},
    {"eusc-de-", "aws-eusc"},  {"us-iso-", "aws-iso"},
    {"us-isob-", "aws-iso-b"}, {"eu-isoe-", "aws-iso-e"},
    {"us-isof-", "aws-iso-f"},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_alphanumeric(char c)
{
    return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z');
}

/* "\w+-\d+" */
static bool is_area_and_number(const char *text)
{
    size_t area = 0;

    while (is_alphanumeric(text[area]) || text[area] == '_')
        area++;
    if (area == 0 || text[area] != '-')
        return false;
    text += area + 1;
    if (!is_digit(*text))
        return false;
    while (is_digit(*text))
        text++;
    return *text == '\0';
}

/* The partition of that name of `length` bytes, or NULL. */
static const struct partition *find(const char *name, size_t length)
{
    for (size_t i = 0; i < PARTITION_COUNT; i++)
        if (strlen(PARTITIONS[i].name) == length &&
            memcmp(PARTITIONS[i].name, name, length) == 0)
            return &PARTITIONS[i];
    return NULL;
}

const struct partition *partition_named(const char *name)
{
    return find(name, strlen(name));
}

const struct partition *partition_of_region(const char *region)
{
    static const char GLOBAL[] = "-global";
    const struct partition *partition = NULL;
    size_t length = strlen(region);

    for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(PREFIXES[0]); i++) {
        size_t prefix = strlen(PREFIXES[i].prefix);

        if (strncmp(region, PREFIXES[i].prefix, prefix) == 0 &&
            is_area_and_number(region + prefix))
            return partition_named(PREFIXES[i].partition);
    }
    /* The pseudo Region of a whole partition: "aws-cn-global". */
    if (length > sizeof(GLOBAL) - 1 &&
        strcmp(region + length - (sizeof(GLOBAL) - 1), GLOBAL) == 0)
        partition = find(region, length - (sizeof(GLOBAL) - 1));
    return partition != NULL ? partition : &PARTITIONS[0];
}

bool region_is_valid(const char *region)
{
    size_t length = strlen(region);

    if (length == 0 || length > LABEL_MAX || region[0] == '-' ||
        region[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_lower(region[i]) && !is_digit(region[i]) && region[i] != '-')
            return false;
    return true;
}

/* Take "text:" off the front: what stands before the next colon, or NULL. */
static const char *field(const char **rest, size_t *length)
{
    const char *start = *rest;
    const char *colon = strchr(start, ':');

    if (colon == NULL)
        return NULL;
    *length = (size_t)(colon - start);
    *rest = colon + 1;
    return start;
}

static bool is_account(const char *text, size_t length)
{
    if (length != ACCOUNT_DIGITS)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_digit(text[i]))
            return false;
    return true;
}

/* "PATH/NAME": a path of visible ASCII, a name of [A-Za-z0-9_+=,.@-]. */
static bool is_path_and_name(const char *text, size_t name_max)
{
    const char *slash = strrchr(text, '/');
    const char *name = slash != NULL ? slash + 1 : text;
    size_t length = strlen(name);

    if (length == 0 || length > name_max || *text == '/')
        return false;
    for (; text < name; text++)
        if (*text < '!' || *text > '~')
            return false;
    for (; *name != '\0'; name++)
        if (!is_alphanumeric(*name) && strchr("_+=,.@-", *name) == NULL)
            return false;
    return true;
}

/* arn:PARTITION:iam::ACCOUNT:KIND/..., with `aws` for an account where AWS
 * itself may own the thing. */
static bool iam_arn_is_valid(const char *arn, const char *kind, bool aws_owned,
                             size_t name_max, const char **what)
{
    const char *rest = arn;
    const char *text;
    size_t length = strlen(arn);

    if (length < ARN_MIN || length > ARN_MAX) {
        *what = "an ARN of 20 to 2048 characters";
        return false;
    }
    text = field(&rest, &length);
    if (text == NULL || length != 3 || memcmp(text, "arn", 3) != 0) {
        *what = "an ARN, which begins with arn:";
        return false;
    }
    text = field(&rest, &length);
    if (text == NULL || find(text, length) == NULL) {
        *what = "a known partition after arn: (aws, aws-cn, aws-us-gov, "
                "aws-eusc, aws-iso, aws-iso-b, aws-iso-e, aws-iso-f)";
        return false;
    }
    text = field(&rest, &length);
    if (text == NULL || length != 3 || memcmp(text, "iam", 3) != 0) {
        *what = "an ARN of IAM (arn:aws:iam::...)";
        return false;
    }
    text = field(&rest, &length);
    if (text == NULL || length != 0) {
        *what = "no Region in an ARN of IAM (arn:aws:iam::...)";
        return false;
    }
    text = field(&rest, &length);
    if (text == NULL ||
        (!is_account(text, length) &&
         !(aws_owned && length == 3 && memcmp(text, "aws", 3) == 0))) {
        *what = aws_owned ? "an account id of 12 digits, or aws"
                          : "an account id of 12 digits";
        return false;
    }
    length = strlen(kind);
    if (strncmp(rest, kind, length) != 0 || rest[length] != '/' ||
        !is_path_and_name(rest + length + 1, name_max)) {
        *what = aws_owned ? "policy/NAME at the end of the ARN"
                          : "role/NAME at the end of the ARN";
        return false;
    }
    return true;
}

bool role_arn_is_valid(const char *arn, const char **what)
{
    return iam_arn_is_valid(arn, "role", false, ROLE_NAME_MAX, what);
}

bool policy_arn_is_valid(const char *arn, const char **what)
{
    return iam_arn_is_valid(arn, "policy", true, POLICY_NAME_MAX, what);
}

const struct partition *partition_of_arn(const char *arn)
{
    const char *rest = arn;
    const char *name;
    const struct partition *partition = NULL;
    size_t length;

    if (field(&rest, &length) != NULL && (name = field(&rest, &length)) != NULL)
        partition = find(name, length);
    return partition != NULL ? partition : &PARTITIONS[0];
}
