/* http_server.h - a server on 127.0.0.1 in a thread of the test, which says
 * what it is told to, right or wrong.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_UNIT_HTTP_SERVER_H
#define TESTS_UNIT_HTTP_SERVER_H 1

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SERVER_REQUEST_MAX = 64 * 1024, SERVER_PATIENCE_MS = 10000 };

enum server_manner {
    SERVER_SAYS,   /* `says`, then hangs up */
    SERVER_RESETS, /* a TCP reset instead of an answer */
    SERVER_HANGS,  /* no answer until the client hangs up */
    SERVER_FLOODS, /* `says`, then `flood` until the client hangs up */
};

struct server {
    enum server_manner manner;
    const char *says[4]; /* one for each connection; NULL: the one before */
    const char *flood;
    /* what came; valid after server_stop() */
    char request[4][SERVER_REQUEST_MAX];
    int connections;
    /* its own */
    int listener;
    int stop[2];
    unsigned port;
    pthread_t thread;
};

static bool server_wait(const struct server *server, int fd)
{
    struct pollfd fds[2] = {{fd, POLLIN, 0}, {server->stop[0], POLLIN, 0}};

    return poll(fds, 2, SERVER_PATIENCE_MS) > 0 && fds[0].revents != 0;
}

/* Headers, and as much body as Content-Length says. */
static void server_read(const struct server *server, int fd, char *request)
{
    size_t length = 0;

    while (server_wait(server, fd) && length < SERVER_REQUEST_MAX - 1) {
        ssize_t got =
            recv(fd, request + length, SERVER_REQUEST_MAX - 1 - length, 0);
        const char *end;
        const char *announced;

        if (got <= 0)
            return;
        length += (size_t)got;
        if (request[0] == 0x16) /* a TLS handshake, which ends in no line */
            return;
        end = strstr(request, "\r\n\r\n");
        if (end == NULL)
            continue;
        announced = strcasestr(request, "content-length:");
        if (announced == NULL || announced > end ||
            strlen(end + 4) >= strtoul(announced + 15, NULL, 10))
            return;
    }
}

static void server_answer(const struct server *server, int fd, const char *says)
{
    const struct linger at_once = {1, 0};
    char drain[4096];

    if (server->manner == SERVER_RESETS) {
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        return;
    }
    if (server->manner == SERVER_HANGS) {
        while (server_wait(server, fd) && recv(fd, drain, sizeof(drain), 0) > 0)
            continue;
        return;
    }
    (void)send(fd, says, strlen(says), MSG_NOSIGNAL);
    while (server->manner == SERVER_FLOODS &&
           send(fd, server->flood, strlen(server->flood), MSG_NOSIGNAL) > 0)
        continue;
}

static void *server_run(void *context)
{
    struct server *server = context;
    const char *says = "";

    while (server->connections < 4 && server_wait(server, server->listener)) {
        int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);

        if (fd < 0)
            break;
        if (server->says[server->connections] != NULL)
            says = server->says[server->connections];
        server_read(server, fd, server->request[server->connections]);
        server->connections++;
        server_answer(server, fd, says);
        (void)close(fd);
    }
    return NULL;
}

/* Start it; false when this host has no loopback address to listen on. */
static bool server_start(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 || pipe(server->stop) != 0 ||
        bind(server->listener, (struct sockaddr *)&address, length) != 0 ||
        listen(server->listener, 8) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) !=
            0)
        return false;
    server->port = ntohs(address.sin_port);
    return pthread_create(&server->thread, NULL, server_run, server) == 0;
}

static void server_stop(struct server *server)
{
    (void)close(server->stop[1]); /* which every wait of its sees */
    (void)pthread_join(server->thread, NULL);
    (void)close(server->stop[0]);
    (void)close(server->listener);
}

#endif
