/* error.h - an error as a value: a code from the catalogue and one sentence.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H 1

#include "base/catalogue.h"

enum { ERROR_DETAIL_MAX = 1024 }; /* bytes, with the NUL */

struct error {
    enum error_code code;
    /* For the log: what happened, to which name. Never a secret, never a raw
     * answer of AWS, no control characters. The catalogue adds the remedy. */
    char detail[ERROR_DETAIL_MAX];
};

/* Set code and sentence; always returns -1, so `return error_set(...)` is the
 * way out of a function that found something wrong. Control characters and
 * bytes that are not UTF-8 become '?', a long sentence is cut. */
int error_set(struct error *error, enum error_code code, const char *format,
              ...) __attribute__((format(printf, 3, 4)));

/* "<name of the thing>: <detail>", keeping the code: which hop, which file. */
int error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
