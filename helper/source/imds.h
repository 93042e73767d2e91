/* imds.h - the instance metadata service, version 2: its session token, its
 * two addresses, and what its refusals mean.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_IMDS_H
#define SOURCE_IMDS_H 1

#include "aws/http.h"
#include "base/buffer.h"
#include "base/error.h"
#include "protocol/deadline.h"

enum { IMDS_CALL_MS = 1000, IMDS_URL_MAX = 512 };

struct imds {
    struct http_client *http;
    struct deadline deadline;
    const char *base;    /* "http://169.254.169.254" */
    struct buffer token; /* the header line with the session token */
};

/* One thing that is asked for. */
struct imds_item {
    const char *path;      /* "/latest/meta-data/..." */
    const char *purpose;   /* "the role's name" */
    const char *not_there; /* what a 404 means, and what to change */
};

/* Get a session token, or take the one that this process has from before.
 * 0, or -1 with ERROR_SOURCE; imds_close() in both cases. */
int imds_open(struct imds *imds, struct deadline deadline, struct error *error);
void imds_close(struct imds *imds);

/* GET one item; a session token that is no longer accepted is replaced once.
 * 0: status 200. Else -1 with ERROR_SOURCE. http_answer_free() in both
 * cases. */
int imds_get(struct imds *imds, const struct imds_item *item,
             struct http_answer *answer, struct error *error);

/* The first line of an answer, spaces trimmed, copied: 1 to 255 characters of
 * A-Za-z0-9+=,.@_- (a role, a Region). False when it is none, or without
 * memory. Free with free(3). */
bool imds_first_line(const struct http_answer *answer, char **name);

#endif
