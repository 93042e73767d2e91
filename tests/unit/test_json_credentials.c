/* test_json_credentials.c - credentials out of JSON, and what is none.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "source/imds.h"
#include "source/json_credentials.h"

#define KEYS "\"AccessKeyId\":\"ASIAX\",\"SecretAccessKey\":\"s3/+=\""
#define DATE ",\"Expiration\":\"2026-11-22T19:11:43Z\""
#define TOKEN ",\"Token\":\"t+/=\""

enum { WHEN = 1795374703 };

static int read_text(const char *text, const struct json_names *names,
                     struct credentials *credentials, struct error *error)
{
    return json_credentials_read(text, strlen(text), names, credentials, error);
}

static void each_kind_is_read(void **state)
{
    static const struct {
        const struct json_names *names;
        const char *text;
        bool has_token;
        bool has_date;
    } cases[] = {
        {&json_of_instance, "{\"Code\":\"Success\"," KEYS TOKEN DATE "}\n",
         true, true},
        {&json_of_container, " {" KEYS TOKEN DATE ",\"RoleArn\":\"x\"} ", true,
         true},
        {&json_of_process, "{\"Version\":1," KEYS "}", false, false},
        {&json_of_process,
         "{" KEYS ",\"SessionToken\":\"t+/=\",\"Version\":1"
         ",\"Expiration\":\"2026-11-22T20:11:43.25+01:00\"}",
         true, true},
        {&json_of_process,
         "{\"Version\":1," KEYS ",\"SessionToken\":null,\"Expiration\":\"\"}",
         false, false},
        {&json_of_create_session,
         "{\"credentialSet\":[{\"credentials\":{\"accessKeyId\":\"ASIAX\","
         "\"secretAccessKey\":\"s3/+=\",\"sessionToken\":\"t+/=\","
         "\"expiration\":\"2026-11-22T19:11:43Z\"}}],\"subjectArn\":\"x\"}",
         true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct credentials found;
        struct error error = {0};

        if (read_text(cases[i].text, cases[i].names, &found, &error) != 0)
            fail_msg("%zu: %s", i, error.detail);
        assert_string_equal(found.access_key_id, "ASIAX");
        assert_string_equal(found.secret_access_key, "s3/+=");
        if (cases[i].has_token)
            assert_string_equal(found.session_token, "t+/=");
        else
            assert_null(found.session_token);
        assert_int_equal(found.expiration, cases[i].has_date ? WHEN : 0);
        credentials_erase(&found);
    }
}

static void what_is_none_is_refused_with_its_reason(void **state)
{
    static const struct {
        const struct json_names *names;
        const char *text;
        const char *part;
    } cases[] = {
        {&json_of_container, "", "no JSON object"},
        {&json_of_container, "[]", "no JSON object"},
        {&json_of_container, "null", "no JSON object"},
        {&json_of_container, "{" KEYS TOKEN DATE, "no JSON object"},
        {&json_of_container, "{" KEYS TOKEN DATE "} x", "no JSON object"},
        {&json_of_container, "{" TOKEN DATE "}", "no JSON object"},
        {&json_of_container, "{}", "AccessKeyId of the answer is missing"},
        {&json_of_container, "{\"AccessKeyId\":1}", "is no string"},
        {&json_of_container, "{\"AccessKeyId\":\"\"}", "is empty"},
        {&json_of_container, "{\"accesskeyid\":\"x\"}", "is missing"},
        {&json_of_container, "{" KEYS DATE "}", "Token of the answer is mis"},
        {&json_of_container, "{" KEYS TOKEN "}", "Expiration of the answer"},
        {&json_of_container, "{" KEYS TOKEN ",\"Expiration\":\"soon\"}",
         "is no date"},
        {&json_of_container, "{" KEYS TOKEN ",\"Expiration\":1795374703}",
         "is no string"},
        {&json_of_container, "{" KEYS DATE ",\"Token\":\"a\\r\\nX: y\"}",
         "characters that no such value has"},
        {&json_of_container, "{" KEYS DATE ",\"Token\":\"a b\"}",
         "characters that no such value has"},
        {&json_of_container, "{" KEYS DATE ",\"Token\":\"\\u00e9\"}",
         "characters that no such value has"},
        {&json_of_instance, "{" KEYS TOKEN DATE "}", "Code of the answer"},
        {&json_of_instance,
         "{\"Code\":\"Failed\",\"Message\":\"no\\n\\u001b[1mrole\"}",
         "says Code Failed: no??[1mrole"},
        {&json_of_instance, "{\"Code\":\"Failed\"}", "says Code Failed"},
        {&json_of_process, "{" KEYS "}", "Version of the answer is missing"},
        {&json_of_process, "{\"Version\":2," KEYS "}", "not the number 1"},
        {&json_of_process, "{\"Version\":\"1\"," KEYS "}", "not the number 1"},
        {&json_of_process, "{\"Version\":1.5," KEYS "}", "not the number 1"},
        {&json_of_create_session, "{" KEYS TOKEN DATE "}", "holds no cred"},
        {&json_of_create_session, "{\"credentialSet\":[]}", "holds no cred"},
        {&json_of_create_session, "{\"credentialSet\":[{}]}", "holds no cred"},
        {&json_of_create_session, "{\"credentialSet\":[{\"credentials\":{}}]}",
         "accessKeyId"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct credentials found;
        struct error error = {0};

        assert_int_equal(
            read_text(cases[i].text, cases[i].names, &found, &error), -1);
        assert_int_equal(error.code, ERROR_SOURCE);
        if (strstr(error.detail, cases[i].part) == NULL)
            fail_msg("%zu: %s", i, error.detail);
        assert_null(strstr(error.detail, "s3/+="));
        assert_null(found.access_key_id);
        assert_null(found.secret_access_key);
        assert_null(found.session_token);
    }
}

static void values_have_a_maximum(void **state)
{
    static char text[2 * JSON_TOKEN_MAX];

    (void)state;
    for (unsigned more = 0; more < 2; more++) {
        struct credentials found;
        struct error error = {0};
        int result;

        (void)snprintf(text, sizeof(text), "{" KEYS DATE ",\"Token\":\"%0*d\"}",
                       JSON_TOKEN_MAX + (int)more, 0);
        result = read_text(text, &json_of_container, &found, &error);
        assert_int_equal(result, more == 0 ? 0 : -1);
        if (more == 1)
            assert_non_null(strstr(error.detail, "longer than any"));
        credentials_erase(&found);
    }
}

/* A copy of exactly that many bytes: a sanitizer sees what is read past. */
static void every_beginning_of_an_answer_is_refused(void **state)
{
    static const char whole[] = "{\"Code\":\"Success\"," KEYS TOKEN DATE "}";

    (void)state;
    for (size_t length = 0; length < sizeof(whole) - 1; length++) {
        struct credentials found;
        struct error error = {0};
        char *part = malloc(length + 1);

        assert_non_null(part);
        memcpy(part, whole, length);
        part = realloc(part, length > 0 ? length : 1);
        assert_non_null(part);
        assert_int_equal(json_credentials_read(part, length, &json_of_instance,
                                               &found, &error),
                         -1);
        free(part);
    }
}

static void create_session_gives_the_role_too(void **state)
{
    static const char text[] =
        "{\"credentialSet\":[{\"assumedRoleUser\":{\"arn\":\"arn:aws:sts::"
        "123456789012:assumed-role/R/a@b\",\"assumedRoleId\":\"AROAX:a@b\"},"
        "\"credentials\":{\"accessKeyId\":\"ASIAX\",\"secretAccessKey\":\"s\","
        "\"sessionToken\":\"t\",\"expiration\":\"2026-11-22T19:11:43Z\"}}]}";
    struct role_session session;
    struct error error = {0};

    (void)state;
    assert_int_equal(
        json_create_session_read(text, sizeof(text) - 1, &session, &error), 0);
    assert_string_equal(session.assumed_role_id, "AROAX:a@b");
    assert_string_equal(session.role_session_name, "a@b");
    assert_string_equal(session.credentials.session_token, "t");
    assert_int_equal(session.credentials.expiration, WHEN);
    role_session_erase(&session);
    assert_int_equal(json_create_session_read("{}", 2, &session, &error), -1);
    role_session_erase(&session);
}

static void errors_say_their_code_cleaned(void **state)
{
    static const struct {
        const char *text;
        const char *code;
        const char *message;
    } cases[] = {
        {"{\"code\":\"A\",\"message\":\"b\\nc\"}", "A", "b?c"},
        {"{\"Code\":\"A\",\"Message\":\"b\"}", "A", "b"},
        {"{\"__type\":\"X\"}", "X", ""},
        {"{\"code\":1}", "", ""},
        {"<html>", "", ""},
        {"", "", ""},
    };
    struct json_error said;
    char text[1200];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_error_read(cases[i].text, strlen(cases[i].text), &said);
        assert_string_equal(said.code, cases[i].code);
        assert_string_equal(said.message, cases[i].message);
    }
    (void)snprintf(text, sizeof(text), "{\"code\":\"%01000d\"}", 0);
    json_error_read(text, strlen(text), &said);
    assert_int_equal(strlen(said.code), JSON_ERROR_CODE_BYTES - 1);
}

static void first_line_is_a_name_or_nothing(void **state)
{
    static const struct {
        const char *text;
        const char *name;
    } cases[] = {
        {"Hop", "Hop"},        {"  a+=,.@-_Z9 \r\nsecond\n", "a+=,.@-_Z9"},
        {"\nHop\n", "Hop"},    {"", NULL},
        {"\n", NULL},          {"../../user-data", NULL},
        {"a b", NULL},         {"<html>", NULL},
        {"r\xc3\xb4le", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_answer answer = {.body = BUFFER(100)};
        char *name;

        buffer_add_string(&answer.body, cases[i].text);
        assert_int_equal(imds_first_line(&answer, &name),
                         cases[i].name != NULL);
        if (cases[i].name != NULL)
            assert_string_equal(name, cases[i].name);
        free(name);
        http_answer_free(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_read),
        cmocka_unit_test(what_is_none_is_refused_with_its_reason),
        cmocka_unit_test(values_have_a_maximum),
        cmocka_unit_test(every_beginning_of_an_answer_is_refused),
        cmocka_unit_test(create_session_gives_the_role_too),
        cmocka_unit_test(errors_say_their_code_cleaned),
        cmocka_unit_test(first_line_is_a_name_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
