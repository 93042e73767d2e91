/* retry.h - asking again, and elsewhere, before one deadline.
 *
 * Asked again: where there was no connection or it broke, after a failure of
 * AWS (5xx), and after throttling; at most three rounds, with full jitter
 * between them. A refusal is an answer, and is never asked again.
 *
 * Sources: botocore's retries/standard.py (what, how often, how long);
 * the header x-amz-retry-after, milliseconds, as the AWS SDK for Rust reads
 * it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_RETRY_H
#define AWS_RETRY_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "protocol/deadline.h"

enum {
    RETRY_ROUNDS = 3,
    RETRY_PLACES_MAX = 8,
    RETRY_ATTEMPT_MS = 200, /* less left is not worth another attempt */
    RETRY_LONGEST_MS = 20000,
};

/* What an attempt that failed says beside its error. */
struct retry_hint {
    bool broke;    /* the connection, or there was none */
    long after_ms; /* how long AWS wants to be left alone; 0: it did not say */
};

/* What is asked. `places` are Regions that can stand in for each other, 1 to
 * RETRY_PLACES_MAX. */
struct retry_plan {
    size_t places;
    size_t first; /* the place to begin with */
    /* One attempt at a place. 0, or -1 with `error` and `hint`, which is all
     * zero before. */
    int (*attempt)(void *context, size_t place, struct deadline deadline,
                   struct retry_hint *hint, struct error *error);
    /* What a place is called in messages. */
    const char *(*name)(const void *context, size_t place);
    void *context;
};

/* Attempt until one succeeds. Where there are several places, each gets an
 * equal part of what is left, so that one that hangs leaves time to the next;
 * one that hung, or where STS is switched off, is not asked again. 0 with the
 * place in `*answered`; -1 with the last error, which then says how often
 * was tried and, with several places, how the others failed. */
int retry_run(const struct retry_plan *plan, struct deadline deadline,
              size_t *answered, struct error *error);

/* How long to wait after round `round` (from 0): a part of 2^round seconds,
 * at most 20 s, chosen by `chance` (0 to UINT32_MAX), or `after_ms` where
 * that is not 0; always so that RETRY_ATTEMPT_MS of `left_ms` remain. -1
 * where that cannot be. */
int64_t retry_delay_ms(unsigned round, long after_ms, int64_t left_ms,
                       uint32_t chance);

#endif
