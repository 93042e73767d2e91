/* deadline.c - see deadline.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "protocol/deadline.h"

#include <limits.h>
#include <time.h>

static int64_t now_ms(void)
{
    struct timespec now;

    /* CLOCK_MONOTONIC cannot fail on Linux: clock_gettime(2). */
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct deadline deadline_in(int64_t milliseconds)
{
    struct deadline deadline = {now_ms()};

    if (milliseconds > 0)
        deadline.at_ms += milliseconds;
    return deadline;
}

int deadline_left_ms(struct deadline deadline)
{
    int64_t left = deadline.at_ms - now_ms();

    if (left < 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

struct deadline deadline_earlier(struct deadline deadline, int64_t milliseconds)
{
    deadline.at_ms -= milliseconds;
    return deadline;
}
