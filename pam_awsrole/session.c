/* session.c - see session.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pam_awsrole/session.h"

#include <stdlib.h>
#include <string.h>

#include "pam_awsrole/answer.h"
#include "pam_awsrole/exchange.h"
#include "pam_awsrole/login.h"

static const char data_name[] = "pam_awsrole_session";

/* pam_end() must not keep its caller waiting. */
enum { CLEANUP_MS = 3000 };

struct session *session_new(uid_t uid, const char *id,
                            const struct options *options)
{
    struct session *session = calloc(1, sizeof(*session));

    if (session == NULL)
        return NULL;
    session->opener = getpid();
    session->uid = uid;
    session->id = strdup(id);
    session->helper = strdup(options->helper);
    session->socket = strdup(options->socket);
    if (session->id == NULL || session->helper == NULL ||
        session->socket == NULL) {
        session_free(session);
        return NULL;
    }
    return session;
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    environment_free(&session->environment);
    free(session->id);
    free(session->helper);
    free(session->socket);
    free(session);
}

static void clean_up(pam_handle_t *pamh, void *data, int error_status)
{
    struct session *session = data;
    struct reason reason = {""};

    if (session == NULL)
        return;
    if (session->open && session->opener == getpid() &&
        !(error_status & PAM_DATA_REPLACE) &&
        !session_close(session, deadline_in(CLEANUP_MS), &reason))
        pam_syslog(pamh, LOG_ERR, "session %s stays until it is swept: %s",
                   session->id, reason.text);
    session_free(session);
}

bool session_store(struct session *session, pam_handle_t *pamh)
{
    return pam_set_data(pamh, data_name, session, clean_up) == PAM_SUCCESS;
}

struct session *session_find(pam_handle_t *pamh)
{
    const void *data = NULL;

    /* Linux-PAM says success and NULL for data that was taken away. */
    if (pam_get_data(pamh, data_name, &data) != PAM_SUCCESS)
        return NULL;
    return (struct session *)(uintptr_t)data;
}

void session_drop(pam_handle_t *pamh)
{
    struct session *session = session_find(pamh);

    if (session == NULL)
        return;
    session->open = false;
    (void)pam_set_data(pamh, data_name, NULL, NULL);
}

bool session_close(struct session *session, struct deadline deadline,
                   struct reason *reason)
{
    AUTO_MESSAGE request = {0};
    AUTO_MESSAGE reply = {0};
    AUTO_FD fd = -1;
    struct answer answer;

    session->open = false;
    fd = exchange_connect(session->socket, session->helper, deadline, reason);
    if (fd < 0)
        return false;
    if (!request_close(&request, session->uid, session->id, deadline))
        return reason_set(reason, "no memory for the request");
    if (!exchange_ask(fd, &request, false, &reply, deadline, reason) ||
        !answer_read(&reply, &answer, reason))
        return false;
    if (answer.status == ANSWER_ERROR)
        return reason_set(reason, "%.60s: %.800s", answer.code, answer.detail);
    return true;
}
