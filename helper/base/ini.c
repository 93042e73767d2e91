/* ini.c - see ini.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/ini.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Indentation is judged as Python's configparser does, which botocore reads
 * these files with: a line belongs to the key above when it is indented more
 * than that key is. */
struct reader {
    const struct ini_handler *handler;
    unsigned line;
    bool in_section;
    bool below_key;              /* a key stands above, in this section */
    size_t key_indent;           /* of that key */
    char text[INI_LINE_MAX + 1]; /* this line; may hold a secret */
};

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

static void mistake(const struct reader *reader, const char *what)
{
    reader->handler->mistake(reader->handler->context, reader->line, what);
}

/* Cut the spaces off the end of text[0..length). */
static size_t trim_end(char *text, size_t length)
{
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    text[length] = '\0';
    return length;
}

static char *skip_blanks(char *text)
{
    while (is_blank(*text))
        text++;
    return text;
}

/* Is every character one that may stand in a text file? */
static bool line_is_clean(const struct reader *reader)
{
    const char *text = reader->text;

    while (*text != '\0') {
        uint32_t codepoint = 0;
        size_t length = text_utf8(text, &codepoint);

        if (length == 0) {
            mistake(reader, "a byte that is not UTF-8; save the file as UTF-8");
            return false;
        }
        if ((codepoint < 0x20 && codepoint != '\t') || codepoint == 0x7f ||
            (codepoint >= 0x80 && codepoint < 0xa0)) {
            mistake(reader, "a control character, where text was expected");
            return false;
        }
        text += length;
    }
    return true;
}

static void read_header(struct reader *reader, char *text)
{
    char *end = strchr(text, ']');
    char *rest;

    reader->below_key = false;
    /* Also after a broken header: its keys are not the section's above. */
    reader->in_section = true;
    if (end == NULL) {
        mistake(reader, "a [section] without its closing bracket");
        reader->handler->section(reader->handler->context, reader->line, "");
        return;
    }
    rest = skip_blanks(end + 1);
    if (*rest != '\0' && !(rest > end + 1 && (*rest == '#' || *rest == ';')))
        mistake(reader, "text after a [section], where the end of the line "
                        "was expected");
    text = skip_blanks(text + 1);
    *end = '\0';
    (void)trim_end(text, strlen(text));
    if (*text == '\0')
        mistake(reader, "a [section] without a name");
    reader->handler->section(reader->handler->context, reader->line, text);
}

/* A comment behind a value would become part of it. */
static bool holds_comment(const char *value)
{
    for (; *value != '\0'; value++)
        if (is_blank(value[0]) && (value[1] == '#' || value[1] == ';'))
            return true;
    return false;
}

static void read_pair(struct reader *reader, char *text, bool nested)
{
    char *delimiter = text + strcspn(text, "=:");
    char *value;

    if (*delimiter == '\0') {
        mistake(reader, "neither [section] nor key = value");
        return;
    }
    value = skip_blanks(delimiter + 1);
    *delimiter = '\0';
    if (trim_end(text, (size_t)(delimiter - text)) == 0) {
        mistake(reader, "a value without a key, where key = value was "
                        "expected");
        return;
    }
    if (!reader->in_section) {
        mistake(reader, "a key before the first [section]");
        return;
    }
    /* ASCII only, whatever the locale. */
    for (char *letter = text; *letter != '\0'; letter++)
        if (*letter >= 'A' && *letter <= 'Z')
            *letter = (char)(*letter - 'A' + 'a');
    if (reader->handler->strict && holds_comment(value)) {
        mistake(reader, "a comment after a value; put it on a line of its "
                        "own");
        return;
    }
    reader->handler->pair(reader->handler->context, reader->line, text, value,
                          nested);
}

static void read_line(struct reader *reader)
{
    char *text = skip_blanks(reader->text);
    size_t indent = (size_t)(text - reader->text);
    bool nested;

    if (*text == '\0' && reader->below_key &&
        reader->handler->continued != NULL)
        reader->handler->continued(reader->handler->context, reader->line, "");
    if (*text == '\0' || *text == '#' || *text == ';')
        return;
    if (!line_is_clean(reader))
        return;
    (void)trim_end(text, strlen(text));
    if (indent > 0 && reader->handler->strict) {
        mistake(reader, "an indented line; begin it in the first column");
        if (*text == '[')
            read_header(reader, text);
        return;
    }
    nested = reader->below_key && indent > reader->key_indent;
    if (*text == '[' && !nested) {
        read_header(reader, text);
        return;
    }
    if (nested && reader->handler->continued != NULL) {
        reader->handler->continued(reader->handler->context, reader->line,
                                   text);
        return;
    }
    if (!nested) {
        reader->below_key = true;
        reader->key_indent = indent;
    }
    read_pair(reader, text, nested);
}

void ini_parse(const char *text, size_t length,
               const struct ini_handler *handler)
{
    struct reader reader = {.handler = handler};
    size_t at = 0;

    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        reader.line = 1;
        mistake(&reader, "the file begins with a byte order mark; save it as "
                         "UTF-8 without one (BOM)");
        at = 3;
    }
    while (at < length) {
        const char *begin = text + at;
        const char *newline = memchr(begin, '\n', length - at);
        size_t size = newline != NULL ? (size_t)(newline - begin) : length - at;

        at += size + (newline != NULL);
        reader.line++;
        if (size > 0 && begin[size - 1] == '\r')
            size--;
        if (size > INI_LINE_MAX) {
            mistake(&reader, "a line of more than 8192 bytes");
            continue;
        }
        if (memchr(begin, '\0', size) != NULL) {
            mistake(&reader, "a NUL byte, where text was expected");
            continue;
        }
        memcpy(reader.text, begin, size);
        reader.text[size] = '\0';
        read_line(&reader);
    }
    explicit_bzero(reader.text, sizeof(reader.text));
}
