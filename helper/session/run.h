/* run.h - the folder /run/awsrole, in which everything given lives.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SESSION_RUN_H
#define SESSION_RUN_H 1

#include <sys/types.h>

#include "base/error.h"

#define RUN_DIR "/run/awsrole"

/* As root: make RUN_DIR (0711, belonging to `uid`) where it is missing; where
 * it is there, check that it is a folder of that user which nobody else can
 * write to. -1 with ERROR_SESSION_FILES. */
int run_make(uid_t uid, gid_t gid, struct error *error);

/* Held descriptors of RUN_DIR and of its folder `records`: every later step
 * works relative to them, so that no path is ever walked twice. */
struct run {
    int fd;
    int records_fd;
};

#define RUN_CLOSED ((struct run){-1, -1})

/* As `awsrole`: open both; makes `records` where it is missing. */
int run_open(struct run *run, struct error *error);
void run_close(struct run *run);

#endif
