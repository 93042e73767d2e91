/* fuzz_json.c - credentials in JSON: of the metadata service, the container
 * endpoint, a credential_process and CreateSession; and what errors say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "source/json_credentials.h"

static void promise_header_fit(const char *text, size_t maximum)
{
    PROMISE(text != NULL && text[0] != '\0' && strlen(text) <= maximum);
    for (; *text != '\0'; text++)
        PROMISE(*text > ' ' && *text < 0x7f);
}

static void promise_credentials(const struct credentials *credentials)
{
    promise_header_fit(credentials->access_key_id, JSON_KEY_MAX);
    promise_header_fit(credentials->secret_access_key, JSON_KEY_MAX);
    if (credentials->session_token != NULL)
        promise_header_fit(credentials->session_token, JSON_TOKEN_MAX);
}

static void read_as(const char *text, size_t size,
                    const struct json_names *names)
{
    struct credentials credentials = {0};
    struct error error = {0};

    if (json_credentials_read(text, size, names, &credentials, &error) == 0) {
        promise_credentials(&credentials);
        PROMISE(!names->token_needed || credentials.session_token != NULL);
        PROMISE(!names->expiration_needed || credentials.expiration > 0);
    } else {
        fuzz_check_error(&error);
        PROMISE(credentials.secret_access_key == NULL);
    }
    credentials_erase(&credentials);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_block(data, size);
    struct role_session session = {0};
    struct json_error said;
    struct error error = {0};

    read_as(text, size, &json_of_instance);
    read_as(text, size, &json_of_container);
    read_as(text, size, &json_of_process);
    read_as(text, size, &json_of_create_session);
    if (json_create_session_read(text, size, &session, &error) == 0)
        promise_credentials(&session.credentials);
    else
        fuzz_check_error(&error);
    role_session_erase(&session);
    json_error_read(text, size, &said);
    PROMISE(strnlen(said.code, sizeof(said.code)) < sizeof(said.code));
    PROMISE(strnlen(said.message, sizeof(said.message)) < sizeof(said.message));
    free(text);
    return 0;
}
