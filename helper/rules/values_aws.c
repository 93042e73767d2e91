/* values_aws.c - see values.h: what AWS sets limits to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/values.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/region.h"
#include "base/text.h"
#include "base/url.h"
#include "rules/template.h"
#include "rules/template_part.h"

bool value_hop_arn(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    const char *expected = "";

    if (!role_arn_is_valid(value, &expected))
        return value_wrong(what, "expected %s", expected);
    return value_copy(value, field, what);
}

bool value_role_arn(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    struct role *role = field;

    role->exclusion = strcmp(value, "none") == 0;
    return role->exclusion || value_hop_arn(value, &role->role_arn, what);
}

bool value_external_id(const char *value, void *field,
                       char what[VALUE_WHAT_MAX])
{
    if (!limit_external_id(value))
        return value_wrong(what, "2 to 1224 letters, digits, or "
                                 "_ + = , . @ : / - were expected");
    return value_copy(value, field, what);
}

/* Check a template and what stands between its facts: a fact is made to fit
 * at login, but what the administrator wrote should fit as it is. */
static bool check_template(const char *value, bool is_tag,
                           char what[VALUE_WHAT_MAX])
{
    const size_t most = is_tag ? LIMIT_TAG_VALUE_MAX : LIMIT_SESSION_NAME_MAX;
    struct template_part part;
    const char *wrong = NULL;
    const char *at = value;
    size_t count = 0;
    bool has_fact = false;

    if (!template_check(value, &wrong))
        return value_wrong(what, "%s", wrong);
    while (template_next(&at, &part, &wrong)) {
        has_fact = has_fact || part.name != TEMPLATE_LITERAL;
        for (size_t i = 0; part.name == TEMPLATE_LITERAL && i < part.length;
             count++) {
            uint32_t codepoint = 0;
            size_t length = text_utf8(part.text + i, &codepoint);

            if (length == 0)
                return value_wrong(what, "a byte that is not UTF-8");
            if (is_tag ? !limit_tag_character(codepoint)
                       : codepoint >= 0x80 ||
                             !limit_session_name_character((char)codepoint))
                return value_wrong(
                    what,
                    "AWS does not allow \"%.*s\" here; {facts}, letters, "
                    "digits%s were expected",
                    (int)length, part.text + i,
                    is_tag ? ", spaces, or _ . : / = + - @"
                           : ", or _ + = , . @ -");
            i += length;
        }
    }
    if (count > most)
        return value_wrong(what,
                           "%zu characters without its facts; AWS "
                           "allows %zu",
                           count, most);
    if (!is_tag && !has_fact && count < LIMIT_SESSION_NAME_MIN)
        return value_wrong(what, "AWS wants at least %d characters",
                           LIMIT_SESSION_NAME_MIN);
    return true;
}

bool value_session_name(const char *value, void *field,
                        char what[VALUE_WHAT_MAX])
{
    return check_template(value, false, what) && value_copy(value, field, what);
}

bool value_identity(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    return strcmp(value, "off") == 0 || value_session_name(value, field, what);
}

bool value_policy_file(const char *value, void *field,
                       char what[VALUE_WHAT_MAX])
{
    return policy_read(value, field, what);
}

bool value_policy_arns(const char *value, void *field,
                       char what[VALUE_WHAT_MAX])
{
    struct strings *arns = field;
    const char *expected = "";

    if (!value_list(value, arns, what))
        return false;
    if (arns->count > LIMIT_POLICY_ARNS)
        return value_wrong(what, "%zu policies; AWS allows %d", arns->count,
                           LIMIT_POLICY_ARNS);
    for (size_t i = 0; i < arns->count; i++)
        if (!policy_arn_is_valid(arns->item[i], &expected))
            return value_wrong(what, "\"%.200s\": expected %s", arns->item[i],
                               expected);
    return true;
}

static bool check_tag_key(const char *key, char what[VALUE_WHAT_MAX])
{
    return limit_tag_key(key) ||
           value_wrong(what,
                       "\"%.80s\" is no tag key; 1 to 128 letters, digits, "
                       "spaces, or _ . : / = + - @, not beginning with aws:, "
                       "were expected",
                       key);
}

/* "key=value" into a tag; the first '=' divides. */
static bool read_tag(const char *text, struct tag *tag,
                     char what[VALUE_WHAT_MAX])
{
    const char *equals = strchr(text, '=');
    size_t length = equals != NULL ? (size_t)(equals - text) : 0;

    if (equals == NULL)
        return value_wrong(what, "\"%.80s\" is no tag; key=value was expected",
                           text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    tag->key = strndup(text, length);
    if (tag->key == NULL)
        return value_wrong(what, "%s", "");
    equals++;
    equals += strspn(equals, " \t");
    return check_tag_key(tag->key, what) &&
           check_template(equals, true, what) &&
           value_copy(equals, &tag->value, what);
}

/* Tag keys are the same tag in any case. */
static bool is_repeated(const struct tag *tags, size_t count)
{
    const char *key = tags[count].key;

    for (size_t i = 0; key != NULL && i < count; i++)
        if (tags[i].key != NULL && strcasecmp(tags[i].key, key) == 0)
            return true;
    return false;
}

bool value_tags(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    struct role *role = field;
    struct strings items = {0};
    bool good = false;

    if (*value == '\0')
        return true;
    if (!value_list(value, &items, what))
        goto out;
    if (items.count > LIMIT_TAGS) {
        (void)value_wrong(what, "%zu tags; AWS allows %d", items.count,
                          LIMIT_TAGS);
        goto out;
    }
    role->tags = calloc(items.count, sizeof(struct tag));
    if (role->tags == NULL) {
        (void)value_wrong(what, "%s", "");
        goto out;
    }
    for (size_t i = 0; i < items.count; i++) {
        role->tag_count = i + 1;
        if (!read_tag(items.item[i], &role->tags[i], what))
            goto out;
        if (is_repeated(role->tags, i)) {
            (void)value_wrong(what,
                              "the tag \"%s\" stands there twice (AWS does "
                              "not tell upper from lower case)",
                              role->tags[i].key);
            goto out;
        }
    }
    good = true;
out:
    strings_free(&items);
    return good;
}

bool value_tag_keys(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    struct strings *keys = field;

    if (*value == '\0')
        return true;
    if (!value_list(value, keys, what))
        return false;
    for (size_t i = 0; i < keys->count; i++)
        if (!check_tag_key(keys->item[i], what))
            return false;
    return keys->count <= LIMIT_TAGS ||
           value_wrong(what, "%zu tag keys; AWS allows %d", keys->count,
                       LIMIT_TAGS);
}

bool value_region(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    if (!region_is_valid(value))
        return value_wrong(what, "not the name of a Region; one such as "
                                 "eu-west-1 was expected");
    return value_copy(value, field, what);
}

bool value_endpoint(const char *value, void *field, char what[VALUE_WHAT_MAX])
{
    const char *expected = "";
    struct url url;

    if (!url_parse(value, &url, &expected))
        return value_wrong(what, "expected %s", expected);
    if (!url.https && !url_is_loopback(&url))
        return value_wrong(what, "http goes to a loopback address only; "
                                 "https:// was expected");
    return value_copy(value, field, what);
}
