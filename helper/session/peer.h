/* peer.h - who is at the other end of a connection, and the login it leads.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SESSION_PEER_H
#define SESSION_PEER_H 1

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/proc.h"

/* The process that opened the connection: it lives as long as the login. All
 * of it comes from the kernel, nothing from a message. */
struct peer {
    pid_t pid;
    uid_t uid;
    uint64_t start_time;    /* clock ticks since boot; 0: unreadable */
    uint64_t pid_namespace; /* in which `pid` means something; 0: unknown */
    uint32_t loginuid;      /* PROC_UNSET when there is none */
    uint32_t sessionid;
};

/* Learn it from SO_PEERCRED (unix(7)) and /proc. Reading /proc may need root
 * (hidepid). -1 with ERROR_LEADER when the pid cannot be told in this pid
 * namespace, or the peer has hung up already. */
int peer_identify(int fd, struct peer *peer, struct error *error);

/* Is the process that was `pid` with `start_time` dead? Only what is certain
 * counts: ESRCH, or a readable start time that differs. */
int process_is_dead(pid_t pid, uint64_t start_time);

#endif
