/* policy.c - policy_read(), see values.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/values.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/text.h"
#include "rules/limits.h"

/* 2048 characters of up to two bytes, and some for white space that makes it
 * too long: so that the answer names the true length. */
enum { POLICY_BYTES_MAX = 64 * 1024 };

/* AWS's set: tab, LF, CR, and U+0020 to U+00FF. */
static bool check_characters(const char *path, const char *text,
                             char what[VALUE_WHAT_MAX])
{
    unsigned line = 1;
    size_t count = 0;

    while (*text != '\0') {
        uint32_t codepoint = 0;
        size_t length = text_utf8(text, &codepoint);

        if (length == 0)
            return value_wrong(what,
                               "%s, line %u, has a byte that is not UTF-8; "
                               "save it as UTF-8",
                               path, line);
        if (codepoint > 0xff || (codepoint < 0x20 && codepoint != '\t' &&
                                 codepoint != '\n' && codepoint != '\r'))
            return value_wrong(what,
                               "%s, line %u, has the character U+%04X; AWS "
                               "allows tab, line ends and U+0020 to U+00FF",
                               path, line, (unsigned)codepoint);
        line += codepoint == '\n';
        count++;
        text += length;
    }
    if (count > LIMIT_POLICY_MAX)
        return value_wrong(what,
                           "%s has %zu characters; AWS allows %d, white space "
                           "included",
                           path, count, LIMIT_POLICY_MAX);
    return true;
}

static bool check_json(const char *path, const struct buffer *content,
                       char what[VALUE_WHAT_MAX])
{
    const char *text = buffer_string(content);
    const char *end = NULL;
    unsigned line = 1;
    cJSON *json = cJSON_ParseWithLengthOpts(text, content->length + 1, &end, 1);
    bool is_object = cJSON_IsObject(json);

    cJSON_Delete(json);
    if (is_object)
        return true;
    for (; end != NULL && text < end && *text != '\0'; text++)
        line += *text == '\n';
    return value_wrong(what,
                       "%s is not JSON from line %u on; a policy document "
                       "was expected, { \"Version\": \"2012-10-17\", ... }",
                       path, line);
}

bool policy_read(const char *path, char **policy, char what[VALUE_WHAT_MAX])
{
    AUTO_BUFFER content = BUFFER(POLICY_BYTES_MAX);
    struct error error;

    if (trusted_read(path, false, &content, NULL, &error) != 0)
        return value_wrong(what, "%s", error.detail);
    if (!check_characters(path, buffer_string(&content), what) ||
        !check_json(path, &content, what))
        return false;
    return value_copy(buffer_string(&content), policy, what);
}
