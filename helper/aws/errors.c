/* errors.c - see errors.h
 *
 * Source: the common errors of the STS API Reference, the error shapes of the
 * service model, and the retryable codes of botocore's retries/standard.py.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/errors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STAMP = 16, PRINCIPAL_MAX = 512 }; /* 20220127T001427Z */

/* AWS's message is quoted only where `quote` stands: its text is then known
 * to hold names and numbers alone. */
static const struct known {
    const char *name;
    enum error_code code;
    bool quote;
} KNOWN[] = {
    {"AccessDenied", ERROR_ACCESS_DENIED, true},
    {"AccessDeniedException", ERROR_ACCESS_DENIED, true},
    {"InvalidClientTokenId", ERROR_BAD_KEY, false},
    {"UnrecognizedClientException", ERROR_BAD_KEY, false},
    {"InvalidAccessKeyId", ERROR_BAD_KEY, false},
    {"AuthFailure", ERROR_BAD_KEY, false},
    {"SignatureDoesNotMatch", ERROR_BAD_SIGNATURE, false},
    {"InvalidSignatureException", ERROR_BAD_SIGNATURE, false},
    {"ExpiredToken", ERROR_EXPIRED_KEY, false},
    {"ExpiredTokenException", ERROR_EXPIRED_KEY, false},
    {"InvalidIdentityToken", ERROR_WEB_TOKEN, true},
    {"IDPRejectedClaim", ERROR_WEB_TOKEN, true},
    {"IDPCommunicationError", ERROR_IDENTITY_PROVIDER, true},
    {"RequestExpired", ERROR_CLOCK, false},
    {"RequestInTheFuture", ERROR_CLOCK, false},
    {"RequestTimeTooSkewed", ERROR_CLOCK, false},
    {"ValidationError", ERROR_VALIDATION, true},
    {"PackedPolicyTooLarge", ERROR_PACKED_POLICY, true},
    {"MalformedPolicyDocument", ERROR_MALFORMED_POLICY, true},
    {"RegionDisabledException", ERROR_REGION_DISABLED, true},
    {"Throttling", ERROR_THROTTLED, true},
    {"ThrottlingException", ERROR_THROTTLED, true},
    {"ThrottledException", ERROR_THROTTLED, true},
    {"RequestThrottled", ERROR_THROTTLED, true},
    {"RequestThrottledException", ERROR_THROTTLED, true},
    {"TooManyRequestsException", ERROR_THROTTLED, true},
    {"RequestLimitExceeded", ERROR_THROTTLED, true},
    {"SlowDown", ERROR_THROTTLED, true},
    {"ProvisionedThroughputExceededException", ERROR_THROTTLED, true},
    {"TransactionInProgressException", ERROR_THROTTLED, true},
    {"BandwidthLimitExceeded", ERROR_THROTTLED, true},
    {"LimitExceededException", ERROR_THROTTLED, true},
    {"EC2ThrottledException", ERROR_THROTTLED, true},
    {"InternalFailure", ERROR_AWS_FAILURE, false},
    {"InternalError", ERROR_AWS_FAILURE, false},
    {"ServiceUnavailable", ERROR_AWS_FAILURE, false},
    {"RequestTimeout", ERROR_AWS_FAILURE, false},
    {"RequestTimeoutException", ERROR_AWS_FAILURE, false},
    {"PriorRequestNotComplete", ERROR_AWS_FAILURE, false},
    {"IDPCommunicationError", ERROR_AWS_FAILURE, false},
};

/* ", AccessDenied, HTTP 403, request 1b2c" in brackets: for the reader who
 * looks it up. */
struct reference {
    char text[320];
};

static struct reference refer(long status, const struct sts_answer *answer)
{
    struct reference reference;

    (void)snprintf(reference.text, sizeof(reference.text), "(%s%sHTTP %ld%s%s)",
                   answer->error_code,
                   answer->error_code[0] != '\0' ? ", " : "", status,
                   answer->request_id[0] != '\0' ? ", request id " : "",
                   answer->request_id);
    return reference;
}

static const struct known *look_up(const char *name)
{
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
        if (strcmp(KNOWN[i].name, name) == 0)
            return &KNOWN[i];
    return NULL;
}

/* "User: PRINCIPAL is not authorized to perform: ACTION on resource: ..." */
static int access_denied(const struct sts_answer *answer,
                         const struct assume_role *call,
                         const struct reference *reference, struct error *error)
{
    static const char USER[] = "User: ";
    static const char ACTION[] = " is not authorized to perform: ";
    const char *message = answer->error_message;
    const char *user = strstr(message, USER);
    const char *action = strstr(message, ACTION);
    const char *because = strstr(message, " because ");
    const char *name = call->web_identity_token == NULL
                           ? "sts:AssumeRole"
                           : "sts:AssumeRoleWithWebIdentity";
    enum error_code code = ERROR_ACCESS_DENIED;
    char principal[PRINCIPAL_MAX];

    if (user == NULL || action == NULL || action < user)
        return error_set(error, code, "AWS does not allow %s on %s %s: \"%s\"",
                         name, call->role_arn, reference->text, message);
    user += sizeof(USER) - 1;
    (void)snprintf(principal, sizeof(principal), "%.*s", (int)(action - user),
                   user);
    action += sizeof(ACTION) - 1;
    if (strncmp(action, "sts:TagSession", 14) == 0) {
        code = ERROR_ACCESS_DENIED_TAGS;
        name = "sts:TagSession";
    } else if (strncmp(action, "sts:SetSourceIdentity", 21) == 0) {
        code = ERROR_ACCESS_DENIED_SOURCE_IDENTITY;
        name = "sts:SetSourceIdentity";
    }
    return error_set(error, code,
                     "AWS does not allow %s to perform %s on %s%s %s",
                     principal, name, call->role_arn,
                     because != NULL ? because : "", reference->text);
}

/* The next YYYYMMDDTHHMMSSZ at or after `text`, or NULL. */
static const char *next_stamp(const char *text)
{
    for (; *text != '\0'; text++)
        if (strspn(text, "0123456789") == 8 && text[8] == 'T' &&
            strspn(text + 9, "0123456789") == 6 && text[15] == 'Z')
            return text;
    return NULL;
}

/* "Signature expired: X is now earlier than Y (Z - 15 min.)", or "Signature
 * not yet current: X is still later than Y (Z + 5 min.)": X is the host's
 * time, Z is AWS's. Nothing else of the message is passed on. */
static int clock_is_off(const struct sts_answer *answer,
                        const struct reference *reference, struct error *error)
{
    const char *stamp[3] = {NULL};
    const char *rest = answer->error_message;

    for (size_t i = 0; i < 3 && (rest = next_stamp(rest)) != NULL; i++) {
        stamp[i] = rest;
        rest += STAMP;
    }
    if (stamp[2] == NULL)
        return error_set(error, ERROR_CLOCK,
                         "AWS's clock and this host's are too far apart %s",
                         reference->text);
    return error_set(error, ERROR_CLOCK,
                     "this host's clock said %.*s when AWS's said %.*s %s",
                     STAMP, stamp[0], STAMP, stamp[2], reference->text);
}

/* The message may go on with the whole request, session token included: only
 * its known beginnings are looked for, and none of it is quoted. */
static int bad_signature(const struct sts_answer *answer,
                         const struct reference *reference, struct error *error)
{
    const char *message = answer->error_message;

    if (strncmp(message, "Signature expired", 17) == 0 ||
        strncmp(message, "Signature not yet current", 25) == 0 ||
        strncmp(message, "Date in Credential scope", 24) == 0)
        return clock_is_off(answer, reference, error);
    if (strncmp(message, "Credential should be scoped to a valid region", 45) ==
        0)
        return error_set(error, ERROR_CONFIGURATION,
                         "the STS endpoint serves another Region than the one "
                         "that was signed for: set `sts_region` to the Region "
                         "of `sts_endpoint` %s",
                         reference->text);
    if (strncmp(message, "Credential should be scoped to correct service",
                46) == 0)
        return error_set(error, ERROR_CONFIGURATION,
                         "`sts_endpoint` is the endpoint of another service "
                         "than STS %s",
                         reference->text);
    return error_set(error, ERROR_BAD_SIGNATURE,
                     "AWS computes another signature: the secret access key "
                     "does not belong to the access key id %s",
                     reference->text);
}

static int validation(const struct sts_answer *answer,
                      const struct assume_role *call,
                      const struct reference *reference, struct error *error)
{
    const char *message = answer->error_message;

    if (strstr(message, "exceeds the MaxSessionDuration") != NULL)
        return error_set(error, ERROR_DURATION,
                         "%s allows no session of %u seconds: its "
                         "MaxSessionDuration is shorter %s",
                         call->role_arn, call->duration_seconds,
                         reference->text);
    if (strstr(message, "1 hour session limit") != NULL)
        return error_set(error, ERROR_CHAINING,
                         "%s was asked for %u seconds with the credentials of "
                         "another role: AWS caps that at one hour %s",
                         call->role_arn, call->duration_seconds,
                         reference->text);
    /* It quotes the value that it does not like. */
    if (strstr(message, "'webIdentityToken'") != NULL)
        return error_set(error, ERROR_WEB_TOKEN,
                         "AWS does not accept the length or a character of "
                         "the token for %s %s",
                         call->role_arn, reference->text);
    return error_set(error, ERROR_VALIDATION,
                     "AWS does not accept the request for %s %s: \"%s\"",
                     call->role_arn, reference->text, message);
}

/* No code of STS: something else answered, or STS in great distress. */
static int not_sts(long status, const struct sts_answer *answer,
                   const struct reference *reference, struct error *error)
{
    if (status >= 500 && status != 511)
        return error_set(error, ERROR_AWS_FAILURE,
                         "the answer is a failure without a reason %s",
                         reference->text);
    if (status == 429)
        return error_set(error, ERROR_THROTTLED,
                         "asked too often, by this host or by others %s",
                         reference->text);
    if (status >= 300 && status < 400)
        return error_set(error, ERROR_BAD_ANSWER,
                         "the answer is a redirect, which STS never sends and "
                         "which is not followed: a captive portal, or another "
                         "service than STS %s",
                         reference->text);
    if (status == 200 && answer->is_xml)
        return error_set(error, ERROR_BAD_ANSWER,
                         "the answer lacks a part of the credentials, or a "
                         "part of it is not what AWS writes %s",
                         reference->text);
    return error_set(error, ERROR_BAD_ANSWER,
                     "the answer is not STS's XML: a captive portal, a proxy, "
                     "or another service than STS %s",
                     reference->text);
}

/* The token that asked is too old. Its message holds two times, and is
 * quoted: they tell a stale file from a clock that is off. */
static int token_expired(const struct sts_answer *answer,
                         const struct assume_role *call,
                         const struct reference *reference, struct error *error)
{
    return error_set(error, ERROR_WEB_TOKEN,
                     "the token has expired that asked for %s %s: \"%s\"",
                     call->role_arn, reference->text, answer->error_message);
}

/* All other codes with a line in the table. */
static int by_code(const struct known *known, const struct sts_answer *answer,
                   const struct assume_role *call,
                   const struct reference *reference, struct error *error)
{
    const char *what = "AWS refuses the request for";

    if (known->code == ERROR_BAD_KEY)
        what = "AWS does not know the access key that asks for";
    else if (known->code == ERROR_EXPIRED_KEY)
        what = "the source's credentials have expired; they asked for";
    else if (known->code == ERROR_WEB_TOKEN)
        what = "AWS does not accept the token that asks for";
    else if (known->code == ERROR_IDENTITY_PROVIDER)
        what = "AWS does not reach the identity provider of the token for";
    else if (known->code == ERROR_AWS_FAILURE)
        what = "AWS failed on the request for";
    else if (known->code == ERROR_THROTTLED)
        what = "AWS is asked too often, by this host or others; asked for";
    if (known->quote && answer->error_message[0] != '\0')
        return error_set(error, known->code, "%s %s %s: \"%s\"", what,
                         call->role_arn, reference->text,
                         answer->error_message);
    return error_set(error, known->code, "%s %s %s", what, call->role_arn,
                     reference->text);
}

int aws_error(long status, const struct sts_answer *answer,
              const struct assume_role *call, struct error *error)
{
    const struct reference reference = refer(status, answer);
    const struct known *known = look_up(answer->error_code);

    if (answer->error_code[0] == '\0')
        return not_sts(status, answer, &reference, error);
    if (known == NULL)
        return error_set(error,
                         status >= 500 ? ERROR_AWS_FAILURE : ERROR_AWS_OTHER,
                         "AWS refuses the request for %s %s", call->role_arn,
                         reference.text);
    switch (known->code) {
    case ERROR_ACCESS_DENIED:
        return access_denied(answer, call, &reference, error);
    case ERROR_CLOCK:
        return clock_is_off(answer, &reference, error);
    case ERROR_BAD_SIGNATURE:
        return bad_signature(answer, &reference, error);
    case ERROR_VALIDATION:
        return validation(answer, call, &reference, error);
    case ERROR_EXPIRED_KEY:
        if (call->web_identity_token != NULL)
            return token_expired(answer, call, &reference, error);
        return by_code(known, answer, call, &reference, error);
    default:
        return by_code(known, answer, call, &reference, error);
    }
}
