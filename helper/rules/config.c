/* config.c - freeing what config_load() made, see config.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/config.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "rules/reading.h"

void role_clear(struct role *role)
{
    free(role->name);
    strings_free(&role->users);
    strings_free(&role->groups);
    strings_free(&role->services);
    free(role->rhosts.item);
    free(role->role_arn);
    free(role->role_session_name);
    free(role->source_identity);
    free(role->external_id);
    free(role->policy);
    strings_free(&role->bind_to);
    strings_free(&role->policy_arns);
    for (size_t i = 0; i < role->tag_count; i++) {
        free(role->tags[i].key);
        free(role->tags[i].value);
    }
    free(role->tags);
    strings_free(&role->transitive_tags);
    free(role->region);
    free(role->sts.region);
    free(role->sts.endpoint);
    free(role->sts.ca_bundle);
    free(role->sts.ca_path);
    strings_free(&role->sts.regions);
    free(role->sts.proxy);
    free(role->sts.proxy_credentials_file);
    free(role->profile);
    *role = (struct role){0};
}

void source_clear(struct source *source)
{
    free(source->name);
    free(source->profile);
    free(source->config_file);
    free(source->credentials_file);
    free(source->role_arn);
    free(source->external_id);
    free(source->role_session_name);
    strings_free(&source->command);
    free(source->token_file);
    free(source->uri);
    string_erase(source->token);
    free(source->trust_anchor_arn);
    free(source->profile_arn);
    free(source->certificate);
    free(source->private_key);
    free(source->intermediates);
    free(source->pin_file);
    free(source->endpoint);
    *source = (struct source){0};
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->role_count; i++)
        role_clear(&config->roles[i]);
    free(config->roles);
    for (size_t i = 0; i < config->source_count; i++)
        source_clear(&config->sources[i]);
    free(config->sources);
    for (size_t i = 0; i < config->file_count; i++)
        free(config->files[i]);
    free(config->files);
    free(config);
}

void problems_free(struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        free(problems->item[i]);
    free(problems->item);
    *problems = (struct problems){0};
}
