/* sts_answer.h - STS's XML, read with expat.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_STS_ANSWER_H
#define AWS_STS_ANSWER_H 1

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/credentials.h"

/* What an answer said; "" or NULL where it did not. */
struct sts_answer {
    bool is_xml;                 /* well-formed, with a root that STS uses */
    struct role_session session; /* the result, when complete */
    bool complete; /* access key, secret, token, expiration, id, arn */
    char error_code[65];
    char error_message[1025]; /* control characters replaced */
    char request_id[129];
};

/* Read `length` bytes: elements in any order, fractional seconds, an error in
 * <Error> or <Errors><Error>, namespaces ignored, no DTD, no entities of the
 * document's own, bounded depth. Never fails: what is not there is empty.
 * Free with sts_answer_free(). */
void sts_answer_read(const char *xml, size_t length, struct sts_answer *answer);
void sts_answer_free(struct sts_answer *answer);

/* RFC 3339 in UTC, with or without fractional seconds or an offset.
 * False when it is none, or not after 1970-01-01T00:00:00Z and before the
 * year 10000: a time that is read is never 0. */
bool rfc3339_parse(const char *text, time_t *time);

#endif
