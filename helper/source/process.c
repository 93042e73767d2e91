/* process.c - see process.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/process.h"

#include <time.h>

#include "base/clock.h"
#include "rules/command.h"
#include "source/command_run.h"
#include "source/json_credentials.h"

/* Where everybody's sessions are. */
#define SESSIONS "/run/awsrole"

static int read_answer(const char *program, const struct buffer *output,
                       struct credentials *credentials, struct error *error)
{
    char when[CLOCK_RFC3339_BYTES];

    if (output->length == 0)
        return error_set(error, ERROR_SOURCE,
                         "the command %.300s printed nothing; one JSON object "
                         "with Version, AccessKeyId and SecretAccessKey was "
                         "expected on its standard output",
                         program);
    if (json_credentials_read(output->data, output->length, &json_of_process,
                              credentials, error) != 0)
        return error_prefix(error, "the command %.300s", program);
    if (credentials->expiration == 0 || credentials->expiration > time(NULL))
        return 0;
    clock_rfc3339(credentials->expiration, when);
    return error_set(error, ERROR_SOURCE,
                     "the command %.300s gives credentials that expired at %s; "
                     "look for a stale cache of that command, or a wrong "
                     "clock of this host",
                     program, when);
}

int process_run(const struct strings *command, struct deadline deadline,
                struct credentials *credentials, struct error *error)
{
    AUTO_BUFFER output = BUFFER(COMMAND_OUTPUT_MAX);

    *credentials = (struct credentials){0};
    if (command_check(command, error) != 0) {
        if (error->code == ERROR_CONFIGURATION)
            error->code = ERROR_SOURCE;
        return -1;
    }
    if (command_run(command, SESSIONS, deadline, &output, error) != 0)
        return -1;
    if (read_answer(command->item[0], &output, credentials, error) == 0)
        return 0;
    credentials_erase(credentials);
    return -1;
}

int process_fetch(const struct source *source,
                  const struct source_context *context,
                  struct credentials *credentials, struct error *error)
{
    return process_run(&source->command, context->deadline, credentials, error);
}
