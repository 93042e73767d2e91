/* dates.c - date_parse(), see values.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/values.h"

/* `count` digits at `*text`, which moves past them; -1 when they are none. */
static int digits(const char **text, int count)
{
    int value = 0;

    for (; count > 0; count--, ++*text) {
        if (**text < '0' || **text > '9')
            return -1;
        value = value * 10 + (**text - '0');
    }
    return value;
}

static bool literal(const char **text, char character)
{
    if (**text != character)
        return false;
    ++*text;
    return true;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* "Z", "+01:00": seconds east of UTC. */
static bool read_offset(const char **text, int *seconds)
{
    int sign = **text == '-' ? -1 : 1;
    int hours;
    int minutes;

    *seconds = 0;
    if (literal(text, 'Z') || literal(text, 'z'))
        return true;
    if (!literal(text, '+') && !literal(text, '-'))
        return false;
    hours = digits(text, 2);
    if (hours < 0 || hours > 23 || !literal(text, ':'))
        return false;
    minutes = digits(text, 2);
    if (minutes < 0 || minutes > 59)
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool date_parse(const char *text, time_t *time)
{
    int year = digits(&text, 4);
    int month;
    int day;
    int hour;
    int minute;
    int second;
    int offset;

    if (year < 1970 || !literal(&text, '-'))
        return false;
    month = digits(&text, 2);
    if (month < 1 || month > 12 || !literal(&text, '-'))
        return false;
    day = digits(&text, 2);
    if (day < 1 || day > days_in(year, month))
        return false;
    *time = timegm(&(struct tm){
        .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day});
    if (*text == '\0') {
        *time += 86399;
        return true;
    }
    if (!literal(&text, 'T') && !literal(&text, 't') && !literal(&text, ' '))
        return false;
    hour = digits(&text, 2);
    if (hour < 0 || hour > 23 || !literal(&text, ':'))
        return false;
    minute = digits(&text, 2);
    if (minute < 0 || minute > 59 || !literal(&text, ':'))
        return false;
    second = digits(&text, 2);
    if (second < 0 || second > 60)
        return false;
    if (literal(&text, '.')) {
        if (digits(&text, 1) < 0)
            return false;
        while (*text >= '0' && *text <= '9')
            text++;
    }
    if (!read_offset(&text, &offset) || *text != '\0')
        return false;
    *time += hour * 3600 + minute * 60 + second - offset;
    return true;
}
