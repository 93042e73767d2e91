/* clock.c - see clock.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/clock.h"

#include <stdio.h>

struct moment clock_now(void)
{
    struct timespec boottime;
    struct moment now;

    (void)clock_gettime(CLOCK_BOOTTIME, &boottime); /* cannot fail on Linux */
    now.wall = time(NULL);
    now.boottime = boottime.tv_sec;
    return now;
}

struct moment clock_after(struct moment moment, int64_t seconds)
{
    moment.wall += seconds;
    moment.boottime += seconds;
    return moment;
}

int clock_has_passed(struct moment moment, struct moment now)
{
    return moment.wall <= now.wall || moment.boottime <= now.boottime;
}

void clock_rfc3339(time_t time, char text[CLOCK_RFC3339_BYTES])
{
    struct tm utc;

    if (gmtime_r(&time, &utc) == NULL ||
        strftime(text, CLOCK_RFC3339_BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        (void)snprintf(text, CLOCK_RFC3339_BYTES, "unknown");
}
