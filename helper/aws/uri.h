/* uri.h - percent-encoding, and the canonical path and query of a signature.
 *
 * Source: RFC 3986, sections 2.3 and 5.2.4; IAM User Guide, "Create a signed
 * AWS API request".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_URI_H
#define AWS_URI_H 1

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* How a space is written: in a URI, or in a form. */
enum uri_space { URI_SPACE_PERCENT, URI_SPACE_PLUS };

/* Append `length` bytes; all but A-Za-z0-9-._~ become %XX, in capitals. */
void uri_encode(struct buffer *out, const char *bytes, size_t length,
                enum uri_space space);

/* Append `path` (as on the request line) without empty and "." segments, each
 * ".." with the segment before it removed, then encoded. What was encoded
 * already is so once more, as every service but S3 wants it. */
void uri_canonical_path(struct buffer *out, const char *path);

/* Append `query` with names and values encoded once, sorted by name, then by
 * value; "" stays "". Sets out->failed with more than 64 parameters. */
void uri_canonical_query(struct buffer *out, const char *query);

#endif
