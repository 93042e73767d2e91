/* template.c - see template.h: filling in. Linked into awsrole-aws.so, for
 * the hash.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/template.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "rules/limits.h"
#include "rules/name_hash.h"
#include "rules/template_part.h"

enum { FILLED_MAX = 1024 * 1024 }; /* bytes */

/* Which characters AWS allows, and how many. */
struct target {
    bool (*allowed)(uint32_t codepoint);
    size_t minimum; /* characters */
    size_t maximum;
};

/* A template with its facts in place. */
struct filled {
    struct buffer text; /* what a person expects to see */
    struct buffer key;  /* the facts alone, a NUL after each */
    bool ambiguous;     /* other facts could give the same text */
};

static bool session_name_character(uint32_t codepoint)
{
    return codepoint < 0x80 && limit_session_name_character((char)codepoint);
}

/* The fact's value; `number` is room for {uid}. NULL: this login has none. */
static const char *value_of(enum template_name name, const struct facts *facts,
                            char number[16])
{
    switch (name) {
    case TEMPLATE_USER:
        return facts->user;
    case TEMPLATE_UID:
        (void)snprintf(number, 16, "%u", (unsigned)facts->uid);
        return number;
    case TEMPLATE_LOGIN_USER:
        return facts->login_user;
    case TEMPLATE_HOST:
        return facts->host;
    case TEMPLATE_SERVICE:
        return facts->service;
    case TEMPLATE_TTY:
        return facts->tty;
    case TEMPLATE_RHOST:
        return facts->rhost;
    case TEMPLATE_RUSER:
        return facts->ruser;
    case TEMPLATE_SESSION:
        return facts->session;
    case TEMPLATE_LITERAL:
        break;
    }
    return "";
}

/* What can stand in a fact's place: nothing that varies between two logins of
 * one host, digits of a number or an id, or whatever somebody chose. */
enum { VARIES_NOT, VARIES_DIGITS, VARIES_FREELY };

static int varies(enum template_name name)
{
    if (name == TEMPLATE_LITERAL || name == TEMPLATE_HOST)
        return VARIES_NOT;
    if (name == TEMPLATE_UID || name == TEMPLATE_SESSION)
        return VARIES_DIGITS;
    return VARIES_FREELY;
}

/* The first and the last character of each literal between two facts. False
 * when there is no literal, or more than there is room for. */
static bool find_dividers(const char *template, char dividers[64],
                          unsigned *freely, unsigned *digits)
{
    struct template_part part;
    struct template_part literal = {0};
    const char *what = NULL;
    bool fact_before = false;
    size_t count = 0;

    while (template_next(&template, &part, &what)) {
        if (part.name == TEMPLATE_LITERAL) {
            literal = part;
            continue;
        }
        *freely += varies(part.name) == VARIES_FREELY;
        *digits += varies(part.name) == VARIES_DIGITS;
        if (fact_before) {
            if (literal.length == 0 || count + 3 > 64)
                return false;
            dividers[count++] = literal.text[0];
            dividers[count++] = literal.text[literal.length - 1];
        }
        literal.length = 0;
        fact_before = true;
    }
    dividers[count] = '\0';
    return true;
}

/* With "{ruser}-{user}", "a-b" and "c" give what "a" and "b-c" give. A text is
 * taken for ambiguous where nothing divides two facts, or where two of them
 * are freely chosen and one holds a character that divides them. */
static bool is_ambiguous(const char *template, const struct facts *facts)
{
    struct template_part part;
    const char *what = NULL;
    char dividers[64] = "";
    unsigned freely = 0;
    unsigned digits = 0;
    char number[16];

    if (!find_dividers(template, dividers, &freely, &digits))
        return true;
    if (freely + digits > 1 && digits > 0 &&
        strpbrk(dividers, "0123456789abcdef") != NULL)
        return true;
    if (freely < 2)
        return false;
    while (template_next(&template, &part, &what))
        if (varies(part.name) == VARIES_FREELY &&
            strpbrk(value_of(part.name, facts, number), dividers) != NULL)
            return true;
    return false;
}

static int fill(const char *template, const struct facts *facts,
                struct filled *filled, struct error *error)
{
    struct template_part part;
    const char *what = NULL;
    const char *at = template;
    char number[16];

    while (template_next(&at, &part, &what)) {
        const char *value;

        if (part.name == TEMPLATE_LITERAL) {
            buffer_add(&filled->text, part.text, part.length);
            continue;
        }
        value = value_of(part.name, facts, number);
        if (value == NULL)
            return error_set(error, ERROR_TEMPLATE,
                             "the template \"%s\" names {login_user}, and "
                             "this login has no audit login user; put "
                             "pam_loginuid before pam_awsrole",
                             template);
        buffer_add_string(&filled->text, value);
        buffer_add(&filled->key, value, strlen(value) + 1);
    }
    if (what != NULL)
        return error_set(error, ERROR_TEMPLATE, "the template \"%s\" has %s",
                         template, what);
    if (filled->text.failed || filled->key.failed)
        return error_set(error, ERROR_TEMPLATE,
                         "the template \"%s\" gives more than %d bytes for "
                         "this login",
                         template, FILLED_MAX);
    filled->ambiguous = is_ambiguous(template, facts);
    return 0;
}

/* Does it end as a changed name does? Then it must become one: else somebody
 * could bear the name that another's was changed to. */
static bool looks_changed(const char *text, size_t length)
{
    const char *tail;

    if (length < NAME_HASH_DIGITS + 1)
        return false;
    tail = text + length - NAME_HASH_DIGITS - 1;
    return tail[0] == '-' &&
           strspn(tail + 1, "0123456789abcdef") == NAME_HASH_DIGITS;
}

/* `text` with what is forbidden replaced, at most `maximum` characters of it.
 * `*changed` when that is not the text itself; `*count` is its characters. */
static void fit(const char *text, const struct target *target, size_t maximum,
                struct buffer *out, bool *changed, size_t *count)
{
    for (*count = 0; *text != '\0'; ++*count) {
        uint32_t codepoint = 0;
        size_t length = text_utf8(text, &codepoint);
        bool fits = length > 0 && target->allowed(codepoint);

        if (*count == maximum) {
            *changed = true;
            return;
        }
        if (fits)
            buffer_add(out, text, length);
        else
            buffer_add_char(out, '-');
        *changed = *changed || !fits;
        text += length > 0 ? length : 1;
    }
}

/* Make `filled` fit the target into `out`. */
static int make_fit(const struct filled *filled, const struct target *target,
                    struct buffer *out, struct error *error)
{
    const char *text = buffer_string(&filled->text);
    const struct buffer *original =
        filled->ambiguous ? &filled->key : &filled->text;
    char hash[NAME_HASH_DIGITS + 1];
    bool changed =
        filled->ambiguous || looks_changed(text, filled->text.length);
    size_t count;

    buffer_clear(out);
    fit(text, target, target->maximum, out, &changed, &count);
    if (changed || count < target->minimum) {
        buffer_clear(out);
        fit(text, target, target->maximum - NAME_HASH_DIGITS - 1, out, &changed,
            &count);
        if (!name_hash(buffer_string(original), original->length, hash))
            return error_set(error, ERROR_INTERNAL,
                             "libcrypto cannot compute SHA-256");
        buffer_addf(out, "-%s", hash);
    }
    if (out->failed)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a name");
    return 0;
}

static int fill_and_fit(const char *template, const struct facts *facts,
                        const struct target *target, struct buffer *out,
                        struct error *error)
{
    struct filled filled = {.text = BUFFER(FILLED_MAX),
                            .key = BUFFER(FILLED_MAX)};
    int result = fill(template, facts, &filled, error);

    if (result == 0)
        result = make_fit(&filled, target, out, error);
    buffer_free(&filled.text);
    buffer_free(&filled.key);
    return result;
}

int template_session_name(const char *text, const struct facts *facts,
                          struct buffer *name, struct error *error)
{
    static const struct target target = {.allowed = session_name_character,
                                         .minimum = LIMIT_SESSION_NAME_MIN,
                                         .maximum = LIMIT_SESSION_NAME_MAX};

    return fill_and_fit(text, facts, &target, name, error);
}

int template_tag_value(const char *text, const struct facts *facts,
                       struct buffer *value, struct error *error)
{
    static const struct target target = {.allowed = limit_tag_character,
                                         .minimum = 0,
                                         .maximum = LIMIT_TAG_VALUE_MAX};

    return fill_and_fit(text, facts, &target, value, error);
}
