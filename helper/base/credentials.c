/* credentials.c - see credentials.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

bool credentials_are_temporary(const struct credentials *credentials)
{
    return strncmp(credentials->access_key_id, "ASIA", 4) == 0;
}

bool credentials_copy(struct credentials *to, const struct credentials *from)
{
    *to = (struct credentials){.expiration = from->expiration};
    to->access_key_id = strdup(from->access_key_id);
    to->secret_access_key = strdup(from->secret_access_key);
    if (from->session_token != NULL)
        to->session_token = strdup(from->session_token);
    if (to->access_key_id != NULL && to->secret_access_key != NULL &&
        (from->session_token == NULL || to->session_token != NULL))
        return true;
    credentials_erase(to);
    return false;
}

void credentials_erase(struct credentials *credentials)
{
    string_erase(credentials->access_key_id);
    string_erase(credentials->secret_access_key);
    string_erase(credentials->session_token);
    *credentials = (struct credentials){0};
}

void role_session_erase(struct role_session *session)
{
    credentials_erase(&session->credentials);
    free(session->assumed_role_id);
    free(session->assumed_role_arn);
    free(session->role_session_name);
    free(session->request_id);
    free(session->region);
    *session = (struct role_session){0};
}
