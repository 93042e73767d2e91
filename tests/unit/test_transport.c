/* test_transport.c - one message over a connection, taken or not taken.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/transport.h"

/* The two ends: `module` asks, `helper` answers. */
static int module = -1;
static int helper = -1;

static int connect_ends(void **state)
{
    int ends[2];

    (void)state;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    module = ends[0];
    helper = ends[1];
    return 0;
}

static void hang_up(int *end)
{
    if (*end >= 0)
        (void)close(*end);
    *end = -1;
}

static int disconnect_ends(void **state)
{
    (void)state;
    hang_up(&module);
    hang_up(&helper);
    return 0;
}

static struct deadline soon(void)
{
    return deadline_in(50);
}

static void send_reply(void)
{
    struct message reply = {0};

    message_begin(&reply, MESSAGE_REPLY);
    message_add(&reply, KEY_STATUS, "ok");
    assert_true(message_end(&reply));
    assert_int_equal(transport_send(helper, &reply, soon()), 0);
    message_free(&reply);
}

static void peek_reply(void)
{
    struct message reply = {0};
    const char *reason;

    assert_int_equal(
        transport_receive(module, MESSAGE_REPLY, true, &reply, soon()), 0);
    assert_int_equal(message_check(&reply, &reason), MESSAGE_GOOD);
    assert_string_equal(message_get(&reply, KEY_STATUS), "ok");
    message_free(&reply);
}

static void taken_and_hung_up_is_taken(void **state)
{
    (void)state;
    send_reply();
    peek_reply();
    assert_int_equal(transport_take(module), 0);
    hang_up(&module);
    assert_int_equal(transport_wait_for_hangup(helper, soon()), 0);
}

/* Read it, and stay connected. */
static void receive_reply(void)
{
    struct message reply = {0};

    assert_int_equal(
        transport_receive(module, MESSAGE_REPLY, false, &reply, soon()), 0);
    message_free(&reply);
}

static void received_without_peek_is_taken(void **state)
{
    (void)state;
    send_reply();
    receive_reply();
    hang_up(&module);
    assert_int_equal(transport_wait_for_hangup(helper, soon()), 0);
}

static void taken_is_taken_while_a_forked_process_holds_a_copy(void **state)
{
    int copy = dup(module);

    (void)state;
    assert_true(copy >= 0);
    send_reply();
    peek_reply();
    assert_int_equal(transport_take(module), 0);
    hang_up(&module);
    assert_int_equal(transport_wait_for_hangup(helper, soon()), 0);
    (void)close(copy);
}

static void peeked_and_hung_up_is_not_taken(void **state)
{
    (void)state;
    send_reply();
    peek_reply();
    hang_up(&module);
    assert_int_equal(transport_wait_for_hangup(helper, soon()), ECONNRESET);
}

static void hung_up_before_the_reply_is_EPIPE(void **state)
{
    struct message reply = {0};

    (void)state;
    (void)signal(SIGPIPE, SIG_DFL);
    hang_up(&module);
    message_begin(&reply, MESSAGE_REPLY);
    assert_true(message_end(&reply));
    assert_int_equal(transport_send(helper, &reply, soon()), EPIPE);
    message_free(&reply);
}

static void not_taken_in_time_is_ETIMEDOUT_and_cannot_be_taken_later(void **s)
{
    (void)s;
    send_reply();
    peek_reply();
    assert_int_equal(transport_wait_for_hangup(helper, soon()), ETIMEDOUT);
    /* The other side is told, before and after the helper has ended. */
    assert_int_equal(transport_take(module), ETIMEDOUT);
}

static void taken_after_the_sender_ended_is_refused(void **state)
{
    (void)state;
    send_reply();
    peek_reply();
    hang_up(&helper);
    assert_int_equal(transport_take(module), ETIMEDOUT);
}

static void *hang_up_later(void *argument)
{
    (void)argument;
    (void)poll(NULL, 0, 150);
    hang_up(&module);
    return NULL;
}

static void taken_in_time_but_hung_up_late_is_taken(void **state)
{
    pthread_t thread;

    (void)state;
    send_reply();
    receive_reply();
    assert_int_equal(pthread_create(&thread, NULL, hang_up_later, NULL), 0);
    assert_int_equal(transport_wait_for_hangup(helper, soon()), 0);
    (void)pthread_join(thread, NULL);
}

static void something_more_than_the_hangup_is_not_taken(void **state)
{
    (void)state;
    send_reply();
    receive_reply();
    assert_int_equal(send(module, "x", 1, 0), 1);
    hang_up(&module);
    assert_int_equal(transport_wait_for_hangup(helper, soon()), ECONNRESET);
}

static void take_without_a_message_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(transport_take(module), EAGAIN);
    hang_up(&helper);
    assert_int_equal(transport_take(module), ENODATA);
}

static void receive_without_a_message_ends_with_the_deadline(void **state)
{
    struct message message = {0};
    struct deadline deadline = deadline_in(60);

    (void)state;
    assert_int_equal(
        transport_receive(module, MESSAGE_REPLY, false, &message, deadline),
        ETIMEDOUT);
    assert_int_equal(deadline_left_ms(deadline), 0);
    assert_null(message.data);
}

static void receive_from_who_hung_up_is_ENODATA_or_ECONNRESET(void **state)
{
    struct message message = {0};

    (void)state;
    assert_int_equal(send(module, "unread", 6, 0), 6);
    hang_up(&helper);
    assert_int_equal(
        transport_receive(module, MESSAGE_REPLY, false, &message, soon()),
        ECONNRESET);
    assert_int_equal(
        transport_receive(module, MESSAGE_REPLY, false, &message, soon()),
        ENODATA);
    assert_null(message.data);
}

static void longer_than_its_direction_allows_is_EMSGSIZE(void **state)
{
    static char bytes[MESSAGE_REQUEST_MAX + 1];
    struct message message = {0};

    (void)state;
    assert_int_equal(send(module, bytes, sizeof(bytes), 0), sizeof(bytes));
    assert_int_equal(
        transport_receive(helper, MESSAGE_REQUEST, false, &message, soon()),
        EMSGSIZE);
    assert_null(message.data);
    /* The same bytes are no longer than a reply may be. */
    assert_int_equal(
        transport_receive(helper, MESSAGE_REPLY, false, &message, soon()), 0);
    assert_int_equal(message.length, sizeof(bytes));
    message_free(&message);
}

static void the_longest_reply_passes(void **state)
{
    static char value[MESSAGE_REPLY_MAX];
    struct message reply = {0};
    struct message got = {0};

    (void)state;
    memset(value, 'x', sizeof(value));
    value[MESSAGE_REPLY_MAX - 11 - 4 - 1 - 1] = '\0';
    message_begin(&reply, MESSAGE_REPLY);
    message_add(&reply, KEY_ENV, value);
    assert_true(message_end(&reply));
    assert_int_equal(reply.length, MESSAGE_REPLY_MAX);
    assert_int_equal(transport_send(helper, &reply, soon()), 0);
    assert_int_equal(
        transport_receive(module, MESSAGE_REPLY, true, &got, soon()), 0);
    assert_int_equal(got.length, reply.length);
    assert_memory_equal(got.data, reply.data, reply.length);
    message_free(&reply);
    message_free(&got);
}

static void send_into_a_full_connection_ends_with_the_deadline(void **state)
{
    struct message request = {0};
    struct deadline deadline = deadline_in(100);
    int error;

    (void)state;
    message_begin(&request, MESSAGE_REQUEST);
    assert_true(message_end(&request));
    do
        error = transport_send(module, &request, deadline);
    while (error == 0);
    assert_int_equal(error, ETIMEDOUT);
    assert_int_equal(deadline_left_ms(deadline), 0);
    message_free(&request);
}

static void descriptors_that_come_along_are_dropped(void **state)
{
    char control[CMSG_SPACE(sizeof(int))] = {0};
    char bytes[] = "protocol=1\0";
    struct iovec part = {bytes, sizeof(bytes)};
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control,
                            .msg_controllen = sizeof(control)};
    struct cmsghdr *along = CMSG_FIRSTHDR(&header);
    struct message message = {0};
    int next = fcntl(0, F_DUPFD, 3);

    (void)state;
    (void)close(next);
    *along = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                              .cmsg_type = SCM_RIGHTS,
                              .cmsg_len = CMSG_LEN(sizeof(int))};
    memcpy(CMSG_DATA(along), &module, sizeof(int));
    assert_true(sendmsg(helper, &header, 0) > 0);
    assert_int_equal(
        transport_receive(module, MESSAGE_REPLY, false, &message, soon()), 0);
    assert_int_equal(fcntl(next, F_GETFD), -1);
    message_free(&message);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, connect_ends, disconnect_ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(taken_and_hung_up_is_taken),
        TEST(received_without_peek_is_taken),
        TEST(taken_is_taken_while_a_forked_process_holds_a_copy),
        TEST(peeked_and_hung_up_is_not_taken),
        TEST(hung_up_before_the_reply_is_EPIPE),
        TEST(not_taken_in_time_is_ETIMEDOUT_and_cannot_be_taken_later),
        TEST(taken_after_the_sender_ended_is_refused),
        TEST(taken_in_time_but_hung_up_late_is_taken),
        TEST(something_more_than_the_hangup_is_not_taken),
        TEST(take_without_a_message_is_an_error),
        TEST(receive_without_a_message_ends_with_the_deadline),
        TEST(receive_from_who_hung_up_is_ENODATA_or_ECONNRESET),
        TEST(longer_than_its_direction_allows_is_EMSGSIZE),
        TEST(the_longest_reply_passes),
        TEST(send_into_a_full_connection_ends_with_the_deadline),
        TEST(descriptors_that_come_along_are_dropped),
    };

    return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
