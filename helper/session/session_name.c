/* session_name.c - "<uid>/<id>": see record.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/text.h"
#include "session/record.h"

/* `separator` between a uid in its one spelling and 32 lower-case digits. */
static bool parse(const char *text, char separator, struct session_name *name,
                  const char **rest)
{
    const char *middle = strchr(text, separator);
    char digits[11];
    size_t length;
    uint64_t uid;

    if (middle == NULL)
        return false;
    length = (size_t)(middle - text);
    if (length == 0 || length >= sizeof(digits) ||
        (text[0] == '0' && length > 1))
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    if (!text_number(digits, UINT32_MAX - 1, &uid))
        return false;
    length = strspn(middle + 1, "0123456789abcdef");
    if (length != SESSION_ID_DIGITS)
        return false;
    name->uid = (uid_t)uid;
    memcpy(name->id, middle + 1, SESSION_ID_DIGITS);
    name->id[SESSION_ID_DIGITS] = '\0';
    *rest = middle + 1 + SESSION_ID_DIGITS;
    return true;
}

bool session_name_parse(const char *text, struct session_name *name)
{
    const char *rest;

    return parse(text, '/', name, &rest) && *rest == '\0';
}

bool record_file_name_parse(const char *text, struct session_name *name)
{
    const char *rest;

    return parse(text, '.', name, &rest) &&
           (*rest == '\0' || strcmp(rest, ".new") == 0);
}

void session_name_format(const struct session_name *name,
                         char text[SESSION_NAME_BYTES])
{
    (void)snprintf(text, SESSION_NAME_BYTES, "%u/%s", (unsigned)name->uid,
                   name->id);
}

bool session_name_random(uid_t uid, struct session_name *name)
{
    unsigned char bytes[SESSION_ID_DIGITS / 2];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return false;
    name->uid = uid;
    for (size_t i = 0; i < sizeof(bytes); i++)
        (void)snprintf(name->id + 2 * i, 3, "%02x", bytes[i]);
    return true;
}
