/* fuzz_profile.c - a chain of profiles in AWS's own files.
 *
 * Three parts: the profile that is asked for, config and credentials file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "memory_files.h"
#include "source/profile.h"

static void promise_whole(const struct profile_chain *chain)
{
    PROMISE(chain->hop_count <= PROFILE_HOPS_MAX);
    for (size_t i = 0; i < chain->hop_count; i++) {
        const struct profile_hop *hop = &chain->hop[i];

        PROMISE(hop->profile != NULL);
        PROMISE(hop->role_arn != NULL && hop->role_arn[0] != '\0');
        PROMISE(hop->role_session_name != NULL);
        PROMISE(hop->duration_seconds > 0);
    }
    switch (chain->start) {
    case START_KEYS:
        PROMISE(chain->keys.access_key_id != NULL);
        PROMISE(chain->keys.secret_access_key != NULL);
        break;
    case START_PROCESS:
        PROMISE(chain->command.count > 0);
        PROMISE(chain->command.item[0][0] == '/');
        break;
    case START_WEB_IDENTITY:
        PROMISE(chain->token_file != NULL && chain->hop_count > 0);
        break;
    case START_INSTANCE:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[] = "fuzzed";
    char config_path[] = "/config";
    char credentials_path[] = "/credentials";
    struct source source = {.name = name,
                            .type = SOURCE_PROFILE,
                            .config_file = config_path,
                            .credentials_file = credentials_path};
    struct profile_chain chain;
    struct error error = {0};
    const uint8_t *file;
    size_t length;

    source.profile = fuzz_string_part(&data, &size);
    memory_files_clear();
    file = fuzz_part(&data, &size, &length);
    memory_file_put(config_path, file, length);
    file = fuzz_part(&data, &size, &length);
    memory_file_put(credentials_path, file, length);
    if (profile_resolve(&source, &chain, &error) == 0)
        promise_whole(&chain);
    else
        fuzz_check_error(&error);
    profile_chain_free(&chain);
    free(profile_region(&source));
    (void)profile_is_instance(&source);
    free(source.profile);
    return 0;
}
