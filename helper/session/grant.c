/* grant.c - see grant.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/grant.h"

#include <stdlib.h>
#include <string.h>

#include "aws/sts.h"
#include "rules/template.h"
#include "source/source.h"

/* A character of UTF-8 has up to four bytes. */
enum { TAG_VALUE_BYTES = 4 * LIMIT_TAG_VALUE_MAX };

/* The templates of one role, filled in for one login. */
struct filled {
    struct buffer role_session_name;
    struct buffer source_identity;
    struct buffer tag_values[LIMIT_TAGS];
    struct sts_tag tags[LIMIT_TAGS];
};

static int fill_in(const struct role *role, const struct facts *facts,
                   struct filled *filled, struct error *error)
{
    filled->role_session_name = BUFFER(LIMIT_SESSION_NAME_MAX);
    filled->source_identity = BUFFER(LIMIT_SESSION_NAME_MAX);
    if (template_session_name(role->role_session_name, facts,
                              &filled->role_session_name, error) != 0 ||
        (role->source_identity != NULL &&
         template_session_name(role->source_identity, facts,
                               &filled->source_identity, error) != 0))
        return -1;
    for (size_t i = 0; i < role->tag_count; i++) {
        filled->tag_values[i] = BUFFER(TAG_VALUE_BYTES);
        if (template_tag_value(role->tags[i].value, facts,
                               &filled->tag_values[i], error) != 0)
            return -1;
        filled->tags[i] = (struct sts_tag){
            role->tags[i].key, buffer_string(&filled->tag_values[i])};
    }
    return 0;
}

static void empty(struct filled *filled, size_t tag_count)
{
    buffer_free(&filled->role_session_name);
    buffer_free(&filled->source_identity);
    for (size_t i = 0; i < tag_count; i++)
        buffer_free(&filled->tag_values[i]);
}

/* The person's Region: what the rule says, else the source's, else STS's.
 * Owned by the caller; NULL with `error`. */
static char *choose_region(const struct role *role, struct deadline deadline,
                           struct error *error)
{
    struct error of_source_error = {0};
    char *of_source =
        role->region == NULL
            ? source_region(role->source, deadline, &of_source_error)
            : NULL;
    const char *chosen = role->region != NULL ? role->region : of_source;
    char *region = NULL;

    if (chosen == NULL)
        chosen = role->sts.region;
    if (chosen == NULL && role->sts.regions.count > 0)
        chosen = role->sts.regions.item[0];
    if (chosen == NULL && of_source_error.code != ERROR_NONE) {
        *error = of_source_error;
        (void)error_prefix(error, "[source %s]", role->source->name);
    } else if (chosen == NULL)
        (void)error_set(error, ERROR_CONFIGURATION,
                        "[role %s] has no region, nor has its source: set "
                        "`region` there or in [defaults]",
                        role->name);
    else if ((region = strdup(chosen)) == NULL)
        (void)error_set(error, ERROR_NO_MEMORY, "no memory for a Region");
    free(of_source);
    return region;
}

/* The source's credentials and the role with them, or the role at once. */
static int fetch_and_assume(const struct role *role,
                            const struct source_context *context,
                            const struct assume_role *call,
                            struct role_session *granted, struct error *error)
{
    struct credentials source = {0};
    int result = -1;

    if (role->direct) {
        result =
            source_assume_directly(role->source, call, context, granted, error);
        if (result != 0)
            (void)error_prefix(error, "[source %s]", role->source->name);
    } else if (source_fetch(role->source, context, &source, error) != 0)
        (void)error_prefix(error, "[source %s]", role->source->name);
    else
        result = sts_assume_role(context->sts, &source, call, context->deadline,
                                 granted, error);
    credentials_erase(&source);
    return result;
}

/* IAM Roles Anywhere refuses a session name unless its profile accepts one:
 * only a name that the configuration gives is sent there. */
static bool sends_name(const struct role *role)
{
    return !role->direct || role->source->type != SOURCE_ROLES_ANYWHERE ||
           role->session_name_given;
}

static int assume(const struct role *role, const struct facts *facts,
                  const struct filled *filled,
                  const struct sts_settings *settings, struct deadline deadline,
                  struct role_session *granted, struct error *error)
{
    const struct assume_role call = {
        .role_arn = role->role_arn,
        .role_session_name =
            sends_name(role) ? buffer_string(&filled->role_session_name) : NULL,
        .duration_seconds = role->duration_seconds,
        .external_id = role->external_id,
        .source_identity = role->source_identity != NULL
                               ? buffer_string(&filled->source_identity)
                               : NULL,
        .policy = role->policy,
        .policy_arns = &role->policy_arns,
        .tags = filled->tags,
        .tag_count = role->tag_count,
        .transitive_tags = &role->transitive_tags,
    };
    struct source_context context = {.facts = facts, .deadline = deadline};
    int result;

    context.sts = sts_client_new(settings, error);
    if (context.sts == NULL)
        return -1;
    result = fetch_and_assume(role, &context, &call, granted, error);
    /* Whoever renews the source's credentials may have done so just now. */
    if (result != 0 && error->code == ERROR_EXPIRED_KEY)
        result = fetch_and_assume(role, &context, &call, granted, error);
    sts_client_free(context.sts);
    return result;
}

int grant_role(const struct role *role, const struct facts *facts,
               struct deadline deadline, struct role_session *granted,
               struct error *error)
{
    struct sts_settings settings = role->sts;
    struct filled filled = {0};
    char *region = choose_region(role, deadline, error);
    int result = -1;

    *granted = (struct role_session){0};
    if (region == NULL)
        return -1;
    if (settings.region == NULL)
        settings.region = region; /* borrowed: settings owns nothing here */
    if (fill_in(role, facts, &filled, error) == 0)
        result =
            assume(role, facts, &filled, &settings, deadline, granted, error);
    empty(&filled, role->tag_count);
    if (result == 0)
        granted->region = region;
    else
        free(region);
    return result;
}
