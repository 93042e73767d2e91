/* clock.h - the wall clock, and the one that goes on while a host sleeps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H 1

#include <stdint.h>
#include <time.h>

/* A moment by both clocks, in seconds. Expiry is reached when either clock
 * says so: the wall clock may be set back, the other one knows no date. */
struct moment {
    time_t wall;      /* since the epoch */
    int64_t boottime; /* CLOCK_BOOTTIME */
};

struct moment clock_now(void);

/* The moment that many seconds after (before, when negative) another. */
struct moment clock_after(struct moment moment, int64_t seconds);

/* True when `moment` is not after `now` by either clock. */
int clock_has_passed(struct moment moment, struct moment now);

/* "2026-11-22T19:11:43Z". */
enum { CLOCK_RFC3339_BYTES = 32 };
void clock_rfc3339(time_t time, char text[CLOCK_RFC3339_BYTES]);

#endif
