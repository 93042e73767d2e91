/* open.c - see open.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/open.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "session/folder.h"
#include "session/network.h"

enum {
    MISTAKES_LOGGED = 20,    /* at each login; `check` prints all */
    ANSWER_RESERVE_MS = 250, /* kept of the deadline for files and reply */
    FILE_BYTES = 96 * 1024 * MATCH_MAX, /* a token may have 64 KiB */
};

void opening_init(struct opening *opening)
{
    *opening = (struct opening){.run = RUN_CLOSED, .record_fd = -1};
}

void opening_free(struct opening *opening)
{
    for (size_t i = 0; i < opening->granted_count; i++)
        role_session_erase(&opening->granted[i].session);
    opening->granted_count = 0;
    if (opening->record_fd >= 0)
        (void)close(opening->record_fd);
    opening->record_fd = -1;
    run_close(&opening->run);
    config_free(opening->config);
    opening->config = NULL;
}

static int load_configuration(struct opening *opening, const char *path,
                              struct error *error)
{
    struct problems problems = {0};
    int result = config_load(path, &opening->config, &problems, error);

    for (size_t i = 0; i < problems.count && i < MISTAKES_LOGGED; i++)
        log_line(LOG_ALERT, "%s", problems.item[i]);
    if (problems.count > MISTAKES_LOGGED)
        log_line(LOG_ALERT, "and %zu mistakes more: run awsrole-helper check",
                 problems.count - MISTAKES_LOGGED);
    problems_free(&problems);
    return result;
}

/* What would be given to a login under `dry_run = yes` is only logged. */
static void leave_out_dry_runs(const struct login *login,
                               struct matches *matches)
{
    size_t kept = 0;

    for (size_t i = 0; i < matches->count; i++) {
        const struct role *role = matches->role[i];

        if (role->dry_run)
            log_line(LOG_INFO,
                     "dry run: user %s by %s would get role %s as profile %s "
                     "([role %s])",
                     login->facts.user, login->facts.service, role->role_arn,
                     role->profile, role->name);
        else
            matches->role[kept++] = role;
    }
    matches->count = kept;
}

/* For people to read, in session.json and the log: what is too long is cut,
 * and what is then no UTF-8, or never was, becomes '?'. */
static void keep(char kept[RECORD_VALUE_BYTES], const char *value)
{
    (void)snprintf(kept, RECORD_VALUE_BYTES, "%s", value);
    text_clean(kept);
}

static void fill_record(const struct login *login, const struct peer *peer,
                        struct deadline deadline, struct record *record)
{
    struct moment now = clock_now();

    record->name.uid = login->facts.uid;
    record->open = false;
    record->until = clock_after(now, deadline_left_ms(deadline) / 1000 + 2);
    record->leader = *peer;
    proc_boot_id(record->boot_id);
    record->opened = now.wall;
    keep(record->user, login->facts.user);
    keep(record->service, login->facts.service);
    keep(record->tty, login->facts.tty);
    keep(record->rhost, login->facts.rhost);
}

static int grant_all(struct opening *opening, const struct matches *matches,
                     struct deadline deadline, struct error *error)
{
    grant_role_function *grant = network_load(error);

    if (grant == NULL)
        return -1;
    for (size_t i = 0; i < matches->count; i++) {
        struct granted *granted = &opening->granted[i];

        granted->role = matches->role[i];
        if (grant(granted->role, &opening->login.facts, deadline,
                  &granted->session, error) != 0)
            return error_prefix(error, "[role %s]", granted->role->name);
        opening->granted_count = i + 1;
        if (contents_check(&granted->session, error) != 0)
            return -1;
        if (granted->session.duration_was_cut)
            log_line(LOG_NOTICE,
                     "[role %s]: AWS gives %u seconds, not the %u of "
                     "duration_seconds: the role's MaxSessionDuration or the "
                     "one hour of role chaining bounds it",
                     granted->role->name, granted->session.duration_seconds,
                     granted->role->duration_seconds);
    }
    return 0;
}

static int write_files(struct opening *opening, struct error *error)
{
    const struct session_name *name = &opening->record.name;
    const struct granted *granted = opening->granted;
    size_t count = opening->granted_count;
    AUTO_BUFFER text = BUFFER(FILE_BYTES);
    char file[LIMIT_PROFILE_NAME_MAX + sizeof(".json")];
    int result = -1;
    int fd = folder_make(&opening->run, name, error);

    if (fd < 0)
        return -1;
    contents_credentials(granted, count, &text);
    if (text.failed ||
        folder_write(fd, "credentials", &text, name->uid, error) != 0)
        goto out;
    for (size_t i = 0; i < count; i++) {
        buffer_clear(&text);
        contents_process(&granted[i], &text);
        (void)snprintf(file, sizeof(file), "%s.json", granted[i].role->profile);
        if (text.failed || folder_write(fd, file, &text, name->uid, error) != 0)
            goto out;
    }
    buffer_clear(&text);
    if (!contents_session(&opening->record, granted, count, &text) ||
        folder_write(fd, "session.json", &text, name->uid, error) != 0)
        goto out;
    if (granted[0].role->aws_config == AWS_CONFIG_SESSION) {
        buffer_clear(&text);
        contents_config(granted, count, &text);
        if (text.failed ||
            folder_write(fd, "config", &text, name->uid, error) != 0)
            goto out;
    }
    result = 0;
out:
    if (result != 0 && (text.failed || error->code == ERROR_NONE))
        (void)error_set(error, ERROR_NO_MEMORY,
                        "no memory for the session's files");
    (void)close(fd);
    return result;
}

static void append(char *list, size_t size, const char *value)
{
    size_t length = strlen(list);

    (void)snprintf(list + length, size - length, "%s%s", length > 0 ? "," : "",
                   value);
}

/* The record as it will be once the reply was taken, written beside the one
 * that says `opening`. */
static int prepare_record(struct opening *opening, struct error *error)
{
    struct record *record = &opening->record;
    struct moment now = clock_now();
    time_t last = 0;

    for (size_t i = 0; i < opening->granted_count; i++) {
        const struct granted *granted = &opening->granted[i];
        time_t ends;

        /* The end is AWS's; what sweeps has this host's clock. */
        ends = granted->session.credentials.expiration -
               granted->session.clock_offset;
        if (ends > last)
            last = ends;
        append(record->role_arns, sizeof(record->role_arns),
               granted->role->role_arn);
        append(record->access_key_ids, sizeof(record->access_key_ids),
               granted->session.credentials.access_key_id);
    }
    record->open = true;
    record->until = clock_after(now, last - now.wall);
    return record_prepare(&opening->run, record, error);
}

static int write_reply(struct opening *opening, struct message *reply,
                       struct error *error)
{
    char name[SESSION_NAME_BYTES];
    AUTO_BUFFER greeting = BUFFER(1024);

    session_name_format(&opening->record.name, name);
    message_begin(reply, MESSAGE_REPLY);
    message_add(reply, KEY_STATUS, "ok");
    message_add(reply, KEY_SESSION, name);
    contents_environment(&opening->record.name, &opening->granted[0], reply);
    if (opening->granted[0].role->message) {
        contents_greeting(opening->granted, opening->granted_count, &greeting);
        message_add_cleaned(reply, KEY_MESSAGE, buffer_string(&greeting));
    }
    if (message_end(reply))
        return 0;
    return error_set(error, ERROR_NO_MEMORY,
                     "the answer for the login does not fit a message");
}

int session_open(struct opening *opening, const char *config_path,
                 const struct message *request, const struct peer *peer,
                 struct deadline deadline, struct message *reply,
                 struct error *error)
{
    struct matches matches = {.count = 0};

    if (load_configuration(opening, config_path, error) != 0 ||
        login_learn(request, peer, &opening->login, error) != 0 ||
        match_roles(opening->config, &opening->login.facts, &matches, error) !=
            0)
        return -1;
    leave_out_dry_runs(&opening->login, &matches);
    if (matches.count == 0)
        return error_set(error, ERROR_NO_RULE,
                         "no role of the configuration matches user %s by %s",
                         opening->login.facts.user,
                         opening->login.facts.service);
    /* Who has its uid reads every session. */
    if (opening->login.facts.uid == geteuid())
        return error_set(error, ERROR_NOT_ALLOWED,
                         "user %s has the uid of the system user awsrole, and "
                         "gets no role",
                         opening->login.facts.user);
    if (run_open(&opening->run, error) != 0)
        return -1;
    fill_record(&opening->login, peer, deadline, &opening->record);
    opening->record_fd = record_create(&opening->run, &opening->record, error);
    if (opening->record_fd < 0)
        return -1;
    opening->login.facts.session = opening->record.name.id;
    if (grant_all(opening, &matches,
                  deadline_earlier(deadline, ANSWER_RESERVE_MS), error) == 0 &&
        write_files(opening, error) == 0 &&
        prepare_record(opening, error) == 0 &&
        write_reply(opening, reply, error) == 0)
        return 0;
    {
        struct error undo = {0};

        if (session_undo(opening, &undo) != 0)
            log_line(LOG_ERR, "undoing a session that failed: %s", undo.detail);
    }
    return -1;
}

/* Everything that joins this login to CloudTrail, once per role. */
static void log_open(const struct record *record, const struct granted *granted)
{
    const struct role_session *session = &granted->session;
    char name[SESSION_NAME_BYTES];
    char expiry[CLOCK_RFC3339_BYTES];

    session_name_format(&record->name, name);
    clock_rfc3339(session->credentials.expiration, expiry);
    {
        const struct log_field fields[] = {
            {"AWSROLE_EVENT", "open"},
            {"AWSROLE_SESSION", name},
            {"AWSROLE_USER", record->user},
            {"AWSROLE_SERVICE", record->service},
            {"AWSROLE_RHOST", record->rhost},
            {"AWSROLE_TTY", record->tty},
            {"AWSROLE_PROFILE", granted->role->profile},
            {"AWSROLE_ROLE_ARN", granted->role->role_arn},
            {"AWSROLE_ROLE_SESSION_NAME", session->role_session_name},
            {"AWSROLE_ASSUMED_ROLE_ID", session->assumed_role_id},
            {"AWSROLE_ACCESS_KEY_ID", session->credentials.access_key_id},
            {"AWSROLE_REQUEST_ID", session->request_id},
            {"AWSROLE_STS_REGION", session->sts_region},
            {"AWSROLE_EXPIRATION", expiry},
        };

        log_fields(LOG_INFO, fields, sizeof(fields) / sizeof(fields[0]),
                   "session %s opened for user %s by %s from %s: role %s, "
                   "session name %s, assumed role id %s, access key %s, "
                   "request %s, until %s",
                   name, record->user, record->service,
                   record->rhost[0] != '\0' ? record->rhost : "this host",
                   granted->role->role_arn, session->role_session_name,
                   session->assumed_role_id, session->credentials.access_key_id,
                   session->request_id, expiry);
    }
}

int session_confirm(struct opening *opening, struct error *error)
{
    struct stat status;

    /* A sweep that found us frozen past the deadline has undone the session:
     * it is not made again behind its back. */
    if (fstat(opening->record_fd, &status) != 0 || status.st_nlink == 0)
        return error_set(error, ERROR_TIMEOUT,
                         "the session was undone before it was confirmed");
    if (record_commit(&opening->run, &opening->record, error) != 0)
        return -1;
    for (size_t i = 0; i < opening->granted_count; i++)
        log_open(&opening->record, &opening->granted[i]);
    return 0;
}

int session_undo(struct opening *opening, struct error *error)
{
    int result = 0;

    if (opening->record_fd < 0)
        return 0;
    if (folder_remove(&opening->run, &opening->record.name, error) != 0 ||
        record_remove(&opening->run, &opening->record.name, error) != 0)
        result = -1;
    (void)close(opening->record_fd);
    opening->record_fd = -1;
    return result;
}
