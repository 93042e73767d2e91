/* harness.h - a host for the module: the real libpam, a private confdir, a
 * captured log, and a helper that misbehaves as asked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_MODULE_HARNESS_H
#define TESTS_MODULE_HARNESS_H 1

/* cmocka wants these before its own header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <security/pam_appl.h>
#include <stdbool.h>
#include <sys/types.h>

#define PERSON "daemon" /* any user but root that every host has */
#define PERSON_UID 1
#define ID "0123456789abcdef0123456789abcdef"
#define SESSION "1/" ID
#define FOLDER "/run/awsrole/" SESSION

/* The folder of this run below /tmp, and a name in it (valid until four more
 * were asked for). */
const char *in_folder(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The path of a fake helper of that mode; it is made when it is missing. */
const char *fake(const char *mode);

/* What the fake helper of that mode has seen so far ("" for nothing). */
const char *seen(const char *mode);

/* Wait, at most five seconds, until it has seen `line`. */
bool wait_seen(const char *mode, const char *line);
void forget_seen(const char *mode);

/* Has it seen a request since? (Certain once the module has returned; what a
 * helper sees of the end of a request may come a little later.) */
bool asked(const char *mode);

/* A handle whose stack has our module, with helper=fake(mode), a socket that
 * does not exist, and `options`. `after` is a further line of the stack, or
 * NULL. begin_line() takes the options as they are. */
pam_handle_t *begin(const char *user, const char *mode, const char *options);
pam_handle_t *begin_line(const char *user, const char *options,
                         const char *after);

/* What libpam returns when ours, alone in its stack, returned PAM_IGNORE. */
#define IGNORED PAM_PERM_DENIED

/* The captured log: "<priority>text\n" of each line since the test began. */
const char *logged(void);
int logged_lines(const char *part);

/* What the conversation was shown, one line each. */
const char *told(void);
/* Make the conversation fail. */
void break_conversation(bool broken);

/* SIGCHLDs since the test began. */
int sigchlds(void);

/* Milliseconds on the monotonic clock. */
int64_t now(void);

/* Run `body` in a child process; its return value is the exit status. */
int in_child(int (*body)(void));

/* `program arguments...` in the background; stop() ends it by its pid. */
pid_t start_service(const char *mode, const char *socket, const char *uid);
void stop(pid_t pid);

/* The state before a test, and after it: the same descriptors, no child, no
 * SIGCHLD, and no helper that still runs. Every test runs between these. */
int before(void **state);
int after(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, before, after)

/* Skips all (exit 0) where we are not root. Makes and removes the folder. */
int run_module_tests(const char *name, int (*group)(void));

/* Smaller numbers where every instruction is slow (MODULE_TEST_LIGHT is set;
 * to "valgrind" there). MODULE_TEST_ONLY=PATTERN runs the tests it matches. */
bool light(void);
bool under_valgrind(void);

#endif
