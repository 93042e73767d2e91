/* timed.c - how long a login takes, from outside.
 *
 *     timed pam COUNT FOLDER SERVICE USER   one "OPEN CLOSE" a line
 *     timed run COUNT COMMAND [ARGUMENT...] one number a line
 *
 * All in microseconds of CLOCK_MONOTONIC. Ends at the first failure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int no_conversation(int count, const struct pam_message **messages,
                           struct pam_response **responses, void *data)
{
    (void)count;
    (void)messages;
    (void)responses;
    (void)data;
    return PAM_CONV_ERR;
}

static int one_login(const char *folder, const char *service, const char *user)
{
    const struct pam_conv conversation = {no_conversation, NULL};
    pam_handle_t *handle = NULL;
    double start;
    double opened;
    int result =
        pam_start_confdir(service, user, &conversation, folder, &handle);

    if (result != PAM_SUCCESS) {
        (void)fprintf(stderr, "pam_start: %d\n", result);
        return -1;
    }
    start = now_us();
    result = pam_open_session(handle, PAM_SILENT);
    opened = now_us() - start;
    if (result == PAM_SUCCESS) {
        start = now_us();
        result = pam_close_session(handle, PAM_SILENT);
        (void)printf("%.1f %.1f\n", opened, now_us() - start);
    }
    if (result != PAM_SUCCESS)
        (void)fprintf(stderr, "%s\n", pam_strerror(handle, result));
    (void)pam_end(handle, result);
    return result == PAM_SUCCESS ? 0 : -1;
}

static int one_run(char **command)
{
    double start = now_us();
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        int null = open("/dev/null", O_RDWR);

        (void)dup2(null, STDIN_FILENO);
        (void)dup2(null, STDOUT_FILENO);
        (void)execvp(command[0], command);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        (void)fprintf(stderr, "%s: status %d\n", command[0], status);
        return -1;
    }
    (void)printf("%.1f\n", now_us() - start);
    return 0;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long count = argc > 3 ? strtol(argv[2], &end, 10) : 0;

    if (count < 1 || *end != '\0' ||
        (strcmp(argv[1], "pam") == 0 && argc != 6)) {
        (void)fputs("usage: timed pam COUNT FOLDER SERVICE USER\n"
                    "       timed run COUNT COMMAND [ARGUMENT...]\n",
                    stderr);
        return 2;
    }
    for (long i = 0; i < count; i++) {
        int result = strcmp(argv[1], "pam") == 0
                         ? one_login(argv[3], argv[4], argv[5])
                         : one_run(argv + 3);

        if (result != 0)
            return 1;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
