/* test_sts.c - AssumeRole against a server that says what it is told to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/sts.h"
#include "http_server.h"

enum { LIMIT_MS = 5000 };

#define ANSWER(status, body)                                                  \
    "HTTP/1.1 " status "\r\nx-amzn-RequestId: req-1\r\nConnection: close\r\n" \
    "\r\n" body
#define REFUSED(code, message)                                            \
    ANSWER("400 Bad Request",                                             \
           "<ErrorResponse><Error><Code>" code "</Code><Message>" message \
           "</Message></Error></ErrorResponse>")
#define TOO_LONG                                                            \
    REFUSED("ValidationError", "The requested DurationSeconds exceeds the " \
                               "MaxSessionDuration set for this role.")
#define CHAINED                                                               \
    REFUSED("ValidationError",                                                \
            "The requested DurationSeconds exceeds the 1 hour session limit " \
            "for roles assumed by role chaining.")
#define GRANTED                                                             \
    ANSWER("200 OK",                                                        \
           "<AssumeRoleResponse><AssumeRoleResult><Credentials>"            \
           "<AccessKeyId>ASIAEXAMPLE012345678</AccessKeyId>"                \
           "<SecretAccessKey>s</SecretAccessKey><SessionToken>t"            \
           "</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>"   \
           "</Credentials><AssumedRoleUser><AssumedRoleId>AROA:alice"       \
           "</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/d/" \
           "alice</Arn></AssumedRoleUser></AssumeRoleResult>"               \
           "</AssumeRoleResponse>")

struct outcome {
    int result;
    struct role_session session;
    struct error error;
};

/* Ask `server` (which is stopped afterwards) with these keys. */
static struct outcome assume(struct server *server, const char *key_id,
                             const char *token, unsigned seconds)
{
    char endpoint[64];
    char region[] = "eu-west-1";
    char id[64];
    char secret[] = "wJalrXUtn";
    char token_copy[128];
    const struct sts_settings settings = {.region = region,
                                          .endpoint = endpoint};
    struct credentials caller = {.access_key_id = id,
                                 .secret_access_key = secret};
    const struct assume_role call = {.role_arn =
                                         "arn:aws:iam::123456789012:role/demo",
                                     .role_session_name = "alice",
                                     .duration_seconds = seconds};
    struct outcome outcome = {.result = -1};
    struct sts_client *client;

    (void)snprintf(id, sizeof(id), "%s", key_id);
    if (token != NULL) {
        (void)snprintf(token_copy, sizeof(token_copy), "%s", token);
        caller.session_token = token_copy;
    }
    assert_true(server_start(server));
    (void)snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u",
                   server->port);
    client = sts_client_new(&settings, &outcome.error);
    assert_non_null(client);
    outcome.result =
        sts_assume_role(client, &caller, &call, deadline_in(LIMIT_MS),
                        &outcome.session, &outcome.error);
    sts_client_free(client);
    server_stop(server);
    return outcome;
}

static struct server *server_that_says(const char *first, const char *second)
{
    struct server *server = calloc(1, sizeof(*server));

    assert_non_null(server);
    server->says[0] = first;
    server->says[1] = second;
    return server;
}

static void assert_asked_for(const struct server *server, int connection,
                             const char *seconds)
{
    char parameter[64];

    (void)snprintf(parameter, sizeof(parameter), "&DurationSeconds=%s",
                   seconds);
    assert_non_null(strstr(server->request[connection], parameter));
}

static void a_role_is_assumed_with_one_signed_request(void **state)
{
    struct server *server = server_that_says(GRANTED, NULL);
    struct outcome outcome = assume(server, "AKIDEXAMPLE", NULL, 7200);

    (void)state;
    assert_int_equal(outcome.result, 0);
    assert_int_equal(server->connections, 1);
    assert_non_null(strstr(server->request[0],
                           "\r\nAuthorization: AWS4-HMAC-SHA256 Credential="
                           "AKIDEXAMPLE/"));
    assert_non_null(strstr(server->request[0], "/eu-west-1/sts/aws4_request, "
                                               "SignedHeaders=content-type;"
                                               "host;x-amz-date, Signature="));
    assert_asked_for(server, 0, "7200");
    assert_string_equal(outcome.session.credentials.access_key_id,
                        "ASIAEXAMPLE012345678");
    assert_string_equal(outcome.session.role_session_name, "alice");
    assert_string_equal(outcome.session.request_id, "req-1");
    assert_int_equal(outcome.session.duration_seconds, 7200);
    assert_false(outcome.session.duration_was_cut);
    assert_int_equal(outcome.session.credentials.expiration, 1893456000);
    role_session_erase(&outcome.session);
    free(server);
}

static void a_duration_that_is_refused_is_asked_again_for_an_hour(void **state)
{
    static const char *const REFUSALS[] = {TOO_LONG, CHAINED};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct server *server = server_that_says(REFUSALS[i], GRANTED);
        struct outcome outcome = assume(server, "AKIDEXAMPLE", NULL, 28800);

        assert_int_equal(outcome.result, 0);
        assert_int_equal(server->connections, 2);
        assert_asked_for(server, 0, "28800");
        assert_asked_for(server, 1, "3600");
        assert_int_equal(outcome.session.duration_seconds, 3600);
        assert_true(outcome.session.duration_was_cut);
        role_session_erase(&outcome.session);
        free(server);
    }
}

static void an_hour_that_is_refused_is_not_asked_for_again(void **state)
{
    struct server *server = server_that_says(TOO_LONG, NULL);
    struct outcome outcome = assume(server, "AKIDEXAMPLE", NULL, 28800);

    (void)state;
    assert_int_equal(outcome.result, -1);
    assert_int_equal(outcome.error.code, ERROR_DURATION);
    assert_int_equal(server->connections, 2);
    free(server);
    server = server_that_says(TOO_LONG, NULL);
    outcome = assume(server, "AKIDEXAMPLE", NULL, 3600);
    assert_int_equal(outcome.result, -1);
    assert_int_equal(server->connections, 1);
    free(server);
}

static void temporary_keys_never_ask_for_more_than_an_hour(void **state)
{
    struct server *server = server_that_says(GRANTED, NULL);
    struct outcome outcome =
        assume(server, "ASIACALLER0123456789", "token/+=", 28800);

    (void)state;
    assert_int_equal(outcome.result, 0);
    assert_int_equal(server->connections, 1);
    assert_asked_for(server, 0, "3600");
    assert_non_null(
        strstr(server->request[0], "\r\nX-Amz-Security-Token: token/+=\r\n"));
    assert_non_null(strstr(server->request[0],
                           "SignedHeaders=content-type;host;x-amz-date;"
                           "x-amz-security-token,"));
    assert_true(outcome.session.duration_was_cut);
    role_session_erase(&outcome.session);
    free(server);
}

static void an_answer_of_something_else_names_the_host(void **state)
{
    static const struct {
        const char *says;
        enum error_code code;
    } CASES[] = {
        {ANSWER("200 OK", "<html><body>Log in</body></html>"),
         ERROR_BAD_ANSWER},
        {ANSWER("302 Found", ""), ERROR_BAD_ANSWER},
        {ANSWER("503 Service Unavailable", "<html>busy</html>"),
         ERROR_AWS_FAILURE},
        {ANSWER("200 OK", "<AssumeRoleResponse/>"), ERROR_BAD_ANSWER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct server *server = server_that_says(CASES[i].says, NULL);
        struct outcome outcome = assume(server, "AKIDEXAMPLE", NULL, 3600);

        assert_int_equal(outcome.result, -1);
        assert_int_equal(outcome.error.code, CASES[i].code);
        assert_int_equal(strncmp(outcome.error.detail, "127.0.0.1:", 10), 0);
        assert_non_null(strstr(outcome.error.detail, "req-1"));
        assert_null(outcome.session.credentials.access_key_id);
        free(server);
    }
}

static void keys_that_would_break_a_header_ask_nobody(void **state)
{
    static const char *const TOKENS[] = {"", "a b", "a\r\nX-Evil: 1",
                                         "\xc3\xa9"};

    (void)state;
    for (size_t i = 0; i < sizeof(TOKENS) / sizeof(TOKENS[0]); i++) {
        struct server *server = server_that_says(GRANTED, NULL);
        struct outcome outcome =
            assume(server, "ASIACALLER0123456789", TOKENS[i], 900);

        assert_int_equal(outcome.result, -1);
        assert_int_equal(outcome.error.code, ERROR_SOURCE);
        assert_int_equal(server->connections, 0);
        free(server);
    }
}

static void a_client_needs_a_region(void **state)
{
    const struct sts_settings settings = {.region = NULL};
    struct error error = {0};

    (void)state;
    assert_null(sts_client_new(&settings, &error));
    assert_int_equal(error.code, ERROR_CONFIGURATION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_role_is_assumed_with_one_signed_request),
        cmocka_unit_test(a_duration_that_is_refused_is_asked_again_for_an_hour),
        cmocka_unit_test(an_hour_that_is_refused_is_not_asked_for_again),
        cmocka_unit_test(temporary_keys_never_ask_for_more_than_an_hour),
        cmocka_unit_test(an_answer_of_something_else_names_the_host),
        cmocka_unit_test(keys_that_would_break_a_header_ask_nobody),
        cmocka_unit_test(a_client_needs_a_region),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
