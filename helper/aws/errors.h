/* errors.h - from what STS answered to a code of the catalogue.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_ERRORS_H
#define AWS_ERRORS_H 1

#include "aws/sts.h"
#include "aws/sts_answer.h"
#include "base/error.h"

/* Set `error` from a status other than 200 or an answer that is no result.
 * The detail names the role, the principal where AWS names it, AWS's code and
 * its request id; AWS's message only where it is known to hold no secret.
 * Always returns -1. */
int aws_error(long status, const struct sts_answer *answer,
              const struct assume_role *call, struct error *error);

#endif
