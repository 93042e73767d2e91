/* fuzz.h - what all fuzz targets share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

/* libFuzzer calls it with every input. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise that holds for every input; a finding where it does not. */
#define PROMISE(condition)                                                 \
    do {                                                                   \
        if (!(condition)) {                                                \
            (void)fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, \
                          __LINE__, #condition);                           \
            abort();                                                       \
        }                                                                  \
    } while (0)

/* A block of exactly that size, so that ASan sees a read past its end. */
static inline char *fuzz_block(const uint8_t *data, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1);

    PROMISE(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

/* The same as a string: what stands behind the first NUL is not read. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);

    PROMISE(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

/* Inputs of several parts are divided by lines of "%%". The part at `*data`,
 * which moves past it; empty where there is none left. */
static inline const uint8_t *fuzz_part(const uint8_t **data, size_t *size,
                                       size_t *length)
{
    static const char divider[] = "\n%%\n";
    const uint8_t *part = *data;
    const uint8_t *end =
        *size > 0 ? memmem(part, *size, divider, sizeof(divider) - 1) : NULL;

    *length = end != NULL ? (size_t)(end - part) : *size;
    *size -= *length + (end != NULL ? sizeof(divider) - 1 : 0);
    *data = part + *length + (end != NULL ? sizeof(divider) - 1 : 0);
    return part;
}

static inline char *fuzz_string_part(const uint8_t **data, size_t *size)
{
    size_t length;
    const uint8_t *part = fuzz_part(data, size, &length);

    return fuzz_string(part, length);
}

/* An error has a code and one clean sentence. */
static inline void fuzz_check_error(const struct error *error)
{
    char clean[ERROR_DETAIL_MAX];

    PROMISE(error->code > ERROR_NONE && error->code < ERROR_COUNT);
    PROMISE(memchr(error->detail, '\0', sizeof(error->detail)) != NULL);
    PROMISE(error->detail[0] != '\0');
    memcpy(clean, error->detail, sizeof(clean));
    text_clean(clean);
    PROMISE(strcmp(clean, error->detail) == 0);
}

#endif
