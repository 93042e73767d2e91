/* text.c - see text.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/text.h"

#include <string.h>

size_t text_utf8(const char *text, uint32_t *codepoint)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    uint32_t value;
    size_t length;

    if (bytes[0] < 0x80) {
        *codepoint = bytes[0];
        return 1;
    }
    if ((bytes[0] & 0xe0) == 0xc0) {
        length = 2;
        value = bytes[0] & 0x1f;
    } else if ((bytes[0] & 0xf0) == 0xe0) {
        length = 3;
        value = bytes[0] & 0x0f;
    } else if ((bytes[0] & 0xf8) == 0xf0) {
        length = 4;
        value = bytes[0] & 0x07;
    } else {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0; /* the NUL at the end stops here too */
        value = value << 6 | (bytes[i] & 0x3f);
    }
    if (value < smallest[length] || value > 0x10ffff ||
        (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *codepoint = value;
    return length;
}

static bool is_unfit(uint32_t codepoint)
{
    return codepoint < 0x20 || (codepoint >= 0x7f && codepoint <= 0x9f) ||
           (codepoint >= 0x202a && codepoint <= 0x202e) ||
           (codepoint >= 0x2066 && codepoint <= 0x2069);
}

void text_clean(char *text)
{
    while (*text != '\0') {
        uint32_t codepoint = 0;
        size_t length = text_utf8(text, &codepoint);

        if (length == 0) {
            *text = '?';
            length = 1;
        } else if (is_unfit(codepoint)) {
            memset(text, '?', length);
        }
        text += length;
    }
}

bool text_number(const char *text, uint64_t maximum, uint64_t *value)
{
    uint64_t number = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        uint64_t digit = (uint64_t)(*text - '0');

        if (*text < '0' || *text > '9' || number > (maximum - digit) / 10 ||
            digit > maximum)
            return false;
        number = number * 10 + digit;
    }
    *value = number;
    return true;
}

bool text_duration(const char *text, uint64_t *seconds)
{
    char digits[16];
    size_t length = strlen(text);
    uint64_t unit = 1;

    if (length == 0 || length >= sizeof(digits))
        return false;
    if (text[length - 1] == 's' || text[length - 1] == 'm' ||
        text[length - 1] == 'h') {
        unit = text[length - 1] == 'h'   ? 3600
               : text[length - 1] == 'm' ? 60
                                         : 1;
        length--;
    }
    memcpy(digits, text, length);
    digits[length] = '\0';
    if (!text_number(digits, 8640000 / unit, seconds))
        return false;
    *seconds *= unit;
    return true;
}
