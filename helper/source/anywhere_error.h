/* anywhere_error.h - from what IAM Roles Anywhere answered to a code of the
 * catalogue.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_ANYWHERE_ERROR_H
#define SOURCE_ANYWHERE_ERROR_H 1

#include "aws/http.h"
#include "base/error.h"
#include "source/anywhere_request.h"

/* Set `error` from an answer that is no success: the detail names the step
 * (CreateSession), what it was asked for, AWS's code and message, the request
 * id and, where the message is a known one, what to change. Returns -1. */
int anywhere_error(const struct http_answer *answer,
                   const struct create_session *call, struct error *error);

#endif
