/* test_web_identity.c - AssumeRoleWithWebIdentity against a server that says
 * what it is told to, and the token that is sent.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scratch.h"

#include "aws/errors.h"
#include "http_server.h"
#include "source/web_identity.h"

enum { LIMIT_MS = 5000 };

#define ROLE "arn:aws:iam::123456789012:role/demo"
#define ANSWER(status, body)                                                  \
    "HTTP/1.1 " status "\r\nx-amzn-RequestId: req-1\r\nConnection: close\r\n" \
    "\r\n" body
#define GRANTED                                                             \
    ANSWER("200 OK",                                                        \
           "<AssumeRoleWithWebIdentityResponse "                            \
           "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"           \
           "<AssumeRoleWithWebIdentityResult>"                              \
           "<SubjectFromWebIdentityToken>system:serviceaccount:a:b"         \
           "</SubjectFromWebIdentityToken><Audience>sts.amazonaws.com"      \
           "</Audience><AssumedRoleUser><AssumedRoleId>AROA:alice"          \
           "</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/d/" \
           "alice</Arn></AssumedRoleUser><Credentials>"                     \
           "<AccessKeyId>ASIAEXAMPLE012345678</AccessKeyId>"                \
           "<SecretAccessKey>s</SecretAccessKey><SessionToken>t"            \
           "</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>"   \
           "</Credentials><Provider>arn:aws:iam::123456789012:"             \
           "oidc-provider/x</Provider></AssumeRoleWithWebIdentityResult>"   \
           "<ResponseMetadata><RequestId>req-1</RequestId>"                 \
           "</ResponseMetadata></AssumeRoleWithWebIdentityResponse>")
#define TOO_LONG                                                          \
    ANSWER("400 Bad Request",                                             \
           "<ErrorResponse><Error><Code>ValidationError</Code><Message>"  \
           "The requested DurationSeconds exceeds the MaxSessionDuration" \
           " set for this role.</Message></Error></ErrorResponse>")

struct outcome {
    int result;
    struct role_session session;
    struct error error;
};

/* Ask a server that says `first`, then `second`, with a token file. */
static struct outcome ask(struct server *server, const char *first,
                          const char *second, const char *path)
{
    char endpoint[64];
    char region[] = "eu-west-1";
    const struct sts_settings settings = {.region = region,
                                          .endpoint = endpoint};
    const struct assume_role call = {.role_arn = ROLE,
                                     .role_session_name = "alice",
                                     .duration_seconds = 28800,
                                     .policy = "{}"};
    struct outcome outcome = {.result = -1};
    struct source_context context = {.deadline = deadline_in(LIMIT_MS)};

    *server = (struct server){.says = {first, second}};
    assert_true(server_start(server));
    (void)snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u",
                   server->port);
    context.sts = sts_client_new(&settings, &outcome.error);
    assert_non_null(context.sts);
    outcome.result = web_identity_ask(path, &call, &context, &outcome.session,
                                      &outcome.error);
    sts_client_free(context.sts);
    server_stop(server);
    return outcome;
}

static void a_token_is_sent_and_nothing_is_signed(void **state)
{
    static struct server server;
    struct outcome outcome;

    (void)state;
    NEEDS_ROOT();
    outcome = ask(&server, GRANTED, NULL, scratch_write("token", "ey.x-y_z\n"));
    if (outcome.result != 0)
        fail_msg("%s", outcome.error.detail);
    assert_int_equal(server.connections, 1);
    assert_null(strcasestr(server.request[0], "\r\nauthorization:"));
    assert_null(strcasestr(server.request[0], "\r\nx-amz-security-token:"));
    assert_non_null(
        strstr(server.request[0],
               "\r\n\r\nAction=AssumeRoleWithWebIdentity&Version=2011-06-15"
               "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo"
               "&RoleSessionName=alice&WebIdentityToken=ey.x-y_z"
               "&Policy=%7B%7D&DurationSeconds=28800"));
    assert_string_equal(outcome.session.credentials.access_key_id,
                        "ASIAEXAMPLE012345678");
    assert_string_equal(outcome.session.assumed_role_id, "AROA:alice");
    assert_int_equal(outcome.session.duration_seconds, 28800);
    role_session_erase(&outcome.session);
}

static void a_role_that_allows_less_is_asked_for_an_hour(void **state)
{
    static struct server server;
    struct outcome outcome;

    (void)state;
    NEEDS_ROOT();
    outcome =
        ask(&server, TOO_LONG, GRANTED, scratch_write("token", "ey.x-y_z"));
    assert_int_equal(outcome.result, 0);
    assert_non_null(strstr(server.request[1], "&DurationSeconds=3600"));
    assert_true(outcome.session.duration_was_cut);
    role_session_erase(&outcome.session);
}

/* What the file holds is refused before anybody is asked. */
static void expect_refused(const char *path, const char *part)
{
    static struct server server;
    struct outcome outcome = ask(&server, GRANTED, NULL, path);

    assert_int_equal(outcome.result, -1);
    assert_int_equal(server.connections, 0);
    assert_int_equal(outcome.error.code, ERROR_SOURCE);
    if (strstr(outcome.error.detail, part) == NULL ||
        strstr(outcome.error.detail, scratch) == NULL)
        fail_msg("expected \"%s\" in: %s", part, outcome.error.detail);
    assert_null(strstr(outcome.error.detail, "eyJ"));
}

static void a_file_that_holds_no_token_is_refused(void **state)
{
    char text[WEB_TOKEN_MAX + 64];

    (void)state;
    NEEDS_ROOT();
    expect_refused(scratch_path("none"), "No such file");
    expect_refused(scratch, "no regular file");
    expect_refused(scratch_write("token", ""), "holds 0 characters");
    expect_refused(scratch_write("token", "\n"), "holds 0 characters");
    expect_refused(scratch_write("token", "eyJ\n"), "holds 3 characters");
    expect_refused(scratch_write("token", "eyJx\neyJy\n"), "byte 5 of 9");
    expect_refused(scratch_write("token", "eyJ x"), "byte 4 of 5");
    expect_refused(scratch_write_bytes("token", "eyJ\0x", 5, 0640), "byte 4");
    memset(text, 'x', sizeof(text));
    text[WEB_TOKEN_MAX + 1] = '\0';
    expect_refused(scratch_write("token", text), "holds 20001 characters");
    expect_refused(scratch_write_bytes("token", text, WEB_TOKEN_MAX + 50, 0640),
                   "longer");
}

static void a_token_of_the_longest_length_behind_links_is_sent(void **state)
{
    static struct server server;
    char text[WEB_TOKEN_MAX + 3];
    struct outcome outcome;

    (void)state;
    NEEDS_ROOT();
    memset(text, 'x', sizeof(text));
    memcpy(text + WEB_TOKEN_MAX, "\r\n", 3);
    /* As kubelet lays it out. */
    assert_int_equal(mkdir(scratch_path("..2026"), 0755), 0);
    (void)scratch_write("..2026/token", text);
    assert_int_equal(symlink("..2026", scratch_path("..data")), 0);
    assert_int_equal(symlink("..data/token", scratch_path("token")), 0);
    outcome = ask(&server, GRANTED, NULL, scratch_path("token"));
    if (outcome.result != 0)
        fail_msg("%s", outcome.error.detail);
    assert_non_null(strstr(server.request[0], "xxx&Policy="));
    role_session_erase(&outcome.session);
}

static void each_refusal_of_a_token_has_its_error(void **state)
{
    static const struct {
        long status;
        const char *code;
        const char *message;
        enum error_code expected;
        const char *named;
    } CASES[] = {
        {400, "ExpiredTokenException",
         "Token expired: current date/time 2 must be before the expiration "
         "date/time 1",
         ERROR_WEB_TOKEN, "expired"},
        {400, "InvalidIdentityToken", "Incorrect token audience",
         ERROR_WEB_TOKEN, "Incorrect token audience"},
        {403, "IDPRejectedClaim", "no", ERROR_WEB_TOKEN, "\"no\""},
        {400, "IDPCommunicationError", "Couldn't retrieve verification key",
         ERROR_IDENTITY_PROVIDER, "verification key"},
        {403, "AccessDenied",
         "Not authorized to perform sts:AssumeRoleWithWebIdentity",
         ERROR_ACCESS_DENIED, "sts:AssumeRoleWithWebIdentity on " ROLE},
        {400, "ValidationError",
         "1 validation error detected: Value 'SECRET' at 'webIdentityToken' "
         "failed to satisfy constraint",
         ERROR_WEB_TOKEN, "length or a character"},
    };
    const struct assume_role call = {
        .role_arn = ROLE, .role_session_name = "a", .web_identity_token = "t"};

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct sts_answer answer = {.is_xml = true};
        struct error error = {0};

        (void)snprintf(answer.error_code, sizeof(answer.error_code), "%s",
                       CASES[i].code);
        (void)snprintf(answer.error_message, sizeof(answer.error_message), "%s",
                       CASES[i].message);
        assert_int_equal(aws_error(CASES[i].status, &answer, &call, &error),
                         -1);
        assert_int_equal(error.code, CASES[i].expected);
        if (strstr(error.detail, CASES[i].named) == NULL)
            fail_msg("expected \"%s\" in: %s", CASES[i].named, error.detail);
        assert_non_null(strstr(error.detail, ROLE));
        assert_null(strstr(error.detail, "SECRET"));
    }
}

#define FILE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(a_token_is_sent_and_nothing_is_signed),
        FILE_TEST(a_role_that_allows_less_is_asked_for_an_hour),
        FILE_TEST(a_file_that_holds_no_token_is_refused),
        FILE_TEST(a_token_of_the_longest_length_behind_links_is_sent),
        cmocka_unit_test(each_refusal_of_a_token_has_its_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
