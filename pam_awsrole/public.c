/* public.c - the two functions that libpam calls, and their steps.
 *
 * Open: options, who it is, ask the helper, check its reply, put the
 * environment, remember, take the reply. The helper keeps what it made only
 * when its reply is taken, so whatever fails before that undoes everything.
 * Close: ask the helper, unset, forget.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pam_awsrole/internal.h"

#include <string.h>

#include "pam_awsrole/answer.h"
#include "pam_awsrole/environment.h"
#include "pam_awsrole/exchange.h"
#include "pam_awsrole/login.h"
#include "pam_awsrole/options.h"
#include "pam_awsrole/session.h"
#include "protocol/transport.h"

#define EXPORT __attribute__((visibility("default")))

/* Apply a reply that says ok. True when it was applied whole and taken. */
static bool take_session(pam_handle_t *pamh, int fd,
                         const struct message *reply,
                         const struct answer *answer, const struct login *login,
                         const struct options *options, struct reason *reason)
{
    struct environment environment = {0};
    struct session *session;

    if (!answer_accept(reply, answer, login->uid, &environment, reason)) {
        environment_free(&environment);
        return false;
    }
    session = session_new(login->uid, answer->session, options);
    if (session == NULL) {
        environment_free(&environment);
        return reason_set(reason, "no memory for the session");
    }
    session->environment = environment; /* owns the strings from here on */
    if (!environment_put(&session->environment, pamh)) {
        session_free(session);
        return reason_set(reason, "no memory for the environment");
    }
    if (!session_store(session, pamh)) {
        environment_undo(&session->environment, pamh);
        session_free(session);
        return reason_set(reason, "no memory to remember the session");
    }
    if (transport_take(fd) != 0) {
        environment_undo(&session->environment, pamh);
        session_drop(pamh);
        return reason_set(reason,
                          "the helper gave up before its answer was taken: "
                          "raise timeout=");
    }
    session->open = true;
    return true;
}

/* A reply that says ignore: this login is no concern of ours. */
static int ignore(pam_handle_t *pamh, const struct options *options,
                  const struct answer *answer)
{
    struct reason line;

    reason_set(&line, "no role given: %.60s: %.900s", answer->code,
               answer->detail);
    if (strcmp(answer->code, "no-configuration") == 0)
        pam_syslog(pamh, LOG_NOTICE, "%s", line.text);
    else
        debug_line(pamh, options, "%s", line.text);
    return PAM_IGNORE;
}

/* Ask for a session and take it. A PAM code; `reason` is set for a failure.
 * `reply` is the caller's, `answer` points into it. */
static int open_session(pam_handle_t *pamh, const struct login *login,
                        const struct options *options, struct message *reply,
                        struct answer *answer, struct reason *reason)
{
    struct deadline deadline = deadline_in(options->timeout_ms);
    AUTO_MESSAGE request = {0};
    AUTO_FD fd = -1;

    if (geteuid() != 0) {
        reason_set(reason, "only root can open a session");
        return PAM_SESSION_ERR;
    }
    fd = exchange_connect(options->socket, options->helper, deadline, reason);
    if (fd < 0)
        return PAM_SESSION_ERR;
    if (!request_open(&request, pamh, login, deadline)) {
        reason_set(reason, "no memory for the request");
        return PAM_SESSION_ERR;
    }
    if (!exchange_ask(fd, &request, true, reply, deadline, reason) ||
        !answer_read(reply, answer, reason))
        return PAM_SESSION_ERR;
    if (answer->status == ANSWER_OK)
        return take_session(pamh, fd, reply, answer, login, options, reason)
                   ? PAM_SUCCESS
                   : PAM_SESSION_ERR;
    (void)transport_take(fd);
    if (answer->status == ANSWER_IGNORE)
        return ignore(pamh, options, answer);
    reason_set(reason, "%.60s: %.900s", answer->code, answer->detail);
    return PAM_SESSION_ERR;
}

/* A session of somebody else on this handle (it was opened twice, for two
 * users) is closed before the next one takes its place. */
static void close_former(pam_handle_t *pamh, struct session *session,
                         const struct options *options)
{
    struct reason reason = {""};

    environment_unset(&session->environment, pamh);
    if (!session_close(session, deadline_in(options->timeout_ms), &reason))
        pam_syslog(pamh, LOG_ERR, "session %s stays until it is swept: %s",
                   session->id, reason.text);
    session_drop(pamh);
}

/* What follows from a failure: one line in the log, and an environment in
 * which AWS clients fail too. Root is left alone: whoever repairs this host
 * may need the host's own role. */
static void fail(pam_handle_t *pamh, const struct options *options,
                 const struct login *login, const struct reason *reason)
{
    const void *user = NULL;
    struct reason line;

    (void)pam_get_item(pamh, PAM_USER, &user);
    reason_set(&line, "no role for user \"%.200s\": %s",
               user != NULL ? (const char *)user : "", reason->text);
    pam_syslog(pamh, LOG_ERR, "%s", line.text);
    if (!options->fail_open && !(login->user != NULL && login->uid == 0))
        environment_fail_closed(pamh);
}

EXPORT int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc,
                               const char **argv)
{
    struct options options;
    struct login login = {0};
    struct reason reason = {""};
    struct answer answer = {0};
    AUTO_MESSAGE reply = {0};
    struct session *former;
    bool good = options_read(&options, pamh, argc, argv);
    int result = login_look_up(&login, pamh, &reason);

    if (result == PAM_SUCCESS && !good) {
        reason_set(&reason, "its pam.d line has a bad option");
        result = PAM_SESSION_ERR;
    }
    if (result != PAM_SUCCESS) {
        fail(pamh, &options, &login, &reason);
        return result;
    }
    former = session_find(pamh);
    if (former != NULL && former->open && former->uid == login.uid) {
        debug_line(pamh, &options, "session %s is open already", former->id);
        return PAM_SUCCESS;
    }
    if (former != NULL)
        close_former(pamh, former, &options);

    result = open_session(pamh, &login, &options, &reply, &answer, &reason);
    if (result == PAM_SUCCESS)
        debug_line(pamh, &options, "opened session %s", answer.session);
    else if (result != PAM_IGNORE)
        fail(pamh, &options, &login, &reason);
    /* A reply that was refused has nothing to say to the person. */
    if (!(flags & PAM_SILENT) && !options.quiet &&
        (result == PAM_SUCCESS || answer.status == ANSWER_ERROR))
        answer_tell(pamh, &answer);
    return result;
}

EXPORT int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc,
                                const char **argv)
{
    struct session *session = session_find(pamh);
    struct reason reason = {""};
    struct options options;
    int result = PAM_SUCCESS;

    (void)flags;
    if (session == NULL)
        return PAM_SUCCESS;
    (void)options_read(&options, pamh, argc, argv);
    environment_unset(&session->environment, pamh);
    if (session->open &&
        !session_close(session, deadline_in(options.timeout_ms), &reason)) {
        pam_syslog(pamh, LOG_ERR, "session %s stays until it is swept: %s",
                   session->id, reason.text);
        result = PAM_SESSION_ERR;
    } else {
        debug_line(pamh, &options, "closed session %s", session->id);
    }
    session_drop(pamh);
    return result;
}
