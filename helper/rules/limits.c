/* limits.c - see limits.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/limits.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "rules/letters.h"

static bool is_word_character(char character)
{
    return (character >= 'A' && character <= 'Z') ||
           (character >= 'a' && character <= 'z') ||
           (character >= '0' && character <= '9') || character == '_';
}

static bool one_of(char character, const char *set)
{
    return character != '\0' && strchr(set, character) != NULL;
}

bool limit_session_name_character(char character)
{
    return is_word_character(character) || one_of(character, "+=,.@-");
}

bool limit_external_id(const char *text)
{
    size_t length = strlen(text);

    if (length < LIMIT_EXTERNAL_ID_MIN || length > LIMIT_EXTERNAL_ID_MAX)
        return false;
    for (; *text != '\0'; text++)
        if (!is_word_character(*text) && !one_of(*text, "+=,.@:/-"))
            return false;
    return true;
}

bool limit_tag_character(uint32_t codepoint)
{
    return letter_number_or_space(codepoint) ||
           (codepoint < 0x80 && one_of((char)codepoint, "_.:/=+-@"));
}

/* At most `maximum` characters, all of them fit for a tag. */
static bool is_tag_text(const char *text, size_t maximum)
{
    size_t count = 0;

    while (*text != '\0') {
        uint32_t codepoint = 0;
        size_t length = text_utf8(text, &codepoint);

        if (length == 0 || !limit_tag_character(codepoint) || ++count > maximum)
            return false;
        text += length;
    }
    return true;
}

bool limit_tag_key(const char *text)
{
    return *text != '\0' && strncasecmp(text, "aws:", 4) != 0 &&
           is_tag_text(text, LIMIT_TAG_KEY_MAX);
}

bool limit_tag_value(const char *text)
{
    return is_tag_text(text, LIMIT_TAG_VALUE_MAX);
}

bool limit_section_name(const char *text)
{
    size_t length = strlen(text);

    if (length == 0 || length > LIMIT_PROFILE_NAME_MAX)
        return false;
    for (; *text != '\0'; text++)
        if (!is_word_character(*text) && !one_of(*text, ".@-"))
            return false;
    return true;
}

bool limit_profile_name(const char *text)
{
    return limit_section_name(text) && strcmp(text, "default") != 0 &&
           strcmp(text, "session") != 0;
}
