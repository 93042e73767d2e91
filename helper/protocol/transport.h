/* transport.h - a message over an AF_UNIX SOCK_SEQPACKET connection.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PROTOCOL_TRANSPORT_H
#define PROTOCOL_TRANSPORT_H 1

#include <stdbool.h>

#include "protocol/deadline.h"
#include "protocol/message.h"

/* Send a whole message before the deadline, without SIGPIPE.
 * Returns 0, or an errno value (ETIMEDOUT when the deadline passed). */
int transport_send(int fd, const struct message *message,
                   struct deadline deadline);

/* Receive one message of `direction` before the deadline into `message`
 * (start from {0}; free with message_free()). With `peek` the bytes stay in
 * the socket, so that a later close without transport_take() tells the sender
 * "not taken" (unix(7): ECONNRESET when unread data is dropped). Descriptors
 * that come along are dropped by the kernel: no control buffer is given.
 * Returns 0, or an errno value: ETIMEDOUT, EMSGSIZE (longer than its
 * direction allows), ECONNRESET or ENODATA (hung up without a message). */
int transport_receive(int fd, enum message_direction direction, bool peek,
                      struct message *message, struct deadline deadline);

/* Take the message that was peeked at out of the socket, and hang up for
 * everybody who holds a copy of `fd`: it is only good for close(2) then.
 * 0 or errno. */
int transport_take(int fd);

/* Wait for the other side to hang up. Returns 0 when it read everything and
 * closed, ECONNRESET when it closed with our message unread (or sent
 * something more), ETIMEDOUT when the deadline passed first. */
int transport_wait_for_hangup(int fd, struct deadline deadline);

#endif
