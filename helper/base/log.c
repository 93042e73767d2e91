/* log.c - see log.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

enum { LINE_MAX_BYTES = 2048, ENTRY_MAX_BYTES = 32 * 1024 };

static bool stderr_too;

void log_to_stderr(void)
{
    stderr_too = true;
}

static void add_field(struct buffer *entry, const char *name, const char *value)
{
    char clean[LINE_MAX_BYTES];

    if (value == NULL || value[0] == '\0')
        return;
    (void)snprintf(clean, sizeof(clean), "%s", value);
    text_clean(clean);
    buffer_addf(entry, "%s=%s\n", name, clean);
}

/* One datagram to journald. False when nobody listens there. */
static bool send_to_journal(int priority, const struct log_field *fields,
                            size_t count, const char *line)
{
    struct sockaddr_un journal = {.sun_family = AF_UNIX,
                                  .sun_path = JOURNAL_SOCKET};
    AUTO_BUFFER entry = BUFFER(ENTRY_MAX_BYTES);
    bool sent;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return false;
    add_field(&entry, "MESSAGE", line);
    buffer_addf(&entry,
                "PRIORITY=%d\nSYSLOG_FACILITY=%d\n"
                "SYSLOG_IDENTIFIER=awsrole-helper\nSYSLOG_PID=%d\n",
                priority, LOG_AUTHPRIV >> 3, (int)getpid());
    for (size_t i = 0; i < count; i++)
        add_field(&entry, fields[i].name, fields[i].value);
    sent = !entry.failed &&
           sendto(fd, entry.data, entry.length, MSG_NOSIGNAL,
                  (const struct sockaddr *)&journal, sizeof(journal)) >= 0;
    (void)close(fd);
    return sent;
}

void log_fields(int priority, const struct log_field *fields, size_t count,
                const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    text_clean(line);
    if (!send_to_journal(priority, fields, count, line))
        syslog(LOG_AUTHPRIV | priority, "%s", line);
    if (stderr_too)
        dprintf(STDERR_FILENO, "awsrole-helper: %s\n", line);
}
