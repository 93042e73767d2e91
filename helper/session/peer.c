/* peer.c - see peer.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/peer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int peer_identify(int fd, struct peer *peer, struct error *error)
{
    struct ucred credentials = {0};
    socklen_t length = sizeof(credentials);
    struct pollfd poll_fd = {.fd = fd, .events = 0};
    int pidfd;

    *peer = (struct peer){0};
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
        return error_set(error, ERROR_LEADER,
                         "descriptor %d is not a connection of the module: %s",
                         fd, strerror(errno));
    if (credentials.pid <= 0)
        return error_set(error, ERROR_LEADER,
                         "the login process is in a pid namespace that this "
                         "one cannot see");
    peer->pid = credentials.pid;
    peer->uid = credentials.uid;
    pidfd = (int)syscall(SYS_pidfd_open, peer->pid, 0);
    if (pidfd < 0)
        return error_set(error, ERROR_LEADER, "login process %d: %s",
                         (int)peer->pid, strerror(errno));
    (void)close(pidfd);
    if (!proc_start_time(peer->pid, &peer->start_time))
        peer->start_time = 0;
    peer->pid_namespace = proc_pid_namespace();
    peer->loginuid = proc_loginuid(peer->pid);
    peer->sessionid = proc_sessionid(peer->pid);
    /* Still connected: so the pid was not given to another process while it
     * was looked at. */
    if (poll(&poll_fd, 1, 0) < 0 || (poll_fd.revents & (POLLHUP | POLLERR)))
        return error_set(error, ERROR_LEADER,
                         "login process %d hung up before it asked",
                         (int)peer->pid);
    return 0;
}

int process_is_dead(pid_t pid, uint64_t start_time)
{
    uint64_t now = 0;
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};
    int ended;

    if (pidfd < 0)
        return errno == ESRCH;
    /* A zombie has ended too: a host whose init reaps late keeps it. */
    ended = poll(&poll_fd, 1, 0) > 0;
    if (!ended && start_time != 0 && proc_start_time(pid, &now))
        ended = now != start_time;
    (void)close(pidfd);
    return ended;
}
