/* fake_helper.c - a helper that misbehaves in the way its file name says.
 *
 * Started by the module with an empty environment, it has nothing but its own
 * name (fake-MODE) to know what to do; what it sees goes into MODE.seen
 * beside it. `fake-MODE --listen SOCKET [UID]` serves the same as a service.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "protocol/message.h"
#include "protocol/transport.h"

#define ID "0123456789abcdef0123456789abcdef"

enum { PATIENCE_MS = 20000, LATE_MS = 200 };

static char own_path[PATH_MAX];
static const char *mode = "";

static void seen(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line into MODE.seen. */
static void seen(const char *format, ...)
{
    char path[PATH_MAX + 8];
    char line[8192];
    va_list arguments;
    int length;
    int fd;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof(line) - 1, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if (length > (int)sizeof(line) - 2)
        length = (int)sizeof(line) - 2;
    line[length++] = '\n';
    (void)snprintf(path, sizeof(path), "%s.seen", own_path);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0) {
        (void)!write(fd, line, (size_t)length);
        (void)close(fd);
    }
}

/* A lock held until the end, for who waits until no helper is left. */
static void show_that_it_runs(void)
{
    char path[PATH_MAX + 16];
    int fd;

    (void)snprintf(path, sizeof(path), "%.*s/running",
                   (int)(strrchr(own_path, '/') - own_path), own_path);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    (void)flock(fd, LOCK_SH);
}

static void see_descriptors(void)
{
    char list[512] = "";
    size_t used = 0;
    DIR *folder = opendir("/proc/self/fd");
    const struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.' || atol(entry->d_name) == dirfd(folder))
            continue;
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s,",
                                 entry->d_name);
        if (used >= sizeof(list))
            break;
    }
    if (folder != NULL)
        (void)closedir(folder);
    seen("fds=%s", list);
}

static void see_process(int argc, char **argv)
{
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);
    uid_t uids[3];
    char null[64] = "";

    (void)getresuid(&uids[0], &uids[1], &uids[2]);
    (void)getsockopt(0, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    (void)!readlink("/proc/self/fd/1", null, sizeof(null) - 1);
    seen("argv=%s %s %d", argv[0], argc > 1 ? argv[1] : "", argc);
    seen("environment=%s", environ == NULL || !*environ ? "empty" : "full");
    seen("uids=%u,%u,%u", uids[0], uids[1], uids[2]);
    seen("secure=%lu", getauxval(AT_SECURE));
    seen("stdout=%s", null);
    seen("leader=%d", (int)peer.pid);
    seen("pid=%d", (int)getpid());
}

static void see_request(const struct message *request)
{
    for (size_t at = 0; at + 1 < request->length;
         at += strlen(request->data + at) + 1)
        seen("%s", request->data + at);
}

static void add_env(struct message *reply, const char *name, const char *value)
{
    char entry[1024];

    (void)snprintf(entry, sizeof(entry), "%s=%s", name, value);
    message_add(reply, KEY_ENV, entry);
}

static void add_file(struct message *reply, const char *name,
                     const char *session, const char *file)
{
    char path[512];

    (void)snprintf(path, sizeof(path), "/run/awsrole/%s/%s", session, file);
    add_env(reply, name, path);
}

/* The body of an answer to an open. Modes that spoil it do so here. */
static void fill_open(struct message *reply, const char *uid)
{
    char session[128];

    (void)snprintf(session, sizeof(session), "%s/%s", uid, ID);
    if (!strcmp(mode, "wrong-uid"))
        (void)snprintf(session, sizeof(session), "1%s/%s", uid, ID);
    else if (!strcmp(mode, "padded-uid"))
        (void)snprintf(session, sizeof(session), "0%s/%s", uid, ID);
    else if (!strcmp(mode, "short-id"))
        (void)snprintf(session, sizeof(session), "%s/%.31s", uid, ID);
    else if (!strcmp(mode, "upper-id"))
        (void)snprintf(session, sizeof(session), "%s/%.31sF", uid, ID);
    if (strcmp(mode, "no-session") != 0)
        message_add(reply, KEY_SESSION, session);

    if (!strcmp(mode, "outside-path"))
        add_env(reply, "AWS_SHARED_CREDENTIALS_FILE", "/tmp/credentials");
    else if (!strcmp(mode, "other-path"))
        add_file(reply, "AWS_SHARED_CREDENTIALS_FILE", "4711/" ID,
                 "credentials");
    else if (!strcmp(mode, "dotdot-path"))
        add_file(reply, "AWS_SHARED_CREDENTIALS_FILE", session,
                 "../credentials");
    else if (!strcmp(mode, "dots-path"))
        add_file(reply, "AWS_SHARED_CREDENTIALS_FILE", session, "..");
    else
        add_file(reply, "AWS_SHARED_CREDENTIALS_FILE", session, "credentials");
    if (!strcmp(mode, "config-path"))
        add_env(reply, "AWS_CONFIG_FILE", "/home/somebody/.aws/config");
    if (!strcmp(mode, "forbidden-env"))
        add_env(reply, "LD_PRELOAD", "/tmp/evil.so");
    if (!strcmp(mode, "prefix-env"))
        add_env(reply, "AWS_PROFILE_X", "x");
    if (!strcmp(mode, "bare-env"))
        message_add(reply, KEY_ENV, "AWS_PROFILE");
    if (!strcmp(mode, "empty-env"))
        add_env(reply, "AWS_REGION", "");
    if (!strcmp(mode, "twice-env"))
        add_env(reply, "AWS_EC2_METADATA_DISABLED", "true");
    add_env(reply, "AWSROLE_SESSION",
            strcmp(mode, "other-session") ? session : "4711/" ID);
    add_env(reply, "AWS_EC2_METADATA_DISABLED", "true");
    add_env(reply, "AWS_REGION", "eu-west-1");
    if (!strncmp(mode, "keys", 4)) {
        add_env(reply, "AWS_ACCESS_KEY_ID", "ASIAEXAMPLE");
        add_env(reply, "AWS_SECRET_ACCESS_KEY", "not-a-secret");
        add_env(reply, "AWS_SESSION_TOKEN", "token");
        add_file(reply, "AWS_CONFIG_FILE", session, "config");
    } else {
        add_env(reply, "AWS_PROFILE", "sre");
    }
    message_add(reply, KEY_MESSAGE, "AWS role sre until 18:00.");
}

static void make_reply(struct message *reply, const struct message *request)
{
    const char *verb = message_get(request, KEY_VERB);
    const char *uid = message_get(request, KEY_UID);
    bool opens = verb != NULL && strcmp(verb, "open") == 0;

    message_begin(reply, MESSAGE_REPLY);
    if (opens && !strncmp(mode, "ignore", 6)) {
        message_add(reply, KEY_STATUS, "ignore");
        message_add(reply, KEY_CODE,
                    strcmp(mode, "ignore-noconf") ? "no-rule"
                                                  : "no-configuration");
        message_add(reply, KEY_DETAIL, "no role matches \xe2\x80\x94 fake");
        message_add(reply, KEY_MESSAGE, "must not be shown");
    } else if (!strcmp(mode, opens ? "error" : "error-close")) {
        message_add(reply, KEY_STATUS, "error");
        message_add(reply, KEY_CODE, "access-denied");
        message_add(reply, KEY_DETAIL, "AWS refused the role: change trust");
        message_add(reply, KEY_MESSAGE, "No AWS role: caf\xc3\xa9.");
    } else {
        if (!strcmp(mode, "bad-status"))
            message_add(reply, KEY_STATUS, "fine");
        else if (strcmp(mode, "no-status") != 0)
            message_add(reply, KEY_STATUS, "ok");
        if (opens && uid != NULL)
            fill_open(reply, uid);
    }
    (void)message_end(reply);
}

static void send_bytes(int fd, const void *bytes, size_t length)
{
    int room = 1024 * 1024;

    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
    (void)send(fd, bytes, length, MSG_NOSIGNAL);
}

/* Answers that are no messages. True when this mode is one of them. */
static bool send_nonsense(int fd)
{
    static const char newer[] = "protocol=2\0status=ok\0";
    static const char garbage[] = "HTTP/1.1 200 OK\r\n\r\n<html>";
    static const char unknown[] = "protocol=1\0colour=red\0";
    static const char control[] = "protocol=1\0status=ok\0message=a\033[2J\0";
    static const char after[] = "protocol=1\0status=ok\0\0more";
    static const char *huge;

    if (!strcmp(mode, "newer"))
        send_bytes(fd, newer, sizeof(newer));
    else if (!strcmp(mode, "garbage"))
        send_bytes(fd, garbage, sizeof(garbage));
    else if (!strcmp(mode, "unknown-key"))
        send_bytes(fd, unknown, sizeof(unknown));
    else if (!strcmp(mode, "control"))
        send_bytes(fd, control, sizeof(control));
    else if (!strcmp(mode, "after-end"))
        send_bytes(fd, after, sizeof(after));
    else if (!strcmp(mode, "empty"))
        send_bytes(fd, "", 0);
    else if (!strcmp(mode, "huge") && (huge = calloc(1, 300000)) != NULL)
        send_bytes(fd, huge, 300000);
    else
        return false;
    return true;
}

static void wait_until_gone(int fd)
{
    struct pollfd entry = {.fd = fd, .events = 0};

    seen(poll(&entry, 1, PATIENCE_MS) > 0 ? "gone" : "patience over");
}

static void pause_ms(int64_t milliseconds)
{
    struct timespec wait = {milliseconds / 1000, milliseconds % 1000 * 1000000};

    (void)nanosleep(&wait, NULL);
}

/* One request, one reply: what every transport ends in. */
static void serve(int fd)
{
    struct deadline deadline = deadline_in(PATIENCE_MS);
    struct message request = {0};
    struct message reply = {0};
    uint64_t timeout = 0;
    int error;

    if (!strcmp(mode, "deaf")) {
        wait_until_gone(fd);
        return;
    }
    error = transport_receive(fd, MESSAGE_REQUEST, false, &request, deadline);
    if (error != 0) {
        seen("request: %s", strerror(error));
        return;
    }
    see_request(&request);
    if (!strcmp(mode, "crash"))
        (void)raise(SIGKILL);
    if (!strcmp(mode, "mute"))
        goto out;
    if (!strcmp(mode, "hang")) {
        wait_until_gone(fd);
        goto out;
    }
    if (!strcmp(mode, "late") &&
        message_get_number(&request, KEY_TIMEOUT_MS, 60000, &timeout))
        pause_ms((int64_t)timeout + LATE_MS);
    if (send_nonsense(fd)) {
        wait_until_gone(fd);
        goto out;
    }
    make_reply(&reply, &request);
    error = transport_send(fd, &reply, deadline);
    while (error == 0 && !strcmp(mode, "flood"))
        error = transport_send(fd, &reply, deadline);
    if (error == 0)
        error = transport_wait_for_hangup(fd, deadline);
    seen("%s", error == 0 ? "taken" : "undone");
out:
    message_free(&request);
    message_free(&reply);
}

static int listen_on(const char *path, const char *uid)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    int connection;

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    (void)unlink(path);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        chmod(path, 0666) != 0)
        return 1;
    seen("ready");
    if (uid != NULL) {
        uid_t other = (uid_t)strtoul(uid, NULL, 10);

        if (setresuid(other, other, other) != 0)
            return 1;
    }
    if (listen(fd, 1) != 0)
        return 1;
    if (!strcmp(mode, "backlog"))
        return pause();
    while ((connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        serve(connection);
        (void)close(connection);
    }
    return 1;
}

int main(int argc, char **argv)
{
    ssize_t length = readlink("/proc/self/exe", own_path, sizeof(own_path) - 1);

    if (length <= 0)
        return 1;
    own_path[length] = '\0';
    mode = strrchr(own_path, '/') + 1;
    mode = strncmp(mode, "fake-", 5) == 0 ? mode + 5 : mode;
    if (argc > 2 && strcmp(argv[1], "--listen") == 0)
        return listen_on(argv[2], argc > 3 ? argv[3] : NULL);
    if (!strcmp(mode, "exit"))
        return 7;
    if (!strcmp(mode, "good")) {
        see_descriptors();
        see_process(argc, argv);
    }
    show_that_it_runs();
    serve(0);
    return 0;
}
