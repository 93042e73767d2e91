/* deadline.h - one moment on the monotonic clock before which work must end.
 *
 * Module and helper each hold one for a whole request; every wait in between
 * is given what is left of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PROTOCOL_DEADLINE_H
#define PROTOCOL_DEADLINE_H 1

#include <stdint.h>

struct deadline {
    int64_t at_ms; /* CLOCK_MONOTONIC, milliseconds */
};

/* The moment `milliseconds` from now (negative counts as 0). */
struct deadline deadline_in(int64_t milliseconds);

/* Milliseconds left, 0 when it has passed, at most INT_MAX: fit for poll(2). */
int deadline_left_ms(struct deadline deadline);

/* `deadline`, or `milliseconds` before it: room to still give an answer. */
struct deadline deadline_earlier(struct deadline deadline,
                                 int64_t milliseconds);

#endif
