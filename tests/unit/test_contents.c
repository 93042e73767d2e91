/* test_contents.c - what is written into a session's files and environment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "session/contents.h"

#define ID "0123456789abcdef0123456789abcdef"

static char key_id[] = "ASIAIOSFODNN7EXAMPLE";
static char secret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
static char token[] = "IQoJb3JpZ2luX2VjE//+=";
static char region[] = "eu-west-1";
static char profile[] = "sre";
static char role_arn[] = "arn:aws:iam::123456789012:role/path/BastionSRE";
static char name[] = "alice@bastion";
static char id[] = "AROAEXAMPLE:alice@bastion";
static char request_id[] = "c6104cbe-af31-11e0-8154-cbc7ccf896c7";

static struct role role;
static struct granted granted;

static int set_up(void **state)
{
    (void)state;
    role = (struct role){.name = profile,
                         .profile = profile,
                         .role_arn = role_arn,
                         .message = true};
    granted = (struct granted){
        .role = &role,
        .session = {.credentials = {key_id, secret, token, 1783250103},
                    .assumed_role_id = id,
                    .role_session_name = name,
                    .request_id = request_id,
                    .region = region,
                    .duration_seconds = 3600}};
    return 0;
}

static void credentials_are_in_the_subset_that_every_sdk_reads(void **state)
{
    AUTO_BUFFER text = BUFFER(4096);

    (void)state;
    contents_credentials(&granted, 1, &text);
    assert_string_equal(
        text.data,
        "[sre]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\n"
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n"
        "aws_session_token = IQoJb3JpZ2luX2VjE//+=\nregion = eu-west-1\n");
}

static void the_process_answer_is_version_1_json_on_one_line(void **state)
{
    AUTO_BUFFER text = BUFFER(4096);
    cJSON *json;

    (void)state;
    contents_process(&granted, &text);
    assert_ptr_equal(strchr(text.data, '\n'), text.data + text.length - 1);
    json = cJSON_Parse(text.data);
    assert_non_null(json);
    assert_int_equal(cJSON_GetObjectItem(json, "Version")->valueint, 1);
    assert_string_equal(cJSON_GetObjectItem(json, "AccessKeyId")->valuestring,
                        key_id);
    assert_string_equal(
        cJSON_GetObjectItem(json, "SecretAccessKey")->valuestring, secret);
    assert_string_equal(cJSON_GetObjectItem(json, "SessionToken")->valuestring,
                        token);
    assert_string_equal(cJSON_GetObjectItem(json, "Expiration")->valuestring,
                        "2026-07-05T11:15:03Z");
    cJSON_Delete(json);
}

static void session_json_holds_no_secret(void **state)
{
    struct record record = {.name = {1001, ID}, .user = "J\"\\\xc3\xbcrgen"};
    AUTO_BUFFER text = BUFFER(4096);
    cJSON *json;

    (void)state;
    assert_true(contents_session(&record, &granted, 1, &text));
    assert_null(strstr(text.data, secret));
    assert_null(strstr(text.data, token));
    json = cJSON_Parse(text.data);
    assert_non_null(json);
    assert_string_equal(cJSON_GetObjectItem(json, "session")->valuestring,
                        "1001/" ID);
    assert_string_equal(cJSON_GetObjectItem(json, "user")->valuestring,
                        "J\"\\\xc3\xbcrgen");
    cJSON_Delete(json);
}

/* All env= records of a reply, one a line. */
static void environment(struct buffer *lines)
{
    struct session_name session = {1001, ID};
    struct message reply = {0};
    const char *value = NULL;

    message_begin(&reply, MESSAGE_REPLY);
    message_add(&reply, KEY_STATUS, "ok");
    contents_environment(&session, &granted, &reply);
    assert_true(message_end(&reply));
    buffer_clear(lines);
    while ((value = message_next(&reply, KEY_ENV, value)) != NULL)
        buffer_addf(lines, "%s\n", value);
    message_free(&reply);
}

static void the_environment_names_file_profile_and_region(void **state)
{
    AUTO_BUFFER lines = BUFFER(4096);

    (void)state;
    environment(&lines);
    assert_string_equal(
        lines.data,
        "AWS_SHARED_CREDENTIALS_FILE=/run/awsrole/1001/" ID "/credentials\n"
        "AWS_PROFILE=sre\nAWS_REGION=eu-west-1\n"
        "AWS_DEFAULT_REGION=eu-west-1\nAWSROLE_SESSION=1001/" ID "\n"
        "AWS_EC2_METADATA_DISABLED=true\n");
    role.aws_config = AWS_CONFIG_SESSION;
    environment(&lines);
    assert_non_null(strstr(lines.data, "AWS_CONFIG_FILE=/run/awsrole/1001/" ID
                                       "/config\n"));
}

static void
keys_are_exported_only_when_asked_and_without_a_profile(void **state)
{
    AUTO_BUFFER lines = BUFFER(4096);

    (void)state;
    environment(&lines);
    assert_null(strstr(lines.data, secret));
    role.export_keys = true;
    environment(&lines);
    assert_non_null(strstr(lines.data, "AWS_SECRET_ACCESS_KEY=wJalr"));
    assert_non_null(
        strstr(lines.data, "AWS_CREDENTIAL_EXPIRATION=2026-07-05T11:15:03Z"));
    assert_null(strstr(lines.data, "AWS_PROFILE="));
}

static void values_that_would_break_a_file_are_refused(void **state)
{
    static char bad[][8] = {"", "a\nb", "a b", "a\"b", "a\\b", "\xc3\xbc"};
    struct error error = {0};

    (void)state;
    assert_int_equal(contents_check(&granted.session, &error), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct credentials *credentials = &granted.session.credentials;

        credentials->secret_access_key = bad[i];
        assert_int_equal(contents_check(&granted.session, &error), -1);
        assert_non_null(strstr(error.detail, "SecretAccessKey"));
        credentials->secret_access_key = secret;
        credentials->session_token = bad[i];
        assert_int_equal(contents_check(&granted.session, &error), -1);
        credentials->session_token = token;
        credentials->access_key_id = bad[i];
        assert_int_equal(contents_check(&granted.session, &error), -1);
        credentials->access_key_id = key_id;
    }
    granted.session.credentials.session_token = NULL;
    assert_int_equal(contents_check(&granted.session, &error), -1);
}

static void the_greeting_names_role_account_and_end(void **state)
{
    AUTO_BUFFER text = BUFFER(1024);

    (void)state;
    contents_greeting(&granted, 1, &text);
    assert_non_null(strstr(text.data, "role BastionSRE of account "
                                      "123456789012 until "));
    assert_non_null(strstr(text.data, "profile sre"));
    assert_null(strchr(text.data, '\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            credentials_are_in_the_subset_that_every_sdk_reads, set_up),
        cmocka_unit_test_setup(the_process_answer_is_version_1_json_on_one_line,
                               set_up),
        cmocka_unit_test_setup(session_json_holds_no_secret, set_up),
        cmocka_unit_test_setup(the_environment_names_file_profile_and_region,
                               set_up),
        cmocka_unit_test_setup(
            keys_are_exported_only_when_asked_and_without_a_profile, set_up),
        cmocka_unit_test_setup(values_that_would_break_a_file_are_refused,
                               set_up),
        cmocka_unit_test_setup(the_greeting_names_role_account_and_end, set_up),
    };

    return cmocka_run_group_tests_name("contents", tests, NULL, NULL);
}
