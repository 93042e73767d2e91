/* close.c - see close.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/close.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "base/log.h"
#include "session/folder.h"

int session_remove(const struct run *run, const struct session_name *name,
                   const struct record *record, const char *event,
                   const char *why, struct error *error)
{
    static const struct record unknown = {.user = "(unknown)"};
    const struct record *known = record != NULL ? record : &unknown;
    char text[SESSION_NAME_BYTES];
    const struct log_field fields[] = {
        {"AWSROLE_EVENT", event},
        {"AWSROLE_SESSION", text},
        {"AWSROLE_USER", known->user},
        {"AWSROLE_SERVICE", known->service},
        {"AWSROLE_RHOST", known->rhost},
        {"AWSROLE_TTY", known->tty},
        {"AWSROLE_ROLE_ARN", known->role_arns},
        {"AWSROLE_ACCESS_KEY_ID", known->access_key_ids},
    };

    session_name_format(name, text);
    if (folder_remove(run, name, error) != 0 ||
        record_remove(run, name, error) != 0)
        return -1;
    log_fields(LOG_INFO, fields, sizeof(fields) / sizeof(fields[0]),
               "session %s of user %s removed: %s (roles %s, access keys %s)",
               text, known->user, why, known->role_arns, known->access_key_ids);
    return 0;
}

int session_close(const struct message *request, const struct peer *peer,
                  struct error *error)
{
    const char *text = message_get(request, KEY_SESSION);
    struct session_name name;
    struct record record;
    struct run run;
    int found;
    int result = 0;

    if (text == NULL || !session_name_parse(text, &name))
        return error_set(error, ERROR_PROTOCOL,
                         "the request names no session to close");
    if (peer->uid != 0 && peer->uid != name.uid)
        return error_set(error, ERROR_NOT_ALLOWED,
                         "uid %u may not close session %s", (unsigned)peer->uid,
                         text);
    /* Nothing was ever made, or a reboot emptied /run. */
    if (access(RUN_DIR, F_OK) != 0 && errno == ENOENT)
        return 0;
    if (run_open(&run, error) != 0)
        return -1;
    found = record_read(&run, &name, &record, error);
    if (found <= 0)
        result = session_remove(&run, &name, found == 0 ? &record : NULL,
                                "close", "the login ended", error);
    run_close(&run);
    return result;
}
