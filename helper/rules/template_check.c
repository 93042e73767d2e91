/* template_check.c - see template.h: what the configuration's reader needs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/template.h"

#include <string.h>

#include "rules/template_part.h"

#define PLACES                                                         \
    "{user}, {uid}, {login_user}, {host}, {service}, {tty}, {rhost}, " \
    "{ruser} or {session}"

static const char *const names[] = {
    [TEMPLATE_USER] = "user",
    [TEMPLATE_UID] = "uid",
    [TEMPLATE_LOGIN_USER] = "login_user",
    [TEMPLATE_HOST] = "host",
    [TEMPLATE_SERVICE] = "service",
    [TEMPLATE_TTY] = "tty",
    [TEMPLATE_RHOST] = "rhost",
    [TEMPLATE_RUSER] = "ruser",
    [TEMPLATE_SESSION] = "session",
};

bool template_next(const char **at, struct template_part *part,
                   const char **what)
{
    const char *text = *at;
    const char *end;

    *part = (struct template_part){.name = TEMPLATE_LITERAL, .text = text};
    if (*text == '\0')
        return false;
    if (*text == '}') {
        *what = "a } without the { that was expected before it";
        return false;
    }
    if (*text != '{') {
        part->length = strcspn(text, "{}");
        *at = text + part->length;
        return true;
    }
    end = text + 1 + strcspn(text + 1, "{}");
    if (*end != '}') {
        *what = "a { without the } that was expected behind it";
        return false;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t length = (size_t)(end - text - 1);

        if (names[i] == NULL || strlen(names[i]) != length ||
            memcmp(names[i], text + 1, length) != 0)
            continue;
        part->name = (enum template_name)i;
        part->length = length + 2;
        *at = end + 1;
        return true;
    }
    *what = "an unknown name between braces, where " PLACES " was expected";
    return false;
}

bool template_check(const char *text, const char **what)
{
    struct template_part part;

    *what = NULL;
    while (template_next(&text, &part, what))
        continue;
    return *what == NULL;
}
