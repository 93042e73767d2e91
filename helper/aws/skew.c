/* skew.c - see skew.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/skew.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"

/* AWS's clock minus CLOCK_BOOTTIME; 0: not known. */
static _Atomic int64_t base;

int64_t skew_seconds(void)
{
    int64_t known = atomic_load(&base);
    struct moment now = clock_now();
    int64_t offset = now.boottime + known - now.wall;

    return known == 0 || llabs(offset) < SKEW_SECONDS ? 0 : offset;
}

bool skew_learn(const struct http_answer *answer)
{
    int64_t before = skew_seconds();
    int64_t offset = answer->date - answer->received.wall;

    if (!answer->tls || answer->date == 0 || answer->has_age ||
        answer->took_ms > SKEW_TRIP_MS)
        return false;
    if (llabs(offset) < SKEW_SECONDS) {
        skew_forget();
        return false;
    }
    atomic_store(&base, answer->date - answer->received.boottime);
    return llabs(offset - before) > SKEW_NEWS_SECONDS;
}

void skew_forget(void)
{
    atomic_store(&base, 0);
}
