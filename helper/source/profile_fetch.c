/* profile_fetch.c - profile_fetch(), see profile.h: asking STS on the way.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/profile.h"

#include "source/instance.h"
#include "source/process.h"
#include "source/web_identity.h"

/* Assume one hop with `credentials`, which becomes what that gives; or, not
 * NULL, with a token. */
static int take_step(const struct source *source,
                     const struct source_context *context,
                     const struct profile_hop *hop, const char *token_file,
                     struct credentials *credentials, struct error *error)
{
    const struct assume_role call = {
        .role_arn = hop->role_arn,
        .role_session_name = hop->role_session_name,
        .duration_seconds = hop->duration_seconds,
        .external_id = hop->external_id,
    };
    struct role_session session = {0};
    int result =
        token_file != NULL
            ? web_identity_ask(token_file, &call, context, &session, error)
            : sts_assume_role(context->sts, credentials, &call,
                              context->deadline, &session, error);

    if (result != 0)
        return error_prefix(error, "source %s, profile \"%s\" (%s)",
                            source->name, hop->profile, hop->role_arn);
    credentials_erase(credentials);
    *credentials = session.credentials;
    session.credentials = (struct credentials){0};
    role_session_erase(&session);
    return 0;
}

int profile_fetch(const struct source *source,
                  const struct source_context *context,
                  struct credentials *credentials, struct error *error)
{
    struct profile_chain chain;
    int result = profile_resolve(source, &chain, error);

    *credentials = (struct credentials){0};
    if (result == 0 && chain.start == START_PROCESS) {
        result =
            process_run(&chain.command, context->deadline, &chain.keys, error);
        if (result != 0)
            (void)error_prefix(error,
                               "source %s, credential_process of its "
                               "profile \"%.100s\"",
                               source->name, source->profile);
    }
    if (result == 0 && chain.start == START_INSTANCE &&
        instance_fetch(context->deadline, &chain.keys, error) != 0)
        result = error_prefix(error, "source %s, profile \"%.100s\"",
                              source->name, source->profile);
    for (size_t i = 0; result == 0 && i < chain.hop_count; i++)
        result =
            take_step(source, context, &chain.hop[i],
                      i == 0 ? chain.token_file : NULL, &chain.keys, error);
    if (result == 0) {
        *credentials = chain.keys;
        chain.keys = (struct credentials){0};
    }
    profile_chain_free(&chain);
    return result;
}
