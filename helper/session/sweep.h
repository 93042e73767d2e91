/* sweep.h - the nets under close: what no login holds any more is removed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SESSION_SWEEP_H
#define SESSION_SWEEP_H 1

#include "base/error.h"
#include "session/record.h"

/* Why a session must go; NULL when it may stay. `locked` tells that nobody
 * is at work on its record. Fixed strings. */
const char *sweep_reason(const struct record *record, bool locked,
                         struct moment now, const char *boot_id,
                         uint64_t pid_namespace);

/* Remove every session whose login process is dead, that has expired, that
 * was left half open, or that is of another boot; and every folder that has
 * no record. `pid_namespace` is this process's own, read while it still had
 * the right to. Goes on after a failure; -1 with the first one. */
int sweep(uint64_t pid_namespace, struct error *error);

#endif
