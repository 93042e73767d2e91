/* test_match.c - who gets what.
 *
 * The group database is this file's own: it stands in for libc's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scratch.h"

#include <errno.h>
#include <grp.h>
#include <time.h>

#include "rules/match.h"

/* --- the group database --- */

static struct {
    gid_t first; /* the person's gids: first, first + 1, ... */
    int count;
    int failure;      /* what getgrgid_r says instead of an answer */
    gid_t nameless;   /* a gid without a name; 0: none */
    size_t name_size; /* bytes that an entry needs */
    unsigned lists;   /* how often it was asked */
} directory;

int getgrouplist(const char *user, gid_t group, gid_t *groups, int *ngroups)
{
    int room = *ngroups;

    (void)user;
    directory.lists++;
    *ngroups = directory.count + 1;
    if (room < *ngroups)
        return -1;
    groups[0] = group;
    for (int i = 0; i < directory.count; i++)
        groups[i + 1] = directory.first + (gid_t)i;
    return *ngroups;
}

int getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size,
               struct group **result)
{
    *result = NULL;
    if (directory.failure != 0)
        return directory.failure;
    if (gid == directory.nameless)
        return 0;
    if (size < directory.name_size || size < 32)
        return ERANGE;
    (void)snprintf(buffer, size, "g%u", (unsigned)gid);
    entry->gr_name = buffer;
    entry->gr_gid = gid;
    *result = entry;
    return 0;
}

/* --- a login and a configuration --- */

static struct facts login(const char *user, uid_t uid)
{
    directory.first = 5000;
    directory.count = 0;
    directory.failure = 0;
    directory.nameless = 0;
    directory.name_size = 0;
    directory.lists = 0;
    return (struct facts){.user = user,
                          .uid = uid,
                          .gid = uid,
                          .service = "sshd",
                          .tty = "",
                          .rhost = "192.0.2.7",
                          .ruser = "",
                          .host = "bastion",
                          .session = "0123456789abcdef0123456789abcdef",
                          .now = 1800000000};
}

static struct config *load(const char *text)
{
    struct config *config = NULL;
    struct problems problems;
    struct error error;
    char *whole = NULL;

    assert_true(asprintf(&whole,
                         "[defaults]\nmin_uid = 1000\n"
                         "[source s]\ntype = profile\nconfig_file = /x\n%s",
                         text) > 0);
    if (config_load(scratch_write("awsrole.conf", whole), &config, &problems,
                    &error) != 0)
        fail_msg("%s", error.detail);
    free(whole);
    return config;
}

#define ARN "role_arn = arn:aws:iam::123456789012:role/R\n"

/* The names of the roles that match, with spaces between. */
static const char *names_of(const struct config *config,
                            const struct facts *facts)
{
    static char names[2048];
    struct matches matches;
    struct error error;
    size_t length = 0;

    if (match_roles(config, facts, &matches, &error) != 0) {
        (void)snprintf(names, sizeof(names), "error %d: %s", error.code,
                       error.detail);
        return names;
    }
    names[0] = '\0';
    for (size_t i = 0; i < matches.count; i++)
        length +=
            (size_t)snprintf(names + length, sizeof(names) - length, "%s%s",
                             i > 0 ? " " : "", matches.role[i]->name);
    return names;
}

static enum match_reason reason_of(const struct config *config,
                                   const struct facts *facts)
{
    enum match_reason reason = MATCH_YES;
    struct error error;

    assert_int_equal(
        match_role(config, &config->roles[0], facts, &reason, &error), 0);
    return reason;
}

/* --- the tests --- */

static void users_are_named_or_anybody_from_min_uid_up(void **state)
{
    struct config *config;
    struct facts facts;

    (void)state;
    NEEDS_ROOT();
    config = load("[role a]\nusers = alice\n" ARN "[role b]\nusers = *\n" ARN);
    facts = login("alice", 1001);
    assert_string_equal(names_of(config, &facts), "a b");
    facts = login("bob", 1000);
    assert_string_equal(names_of(config, &facts), "b");
    assert_int_equal(reason_of(config, &facts), MATCH_NO_USER);
    facts = login("daemon", 999);
    assert_string_equal(names_of(config, &facts), "");
    /* A name counts whatever the uid. */
    facts = login("alice", 7);
    assert_string_equal(names_of(config, &facts), "a");
    facts = login("Alice", 1001);
    assert_string_equal(names_of(config, &facts), "b");
    config_free(config);
    config = load("[role b]\nusers = *\n" ARN);
    facts = login("daemon", 999);
    assert_int_equal(reason_of(config, &facts), MATCH_BELOW_MIN_UID);
    config_free(config);
}

static void root_matches_only_by_its_name(void **state)
{
    struct config *config;
    struct facts facts;

    (void)state;
    NEEDS_ROOT();
    config = load("[defaults]\nmin_uid = 0\n[role a]\nusers = *\n" ARN
                  "[role b]\ngroups = g0\n" ARN "[role c]\nusers = root\n" ARN);
    facts = login("root", 0);
    assert_string_equal(names_of(config, &facts), "c");
    assert_int_equal(reason_of(config, &facts), MATCH_ROOT_NOT_NAMED);
    /* Another name for uid 0 needs both. */
    facts = login("toor", 0);
    assert_string_equal(names_of(config, &facts), "");
    config_free(config);
}

static void groups_match_by_primary_and_supplementary_group(void **state)
{
    struct config *config;
    struct facts facts;

    (void)state;
    NEEDS_ROOT();
    config =
        load("[role a]\ngroups = nope, g5001\n" ARN
             "[role b]\ngroups = g1001\n" ARN "[role c]\ngroups = g5002\n" ARN);
    facts = login("alice", 1001);
    directory.count = 2; /* g5000, g5001 */
    assert_string_equal(names_of(config, &facts), "a b");
    facts = login("bob", 1002);
    assert_string_equal(names_of(config, &facts), "");
    assert_int_equal(reason_of(config, &facts), MATCH_NO_GROUP);
    config_free(config);
}

static void users_and_groups_must_both_match(void **state)
{
    struct config *config;
    struct facts facts;

    (void)state;
    NEEDS_ROOT();
    config = load("[role a]\nusers = alice\ngroups = g5000\n" ARN);
    facts = login("alice", 1001);
    directory.count = 1;
    assert_string_equal(names_of(config, &facts), "a");
    directory.count = 0;
    assert_string_equal(names_of(config, &facts), "");
    facts = login("bob", 1002);
    directory.count = 1;
    assert_string_equal(names_of(config, &facts), "");
    config_free(config);
}

static void groups_are_asked_for_once_and_only_when_needed(void **state)
{
    struct config *config;
    struct facts facts;

    (void)state;
    NEEDS_ROOT();
    config = load("[role a]\nusers = *\n" ARN "[role b]\nusers = bob\n"
                  "groups = g5000\n" ARN);
    facts = login("alice", 1001);
    directory.failure = EIO; /* would be an error if it were asked */
    assert_string_equal(names_of(config, &facts), "a");
    assert_int_equal(directory.lists, 0);
    config_free(config);
    config = load("[role a]\ngroups = g1\n" ARN "[role b]\ngroups = g2\n" ARN
                  "[role c]\ngroups = g3\n" ARN);
    facts = login("alice", 1001);
    assert_string_equal(names_of(config, &facts), "");
    assert_int_equal(directory.lists, 1);
    config_free(config);
}

static void a_directory_that_fails_is_an_error_not_a_no(void **state)
{
    static const int absent[] = {ENOENT, ESRCH, EBADF, EPERM};
    static const int broken[] = {EIO, EMFILE, ENFILE, ETIMEDOUT};
    struct config *config;
    struct facts facts;

    (void)state;
    NEEDS_ROOT();
    config = load("[role a]\ngroups = g5000\n" ARN);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        char begin[32];

        facts = login("alice", 1001);
        directory.failure = broken[i];
        (void)snprintf(begin, sizeof(begin), "error %d: ", ERROR_DIRECTORY);
        assert_memory_equal(names_of(config, &facts), begin, strlen(begin));
    }
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
        facts = login("alice", 1001);
        directory.failure = absent[i];
        assert_string_equal(names_of(config, &facts), "");
    }
    config_free(config);
}

static void many_groups_long_entries_and_nameless_gids_are_fine(void **state)
{
    struct config *config;
    struct facts facts;

    (void)state;
    NEEDS_ROOT();
    config = load("[role a]\ngroups = g5199\n" ARN);
    facts = login("alice", 1001);
    directory.count = 200;
    directory.name_size = 100000;
    directory.nameless = 5003;
    assert_string_equal(names_of(config, &facts), "a");
    directory.count = 70000;
    assert_non_null(strstr(names_of(config, &facts), "65536 groups"));
    config_free(config);
}

static void service_rhost_and_date_must_match(void **state)
{
    struct config *config;
    struct facts facts;

    (void)state;
    NEEDS_ROOT();
    config = load("[role a]\nusers = *\nservices = sshd, su-l\n"
                  "rhosts = 192.0.2.0/24\nvalid_until = 2027-01-15\n" ARN);
    facts = login("alice", 1001);
    assert_string_equal(names_of(config, &facts), "a");
    facts.service = "su";
    assert_int_equal(reason_of(config, &facts), MATCH_NO_SERVICE);
    facts.service = "su-l";
    assert_int_equal(reason_of(config, &facts), MATCH_YES);
    facts.rhost = "198.51.100.1";
    assert_int_equal(reason_of(config, &facts), MATCH_NO_RHOST);
    facts.rhost = "";
    assert_int_equal(reason_of(config, &facts), MATCH_NO_RHOST);
    facts.rhost = "192.0.2.1";
    facts.now = 1800057599; /* 2027-01-15T23:59:59Z */
    assert_int_equal(reason_of(config, &facts), MATCH_YES);
    facts.now++;
    assert_int_equal(reason_of(config, &facts), MATCH_EXPIRED);
    config_free(config);
}

static void the_first_role_of_each_profile_wins(void **state)
{
    struct config *config;
    struct facts facts;

    (void)state;
    NEEDS_ROOT();
    config = load("[role one]\nusers = *\nprofile = p\n" ARN
                  "[role two]\nusers = *\nprofile = p\n" ARN
                  "[role three]\nusers = *\n" ARN
                  "[role four]\nusers = *\nprofile = three\n" ARN);
    facts = login("alice", 1001);
    assert_string_equal(names_of(config, &facts), "one three");
    config_free(config);
}

static void an_exclusion_hides_its_profile_or_ends_the_search(void **state)
{
    struct config *config;
    struct facts facts;

    (void)state;
    NEEDS_ROOT();
    config = load("[role a]\nusers = *\n" ARN
                  "[role hide]\nusers = bob\nrole_arn = none\nprofile = b\n"
                  "[role b]\nusers = *\n" ARN
                  "[role end]\nusers = carol\nrole_arn = none\n"
                  "[role c]\nusers = *\n" ARN);
    facts = login("alice", 1001);
    assert_string_equal(names_of(config, &facts), "a b c");
    facts = login("bob", 1002);
    assert_string_equal(names_of(config, &facts), "a c");
    facts = login("carol", 1003);
    assert_string_equal(names_of(config, &facts), "a b");
    config_free(config);
}

static void more_than_16_profiles_are_refused(void **state)
{
    char text[8192] = "";
    struct config *config;
    struct facts facts;
    size_t length = 0;

    (void)state;
    NEEDS_ROOT();
    for (int i = 1; i <= 17; i++)
        length += (size_t)snprintf(text + length, sizeof(text) - length,
                                   "[role r%d]\nusers = alice%s\n" ARN, i,
                                   i == 17 ? "" : ", bob");
    config = load(text);
    facts = login("bob", 1002);
    assert_non_null(strstr(names_of(config, &facts), "r15 r16"));
    facts = login("alice", 1001);
    assert_non_null(strstr(names_of(config, &facts), "at most 16"));
    assert_non_null(strstr(names_of(config, &facts), "[role r17]"));
    config_free(config);
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) +
           (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* Quadratic work would take many times these two seconds; what is measured
 * is some 50 ms. */
static void ten_thousand_roles_of_200_groups_are_quick(void **state)
{
    struct timespec start;
    struct config *config;
    struct facts facts;
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    (void)state;
    NEEDS_ROOT();
    assert_non_null(file);
    for (int i = 0; i < 10000; i++)
        (void)fprintf(file,
                      "[role r%d]\ngroups = x%d\nrole_arn = none\n"
                      "profile = p%d\n",
                      i, i, i);
    (void)fprintf(file, "[role last]\ngroups = g5199\n" ARN);
    assert_int_equal(fclose(file), 0);
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    config = load(text);
    facts = login("alice", 1001);
    directory.count = 200;
    assert_string_equal(names_of(config, &facts), "last");
    assert_true(seconds_since(&start) < 2);
    print_message("10,001 roles read and matched in %.0f ms\n",
                  seconds_since(&start) * 1000);
    config_free(config);
    free(text);
}

#define MATCH_TEST(name) \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MATCH_TEST(users_are_named_or_anybody_from_min_uid_up),
        MATCH_TEST(root_matches_only_by_its_name),
        MATCH_TEST(groups_match_by_primary_and_supplementary_group),
        MATCH_TEST(users_and_groups_must_both_match),
        MATCH_TEST(groups_are_asked_for_once_and_only_when_needed),
        MATCH_TEST(a_directory_that_fails_is_an_error_not_a_no),
        MATCH_TEST(many_groups_long_entries_and_nameless_gids_are_fine),
        MATCH_TEST(service_rhost_and_date_must_match),
        MATCH_TEST(the_first_role_of_each_profile_wins),
        MATCH_TEST(an_exclusion_hides_its_profile_or_ends_the_search),
        MATCH_TEST(more_than_16_profiles_are_refused),
        MATCH_TEST(ten_thousand_roles_of_200_groups_are_quick),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
