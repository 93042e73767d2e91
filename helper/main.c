/* main.c - awsrole-helper: what it is started for, and what it is before that.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hygiene.h"
#include "base/log.h"
#include "base/proc.h"
#include "rules/config.h"
#include "service/connection.h"
#include "session/peer.h"
#include "session/run.h"
#include "session/sweep.h"

enum {
    EXIT_USAGE = 2,
    START_S = 10, /* a look-up that never returns ends with us */
    SWEEP_S = 60, /* and so does a log that takes no more */
};

static const char usage[] =
    "usage: awsrole-helper sweep\n"
    "       awsrole-helper [--config FILE] check\n"
    "       awsrole-helper --connection | --version | --help\n"
    "\n"
    "  sweep         remove every session that no login holds any more\n"
    "  check         read the configuration and print every mistake in it\n"
    "  --config FILE an absolute path, instead of " CONFIG_PATH "\n"
    "  --connection  serve one login over descriptor 0: for pam_awsrole.so\n"
    "  --version     print the version\n";

/* What every way of starting it has in common: who we are, and /run. */
static int start(struct error *error, struct error *run_refusal)
{
    uid_t uid;
    gid_t gid;

    if (geteuid() != 0)
        return error_set(error, ERROR_NOT_ROOT,
                         "awsrole-helper was started by uid %u",
                         (unsigned)getuid());
    if (hygiene_find_user(&uid, &gid, error) != 0)
        return -1;
    (void)run_make(uid, gid, run_refusal);
    return hygiene_become(uid, gid, error);
}

static int run_connection(const char *config_path)
{
    struct helper helper = {.config_path = config_path};
    struct error error = {0};
    struct peer peer;
    uint64_t pid_namespace = proc_pid_namespace();

    /* Read as root: hidepid shows others' processes to nobody else. */
    if (peer_identify(STDIN_FILENO, &peer, &error) != 0) {
        log_line(LOG_ERR, "%s. %s", error.detail,
                 catalogue_entry(error.code)->remedy);
        return EXIT_FAILURE;
    }
    (void)alarm(START_S);
    if (start(&helper.refusal, &helper.run_refusal) != 0)
        log_line(LOG_ALERT, "%s. %s", helper.refusal.detail,
                 catalogue_entry(helper.refusal.code)->remedy);
    serve_connection(STDIN_FILENO, &peer, &helper);
    /* The nets of one-shot mode, when nobody waits for us any more. */
    (void)alarm(SWEEP_S);
    if (helper.refusal.code == ERROR_NONE && sweep(pid_namespace, &error) != 0)
        log_line(LOG_ERR, "sweep: %s", error.detail);
    return EXIT_SUCCESS;
}

static int run_sweep(void)
{
    struct error error = {0};
    struct error run_refusal = {0};
    uint64_t pid_namespace = proc_pid_namespace();

    log_to_stderr();
    if (start(&error, &run_refusal) == 0 && sweep(pid_namespace, &error) == 0)
        return EXIT_SUCCESS;
    log_line(LOG_ERR, "sweep: %s. %s", error.detail,
             catalogue_entry(error.code)->remedy);
    return EXIT_FAILURE;
}

/* What is no mistake, and may not be meant. */
static void print_notes(const struct config *config)
{
    for (size_t i = 0; i < config->role_count; i++) {
        const struct role *role = &config->roles[i];

        if (role->direct && role->source != NULL &&
            role->source->type == SOURCE_ROLES_ANYWHERE &&
            !role->session_name_given)
            (void)printf("%s:%u: note: [role %s] sends no session name, and "
                         "all people look alike in CloudTrail: set "
                         "acceptRoleSessionName on the Roles Anywhere profile "
                         "and role_session_name here\n",
                         role->place.file, role->place.line, role->name);
    }
}

static void print_finding(const struct error *error)
{
    (void)printf("%s. %s\n", error->detail,
                 catalogue_entry(error->code)->remedy);
}

/* What root could read, a login may not be able to: the configuration is
 * checked with the eyes of whoever reads it then. -1 where that cannot be;
 * the rest of the check goes on, since all findings are wanted at once. */
static int become_reader(void)
{
    struct error error = {0};
    uid_t uid;
    gid_t gid;

    if (geteuid() != 0 || (hygiene_find_user(&uid, &gid, &error) == 0 &&
                           hygiene_become(uid, gid, &error) == 0))
        return 0;
    print_finding(&error);
    return -1;
}

static int run_check(const char *config_path)
{
    struct problems problems = {0};
    struct config *config = NULL;
    struct error error = {0};
    int reader = become_reader();
    int result = config_load(config_path, &config, &problems, &error);

    for (size_t i = 0; i < problems.count; i++)
        (void)printf("%s\n", problems.item[i]);
    if (result != 0 && problems.count == 0)
        print_finding(&error);
    if (result == 0) {
        print_notes(config);
        (void)printf("%zu roles, %zu sources: no mistake found\n",
                     config->role_count, config->source_count);
    }
    problems_free(&problems);
    config_free(config);
    return result == 0 && reader == 0 && fflush(stdout) == 0 ? EXIT_SUCCESS
                                                             : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"connection", no_argument, NULL, 'c'},
        {"config", required_argument, NULL, 'f'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *config_path = CONFIG_PATH;
    const char *verb = NULL;
    struct error error = {0};
    int option;

    if (hygiene_start(&error) != 0) {
        log_line(LOG_CRIT, "%s", error.detail);
        return EXIT_FAILURE;
    }
    while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        switch (option) {
        case 'c':
            verb = "connection";
            break;
        case 'f':
            config_path = optarg;
            break;
        case 'v':
            (void)printf("awsrole-helper %s\n", VERSION);
            return EXIT_SUCCESS;
        case 'h':
            (void)fputs(usage, stdout);
            return EXIT_SUCCESS;
        default:
            (void)fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (verb == NULL && optind + 1 == argc)
        verb = argv[optind];
    else if (optind != argc)
        verb = NULL;
    if (verb != NULL && strcmp(verb, "connection") == 0)
        return run_connection(config_path);
    if (verb != NULL && strcmp(verb, "sweep") == 0)
        return run_sweep();
    if (verb != NULL && strcmp(verb, "check") == 0)
        return run_check(config_path);
    (void)fputs(usage, stderr);
    return EXIT_USAGE;
}
