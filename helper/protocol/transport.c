/* transport.c - see transport.h
 *
 * Taken or not taken, without a gap: a sender that gives up first shuts its
 * writing side and only then looks whether its message is still unread; a
 * receiver first takes the message and only then looks whether the sender's
 * side is shut. Whatever the order of the two, they come to the same answer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "protocol/transport.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { LAST_WORD_MS = 1000 };

/* Wait until `events` (or an error, or a hang-up) shows. 0 or errno. */
static int wait_for(int fd, short events, struct deadline deadline)
{
    for (;;) {
        struct pollfd entry = {.fd = fd, .events = events};
        int ready = poll(&entry, 1, deadline_left_ms(deadline));

        if (ready > 0)
            return (entry.revents & POLLNVAL) ? EBADF : 0;
        if (ready < 0 && errno != EINTR)
            return errno;
        if (deadline_left_ms(deadline) == 0)
            return ETIMEDOUT;
    }
}

int transport_send(int fd, const struct message *message,
                   struct deadline deadline)
{
    for (;;) {
        ssize_t sent = send(fd, message->data, message->length,
                            MSG_NOSIGNAL | MSG_DONTWAIT | MSG_EOR);
        int error;

        /* A packet goes whole or not at all: unix(7). */
        if (sent >= 0)
            return (size_t)sent == message->length ? 0 : EMSGSIZE;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return errno;
        error = wait_for(fd, POLLOUT, deadline);
        if (error != 0)
            return error;
    }
}

/* recv() that is not interrupted and does not wait. Length, or -1. */
static ssize_t look(int fd, void *buffer, size_t length, int flags)
{
    ssize_t got;

    do
        got = recv(fd, buffer, length, flags | MSG_TRUNC | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    return got;
}

int transport_receive(int fd, enum message_direction direction, bool peek,
                      struct message *message, struct deadline deadline)
{
    size_t maximum =
        direction == MESSAGE_REQUEST ? MESSAGE_REQUEST_MAX : MESSAGE_REPLY_MAX;
    ssize_t length;
    char *data;

    /* MSG_TRUNC gives the length of the whole packet: recv(2). */
    while ((length = look(fd, NULL, 0, MSG_PEEK)) < 0) {
        int error = errno == EAGAIN ? wait_for(fd, POLLIN, deadline) : errno;

        if (error != 0)
            return error;
    }
    if (length == 0)
        return ENODATA;
    if ((size_t)length > maximum)
        return EMSGSIZE;
    data = malloc((size_t)length);
    if (data == NULL)
        return ENOMEM;
    if (look(fd, data, (size_t)length, peek ? MSG_PEEK : 0) != length) {
        free(data);
        return EIO;
    }
    *message = (struct message){.direction = direction,
                                .data = data,
                                .length = (size_t)length,
                                .capacity = (size_t)length};
    return 0;
}

int transport_take(int fd)
{
    struct pollfd entry = {.fd = fd, .events = POLLRDHUP};
    ssize_t length = look(fd, NULL, 0, 0);

    if (length < 0)
        return errno;
    if (length == 0)
        return ENODATA;
    if (poll(&entry, 1, 0) == 0) {
        /* close(2) alone says nothing while a process that another thread of
         * the host forked meanwhile holds a copy. */
        (void)shutdown(fd, SHUT_WR);
        return 0;
    }
    /* The sender gave up before: say that this does not count as taken. */
    (void)send(fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    return ETIMEDOUT;
}

/* 0 or ECONNRESET once the other side is gone, ETIMEDOUT at the deadline. */
static int hangup(int fd, struct deadline deadline)
{
    int error = wait_for(fd, POLLIN, deadline);
    ssize_t length;

    if (error != 0)
        return error;
    length = look(fd, NULL, 0, MSG_PEEK);
    if (length == 0)
        return 0;
    return length > 0 || errno == EAGAIN ? ECONNRESET : errno;
}

int transport_wait_for_hangup(int fd, struct deadline deadline)
{
    int error = hangup(fd, deadline);
    int unread = 0;

    if (error != ETIMEDOUT)
        return error;
    (void)shutdown(fd, SHUT_WR);
    if (ioctl(fd, SIOCOUTQ, &unread) != 0 || unread != 0)
        return ETIMEDOUT;
    return hangup(fd, deadline_in(LAST_WORD_MS));
}
