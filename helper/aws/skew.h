/* skew.h - how far this host's clock is from AWS's.
 *
 * AWS refuses a request whose signature is more than five minutes off. What
 * its answers say in their Date header is remembered for the whole process,
 * so that every later signature is right.
 *
 * Sources: IAM User Guide, "Elements of an AWS API request signature" (five
 * minutes); the AWS SDKs' own correction, from which the four minutes, and
 * that an answer with an Age header does not count.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_SKEW_H
#define AWS_SKEW_H 1

#include <stdbool.h>
#include <stdint.h>

#include "aws/http.h"

enum {
    SKEW_SECONDS = 240,    /* a smaller difference is none */
    SKEW_TRIP_MS = 60000,  /* a slower answer says nothing */
    SKEW_NEWS_SECONDS = 60 /* a change that is worth another line in the log */
};

/* Seconds to add to this host's clock to have AWS's, 0 when they are less
 * than SKEW_SECONDS apart or nothing is known. The difference is kept against
 * CLOCK_BOOTTIME: once the host's clock is set right, this is 0. */
int64_t skew_seconds(void);

/* Learn from the Date of an answer of AWS's: only of one that came over TLS,
 * from no cache, in time. True when what was learned is news. */
bool skew_learn(const struct http_answer *answer);

/* Forget it. */
void skew_forget(void);

#endif
