/* test_http.c - one request, and everything that may come instead of an
 * answer. It is long because every test has its server beside it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "aws/ca_store.h"
#include "aws/erasing.h"
#include "aws/http.h"
#include "http_server.h"

enum { LIMIT_MS = 5000, SHORT_MS = 300, SLACK_MS = 100 };

static struct server *new_server(void)
{
    struct server *server = calloc(1, sizeof(*server));

    assert_non_null(server);
    return server;
}

/* Ask what runs at `port`, once, with a client of its own. */
static int ask_port(const char *scheme, unsigned port, int limit_ms,
                    const char *body, struct http_answer *answer,
                    struct error *error)
{
    static const char *const HEADERS[] = {"X-Test: 1", "Host: sts.example:99",
                                          NULL};
    const struct http_settings settings = {0};
    struct http_client *client = http_client_new(&settings, error);
    struct http_request request = {.headers = HEADERS, .body = body};
    char url[64];
    int result;

    assert_non_null(client);
    (void)snprintf(url, sizeof(url), "%s://127.0.0.1:%u/path", scheme, port);
    request.url = url;
    request.body_length = body != NULL ? strlen(body) : 0;
    result = http_ask(client, &request, deadline_in(limit_ms), answer, error);
    http_client_free(client);
    return result;
}

/* Start, ask, stop: expects an error with that code and word. */
static void expect_error(struct server *server, const char *scheme,
                         int limit_ms, enum error_code code, const char *word)
{
    struct http_answer answer;
    struct error error = {0};
    char host[32];

    assert_true(server_start(server));
    (void)snprintf(host, sizeof(host), "127.0.0.1:%u: ", server->port);
    assert_int_equal(
        ask_port(scheme, server->port, limit_ms, "a=b", &answer, &error), -1);
    http_answer_free(&answer);
    server_stop(server);
    if (error.code != code)
        fail_msg("%s: %s", catalogue_entry(error.code)->name, error.detail);
    assert_int_equal(strncmp(error.detail, host, strlen(host)), 0);
    if (strstr(error.detail, word) == NULL)
        fail_msg("no \"%s\" in: %s", word, error.detail);
    free(server);
}

static void an_answer_is_read_with_its_request_id_and_date(void **state)
{
    struct server *server = new_server();
    struct http_answer answer;
    struct error error = {0};

    (void)state;
    server->says[0] = "HTTP/1.1 403 Forbidden\r\n"
                      "X-AMZN-RequestId:  01234-ab \r\n"
                      "Date: Sat, 09 Nov 2019 13:34:41 GMT\r\n"
                      "Content-Length: 5\r\n\r\nhello";
    assert_true(server_start(server));
    assert_int_equal(
        ask_port("http", server->port, LIMIT_MS, "Action=x", &answer, &error),
        0);
    server_stop(server);
    assert_int_equal(answer.status, 403);
    assert_string_equal(buffer_string(&answer.body), "hello");
    assert_string_equal(answer.request_id, "01234-ab");
    assert_int_equal(answer.date, 1573306481);
    http_answer_free(&answer);
    free(server);
}

static void what_is_sent_is_what_was_given_and_nothing_personal(void **state)
{
    struct server *server = new_server();
    struct http_answer answer;
    struct error error = {0};
    const char *sent = server->request[0];

    (void)state;
    server->says[0] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    /* None of these is looked at. */
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    assert_true(server_start(server));
    assert_int_equal(
        ask_port("http", server->port, LIMIT_MS, "Action=x", &answer, &error),
        0);
    server_stop(server);
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(unsetenv("ALL_PROXY"), 0);
    assert_int_equal(strncmp(sent, "POST /path HTTP/1.1\r\n", 21), 0);
    assert_non_null(strstr(sent, "\r\nHost: sts.example:99\r\n"));
    assert_non_null(strstr(sent, "\r\nX-Test: 1\r\n"));
    assert_non_null(
        strstr(sent, "\r\nUser-Agent: pam_awsrole/" VERSION "\r\n"));
    assert_non_null(strstr(sent, "\r\n\r\nAction=x"));
    assert_null(strcasestr(sent, "\r\nExpect:"));
    assert_null(strcasestr(sent, "\r\nAccept-Encoding:"));
    http_answer_free(&answer);
    free(server);
}

static void an_odd_request_id_or_date_is_left_out(void **state)
{
    struct server *server = new_server();
    struct http_answer answer;
    struct error error = {0};

    (void)state;
    server->says[0] = "HTTP/1.1 200 OK\r\nx-amzn-RequestId: a\x01"
                      "b\r\nDate: yesterday\r\nContent-Length: 0\r\n\r\n";
    assert_true(server_start(server));
    assert_int_equal(
        ask_port("http", server->port, LIMIT_MS, NULL, &answer, &error), 0);
    server_stop(server);
    assert_string_equal(answer.request_id, "");
    assert_int_equal(answer.date, 0);
    assert_int_equal(strncmp(server->request[0], "GET /path ", 10), 0);
    http_answer_free(&answer);
    free(server);
}

static void a_redirect_is_an_answer_and_is_not_followed(void **state)
{
    struct server *server = new_server();
    struct http_answer answer;
    struct error error = {0};

    (void)state;
    server->says[0] = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n"
                      "Content-Length: 0\r\n\r\n";
    assert_true(server_start(server));
    assert_int_equal(
        ask_port("http", server->port, LIMIT_MS, "a=b", &answer, &error), 0);
    server_stop(server);
    assert_int_equal(answer.status, 302);
    assert_int_equal(server->connections, 1);
    http_answer_free(&answer);
    free(server);
}

static void nobody_listening_is_unreachable(void **state)
{
    struct server *server = new_server();
    struct http_answer answer;
    struct error error = {0};

    (void)state;
    assert_true(server_start(server));
    server_stop(server); /* a port that was just free */
    assert_int_equal(
        ask_port("http", server->port, LIMIT_MS, "a=b", &answer, &error), -1);
    assert_int_equal(error.code, ERROR_UNREACHABLE);
    assert_non_null(strstr(error.detail, "127.0.0.1:"));
    http_answer_free(&answer);
    free(server);
}

static void a_name_that_does_not_resolve_is_unreachable(void **state)
{
    const struct http_settings settings = {0};
    struct error error = {0};
    struct http_client *client = http_client_new(&settings, &error);
    const struct http_request request = {.url = "http://sts.invalid/"};
    struct http_answer answer;

    (void)state;
    assert_non_null(client);
    assert_int_equal(
        http_ask(client, &request, deadline_in(LIMIT_MS), &answer, &error), -1);
    /* A resolver that itself is out of reach answers nothing at all. */
    assert_true(error.code == ERROR_UNREACHABLE ||
                error.code == ERROR_AWS_TIMEOUT);
    assert_int_equal(strncmp(error.detail, "sts.invalid: ", 13), 0);
    http_answer_free(&answer);
    http_client_free(client);
}

static void a_reset_is_unreachable(void **state)
{
    struct server *server = new_server();

    (void)state;
    server->manner = SERVER_RESETS;
    expect_error(server, "http", LIMIT_MS, ERROR_UNREACHABLE, "reset");
}

static void an_empty_answer_is_a_bad_one(void **state)
{
    (void)state;
    expect_error(new_server(), "http", LIMIT_MS, ERROR_BAD_ANSWER, "Empty");
}

static void what_is_not_http_is_a_bad_answer(void **state)
{
    struct server *server = new_server();

    (void)state;
    server->says[0] = "220 smtp.example ESMTP\r\n";
    expect_error(server, "http", LIMIT_MS, ERROR_BAD_ANSWER, "HTTP/0.9");
}

static void a_cut_answer_is_a_bad_one(void **state)
{
    struct server *server = new_server();

    (void)state;
    server->says[0] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<Assume";
    expect_error(server, "http", LIMIT_MS, ERROR_BAD_ANSWER, "remaining");
}

static void an_endless_body_is_stopped(void **state)
{
    struct server *server = new_server();

    (void)state;
    server->manner = SERVER_FLOODS;
    server->says[0] = "HTTP/1.1 200 OK\r\n\r\n";
    server->flood = "<AssumeRoleResponse><AssumeRoleResponse>";
    expect_error(server, "http", LIMIT_MS, ERROR_BAD_ANSWER, "256 KiB");
}

static void endless_headers_are_stopped(void **state)
{
    struct server *server = new_server();

    (void)state;
    server->manner = SERVER_FLOODS;
    server->says[0] = "HTTP/1.1 200 OK\r\n";
    server->flood = "X-More: and more and more and more\r\n";
    expect_error(server, "http", LIMIT_MS, ERROR_BAD_ANSWER, "64 KiB");
}

static void one_endless_header_is_stopped(void **state)
{
    struct server *server = new_server();

    (void)state;
    server->manner = SERVER_FLOODS;
    server->says[0] = "HTTP/1.1 200 OK\r\nX-Long: ";
    server->flood = "and more and more and more and more and more and more ";
    expect_error(server, "http", LIMIT_MS, ERROR_BAD_ANSWER, "header");
}

static void no_answer_ends_with_the_deadline(void **state)
{
    struct server *server = new_server();
    struct deadline after;

    (void)state;
    server->manner = SERVER_HANGS;
    after = deadline_in(SHORT_MS + SLACK_MS);
    expect_error(server, "http", SHORT_MS, ERROR_AWS_TIMEOUT, "timed out");
    assert_true(deadline_left_ms(after) > 0);
}

static void no_time_left_asks_nobody(void **state)
{
    struct server *server = new_server();
    struct http_answer answer;
    struct error error = {0};

    (void)state;
    assert_true(server_start(server));
    assert_int_equal(ask_port("http", server->port, 0, "a=b", &answer, &error),
                     -1);
    server_stop(server);
    assert_int_equal(error.code, ERROR_AWS_TIMEOUT);
    assert_int_equal(server->connections, 0);
    http_answer_free(&answer);
    free(server);
}

static void what_speaks_no_tls_is_a_tls_error(void **state)
{
    struct server *server = new_server();

    (void)state;
    server->says[0] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    expect_error(server, "https", LIMIT_MS, ERROR_TLS, "SSL");
}

static void a_ca_bundle_that_is_missing_is_named(void **state)
{
    const struct http_settings settings = {.ca_bundle = "/nonexistent/ca.pem"};
    struct error error = {0};
    struct http_client *client = http_client_new(&settings, &error);
    struct server *server = new_server();
    struct http_request request = {0};
    struct http_answer answer;
    char url[64];

    (void)state;
    assert_non_null(client);
    assert_true(server_start(server));
    (void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/", server->port);
    request.url = url;
    assert_int_equal(
        http_ask(client, &request, deadline_in(LIMIT_MS), &answer, &error), -1);
    assert_int_equal(error.code, ERROR_TLS);
    assert_non_null(strstr(error.detail, "/nonexistent/ca.pem"));
    http_answer_free(&answer);
    http_client_free(client);
    server_stop(server);
    free(server);
}

static void other_protocols_and_users_in_a_url_are_refused(void **state)
{
    static const char *const URLS[] = {"file:///etc/passwd", "ftp://127.0.0.1/",
                                       "http://user@127.0.0.1:1/", "gopher://x",
                                       ""};
    const struct http_settings settings = {0};
    struct error error = {0};
    struct http_client *client = http_client_new(&settings, &error);

    (void)state;
    assert_non_null(client);
    for (size_t i = 0; i < sizeof(URLS) / sizeof(URLS[0]); i++) {
        const struct http_request request = {.url = URLS[i]};
        struct http_answer answer;

        error = (struct error){0};
        assert_int_equal(
            http_ask(client, &request, deadline_in(LIMIT_MS), &answer, &error),
            -1);
        assert_true(error.code != ERROR_NONE &&
                    error.code != ERROR_UNREACHABLE);
        http_answer_free(&answer);
    }
    http_client_free(client);
}

static void a_connection_that_was_closed_is_opened_again(void **state)
{
    struct server *server = new_server();
    const struct http_settings settings = {0};
    struct error error = {0};
    struct http_client *client = http_client_new(&settings, &error);
    struct http_request request = {.body = "a", .body_length = 1};
    struct http_answer answer;
    char url[64];

    (void)state;
    /* Each connection ends after its answer: the client must open another,
     * without an error. */
    server->says[0] = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1";
    server->says[1] = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2";
    assert_non_null(client);
    assert_true(server_start(server));
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", server->port);
    request.url = url;
    for (int i = 1; i <= 2; i++) {
        assert_int_equal(
            http_ask(client, &request, deadline_in(LIMIT_MS), &answer, &error),
            0);
        assert_int_equal(answer.body.data[0], '0' + i);
        http_answer_free(&answer);
    }
    http_client_free(client);
    server_stop(server);
    free(server);
}

/* What says that an answer cannot be trusted for the time, or when to come
 * back, is told; an interim answer is not the answer. */
static void age_and_retry_after_are_told_of_the_last_answer(void **state)
{
    static const struct {
        const char *says;
        bool has_age;
        long retry_after_ms;
        time_t date;
    } CASES[] = {
        {"HTTP/1.1 503 No\r\nAge: 0\r\nX-Amz-Retry-After: 1500\r\n"
         "Content-Length: 0\r\n\r\n",
         true, 1500, 0},
        {"HTTP/1.1 503 No\r\nx-amz-retry-after: soon\r\n"
         "Content-Length: 0\r\n\r\n",
         false, 0, 0},
        {"HTTP/1.1 103 Early\r\nAge: 1\r\nX-Amz-Retry-After: 9\r\n"
         "Date: Sat, 09 Nov 2019 13:34:41 GMT\r\n\r\n"
         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
         false, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct server *server = new_server();
        struct http_answer answer;
        struct error error = {0};

        server->says[0] = CASES[i].says;
        assert_true(server_start(server));
        assert_int_equal(
            ask_port("http", server->port, LIMIT_MS, "a=b", &answer, &error),
            0);
        server_stop(server);
        assert_int_equal(answer.has_age, CASES[i].has_age);
        assert_int_equal(answer.retry_after_ms, CASES[i].retry_after_ms);
        assert_int_equal(answer.date, CASES[i].date);
        assert_false(answer.tls);
        assert_in_range(answer.took_ms, 0, LIMIT_MS);
        http_answer_free(&answer);
        free(server);
    }
}

/* Ask https://sts.example/ through `server` (NULL: nobody) as a proxy. */
static void expect_proxy_error(struct server *server, const char *user,
                               enum error_code code, const char *word)
{
    struct http_settings settings = {.proxy_user = user,
                                     .proxy_password = "Aladdin:s"};
    struct http_request request = {
        .url = "https://sts.example/", .body = "secret=1", .body_length = 8};
    struct http_client *client;
    struct http_answer answer;
    struct error error = {0};
    char proxy[64];

    if (server != NULL)
        assert_true(server_start(server));
    (void)snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u",
                   server != NULL ? server->port : 1);
    settings.proxy = proxy;
    client = http_client_new(&settings, &error);
    assert_non_null(client);
    assert_int_equal(
        http_ask(client, &request, deadline_in(SHORT_MS), &answer, &error), -1);
    http_answer_free(&answer);
    http_client_free(client);
    if (server != NULL)
        server_stop(server);
    if (error.code != code || strstr(error.detail, word) == NULL ||
        strstr(error.detail, proxy + 7) == NULL ||
        strstr(error.detail, "sts.example") == NULL)
        fail_msg("%s: %s", catalogue_entry(error.code)->name, error.detail);
}

static void each_failure_of_a_proxy_is_named_as_its(void **state)
{
    static const struct {
        const char *says;
        const char *user;
        enum error_code code;
        const char *word;
    } CASES[] = {
        {"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n"
         "Content-Length: 0\r\n\r\n",
         NULL, ERROR_PROXY_REFUSED, "wants a user and a password"},
        {"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n"
         "Content-Length: 0\r\n\r\n",
         "bastion", ERROR_PROXY_REFUSED, "does not accept the user"},
        {"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", NULL,
         ERROR_PROXY_REFUSED, "refuses a tunnel to sts.example (HTTP 403)"},
        {"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", NULL, ERROR_PROXY,
         "opened no tunnel to sts.example (HTTP 503)"},
        {"SSH-2.0-x\r\n", NULL, ERROR_PROXY, "opened no tunnel"},
        {"", NULL, ERROR_PROXY, "opened no tunnel"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct server *server = new_server();
        const char *sent = server->request[0];

        server->says[0] = CASES[i].says;
        expect_proxy_error(server, CASES[i].user, CASES[i].code, CASES[i].word);
        assert_int_equal(strncmp(sent, "CONNECT sts.example:443 HTTP/1.", 31),
                         0);
        /* What is meant for AWS is not shown to the proxy. */
        assert_null(strstr(sent, "secret"));
        assert_int_equal(strstr(sent, "Proxy-Authorization: Basic "
                                      "YmFzdGlvbjpBbGFkZGluOnM=") != NULL,
                         CASES[i].user != NULL);
        free(server);
    }
    {
        struct server *server = new_server();

        server->manner = SERVER_HANGS;
        expect_proxy_error(server, NULL, ERROR_PROXY, "opened no tunnel");
        free(server);
    }
    expect_proxy_error(NULL, NULL, ERROR_PROXY, "opened no tunnel");
}

static void plain_http_never_goes_through_the_proxy(void **state)
{
    struct server *server = new_server();
    const struct http_settings settings = {.proxy = "http://127.0.0.1:1"};
    struct http_request request = {.body = NULL};
    struct http_client *client;
    struct http_answer answer;
    struct error error = {0};
    char url[64];

    (void)state;
    server->says[0] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    assert_true(server_start(server));
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", server->port);
    request.url = url;
    client = http_client_new(&settings, &error);
    assert_non_null(client);
    assert_int_equal(
        http_ask(client, &request, deadline_in(LIMIT_MS), &answer, &error), 0);
    http_answer_free(&answer);
    http_client_free(client);
    server_stop(server);
    free(server);
}

static void a_hashed_folder_is_known_by_its_names(void **state)
{
    char folder[] = "/tmp/awsrole-test-XXXXXX";
    char path[64];
    static const char *const ODD[] = {"ca.crt", "0123456g.0", "012345678.0",
                                      "01234567.x", "01234567.0.bak"};
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i <= sizeof(ODD) / sizeof(ODD[0]); i++) {
        bool last = i == sizeof(ODD) / sizeof(ODD[0]);

        (void)snprintf(path, sizeof(path), "%s/%s", folder,
                       last ? "0123abcd.0" : ODD[i]);
        file = fopen(path, "we");
        assert_non_null(file);
        (void)fclose(file);
        assert_int_equal(ca_folder_is_hashed(folder), last);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
    assert_false(ca_folder_is_hashed(folder));
}

static void erasing_memory_behaves_as_malloc_does(void **state)
{
    char *text = erasing_strdup("secret");
    int *numbers = erasing_calloc(10, sizeof(int));

    (void)state;
    assert_non_null(text);
    assert_non_null(numbers);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(numbers[i], 0);
    text = erasing_realloc(text, 1000);
    assert_string_equal(text, "secret");
    text = erasing_realloc(text, 3);
    assert_memory_equal(text, "sec", 3);
    assert_null(erasing_malloc(SIZE_MAX - 4));
    assert_null(erasing_calloc(SIZE_MAX / 2, 3));
    erasing_free(text);
    erasing_free(numbers);
    erasing_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_read_with_its_request_id_and_date),
        cmocka_unit_test(what_is_sent_is_what_was_given_and_nothing_personal),
        cmocka_unit_test(an_odd_request_id_or_date_is_left_out),
        cmocka_unit_test(a_redirect_is_an_answer_and_is_not_followed),
        cmocka_unit_test(nobody_listening_is_unreachable),
        cmocka_unit_test(a_name_that_does_not_resolve_is_unreachable),
        cmocka_unit_test(a_reset_is_unreachable),
        cmocka_unit_test(an_empty_answer_is_a_bad_one),
        cmocka_unit_test(what_is_not_http_is_a_bad_answer),
        cmocka_unit_test(a_cut_answer_is_a_bad_one),
        cmocka_unit_test(an_endless_body_is_stopped),
        cmocka_unit_test(endless_headers_are_stopped),
        cmocka_unit_test(one_endless_header_is_stopped),
        cmocka_unit_test(no_answer_ends_with_the_deadline),
        cmocka_unit_test(no_time_left_asks_nobody),
        cmocka_unit_test(what_speaks_no_tls_is_a_tls_error),
        cmocka_unit_test(a_ca_bundle_that_is_missing_is_named),
        cmocka_unit_test(other_protocols_and_users_in_a_url_are_refused),
        cmocka_unit_test(a_connection_that_was_closed_is_opened_again),
        cmocka_unit_test(age_and_retry_after_are_told_of_the_last_answer),
        cmocka_unit_test(each_failure_of_a_proxy_is_named_as_its),
        cmocka_unit_test(plain_http_never_goes_through_the_proxy),
        cmocka_unit_test(a_hashed_folder_is_known_by_its_names),
        cmocka_unit_test(erasing_memory_behaves_as_malloc_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
