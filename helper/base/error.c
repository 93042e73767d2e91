/* error.c - see error.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

int error_set(struct error *error, enum error_code code, const char *format,
              ...)
{
    va_list arguments;

    error->code = code;
    va_start(arguments, format);
    (void)vsnprintf(error->detail, sizeof(error->detail), format, arguments);
    va_end(arguments);
    text_clean(error->detail);
    return -1;
}

int error_prefix(struct error *error, const char *format, ...)
{
    char before[ERROR_DETAIL_MAX];
    char both[2 * ERROR_DETAIL_MAX + 4];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(before, sizeof(before), format, arguments);
    va_end(arguments);
    (void)snprintf(both, sizeof(both), "%s: %s", before, error->detail);
    return error_set(error, error->code, "%s", both);
}
