/* command_run.h - running a command whose standard output is wanted.
 *
 * No shell. It runs as the helper's user under confine.h, in a session of its
 * own, in /, with PATH alone in its environment, no descriptor but its three,
 * standard input on /dev/null, and default signal handling. Whatever it
 * started in its process group ends with it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_COMMAND_RUN_H
#define SOURCE_COMMAND_RUN_H 1

#include "base/buffer.h"
#include "base/error.h"
#include "protocol/deadline.h"
#include "rules/config.h"

enum {
    COMMAND_OUTPUT_MAX = 64 * 1024, /* bytes */
    COMMAND_STDERR_MAX = 200,       /* bytes kept of its first line */
};

#define COMMAND_PATH \
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Run `words` (checked by command_check()) where `hidden`, a folder, is out
 * of its reach, and read what it prints into `output`, at most
 * output->maximum bytes. At the deadline it is killed. 0 when it ended with
 * exit status 0; else -1: ERROR_TIMEOUT, ERROR_INTERNAL, or ERROR_SOURCE with
 * the exit status or signal and the first line of its standard error. */
int command_run(const struct strings *words, const char *hidden,
                struct deadline deadline, struct buffer *output,
                struct error *error);

#endif
