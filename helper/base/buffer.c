/* buffer.c - see buffer.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

/* Make room for `more` bytes and the NUL; the old memory is erased, which
 * realloc(3) would not do. */
static bool make_room(struct buffer *buffer, size_t more)
{
    size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
    char *data;

    if (buffer->failed || more > buffer->maximum - buffer->length)
        goto fail;
    while (capacity < buffer->length + more + 1)
        capacity *= 2;
    if (capacity == buffer->capacity)
        return true;
    data = malloc(capacity);
    if (data == NULL)
        goto fail;
    if (buffer->data != NULL) {
        memcpy(data, buffer->data, buffer->length + 1);
        explicit_bzero(buffer->data, buffer->capacity);
        free(buffer->data);
    } else {
        data[0] = '\0';
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
fail:
    buffer->failed = true;
    return false;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
    if (!make_room(buffer, length))
        return;
    if (length > 0)
        memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void buffer_add_string(struct buffer *buffer, const char *string)
{
    buffer_add(buffer, string, strlen(string));
}

void buffer_add_char(struct buffer *buffer, char character)
{
    buffer_add(buffer, &character, 1);
}

void buffer_addf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        buffer->failed = true;
        return;
    }
    if (!make_room(buffer, (size_t)length))
        return;
    va_start(arguments, format);
    (void)vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format,
                    arguments);
    va_end(arguments);
    buffer->length += (size_t)length;
}

const char *buffer_string(const struct buffer *buffer)
{
    return buffer->data != NULL ? buffer->data : "";
}

void buffer_clear(struct buffer *buffer)
{
    if (buffer->data != NULL)
        explicit_bzero(buffer->data, buffer->capacity);
    buffer->length = 0;
    buffer->failed = false;
}

void buffer_free(struct buffer *buffer)
{
    if (buffer->data != NULL) {
        explicit_bzero(buffer->data, buffer->capacity);
        free(buffer->data);
    }
    buffer->data = NULL;
    buffer->length = 0;
    buffer->capacity = 0;
    buffer->failed = false;
}

void string_erase(char *string)
{
    if (string == NULL)
        return;
    explicit_bzero(string, strlen(string));
    free(string);
}
