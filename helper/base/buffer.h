/* buffer.h - bytes that grow up to a fixed maximum and erase themselves.
 *
 * Every secret of the helper lives in one of these or in a struct
 * credentials; what grows or is freed is erased first.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H 1

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *data; /* NUL-terminated whenever it is not NULL */
    size_t length;
    size_t capacity;
    size_t maximum; /* bytes of content; what would exceed it sets failed */
    bool failed;    /* no memory, or the maximum: checked once, at the end */
};

/* An empty buffer that may hold `maximum` bytes. */
#define BUFFER(most) ((struct buffer){.maximum = (most)})

/* Append; on failure nothing is added and `failed` is set. */
void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
void buffer_add_string(struct buffer *buffer, const char *string);
void buffer_add_char(struct buffer *buffer, char character);
void buffer_addf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Content as a string, "" when empty; never NULL. Owned by the buffer. */
const char *buffer_string(const struct buffer *buffer);

/* Empty it (erased), keeping the memory. */
void buffer_clear(struct buffer *buffer);

/* Erase and free; usable again afterwards. */
void buffer_free(struct buffer *buffer);

/* For `__attribute__((cleanup(...)))`. */
#define AUTO_BUFFER __attribute__((cleanup(buffer_free))) struct buffer

/* Erase and free a string; NULL is fine. */
void string_erase(char *string);

#endif
