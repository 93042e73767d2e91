/* anywhere_error.c - see anywhere_error.h
 *
 * Source of the codes: IAM Roles Anywhere User Guide, "CreateSession API".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/anywhere_error.h"

#include <stdio.h>
#include <string.h>

#include "source/json_credentials.h"

enum { REFERENCE_BYTES = 320 };

static const struct {
    const char *name;
    enum error_code code;
} KNOWN[] = {
    {"AccessDeniedException", ERROR_ANYWHERE_DENIED},
    {"InvalidSignatureException", ERROR_ANYWHERE_DENIED},
    {"SignatureDoesNotMatch", ERROR_ANYWHERE_DENIED},
    {"UnrecognizedClientException", ERROR_ANYWHERE_DENIED},
    {"ResourceNotFoundException", ERROR_ANYWHERE_NOT_FOUND},
    {"ValidationException", ERROR_VALIDATION},
    {"RequestExpired", ERROR_CLOCK},
    {"RequestInTheFuture", ERROR_CLOCK},
    {"RequestTimeTooSkewed", ERROR_CLOCK},
    {"ThrottlingException", ERROR_THROTTLED},
    {"TooManyRequestsException", ERROR_THROTTLED},
    {"InternalServerException", ERROR_AWS_FAILURE},
    {"ServiceUnavailableException", ERROR_AWS_FAILURE},
};

/* What a message says that is known to have one cause. */
static const struct {
    const char *text;
    const char *hint;
} HINTS[] = {
    {"roleSessionName",
     "; set acceptRoleSessionName on the profile, or take role_session_name "
     "out of the configuration"},
    {"ntrusted",
     "; the trust anchor's CA does not lead to the certificate: name the CAs "
     "between them in `intermediates`, and check trust_anchor_arn"},
    {"nable to assume role",
     "; let the role's trust policy allow rolesanywhere.amazonaws.com to "
     "sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity, and list the "
     "role in the profile"},
    {"evoked", "; the certificate is on a revocation list: issue another"},
    {"isabled", "; enable the trust anchor and the profile"},
};

static const char *hint_of(const char *message)
{
    for (size_t i = 0; i < sizeof(HINTS) / sizeof(HINTS[0]); i++)
        if (strstr(message, HINTS[i].text) != NULL)
            return HINTS[i].hint;
    return "";
}

/* AWS's code: the header's "NAME:http://..." goes before the body's
 * "namespace#NAME". */
static void name_of(const struct http_answer *answer,
                    const struct json_error *said,
                    char name[JSON_ERROR_CODE_BYTES])
{
    const char *from = said->code;
    const char *hash = strchr(from, '#');

    if (hash != NULL)
        from = hash + 1;
    if (answer->error_type[0] != '\0')
        from = answer->error_type;
    (void)snprintf(name, JSON_ERROR_CODE_BYTES, "%.*s", (int)strcspn(from, ":"),
                   from);
}

static enum error_code code_of(const char *name, const char *message,
                               long status)
{
    if (strncmp(message, "Signature expired", 17) == 0 ||
        strncmp(message, "Signature not yet current", 25) == 0)
        return ERROR_CLOCK;
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
        if (strcmp(KNOWN[i].name, name) == 0)
            return KNOWN[i].code;
    if (status == 429)
        return ERROR_THROTTLED;
    if (status >= 500 && status != 511)
        return ERROR_AWS_FAILURE;
    if (name[0] != '\0')
        return ERROR_AWS_OTHER;
    return ERROR_BAD_ANSWER;
}

int anywhere_error(const struct http_answer *answer,
                   const struct create_session *call, struct error *error)
{
    struct json_error said;
    char name[JSON_ERROR_CODE_BYTES];
    char reference[REFERENCE_BYTES];
    enum error_code code;

    json_error_read(buffer_string(&answer->body), answer->body.length, &said);
    name_of(answer, &said, name);
    code = code_of(name, said.message, answer->status);
    (void)snprintf(reference, sizeof(reference), "(%s%sHTTP %ld%s%s)", name,
                   name[0] != '\0' ? ", " : "", answer->status,
                   answer->request_id[0] != '\0' ? ", request id " : "",
                   answer->request_id);
    switch (code) {
    case ERROR_BAD_ANSWER:
        return error_set(error, code,
                         "CreateSession: the answer is none of IAM Roles "
                         "Anywhere's: a captive portal, a proxy, or another "
                         "service %s",
                         reference);
    case ERROR_AWS_FAILURE:
        return error_set(error, code, "CreateSession failed at AWS %s",
                         reference);
    case ERROR_THROTTLED:
        return error_set(error, code,
                         "CreateSession: IAM Roles Anywhere is asked too "
                         "often %s",
                         reference);
    case ERROR_ANYWHERE_NOT_FOUND:
        return error_set(error, code,
                         "CreateSession: IAM Roles Anywhere does not know %s "
                         "or %s %s: \"%s\"",
                         call->trust_anchor_arn, call->profile_arn, reference,
                         said.message);
    case ERROR_VALIDATION:
        return error_set(error, code,
                         "CreateSession for %s: AWS does not accept the "
                         "request %s: \"%s\"",
                         call->role_arn, reference, said.message);
    default:
        return error_set(
            error, code, "CreateSession for %s was refused %s: \"%s\"%s",
            call->role_arn, reference, said.message, hint_of(said.message));
    }
}
