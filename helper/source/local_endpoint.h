/* local_endpoint.h - asking an endpoint that AWS puts beside the host: the
 * instance metadata service, a container's credentials.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_LOCAL_ENDPOINT_H
#define SOURCE_LOCAL_ENDPOINT_H 1

#include "aws/http.h"
#include "base/error.h"
#include "protocol/deadline.h"

/* One request, and what it is for. Strings are borrowed. */
struct local_step {
    const char *method; /* "GET", "PUT" */
    const char *url;
    const char *purpose;        /* "the role's name": for messages */
    const char *const *headers; /* "name: value", NULL at the end */
};

/* Ask, in at most `limit_ms` milliseconds of what is left; never through a
 * proxy, since `client` has none. After a failure of the endpoint's own (5xx,
 * 429) it is asked again, as aws/retry.h says. As http_ask(), and the error
 * names the step. */
int local_ask(struct http_client *client, const struct local_step *step,
              struct deadline deadline, int limit_ms,
              struct http_answer *answer, struct error *error);

/* ERROR_SOURCE: the step, the status that it was answered with, and what to
 * change. Always -1. */
int local_refused(const struct local_step *step, long status,
                  const char *remedy, struct error *error);

/* Another code, and "; <more>" behind the detail, which is cut where both are
 * too long. Always -1. */
int local_explain(struct error *error, enum error_code code, const char *more);

#endif
