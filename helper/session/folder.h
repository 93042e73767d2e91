/* folder.h - <uid>/<id>/, the files that one login may read.
 *
 * Everything belongs to `awsrole`. A POSIX ACL (acl(5)) lets the one person
 * read, so neither a privilege to give files away is needed, nor can the
 * person change, remove or loosen what was given.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SESSION_FOLDER_H
#define SESSION_FOLDER_H 1

#include "base/buffer.h"
#include "base/error.h"
#include "session/record.h"
#include "session/run.h"

/* Make it: 0711, so that whoever knows the name can pass and nobody can list.
 * Gives its descriptor, or -1 with ERROR_SESSION_FILES. */
int folder_make(const struct run *run, const struct session_name *name,
                struct error *error);

/* Write one file under a new name, let `uid` alone read it, rename it into
 * place. -1 with ERROR_NO_ACL or ERROR_SESSION_FILES. */
int folder_write(int folder_fd, const char *file, const struct buffer *content,
                 uid_t uid, struct error *error);

/* Remove every name in it, then it, then the person's folder when it is
 * empty. 0 also when it is gone already. */
int folder_remove(const struct run *run, const struct session_name *name,
                  struct error *error);

#endif
