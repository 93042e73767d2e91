/* values_anywhere.c - see values.h: a source of type = roles-anywhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/values.h"

#include <string.h>

#include "base/anywhere_arn.h"

enum { HANDLE_DIGITS = 8 };

static bool read_arn(const char *value, const char *kind, void *field,
                     char what[VALUE_WHAT_MAX])
{
    const char *expected = "";

    if (!anywhere_arn_is_valid(value, kind, NULL, &expected))
        return value_wrong(what, "expected %s", expected);
    return value_copy(value, field, what);
}

bool value_trust_anchor(const char *value, void *field,
                        char what[VALUE_WHAT_MAX])
{
    return read_arn(value, "trust-anchor", field, what);
}

bool value_anywhere_profile(const char *value, void *field,
                            char what[VALUE_WHAT_MAX])
{
    return read_arn(value, "profile", field, what);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Does `uri` have that attribute, in its path or its query (RFC 7512)? The
 * value, or NULL. */
static const char *attribute(const char *uri, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = strchr(uri, ':'); at != NULL && *at != '\0';
         at += strcspn(at, ";?&")) {
        at++;
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return at + length + 1;
    }
    return NULL;
}

static bool check_pkcs11(const char *uri, char what[VALUE_WHAT_MAX])
{
    const char *module = attribute(uri, "module-path");

    for (const char *at = uri; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            return value_wrong(what, "a URI of RFC 7512 was expected: no "
                                     "space, nothing that is not ASCII");
    if (attribute(uri, "pin-value") != NULL ||
        attribute(uri, "pin-source") != NULL)
        return value_wrong(what, "a PIN has no place in a file that everybody "
                                 "may read; pin_file = PATH was expected, and "
                                 "neither pin-value nor pin-source");
    /* It goes into a configuration of OpenSSL's, which expands more. */
    if (module != NULL &&
        (*module != '/' ||
         strspn(module, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789/._+-") != strcspn(module, "&")))
        return value_wrong(what, "module-path: an absolute path of letters, "
                                 "digits, or / . _ + - was expected");
    return true;
}

static bool check_handle(const char *handle, char what[VALUE_WHAT_MAX])
{
    const char *digits = handle + strlen("handle:0x");
    size_t count;

    if (!begins(handle, "handle:0x"))
        return value_wrong(what, "handle:0x81000001 or the like was expected");
    count = strspn(digits, "0123456789abcdefABCDEF");
    return (count > 0 && count <= HANDLE_DIGITS && digits[count] == '\0') ||
           value_wrong(what, "1 to 8 hex digits after handle:0x were "
                             "expected, and nothing behind them");
}

bool value_private_key(const char *value, void *field,
                       char what[VALUE_WHAT_MAX])
{
    if (begins(value, "pkcs11:")   ? !check_pkcs11(value, what)
        : begins(value, "handle:") ? !check_handle(value, what)
                                   : false)
        return false;
    if (value[0] != '/' && !begins(value, "pkcs11:") &&
        !begins(value, "handle:"))
        return value_wrong(what, "an absolute path, a pkcs11: URI or "
                                 "handle:0x... was expected");
    return value_copy(value, field, what);
}
