/* sts_request.h - an AssumeRole request, signed and ready to be sent.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_STS_REQUEST_H
#define AWS_STS_REQUEST_H 1

#include <stdbool.h>
#include <time.h>

#include "aws/endpoint.h"
#include "aws/sts.h"
#include "base/buffer.h"
#include "base/credentials.h"

enum { STS_REQUEST_LINES = 5 };

struct sts_request {
    struct buffer body;
    struct buffer line[STS_REQUEST_LINES];      /* what `headers` points to */
    const char *headers[STS_REQUEST_LINES + 1]; /* "name: value", then NULL */
};

/* Build and sign `call` as of `now`; one with a token is not signed. False
 * without memory, or when a value is longer than AWS could take. Free with
 * sts_request_free() in both cases. */
bool sts_request_build(const struct endpoint *endpoint,
                       const struct credentials *caller,
                       const struct assume_role *call, time_t now,
                       struct sts_request *request);
void sts_request_free(struct sts_request *request);

#endif
