/* reason.c - see internal.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pam_awsrole/internal.h"

#include <stdarg.h>
#include <stdio.h>

bool reason_set(struct reason *reason, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(reason->text, sizeof(reason->text), format, arguments);
    va_end(arguments);
    /* User names and the helper's words come from outside, and one line of
     * the log must stay one. */
    for (char *at = reason->text; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '?';
    }
    return false;
}
