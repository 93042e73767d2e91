/* rfc3339.c - see rfc3339_parse() in sts_answer.h
 *
 * Source: RFC 3339, section 5.6.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/sts_answer.h"

#include <stdint.h>
#include <string.h>

/* 9999-12-31T23:59:59Z */
#define LAST_SECOND INT64_C(253402300799)

/* `digits` digits at `*text`, at most `maximum`. */
static bool number(const char **text, unsigned digits, int maximum, int *value)
{
    *value = 0;
    for (unsigned i = 0; i < digits; i++, ++*text) {
        if (**text < '0' || **text > '9')
            return false;
        *value = *value * 10 + (**text - '0');
    }
    return *value <= maximum;
}

static bool one_of(const char **text, const char *characters)
{
    if (**text == '\0' || strchr(characters, **text) == NULL)
        return false;
    ++*text;
    return true;
}

/* "Z", "+01:00", "-08:00", and nothing after it. */
static bool offset(const char *text, int *seconds)
{
    int sign = *text == '-' ? -1 : 1;
    int hours = 0;
    int minutes = 0;

    *seconds = 0;
    if (one_of(&text, "Zz"))
        return *text == '\0';
    if (!one_of(&text, "+-") || !number(&text, 2, 23, &hours) ||
        !one_of(&text, ":") || !number(&text, 2, 59, &minutes))
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return *text == '\0';
}

bool rfc3339_parse(const char *text, time_t *time)
{
    struct tm given = {0};
    struct tm back;
    time_t seconds;
    int away;

    if (!number(&text, 4, 9999, &given.tm_year) || !one_of(&text, "-") ||
        !number(&text, 2, 12, &given.tm_mon) || !one_of(&text, "-") ||
        !number(&text, 2, 31, &given.tm_mday) || !one_of(&text, "Tt ") ||
        !number(&text, 2, 23, &given.tm_hour) || !one_of(&text, ":") ||
        !number(&text, 2, 59, &given.tm_min) || !one_of(&text, ":") ||
        !number(&text, 2, 60, &given.tm_sec))
        return false;
    if (one_of(&text, ".")) {
        if (*text < '0' || *text > '9')
            return false;
        while (*text >= '0' && *text <= '9')
            text++;
    }
    if (!offset(text, &away) || given.tm_mon == 0 || given.tm_mday == 0)
        return false;
    given.tm_year -= 1900;
    given.tm_mon -= 1;
    if (given.tm_sec == 60) /* a leap second: time_t has none */
        given.tm_sec = 59;
    back = given;
    seconds = timegm(&back);
    /* timegm(3) makes 1 March of 30 February. */
    if (back.tm_mday != given.tm_mday || back.tm_mon != given.tm_mon)
        return false;
    seconds -= away;
    /* 0 stands for no date; a year of four digits is all that can be written
     * in turn. */
    if (seconds <= 0 || seconds > LAST_SECOND)
        return false;
    *time = seconds;
    return true;
}
