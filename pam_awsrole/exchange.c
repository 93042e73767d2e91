/* exchange.c - see exchange.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pam_awsrole/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "pam_awsrole/spawn.h"
#include "pam_awsrole/trust.h"
#include "protocol/transport.h"

enum { LOOKUP_MAX = 16 * 1024 };

static const char user_socket[] = "user";

/* Root, or the system user `awsrole`. Not pam_modutil_getpwnam(): this also
 * runs in the handle's cleanup, where the handle takes no new data. */
static bool is_ours(uid_t uid)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char room[LOOKUP_MAX];

    if (uid == 0)
        return true;
    return getpwnam_r(HELPER_USER, &entry, room, sizeof(room), &found) == 0 &&
           found != NULL && entry.pw_uid == uid;
}

/* The address of the socket to ask: `socket_path`, or its neighbour `user`. */
static bool address_of(const char *socket_path, struct sockaddr_un *address,
                       struct reason *reason)
{
    size_t length = strlen(socket_path);

    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length >= sizeof(address->sun_path))
        return reason_set(reason, "the path of the socket is too long: %.200s",
                          socket_path);
    memcpy(address->sun_path, socket_path, length + 1);
    if (geteuid() != 0) {
        char *name = strrchr(address->sun_path, '/') + 1;
        size_t room =
            sizeof(address->sun_path) - (size_t)(name - address->sun_path);

        if (room < sizeof(user_socket))
            return reason_set(reason, "the path of the socket is too long");
        memcpy(name, user_socket, sizeof(user_socket));
    }
    return true;
}

/* connect(2) that waits for a full backlog until the deadline: 0 or errno,
 * EAGAIN when it stayed full. */
static int connect_before(int fd, const struct sockaddr_un *address,
                          struct deadline deadline)
{
    for (;;) {
        int left = deadline_left_ms(deadline);
        struct timeval limit = {left / 1000, left % 1000 * 1000L};

        if (left == 0)
            return EAGAIN;
        /* What SO_SNDTIMEO does to connect(): unix(7), socket(7). */
        if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)))
            return errno;
        if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) ==
            0)
            return 0;
        if (errno != EINTR)
            return errno;
    }
}

/* True when both who made the socket and who listens may answer for us. */
static bool check_peer(int fd, const char *path, struct reason *reason)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return reason_set(reason, "cannot tell who listens on %s: %s", path,
                          strerrordesc_np(errno));
    if (!is_ours(peer.uid))
        return reason_set(reason,
                          "the service on %s runs as uid %u, neither root nor "
                          "%s, and is not trusted",
                          path, (unsigned)peer.uid, HELPER_USER);
    return true;
}

static int new_socket(struct reason *reason)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    int moved = fd;

    if (fd >= 0 && fd <= STDERR_FILENO) {
        moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        (void)close(fd);
    }
    if (moved < 0)
        reason_set(reason, "no descriptor to ask the service with: %s",
                   strerrordesc_np(errno));
    return moved;
}

/* The service: a descriptor, or -1. `*absent` tells that there is none. */
static int connect_service(const char *socket_path, bool *absent,
                           struct deadline deadline, struct reason *reason)
{
    struct sockaddr_un address;
    struct stat status;
    int error;
    int fd;

    if (!address_of(socket_path, &address, reason))
        return -1;
    if (lstat(address.sun_path, &status) != 0) {
        *absent = errno == ENOENT;
        reason_set(reason, "no service listens on %s: %s", address.sun_path,
                   strerrordesc_np(errno));
        return -1;
    }
    if (!S_ISSOCK(status.st_mode) || !is_ours(status.st_uid)) {
        reason_set(reason,
                   "%s is not a socket of root or %s and is not trusted: "
                   "remove it",
                   address.sun_path, HELPER_USER);
        return -1;
    }
    fd = new_socket(reason);
    if (fd < 0)
        return -1;
    error = connect_before(fd, &address, deadline);
    if (error == 0 && check_peer(fd, address.sun_path, reason))
        return fd;
    (void)close(fd);
    if (error != 0) {
        *absent = error == ECONNREFUSED || error == ENOENT;
        reason_set(reason, "the service on %s does not answer: %s",
                   address.sun_path,
                   error == EAGAIN ? "too many logins wait for it"
                                   : strerrordesc_np(error));
    }
    return -1;
}

int exchange_connect(const char *socket_path, const char *helper,
                     struct deadline deadline, struct reason *reason)
{
    bool absent = false;
    int fd = connect_service(socket_path, &absent, deadline, reason);

    if (fd >= 0 || !absent || geteuid() != 0)
        return fd;
    if (!trusted_program(helper, reason))
        return -1;
    return spawn_helper(helper, deadline, reason);
}

static bool explain(struct reason *reason, int error)
{
    switch (error) {
    case ETIMEDOUT:
        return reason_set(reason,
                          "the helper gave no answer in time: see its log, or "
                          "raise timeout=");
    case EPIPE:
    case ECONNRESET:
    case ENODATA:
        return reason_set(reason,
                          "the helper ended without an answer: its own log "
                          "line says why, or that it crashed");
    case EMSGSIZE:
        return reason_set(reason,
                          "the helper's answer is longer than %d bytes and "
                          "was refused",
                          MESSAGE_REPLY_MAX);
    default:
        return reason_set(reason, "the talk with the helper failed: %s",
                          strerrordesc_np(error));
    }
}

bool exchange_ask(int fd, const struct message *request, bool peek,
                  struct message *reply, struct deadline deadline,
                  struct reason *reason)
{
    const char *wrong = NULL;
    int error = transport_send(fd, request, deadline);

    if (error == 0)
        error = transport_receive(fd, MESSAGE_REPLY, peek, reply, deadline);
    if (error != 0)
        return explain(reason, error);
    switch (message_check(reply, &wrong)) {
    case MESSAGE_GOOD:
        return true;
    case MESSAGE_NEWER:
        return reason_set(reason,
                          "the helper speaks a later protocol than this "
                          "module: restart the login service, which still "
                          "holds the older module");
    case MESSAGE_BAD:
    default:
        return reason_set(reason,
                          "the helper's answer was refused: %s: check that "
                          "module and helper are of one version",
                          wrong);
    }
}
