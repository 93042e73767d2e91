/* process.h - type = process: a command that prints credentials, as AWS's
 * credential_process.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_PROCESS_H
#define SOURCE_PROCESS_H 1

#include "source/source.h"

/* As source_fetch(), for a source of type = process. */
int process_fetch(const struct source *source,
                  const struct source_context *context,
                  struct credentials *credentials, struct error *error);

/* The same for any command: checked (rules/command.h), run out of reach of
 * the sessions (command_run.h), and what it prints read. Credentials that are
 * past their expiration already are an error. */
int process_run(const struct strings *command, struct deadline deadline,
                struct credentials *credentials, struct error *error);

#endif
