/* connection.c - see connection.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "service/connection.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "protocol/message.h"
#include "protocol/transport.h"
#include "session/close.h"
#include "session/open.h"

enum {
    DETAIL_MAX = 4 * ERROR_DETAIL_MAX,
    DETAIL_TOLD = 560,          /* characters */
    REQUEST_MS = 5000,          /* the module sends at once */
    TIMEOUT_DEFAULT_MS = 10000, /* where a request names none */
    TIMEOUT_MAX_MS = 120000,
    HANGUP_MS = 1000,  /* beyond the deadline, for the module to hang up */
    LAST_RESORT_S = 5, /* a look-up that never returns ends with us */
};

static void fail_reply(struct message *reply, const struct error *error)
{
    const struct catalogue_entry *entry = catalogue_entry(error->code);
    bool ignore =
        error->code == ERROR_NO_RULE || error->code == ERROR_NO_CONFIGURATION;
    AUTO_BUFFER detail = BUFFER(DETAIL_MAX);

    message_free(reply);
    message_begin(reply, MESSAGE_REPLY);
    message_add(reply, KEY_STATUS, ignore ? "ignore" : "error");
    message_add(reply, KEY_CODE, entry->name);
    /* Cut so that the module's log line has room for the remedy; ours has
     * all of it. */
    buffer_addf(&detail, "%.*s. %s", DETAIL_TOLD, error->detail, entry->remedy);
    message_add_cleaned(reply, KEY_DETAIL, buffer_string(&detail));
    if (!ignore)
        message_add_cleaned(reply, KEY_MESSAGE, entry->meaning);
    (void)message_end(reply);
}

static void log_failure(const struct message *request, const char *what,
                        const struct error *error)
{
    const char *user = message_get(request, KEY_USER);
    const char *service = message_get(request, KEY_SERVICE);
    const char *session = message_get(request, KEY_SESSION);
    const struct catalogue_entry *entry = catalogue_entry(error->code);
    const struct log_field fields[] = {
        {"AWSROLE_EVENT", "failure"},
        {"AWSROLE_CODE", entry->name},
        {"AWSROLE_SESSION", session},
        {"AWSROLE_USER", user},
        {"AWSROLE_SERVICE", service},
        {"AWSROLE_RHOST", message_get(request, KEY_RHOST)},
    };

    log_fields(LOG_ERR, fields, sizeof(fields) / sizeof(fields[0]),
               "%s for %s failed (%s): %s. %s", what,
               user != NULL      ? user
               : session != NULL ? session
                                 : "an unnamed login",
               entry->name, error->detail, entry->remedy);
}

/* Send, and wait for the module to take it: 0, or why it did not. */
static int deliver(int fd, const struct message *reply,
                   struct deadline deadline)
{
    int wrong = transport_send(fd, reply, deadline);

    return wrong != 0 ? wrong
                      : transport_wait_for_hangup(
                            fd, deadline_earlier(deadline, -HANGUP_MS));
}

static void serve_open(int fd, const struct message *request,
                       const struct peer *peer, const struct helper *helper,
                       struct deadline deadline)
{
    struct opening *opening = malloc(sizeof(*opening));
    struct message reply = {0};
    struct error error = {0};
    bool opened = false;
    int wrong;

    if (opening == NULL) {
        (void)error_set(&error, ERROR_NO_MEMORY, "no memory for a session");
    } else {
        opening_init(opening);
        if (peer->uid != 0)
            (void)error_set(&error, ERROR_NOT_ALLOWED,
                            "uid %u may not open sessions",
                            (unsigned)peer->uid);
        else
            opened = session_open(opening, helper->config_path, request, peer,
                                  deadline, &reply, &error) == 0;
    }
    if (!opened && error.code == ERROR_SESSION_FILES &&
        helper->run_refusal.code != ERROR_NONE)
        error = helper->run_refusal;
    if (!opened) {
        /* Not every login is ours; the module says so once, if at all. */
        if (error.code != ERROR_NO_RULE && error.code != ERROR_NO_CONFIGURATION)
            log_failure(request, "login", &error);
        fail_reply(&reply, &error);
    }
    wrong = deliver(fd, &reply, deadline);
    if (opened && wrong == 0) {
        if (session_confirm(opening, &error) != 0)
            log_failure(request, "confirming the session", &error);
    } else if (opened) {
        if (session_undo(opening, &error) != 0)
            log_failure(request, "undoing the session", &error);
        else
            log_line(LOG_NOTICE,
                     "the login of user %s did not take its session (%s): "
                     "undone",
                     opening->record.user, strerror(wrong));
    }
    message_free(&reply);
    if (opening != NULL)
        opening_free(opening);
    free(opening);
}

static void serve_close(int fd, const struct message *request,
                        const struct peer *peer, struct deadline deadline)
{
    struct message reply = {0};
    struct error error = {0};

    if (session_close(request, peer, &error) == 0) {
        message_begin(&reply, MESSAGE_REPLY);
        message_add(&reply, KEY_STATUS, "ok");
        (void)message_end(&reply);
    } else {
        log_failure(request, "close", &error);
        fail_reply(&reply, &error);
    }
    (void)deliver(fd, &reply, deadline);
    message_free(&reply);
}

static void serve_refusal(int fd, const struct message *request,
                          const struct error *refusal, struct deadline deadline)
{
    struct message reply = {0};

    log_failure(request, "a request", refusal);
    fail_reply(&reply, refusal);
    (void)deliver(fd, &reply, deadline);
    message_free(&reply);
}

/* How long the caller still waits, in its own words. */
static struct deadline deadline_of(const struct message *request)
{
    uint64_t timeout = TIMEOUT_DEFAULT_MS;

    (void)message_get_number(request, KEY_TIMEOUT_MS, TIMEOUT_MAX_MS, &timeout);
    return deadline_in((int64_t)timeout);
}

void serve_connection(int fd, const struct peer *peer,
                      const struct helper *helper)
{
    struct message request = {0};
    struct error error = {0};
    const char *reason = NULL;
    const char *verb;
    struct deadline deadline = deadline_in(REQUEST_MS);
    enum message_verdict verdict;
    int wrong;

    (void)alarm(REQUEST_MS / 1000 + LAST_RESORT_S);
    wrong = transport_receive(fd, MESSAGE_REQUEST, false, &request, deadline);
    if (wrong != 0) {
        log_line(LOG_ERR, "process %d asked nothing: %s", (int)peer->pid,
                 strerror(wrong));
        goto out;
    }
    verdict = message_check(&request, &reason);
    if (verdict != MESSAGE_GOOD) {
        (void)error_set(&error, ERROR_PROTOCOL, "%s",
                        verdict == MESSAGE_NEWER
                            ? "the module is newer than the helper"
                            : reason);
        message_free(&request);
        serve_refusal(fd, &request, &error, deadline);
        goto out;
    }
    deadline = deadline_of(&request);
    (void)alarm((unsigned)deadline_left_ms(deadline) / 1000 + LAST_RESORT_S);
    verb = message_get(&request, KEY_VERB);
    if (helper->refusal.code != ERROR_NONE) {
        serve_refusal(fd, &request, &helper->refusal, deadline);
    } else if (verb != NULL && strcmp(verb, "open") == 0) {
        serve_open(fd, &request, peer, helper, deadline);
    } else if (verb != NULL && strcmp(verb, "close") == 0) {
        serve_close(fd, &request, peer, deadline);
    } else {
        (void)error_set(&error, ERROR_PROTOCOL,
                        "the helper does not know the "
                        "request `%s`",
                        verb != NULL ? verb : "");
        serve_refusal(fd, &request, &error, deadline);
    }
out:
    (void)alarm(0);
    message_free(&request);
    (void)close(fd);
}
