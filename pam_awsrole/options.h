/* options.h - the words after pam_awsrole.so in a pam.d line.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAM_AWSROLE_OPTIONS_H
#define PAM_AWSROLE_OPTIONS_H 1

#include <sys/un.h>

#include "pam_awsrole/internal.h"

struct options {
    int timeout_ms;     /* timeout=: 500 to 60000 */
    bool debug;         /* LOG_DEBUG lines too */
    bool quiet;         /* no line for the person */
    bool fail_open;     /* on_failure=open: leave the environment alone */
    const char *helper; /* absolute; points into argv or is a constant */
    const char *socket; /* absolute, shorter than sun_path; the same */
};

/* Read all options. An unknown, malformed or repeated one is logged as
 * LOG_ERR with what was expected (Linux-PAM Module Writers' Guide, 5.1), each
 * of them; then false comes back, with the defaults in their place. */
bool options_read(struct options *options, pam_handle_t *pamh, int argc,
                  const char **argv);

/* One LOG_DEBUG line where `debug` was given. */
#define debug_line(pamh, options, ...)                  \
    do {                                                \
        if ((options)->debug)                           \
            pam_syslog((pamh), LOG_DEBUG, __VA_ARGS__); \
    } while (0)

#endif
