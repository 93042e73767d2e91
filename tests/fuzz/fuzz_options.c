/* fuzz_options.c - the module's options, one a line.
 *
 * A wrong one is logged and leaves its default; what was accepted is within
 * its bounds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "pam_awsrole/options.h"

#include <stdarg.h>

enum { OPTIONS_MAX = 32 };

static size_t logged;

/* libpam's, which would write to the host's log. */
void pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
    char line[1024];
    va_list arguments;

    (void)pamh;
    PROMISE(priority == LOG_ERR);
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    PROMISE(line[0] != '\0');
    logged++;
}

static void promise_bounds(const struct options *options)
{
    PROMISE(options->timeout_ms >= 500 && options->timeout_ms <= 60000);
    PROMISE(options->helper[0] == '/');
    PROMISE(options->socket[0] == '/');
    PROMISE(strlen(options->socket) <
            sizeof(((struct sockaddr_un *)NULL)->sun_path));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);
    const char *words[OPTIONS_MAX];
    char *rest = text;
    char *word;
    int count = 0;
    struct options options;

    while (count < OPTIONS_MAX && (word = strsep(&rest, "\n")) != NULL)
        words[count++] = word;
    logged = 0;
    if (options_read(&options, NULL, count, words))
        PROMISE(logged == 0);
    else
        PROMISE(logged > 0 && logged <= (size_t)count);
    promise_bounds(&options);
    free(text);
    return 0;
}
