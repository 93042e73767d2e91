/* fuzz_configuration.c - awsrole.conf, all of it from its text to its roles.
 *
 * Two parts: the configuration, and a policy file /policy.json. What was
 * accepted can be used: each role has what a login needs of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "memory_files.h"
#include "rules/config.h"
#include "rules/template.h"

static const struct facts alice = {
    .user = "alice",
    .uid = 1001,
    .gid = 1001,
    .service = "sshd",
    .tty = "ssh",
    .rhost = "192.0.2.7",
    .ruser = "",
    .login_user = "alice",
    .host = "bastion",
    .session = "0123456789abcdef0123456789abcdef",
    .now = 1800000000,
};

static void promise_usable(const struct role *role)
{
    AUTO_BUFFER name = BUFFER(LIMIT_SESSION_NAME_MAX);
    AUTO_BUFFER value = BUFFER((size_t)LIMIT_TAG_VALUE_MAX * 4);
    struct error error;

    PROMISE(role->name != NULL && role->profile != NULL);
    PROMISE(role->users.count + role->groups.count > 0);
    if (role->exclusion)
        return;
    PROMISE(role->role_arn != NULL && role->source != NULL);
    PROMISE(role->duration_seconds >= LIMIT_DURATION_MIN &&
            role->duration_seconds <= LIMIT_DURATION_MAX);
    PROMISE(role->tag_count <= LIMIT_TAGS);
    PROMISE(role->policy_arns.count <= LIMIT_POLICY_ARNS);
    PROMISE(role->policy == NULL || strlen(role->policy) <= LIMIT_POLICY_MAX);
    PROMISE(role->sts.regions.count <= LIMIT_STS_REGIONS);
    PROMISE(template_session_name(role->role_session_name, &alice, &name,
                                  &error) == 0);
    if (role->source_identity != NULL)
        PROMISE(template_session_name(role->source_identity, &alice, &name,
                                      &error) == 0);
    for (size_t i = 0; i < role->tag_count; i++)
        PROMISE(template_tag_value(role->tags[i].value, &alice, &value,
                                   &error) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = NULL;
    struct problems problems;
    struct error error = {0};
    const uint8_t *file;
    size_t length;

    memory_files_clear();
    file = fuzz_part(&data, &size, &length);
    memory_file_put("/awsrole.conf", file, length);
    memory_file_put("/policy.json", data, size);
    if (config_load("/awsrole.conf", &config, &problems, &error) != 0) {
        fuzz_check_error(&error);
        PROMISE(config == NULL && problems.count > 0);
        problems_free(&problems);
        return 0;
    }
    for (size_t i = 0; i < config->role_count; i++)
        promise_usable(&config->roles[i]);
    config_free(config);
    return 0;
}
