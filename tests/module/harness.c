/* harness.c - see harness.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { CAPTURE_MAX = 64 * 1024, WAIT_MS = 5000 };

static char folder[64];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char log_text[CAPTURE_MAX];
static char told_text[CAPTURE_MAX];
static bool conversation_broken;
static volatile sig_atomic_t sigchld_count;
static char descriptors_before[4096];

static void append(char *to, const char *line)
{
    size_t used = strlen(to);

    (void)snprintf(to + used, CAPTURE_MAX - used, "%s\n", line);
}

/* libpam logs through these; the executable's definitions come first. Some
 * <syslog.h> make the first a macro for the second. */
#undef syslog

static void __attribute__((format(printf, 2, 0)))
capture(int priority, const char *format, va_list arguments)
{
    char text[4096];
    char line[4200];

    (void)vsnprintf(text, sizeof(text), format, arguments);
    (void)snprintf(line, sizeof(line), "<%d>%s", LOG_PRI(priority), text);
    (void)pthread_mutex_lock(&lock);
    append(log_text, line);
    (void)pthread_mutex_unlock(&lock);
}

__attribute__((visibility("default"))) void syslog(int priority,
                                                   const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    capture(priority, format, arguments);
    va_end(arguments);
}

void __syslog_chk(int priority, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

__attribute__((visibility("default"))) void
__syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list arguments;

    (void)flag;
    va_start(arguments, format);
    capture(priority, format, arguments);
    va_end(arguments);
}

const char *logged(void)
{
    return log_text;
}

int logged_lines(const char *part)
{
    int count = 0;

    for (const char *at = log_text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

const char *told(void)
{
    return told_text;
}

void break_conversation(bool broken)
{
    conversation_broken = broken;
}

int sigchlds(void)
{
    return sigchld_count;
}

int64_t now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

bool light(void)
{
    return getenv("MODULE_TEST_LIGHT") != NULL;
}

bool under_valgrind(void)
{
    const char *value = getenv("MODULE_TEST_LIGHT");

    return value != NULL && strcmp(value, "valgrind") == 0;
}

const char *in_folder(const char *format, ...)
{
    static _Thread_local char paths[5][PATH_MAX];
    static _Thread_local unsigned next;
    char *path = paths[next++ % 5];
    va_list arguments;
    int used = snprintf(path, PATH_MAX, "%s/", folder);

    va_start(arguments, format);
    (void)vsnprintf(path + used, (size_t)(PATH_MAX - used), format, arguments);
    va_end(arguments);
    return path;
}

static void copy_file(const char *from, const char *to)
{
    static char bytes[65536];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    ssize_t length;

    assert_true(in >= 0 && out >= 0);
    while ((length = read(in, bytes, sizeof(bytes))) > 0)
        assert_int_equal(write(out, bytes, (size_t)length), length);
    (void)fchmod(out, 0755);
    (void)close(in);
    (void)close(out);
}

const char *fake(const char *mode)
{
    const char *path = in_folder("fake-%s", mode);

    if (access(path, F_OK) != 0)
        copy_file(FAKE_HELPER, path);
    return path;
}

const char *seen(const char *mode)
{
    static char text[CAPTURE_MAX];
    int fd = open(in_folder("fake-%s.seen", mode), O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

    text[length > 0 ? length : 0] = '\0';
    if (fd >= 0)
        (void)close(fd);
    return text;
}

bool asked(const char *mode)
{
    return strstr(seen(mode), "verb=") != NULL;
}

static bool has_line(const char *text, const char *line)
{
    size_t length = strlen(line);

    for (const char *at = text; (at = strstr(at, line)) != NULL; at++) {
        if ((at == text || at[-1] == '\n') && at[length] == '\n')
            return true;
    }
    return false;
}

bool wait_seen(const char *mode, const char *line)
{
    int64_t end = now() + WAIT_MS;

    while (!has_line(seen(mode), line)) {
        if (now() > end)
            return false;
        (void)poll(NULL, 0, 2);
    }
    return true;
}

void forget_seen(const char *mode)
{
    (void)unlink(in_folder("fake-%s.seen", mode));
}

static int converse(int count, const struct pam_message **messages,
                    struct pam_response **responses, void *data)
{
    (void)data;
    if (conversation_broken)
        return PAM_CONV_ERR;
    *responses = calloc((size_t)count, sizeof(**responses));
    for (int i = 0; i < count; i++) {
        if (messages[i]->msg_style != PAM_TEXT_INFO)
            append(told_text, "NOT PAM_TEXT_INFO");
        append(told_text, messages[i]->msg);
    }
    return *responses == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

pam_handle_t *begin_line(const char *user, const char *options,
                         const char *after)
{
    static const struct pam_conv conversation = {converse, NULL};
    char name[64];
    pam_handle_t *pamh = NULL;
    FILE *file;

    /* A name of its own: several threads may be here. */
    (void)snprintf(name, sizeof(name), "service-%d-%lx", (int)getpid(),
                   (unsigned long)pthread_self());
    file = fopen(in_folder("pam.d/%s", name), "we");
    if (file == NULL)
        return NULL;
    (void)fprintf(file, "session required %s %s\n", MODULE_PATH, options);
    if (after != NULL)
        (void)fprintf(file, "session %s\n", after);
    (void)fclose(file);
    if (pam_start_confdir(name, user, &conversation, in_folder("pam.d"),
                          &pamh) != PAM_SUCCESS)
        return NULL;
    return pamh;
}

pam_handle_t *begin(const char *user, const char *mode, const char *options)
{
    char line[PATH_MAX * 2 + 256];
    pam_handle_t *pamh;

    (void)snprintf(line, sizeof(line), "helper=%s socket=%s %s", fake(mode),
                   in_folder("no-socket"), options);
    pamh = begin_line(user, line, NULL);
    assert_non_null(pamh);
    return pamh;
}

int in_child(int (*body)(void))
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0)
        _exit(body());
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    sigchld_count = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

pid_t start_service(const char *mode, const char *socket, const char *uid)
{
    const char *path = fake(mode);
    pid_t pid;

    forget_seen(mode);
    pid = fork();
    if (pid == 0) {
        (void)execl(path, path, "--listen", socket, uid, (char *)NULL);
        _exit(127);
    }
    assert_true(wait_seen(mode, "ready"));
    return pid;
}

void stop(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    sigchld_count = 0;
}

static void count_sigchld(int signal)
{
    (void)signal;
    sigchld_count++;
}

static void list_descriptors(char *list, size_t size)
{
    DIR *proc = opendir("/proc/self/fd");
    const struct dirent *entry;
    size_t used = 0;

    assert_non_null(proc);
    list[0] = '\0';
    while ((entry = readdir(proc)) != NULL) {
        char name[300];
        char target[200] = "";

        if (entry->d_name[0] == '.' || atol(entry->d_name) == dirfd(proc))
            continue;
        (void)snprintf(name, sizeof(name), "/proc/self/fd/%s", entry->d_name);
        (void)!readlink(name, target, sizeof(target) - 1);
        used += (size_t)snprintf(list + used, size - used, "%s -> %s\n",
                                 entry->d_name, target);
        assert_true(used < size);
    }
    (void)closedir(proc);
}

int before(void **state)
{
    const struct sigaction action = {.sa_handler = count_sigchld};

    (void)state;
    log_text[0] = '\0';
    told_text[0] = '\0';
    conversation_broken = false;
    list_descriptors(descriptors_before, sizeof(descriptors_before));
    (void)sigaction(SIGCHLD, &action, NULL);
    sigchld_count = 0;
    return 0;
}

/* Helpers hold a lock on this file while they live. */
static void wait_for_helpers(void)
{
    int fd = open(in_folder("running"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int64_t end = now() + WAIT_MS;

    assert_true(fd >= 0);
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (now() > end)
            fail_msg("a helper still runs after its test");
        (void)poll(NULL, 0, 2);
    }
    (void)close(fd);
}

int after(void **state)
{
    char descriptors[sizeof(descriptors_before)];

    (void)state;
    wait_for_helpers();
    list_descriptors(descriptors, sizeof(descriptors));
    assert_string_equal(descriptors, descriptors_before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(sigchlds(), 0);
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int type,
                      struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

int run_module_tests(const char *name, int (*group)(void))
{
    const char *only;
    FILE *other;
    int failed;

    if (geteuid() != 0) {
        (void)printf("%s: skipped: the module serves root only\n", name);
        return 0;
    }
    (void)snprintf(folder, sizeof(folder), "/tmp/awsrole-module-XXXXXX");
    if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0 ||
        mkdir(in_folder("pam.d"), 0755) != 0)
        return 1;
    other = fopen(in_folder("pam.d/other"), "we");
    if (other == NULL || fputs("session required pam_deny.so\n", other) < 0 ||
        fclose(other) != 0)
        return 1;
    (void)getpwnam(PERSON); /* whatever NSS opens, it opens now */
    only = getenv("MODULE_TEST_ONLY");
    if (only != NULL)
        cmocka_set_test_filter(only);
    failed = group();
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return failed;
}
