/* http_failure.h - what a request that got no answer failed of.
 *
 * Source: libcurl-errors(3). Of libcurl there are only its numbers here; it is
 * called in http.c alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_HTTP_FAILURE_H
#define AWS_HTTP_FAILURE_H 1

#include <curl/curl.h>
#include <stdbool.h>

#include "base/error.h"

/* curl's code as ours. `why` are curl's own words, which tell a line that
 * broke during the handshake from a certificate that failed. */
enum error_code failure_code(CURLcode result, const char *why);

/* Did the connection break, or was there none? */
bool failure_is_broken(CURLcode result, const char *why);

/* The proxy ("host:port") opened no tunnel to `host`. Its status, 0 where it
 * gave none, tells a refusal (ERROR_PROXY_REFUSED) from a failure
 * (ERROR_PROXY). Always returns -1. */
int failure_of_proxy(const char *proxy, bool logged_in, long status,
                     const char *host, const char *why, struct error *error);

#endif
