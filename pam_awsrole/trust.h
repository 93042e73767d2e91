/* trust.h - may this path be run as root?
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAM_AWSROLE_TRUST_H
#define PAM_AWSROLE_TRUST_H 1

#include "pam_awsrole/internal.h"

/* True when `path` is absolute and names a regular, executable file that
 * belongs to root and that nobody else can write, change or replace: the same
 * holds for every folder on the way (a root-owned folder with the sticky bit
 * may be writable, nobody can rename root's entries in it) and no part is a
 * symbolic link. Otherwise false, and `reason` names the part at fault. */
bool trusted_program(const char *path, struct reason *reason);

#endif
