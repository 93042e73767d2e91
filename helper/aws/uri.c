/* uri.c - see uri.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/uri.h"

#include <stdlib.h>
#include <string.h>

enum { PARAMETERS_MAX = 64, ENCODED_MAX = 64 * 1024 };

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

static void encode_byte(struct buffer *out, char c)
{
    static const char DIGITS[] = "0123456789ABCDEF";
    unsigned char byte = (unsigned char)c;
    const char escape[3] = {'%', DIGITS[byte >> 4], DIGITS[byte & 15]};

    if (is_unreserved(c))
        buffer_add_char(out, c);
    else
        buffer_add(out, escape, sizeof(escape));
}

void uri_encode(struct buffer *out, const char *bytes, size_t length,
                enum uri_space space)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] == ' ' && space == URI_SPACE_PLUS)
            buffer_add_char(out, '+');
        else
            encode_byte(out, bytes[i]);
}

/* Drop the last segment of `out`, which holds "/a/b" from `start` on. */
static void drop_segment(struct buffer *out, size_t start)
{
    while (out->length > start && out->data[out->length - 1] != '/')
        out->length--;
    if (out->length > start)
        out->length--;
    if (out->data != NULL)
        out->data[out->length] = '\0';
}

void uri_canonical_path(struct buffer *out, const char *path)
{
    size_t start = out->length;
    size_t whole = strlen(path);
    bool folder = whole > 0 && path[whole - 1] == '/';

    while (*path != '\0') {
        size_t length = strcspn(path, "/");

        if (length == 2 && path[0] == '.' && path[1] == '.') {
            drop_segment(out, start);
        } else if (length > 0 && !(length == 1 && path[0] == '.')) {
            buffer_add_char(out, '/');
            uri_encode(out, path, length, URI_SPACE_PERCENT);
        }
        path += length + (path[length] == '/');
    }
    if (folder || out->length == start)
        buffer_add_char(out, '/');
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Encode what may be encoded already: %XX is taken for its byte. */
static void encode_once(struct buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        int high = -1;
        int low = -1;

        if (text[i] == '%' && i + 2 < length) {
            high = hex_digit(text[i + 1]);
            low = hex_digit(text[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            encode_byte(out, (char)(high * 16 + low));
            i += 2;
        } else {
            encode_byte(out, text[i]);
        }
    }
}

/* A parameter, encoded, as offsets into one buffer: "name\0value\0". */
struct parameter {
    size_t name;
    size_t value;
};

static void sort_in(const char *text, struct parameter *list, size_t count,
                    struct parameter added)
{
    while (count > 0) {
        const struct parameter *before = &list[count - 1];
        int order = strcmp(text + before->name, text + added.name);

        if (order == 0)
            order = strcmp(text + before->value, text + added.value);
        if (order <= 0)
            break;
        list[count] = *before;
        count--;
    }
    list[count] = added;
}

void uri_canonical_query(struct buffer *out, const char *query)
{
    AUTO_BUFFER encoded = BUFFER(ENCODED_MAX);
    struct parameter list[PARAMETERS_MAX];
    size_t count = 0;

    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        size_t name = 0;
        struct parameter added = {encoded.length, 0};

        while (name < length && query[name] != '=')
            name++;
        encode_once(&encoded, query, name);
        buffer_add_char(&encoded, '\0');
        added.value = encoded.length;
        if (name < length)
            encode_once(&encoded, query + name + 1, length - name - 1);
        buffer_add_char(&encoded, '\0');
        if (encoded.failed || (length > 0 && count == PARAMETERS_MAX)) {
            out->failed = true;
            return;
        }
        if (length > 0)
            sort_in(encoded.data, list, count++, added);
        query += length + (query[length] == '&');
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_add_char(out, '&');
        buffer_add_string(out, encoded.data + list[i].name);
        buffer_add_char(out, '=');
        buffer_add_string(out, encoded.data + list[i].value);
    }
}
