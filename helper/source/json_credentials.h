/* json_credentials.h - credentials as AWS's services and tools write them in
 * JSON; the one file of the sources that calls cJSON.
 *
 * Every block that cJSON frees is overwritten first, whatever becomes of the
 * answer. What is taken is bounded and fit for an HTTP header: printable
 * ASCII without a space.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_JSON_CREDENTIALS_H
#define SOURCE_JSON_CREDENTIALS_H 1

#include <stdbool.h>
#include <stddef.h>

#include "base/credentials.h"
#include "base/error.h"

enum {
    JSON_KEY_MAX = 256,          /* bytes of a key id or a secret key */
    JSON_TOKEN_MAX = 16 * 1024,  /* bytes of a session token */
    JSON_ERROR_CODE_BYTES = 65,  /* with the NUL */
    JSON_ERROR_TEXT_BYTES = 257, /* with the NUL */
};

/* What the members are called, letter by letter. */
struct json_names {
    const char *access_key_id;
    const char *secret_access_key;
    const char *session_token;
    const char *expiration;
    const char *list;   /* the array whose first item holds `inside`, or
                           NULL: the members stand at the top */
    const char *inside; /* the object in that item */
    bool token_needed;  /* it is no answer without session_token */
    bool expiration_needed;
    bool has_code;    /* Code must be Success, Message says why not */
    bool has_version; /* Version must be 1 */
};

/* The instance metadata service: EC2 User Guide, "Retrieve security
 * credentials from instance metadata". */
extern const struct json_names json_of_instance;
/* The container endpoint of ECS and EKS: ECS Developer Guide, "Task IAM
 * role". */
extern const struct json_names json_of_container;
/* A credential_process: AWS SDKs and Tools Reference Guide, "Process
 * credential provider". */
extern const struct json_names json_of_process;
/* CreateSession: IAM Roles Anywhere User Guide, "CreateSession". */
extern const struct json_names json_of_create_session;

/* Read `length` bytes into an empty `credentials` (credentials_erase()).
 * An expiration in the past is no mistake here. 0, or -1 with ERROR_SOURCE
 * (or ERROR_NO_MEMORY): a sentence about "the answer" that holds none of its
 * secrets; prefix it with who answered. */
int json_credentials_read(const char *text, size_t length,
                          const struct json_names *names,
                          struct credentials *credentials, struct error *error);

/* The same for CreateSession as the role itself: credentials and, where the
 * answer has them, assumed_role_id, assumed_role_arn and role_session_name.
 * Free with role_session_erase() in both cases. */
int json_create_session_read(const char *text, size_t length,
                             struct role_session *session, struct error *error);

/* What an answer that is no success says of itself: "code" and "message" (or
 * "Code", "Message", "__type"), cut to fit and cleaned for a log line; ""
 * where it is no JSON or says nothing. */
struct json_error {
    char code[JSON_ERROR_CODE_BYTES];
    char message[JSON_ERROR_TEXT_BYTES];
};

void json_error_read(const char *text, size_t length, struct json_error *said);

#endif
