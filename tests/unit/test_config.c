/* test_config.c - reading a whole configuration. It is long because it holds
 * one table of every mistake, which is read from top to bottom.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scratch.h"

#include "rules/config.h"

#define ARN "role_arn = arn:aws:iam::123456789012:role/R\n"
#define SOURCE "[source s]\ntype = profile\ncredentials_file = /etc/awsrole/c\n"
/* A role of which nothing is wrong; more keys may follow. */
#define GOOD SOURCE "[role r]\nusers = alice\n" ARN

static struct config *load_good(const char *path)
{
    struct config *config = NULL;
    struct problems problems;
    struct error error;

    if (config_load(path, &config, &problems, &error) != 0)
        fail_msg("%s", error.detail);
    assert_non_null(config);
    assert_int_equal(problems.count, 0);
    return config;
}

static struct config *load_text(const char *text)
{
    return load_good(scratch_write("awsrole.conf", text));
}

/* Load a configuration that is wrong; every problem, one a line. */
static const char *load_bad(const char *path)
{
    static char all[65536];
    struct config *config = NULL;
    struct problems problems;
    struct error error = {0};
    size_t length = 0;

    assert_int_equal(config_load(path, &config, &problems, &error), -1);
    assert_null(config);
    assert_int_equal(error.code, ERROR_CONFIGURATION);
    assert_true(problems.count > 0);
    assert_int_equal(strncmp(error.detail, problems.item[0],
                             strlen(problems.item[0]) < 800
                                 ? strlen(problems.item[0])
                                 : 800),
                     0);
    all[0] = '\0';
    for (size_t i = 0; i < problems.count && length < sizeof(all) - 2048; i++)
        length += (size_t)snprintf(all + length, sizeof(all) - length, "%s\n",
                                   problems.item[i]);
    problems_free(&problems);
    return all;
}

/* One mistake each: the text, its line, and a part of what must be said. */
static const struct {
    const char *text;
    unsigned line;
    const char *part;
} mistakes[] = {
    /* the syntax */
    {"users = x\n", 1, "before the first [section]"},
    {GOOD "nonsense\n", 7, "neither [section] nor key = value"},
    {GOOD " region = eu-west-1\n", 7, "indented"},
    {GOOD "region = eu-west-1 # here\n", 7, "comment after a value"},
    {GOOD "region = \n", 7, "region has no value"},
    {"\xef\xbb\xbf" GOOD, 1, "byte order mark"},
    {GOOD "tags = a=\xff\n", 7, "not UTF-8"},
    {"[roles x]\n", 1, "unknown section [roles x]; [defaults], [role NAME]"},
    {"[role]\n", 1, "a name of 1 to 64"},
    {"[role a b]\n", 1, "a name of 1 to 64"},
    {"[source ../x]\n", 1, "a name of 1 to 64"},
    {"[defaults x]\n", 1, "[defaults] has no name"},
    /* keys */
    {GOOD "regoin = x\n", 7, "did you mean region?"},
    {GOOD "quantum = x\n", 7, "unknown key \"quantum\"; awsrole.conf(5)"},
    {GOOD "min_uid = 5\n", 7,
     "min_uid cannot stand in [role NAME]; it belongs in [defaults]"},
    {"[defaults]\nusers = x\n", 2, "it belongs in [role NAME]"},
    {GOOD "type = role\n", 7, "it belongs in [source NAME]"},
    {GOOD "users = bob\n", 7,
     "users stands twice in this section, first in "
     "line 5"},
    {GOOD "[role r]\nusers = x\n" ARN, 7, "[role r] stands twice, also at"},
    {GOOD SOURCE, 7, "[source s] stands twice, also at"},
    /* what a later version brings */
    {GOOD "assume = login\n", 7, "assume is not supported yet by this version"},
    {GOOD "pending = no\n", 7, "pending is not supported yet"},
    {GOOD "renew = yes\n", 7, "renew is not supported yet"},
    {GOOD "renew_for = 1h\n", 7, "renew_for is not supported yet"},
    {GOOD "linger = no\n", 7, "linger is not supported yet"},
    {GOOD "credentials = process\n", 7,
     "credentials = process is not supported yet by this version (" VERSION
     ")"},
    {"[defaults]\nsts_calls_per_second = 5\n", 2,
     "sts_calls_per_second is not supported yet"},
    /* sources beside the host */
    {"[source x]\ntype = instance\nprofile = y\n", 3,
     "profile does not belong to a source of type = instance"},
    {"[source x]\ntype = container\n", 1, "[source x] has no uri"},
    {"[source x]\ntype = container\nuri = http://192.0.2.1/x\n", 3,
     "http goes only to a loopback address, 169.254.170.2"},
    {"[source x]\ntype = container\nuri = http://169.254.169.254/x\n", 3,
     "https:// was expected"},
    {"[source x]\ntype = container\nuri = http://[fd00:ec2::254]/x\n", 3,
     "https:// was expected"},
    {"[source x]\ntype = container\nuri = https://user@example.org/\n", 3,
     "a URL without a user name"},
    {"[source x]\ntype = container\nuri = x\n", 3, "begins with /"},
    {"[source x]\ntype = container\nuri = /a b\n", 3, "a path of letters"},
    {"[source x]\ntype = container\nuri = /x\ntoken = caf\xc3\xa9\n", 4,
     "token = (hidden): printable ASCII"},
    {"[source x]\ntype = roles-anywhere\n", 1, "has no trust_anchor_arn"},
    /* values */
    {GOOD "duration_seconds = 899\n", 7, "from 900 seconds (15m) to 43200"},
    {GOOD "duration_seconds = 13h\n", 7, "outside of what AWS allows"},
    {GOOD "duration_seconds = soon\n", 7, "not a duration"},
    {GOOD "valid_until = tomorrow\n", 7, "not a date; 2027-03-31"},
    {GOOD "valid_until = 2027-02-29\n", 7, "not a date"},
    {GOOD "rhosts = 10.0.0.1/8\n", 7, "\"10.0.0.1/8\" is no address"},
    {GOOD "rhosts = example.org\n", 7, "is no address or network"},
    {GOOD "services = sshd,,login\n", 7, "an empty name in the list"},
    {GOOD "export_keys = maybe\n", 7, "yes or no was expected"},
    {GOOD "credentials = all\n", 7, "keys or auto was expected"},
    {GOOD "aws_config = own\n", 7, "user or session was expected"},
    {GOOD "profile = default\n", 7, "fall through to the host's own role"},
    {GOOD "profile = a b\n", 7, "1 to 64 letters, digits"},
    {GOOD "region = Not_A_Region\n", 7, "not the name of a Region"},
    {GOOD "sts_endpoint = http://sts.example.org\n", 7, "loopback"},
    {GOOD "sts_endpoint = ftp://x\n", 7,
     "sts_endpoint = ftp://x: expected a URL"},
    {GOOD "ca_bundle = ca.pem\n", 7, "not an absolute path"},
    {GOOD "ca_bundle = /nonexistent/ca.pem\n", 7, "cannot be found"},
    {GOOD "ca_path = /etc/passwd\n", 7, "a folder was expected"},
    {GOOD "role_session_name = {user}@{hots}\n", 7, "{login_user}, {host}"},
    {GOOD "role_session_name = {user\n", 7, "a { without the }"},
    {GOOD "role_session_name = user}\n", 7, "a } without the {"},
    {GOOD "role_session_name = {user} at\n", 7, "does not allow \" \" here"},
    {GOOD "role_session_name = x\n", 7, "at least 2 characters"},
    {GOOD "source_identity = {user}/x\n", 7, "does not allow \"/\" here"},
    {GOOD "external_id = x\n", 7, "2 to 1224 letters"},
    {GOOD "external_id = a b\n", 7, "2 to 1224 letters"},
    {GOOD "policy_file = relative.json\n", 7, "not an absolute path"},
    {GOOD "policy_file = /nonexistent.json\n", 7, "does not exist"},
    {GOOD "policy_arns = arn:aws:iam::1:policy/x\n", 7, "policy_arns = "},
    {GOOD "tags = team\n", 7, "key=value was expected"},
    {GOOD "tags = aws:x=y\n", 7, "not beginning with aws:"},
    {GOOD "tags = team=a, Team=b\n", 7, "stands there twice"},
    {GOOD "tags = team={nobody}\n", 7, "unknown name between braces"},
    {GOOD "tags = team=a;b\n", 7, "does not allow \";\" here"},
    {"[defaults]\nmin_uid = -1\n", 2, "not a uid"},
    {"[defaults]\nregion = NOPE\n" GOOD, 2, "not the name of a Region"},
    /* what one value cannot show */
    {SOURCE "[role r]\n" ARN, 4, "neither users nor groups"},
    {SOURCE "[role r]\nusers = x\n", 4, "[role r] has no role_arn"},
    {SOURCE "[role r]\nusers = x\nrole_arn = R\n", 6,
     "role_arn = R: expected an ARN"},
    {SOURCE "[role default]\nusers = x\n" ARN, 4, "profile \"default\""},
    {SOURCE "[role session]\nusers = x\n" ARN, 4, "profile \"session\""},
    {SOURCE "[role r]\nusers = x\nprofile = session\n" ARN, 6,
     "session.json is the name"},
    {"[role r]\nusers = x\n" ARN, 1, "needs a source and there is none"},
    {SOURCE "[source t]\ntype = profile\nconfig_file = /x\n"
            "[role r]\nusers = x\n" ARN,
     7, "names no source and there are several"},
    {GOOD "source = sx\n", 7, "there is no [source sx]; did you mean s?"},
    {GOOD "source = elsewhere\n", 7, "there is no [source elsewhere]"},
    {"[defaults]\nsource = gone\n" GOOD, 2, "there is no [source gone]"},
    {GOOD "transitive_tags = team\n", 7, "not among the tags of [role r]"},
    {GOOD "region = cn-north-1\n", 7, "in the partition aws-cn"},
    {GOOD "sts_region = us-gov-west-1\n", 7, "in the partition aws-us-gov"},
    {GOOD "policy_arns = arn:aws-cn:iam::aws:policy/X\n", 7, "not in the role"},
    {GOOD "sts_endpoint = https://x\nuse_fips_endpoint = yes\n", 7,
     "exclude each other"},
    {SOURCE "[role r]\nusers = x\nrole_arn = none\nduration_seconds = 1h\n", 7,
     "duration_seconds has no meaning beside role_arn = none"},
    {"[source x]\ncredentials_file = /x\n", 1, "[source x] has no type"},
    {"[source x]\ntype = profil\n", 2, "anywhere or role was expected"},
    {"[source x]\ntype = profile\n", 1, "[source x] names no file"},
    {"[source x]\ntype = profile\nconfig_file = x\n", 3, "not an absolute"},
    {"[source x]\ntype = profile\nconfig_file = /x\nexternal_id = ab\n", 4,
     "external_id does not belong to a source of type = profile"},
    {"[source x]\ntype = role\nsource = x\n", 1, "has no role_arn"},
    {"[source x]\ntype = role\n" ARN, 1, "has no source"},
    {"[source x]\ntype = role\nsource = x\n" ARN, 3, "leads back to itself"},
    {"[source x]\ntype = role\nsource = y\n" ARN
     "[source y]\ntype = role\nsource = x\n" ARN,
     3, "leads back to itself"},
    {SOURCE "[source h]\ntype = role\nsource = s\n"
            "role_arn = arn:aws-cn:iam::123456789012:role/R\n"
            "[role r]\nusers = x\nsource = h\n" ARN,
     10, "no role can be assumed across partitions"},
};

static void each_mistake_is_told_with_its_line(void **state)
{
    (void)state;
    NEEDS_ROOT();
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        const char *path = scratch_write("awsrole.conf", mistakes[i].text);
        const char *all = load_bad(path);
        char place[256];
        const char *at;

        (void)snprintf(place, sizeof(place), "%s:%u: ", path, mistakes[i].line);
        for (at = strstr(all, place); at != NULL; at = strstr(at + 1, place)) {
            const char *found = strstr(at, mistakes[i].part);

            if (found != NULL && found < at + strcspn(at, "\n"))
                break;
        }
        if (at == NULL)
            fail_msg("of:\n%s\nexpected %s%s\nand got: %s", mistakes[i].text,
                     place, mistakes[i].part, all);
    }
}

static void a_good_base_of_the_table_is_good(void **state)
{
    (void)state;
    NEEDS_ROOT();
    config_free(load_text(GOOD));
}

static void all_mistakes_are_told_at_once_in_order(void **state)
{
    const char *all;
    const char *first;
    const char *second;
    const char *third;

    (void)state;
    NEEDS_ROOT();
    all = load_bad(scratch_write("awsrole.conf",
                                 "[role a]\nregion = BAD\nnonsense\n"
                                 "[role b]\nwhat = ever\n"));
    first = strstr(all, ":2: region = BAD");
    second = strstr(all, ":3: neither");
    third = strstr(all, ":5: unknown key");
    assert_non_null(first);
    assert_non_null(second);
    assert_non_null(third);
    assert_true(first < second && second < third);
}

static void defaults_hold_where_nothing_is_said(void **state)
{
    struct config *config;
    const struct role *role;

    (void)state;
    NEEDS_ROOT();
    config = load_text(GOOD);
    role = &config->roles[0];
    assert_int_equal(config->role_count, 1);
    assert_string_equal(role->name, "r");
    assert_string_equal(role->profile, "r");
    assert_false(role->profile_given);
    assert_int_equal(role->services.count, 2);
    assert_string_equal(role->services.item[0], "sshd");
    assert_string_equal(role->services.item[1], "login");
    assert_int_equal(role->duration_seconds, 3600);
    assert_string_equal(role->role_session_name, "{user}@{host}");
    assert_null(role->source_identity);
    assert_true(role->message);
    assert_false(role->dry_run);
    assert_false(role->export_keys);
    assert_int_equal(role->credentials, CREDENTIALS_AUTO);
    assert_int_equal(role->aws_config, AWS_CONFIG_USER);
    assert_ptr_equal(role->source, &config->sources[0]);
    assert_string_equal(role->source->profile, "default");
    assert_int_equal(role->place.line, 4);
    assert_int_equal(role->rhosts.count, 0);
    config_free(config);
}

static void every_key_arrives(void **state)
{
    static const char policy[] = "{\"Version\": \"2012-10-17\"}\n";
    char text[4096];
    struct config *config;
    const struct role *role;

    (void)state;
    NEEDS_ROOT();
    (void)snprintf(
        text, sizeof(text),
        "[defaults]\nmin_uid = 500\nservices = su\nregion = eu-west-1\n" SOURCE
        "[source hop]\ntype = role\nsource = s\nexternal_id = hop-id\n"
        "role_arn = arn:aws:iam::123456789012:role/Hop\n"
        "role_session_name = hop-{user}\n"
        "[role r]\nusers = alice, DOMAIN\\bob ,*\ngroups = sre\n"
        "services = sshd\nrhosts = 192.0.2.0/24, ::1\n"
        "valid_until = 2027-03-31\n"
        "role_arn = arn:aws:iam::123456789012:role/path/R\n"
        "duration_seconds = 8h\nrole_session_name = {user}.{session}\n"
        "source_identity = {login_user}\nexternal_id = x:/y\n"
        "policy_file = %s\n"
        "policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess\n"
        "tags = key={user}, team = a b\ntransitive_tags = KEY\n"
        "source = hop\nregion = us-east-1\nsts_region = us-west-2\n"
        "sts_endpoint = http://127.0.0.1:8080/\n"
        "profile = work\ncredentials = keys\nexport_keys = yes\n"
        "aws_config = session\nmessage = no\ndry_run = true\n",
        scratch_write("policy.json", policy));
    config = load_text(text);
    role = &config->roles[0];
    assert_int_equal(config->min_uid, 500);
    assert_int_equal(role->users.count, 3);
    assert_string_equal(role->users.item[1], "DOMAIN\\bob");
    assert_string_equal(role->groups.item[0], "sre");
    assert_int_equal(role->services.count, 1);
    assert_string_equal(role->services.item[0], "sshd");
    assert_int_equal(role->rhosts.count, 2);
    assert_int_equal(role->valid_until, 1806537599);
    assert_int_equal(role->duration_seconds, 28800);
    assert_string_equal(role->role_session_name, "{user}.{session}");
    assert_string_equal(role->source_identity, "{login_user}");
    assert_string_equal(role->external_id, "x:/y");
    assert_string_equal(role->policy, policy);
    assert_int_equal(role->policy_arns.count, 1);
    assert_int_equal(role->tag_count, 2);
    assert_string_equal(role->tags[0].value, "{user}");
    assert_string_equal(role->tags[1].key, "team");
    assert_string_equal(role->tags[1].value, "a b");
    assert_string_equal(role->transitive_tags.item[0], "KEY");
    assert_string_equal(role->source->name, "hop");
    assert_string_equal(role->source->source->name, "s");
    assert_string_equal(role->source->role_session_name, "hop-{user}");
    assert_string_equal(role->region, "us-east-1");
    assert_string_equal(role->sts.region, "us-west-2");
    assert_string_equal(role->sts.endpoint, "http://127.0.0.1:8080/");
    assert_string_equal(role->profile, "work");
    assert_true(role->profile_given);
    assert_int_equal(role->credentials, CREDENTIALS_KEYS);
    assert_int_equal(role->aws_config, AWS_CONFIG_SESSION);
    assert_true(role->export_keys && role->dry_run && !role->message);
    config_free(config);
}

static void dates_end_with_their_day_or_at_their_moment(void **state)
{
    static const struct {
        const char *text;
        long long time;
    } dates[] = {
        {"1970-01-01", 86399},
        {"2024-02-29", 1709251199},
        {"2027-03-31T18:00:00Z", 1806516000},
        {"2027-03-31t18:00:00.123z", 1806516000},
        {"2027-03-31 20:00:00+02:00", 1806516000},
        {"2027-03-31T12:30:00-05:30", 1806516000},
    };
    char text[512];

    (void)state;
    NEEDS_ROOT();
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        struct config *config;

        (void)snprintf(text, sizeof(text), GOOD "valid_until = %s\n",
                       dates[i].text);
        config = load_text(text);
        assert_int_equal(config->roles[0].valid_until, dates[i].time);
        config_free(config);
    }
}

static void an_exclusion_needs_no_source(void **state)
{
    struct config *config;

    (void)state;
    NEEDS_ROOT();
    config = load_text("[defaults]\nduration_seconds = 2h\n"
                       "[role out]\ngroups = contractors\nrole_arn = none\n");
    assert_true(config->roles[0].exclusion);
    assert_null(config->roles[0].role_arn);
    assert_null(config->roles[0].source);
    config_free(config);
}

static void conf_d_is_read_after_the_file_in_order_of_names(void **state)
{
    struct config *config;

    (void)state;
    NEEDS_ROOT();
    assert_int_equal(mkdir(scratch_path("conf.d"), 0755), 0);
    (void)scratch_write("awsrole.conf",
                        "[defaults]\nregion = eu-west-1\n"
                        "duration_seconds = 2h\n[role a]\nusers = a\n" ARN);
    (void)scratch_write("conf.d/20.conf", "[defaults]\nregion = eu-west-3\n"
                                          "[role c]\nusers = c\n" ARN);
    (void)scratch_write("conf.d/10.conf", "[defaults]\nregion = eu-west-2\n"
                                          "[role b]\nusers = b\n" ARN SOURCE);
    (void)scratch_write("conf.d/30.conf.bak", "nonsense\n");
    (void)scratch_write("conf.d/.40.conf", "nonsense\n");
    config = load_good(scratch_path("awsrole.conf"));
    assert_int_equal(config->role_count, 3);
    assert_string_equal(config->roles[0].name, "a");
    assert_string_equal(config->roles[1].name, "b");
    assert_string_equal(config->roles[2].name, "c");
    /* The later [defaults] wins, key by key, for every role. */
    assert_string_equal(config->roles[0].region, "eu-west-3");
    assert_int_equal(config->roles[0].duration_seconds, 7200);
    assert_non_null(strstr(config->roles[1].place.file, "conf.d/10.conf"));
    config_free(config);
    /* conf.d alone is a configuration. */
    assert_int_equal(unlink(scratch_path("awsrole.conf")), 0);
    config = load_good(scratch_path("awsrole.conf"));
    assert_int_equal(config->role_count, 2);
    config_free(config);
}

static void a_name_in_two_files_is_told_with_both_places(void **state)
{
    const char *all;

    (void)state;
    NEEDS_ROOT();
    assert_int_equal(mkdir(scratch_path("conf.d"), 0755), 0);
    (void)scratch_write("awsrole.conf", GOOD);
    (void)scratch_write("conf.d/x.conf", "\n[role r]\nusers = b\n" ARN);
    all = load_bad(scratch_path("awsrole.conf"));
    assert_non_null(strstr(all, "conf.d/x.conf:2: [role r] stands twice"));
    assert_non_null(strstr(all, "awsrole.conf:4;"));
}

static void no_configuration_at_all_is_told_apart(void **state)
{
    struct config *config;
    struct problems problems;
    struct error error;

    (void)state;
    NEEDS_ROOT();
    assert_int_equal(
        config_load(scratch_path("awsrole.conf"), &config, &problems, &error),
        -1);
    assert_int_equal(error.code, ERROR_NO_CONFIGURATION);
    problems_free(&problems);
    assert_int_equal(config_load(scratch_path("no/such/awsrole.conf"), &config,
                                 &problems, &error),
                     -1);
    assert_int_equal(error.code, ERROR_NO_CONFIGURATION);
    problems_free(&problems);
    assert_int_equal(mkdir(scratch_path("conf.d"), 0755), 0);
    assert_int_equal(
        config_load(scratch_path("awsrole.conf"), &config, &problems, &error),
        -1);
    assert_int_equal(error.code, ERROR_NO_CONFIGURATION);
    problems_free(&problems);
}

static void an_empty_file_is_a_configuration_without_rules(void **state)
{
    struct config *config;

    (void)state;
    NEEDS_ROOT();
    config = load_text("");
    assert_int_equal(config->role_count, 0);
    config_free(config);
}

static void an_untrusted_file_or_folder_is_refused(void **state)
{
    (void)state;
    NEEDS_ROOT();
    (void)scratch_write_bytes("awsrole.conf", GOOD, strlen(GOOD), 0666);
    assert_non_null(strstr(load_bad(scratch_path("awsrole.conf")),
                           "writable by others than root"));
    assert_int_equal(unlink(scratch_path("awsrole.conf")), 0);
    assert_int_equal(mkfifo(scratch_path("awsrole.conf"), 0600), 0);
    assert_non_null(strstr(load_bad(scratch_path("awsrole.conf")), "a FIFO"));
    assert_int_equal(unlink(scratch_path("awsrole.conf")), 0);
    (void)scratch_write("awsrole.conf", GOOD);
    assert_int_equal(mkdir(scratch_path("conf.d"), 0700), 0);
    assert_int_equal(chmod(scratch_path("conf.d"), 0777), 0);
    assert_non_null(
        strstr(load_bad(scratch_path("awsrole.conf")), "writable by others"));
}

static void expect_policy(const char *policy, size_t length, const char *part)
{
    char text[512];
    const char *all;

    (void)snprintf(text, sizeof(text), GOOD "policy_file = %s\n",
                   scratch_write_bytes("p.json", policy, length, 0644));
    all = load_bad(scratch_write("awsrole.conf", text));
    if (strstr(all, part) == NULL)
        fail_msg("expected \"%s\" in: %s", part, all);
}

static void a_policy_must_be_json_within_awss_limits(void **state)
{
    char spaces[4096];
    char text[512];

    (void)state;
    NEEDS_ROOT();
    expect_policy("{\"a\":\n1,\n}", 10, "is not JSON from line 3 on");
    expect_policy("[]", 2, "is not JSON");
    expect_policy("", 0, "is not JSON");
    expect_policy("{} x", 4, "is not JSON");
    expect_policy("{\"a\": \"\xe2\x82\xac\"}", 12, "U+20AC");
    expect_policy("{\"a\": \"\xff\"}", 10, "not UTF-8");
    expect_policy("{\0}", 3, "NUL byte");
    memset(spaces, ' ', sizeof(spaces));
    spaces[0] = '{';
    spaces[1] = '}';
    expect_policy(spaces, 2049, "has 2049 characters; AWS allows 2048");
    (void)snprintf(text, sizeof(text), GOOD "policy_file = %s\n",
                   scratch_write_bytes("p.json", spaces, 2048, 0644));
    config_free(load_text(text));
    /* And it is a trusted file. */
    assert_int_equal(chmod(scratch_path("p.json"), 0666), 0);
    assert_non_null(strstr(load_bad(scratch_write("awsrole.conf", text)),
                           "writable by others than root"));
}

static void a_role_can_clear_the_tags_of_the_defaults(void **state)
{
    struct config *config;

    (void)state;
    NEEDS_ROOT();
    config = load_text("[defaults]\ntags = a=b\ntransitive_tags = a\n"
                       "source_identity = {user}\nrhosts = 10.0.0.0/8\n" GOOD
                       "tags =\ntransitive_tags =\nsource_identity = off\n"
                       "rhosts = any\n");
    assert_int_equal(config->roles[0].tag_count, 0);
    assert_int_equal(config->roles[0].transitive_tags.count, 0);
    assert_null(config->roles[0].source_identity);
    assert_int_equal(config->roles[0].rhosts.count, 0);
    config_free(config);
}

static void a_file_of_garbage_is_told_in_at_most_1001_lines(void **state)
{
    struct config *config;
    struct problems problems;
    struct error error;
    char *text = malloc(1000001);

    (void)state;
    NEEDS_ROOT();
    assert_non_null(text);
    for (size_t i = 0; i < 1000000; i++)
        text[i] = i % 2 == 0 ? 'x' : '\n';
    text[1000000] = '\0';
    assert_int_equal(config_load(scratch_write("awsrole.conf", text), &config,
                                 &problems, &error),
                     -1);
    assert_int_equal(problems.count, 1001);
    assert_string_equal(problems.item[1000], "and 499000 more mistakes");
    problems_free(&problems);
    free(text);
}

#define FILE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(a_good_base_of_the_table_is_good),
        FILE_TEST(each_mistake_is_told_with_its_line),
        FILE_TEST(all_mistakes_are_told_at_once_in_order),
        FILE_TEST(defaults_hold_where_nothing_is_said),
        FILE_TEST(every_key_arrives),
        FILE_TEST(dates_end_with_their_day_or_at_their_moment),
        FILE_TEST(an_exclusion_needs_no_source),
        FILE_TEST(conf_d_is_read_after_the_file_in_order_of_names),
        FILE_TEST(a_name_in_two_files_is_told_with_both_places),
        FILE_TEST(no_configuration_at_all_is_told_apart),
        FILE_TEST(an_empty_file_is_a_configuration_without_rules),
        FILE_TEST(an_untrusted_file_or_folder_is_refused),
        FILE_TEST(a_policy_must_be_json_within_awss_limits),
        FILE_TEST(a_role_can_clear_the_tags_of_the_defaults),
        FILE_TEST(a_file_of_garbage_is_told_in_at_most_1001_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
