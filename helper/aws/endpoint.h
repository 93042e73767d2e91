/* endpoint.h - where STS is asked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H 1

#include "base/buffer.h"
#include "base/error.h"
#include "rules/config.h"

struct endpoint {
    char url[512];        /* "https://sts.eu-west-1.amazonaws.com/" */
    char host[300];       /* as in the Host header, with a port not the
                             scheme's own */
    char path[200];       /* "/" */
    char sign_region[64]; /* the Region of the signature */
};

/* The Region's own endpoint, or settings->endpoint, which rules/ checked when
 * the configuration was read (http only to a loopback address). -1 with
 * ERROR_CONFIGURATION. */
int endpoint_resolve(const struct sts_settings *settings,
                     struct endpoint *endpoint, struct error *error);

#endif
