/* log.h - the helper's log: LOG_AUTHPRIV, and journal fields where journald
 * listens (systemd.journal-fields(7), the native protocol of
 * /run/systemd/journal/socket). Never a secret key, never a session token.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H 1

#include <stddef.h>
#include <syslog.h>

/* One AWSROLE_* journal field; a NULL or empty value is left out. */
struct log_field {
    const char *name; /* "AWSROLE_USER" */
    const char *value;
};

/* Write one line. Control characters become '?'. `fields` may be NULL. */
void log_fields(int priority, const struct log_field *fields, size_t count,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

#define log_line(priority, ...) log_fields((priority), NULL, 0, __VA_ARGS__)

/* Also copy every line to descriptor 2: for commands run by hand. */
void log_to_stderr(void);

#endif
