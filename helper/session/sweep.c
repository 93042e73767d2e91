/* sweep.c - see sweep.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "session/close.h"
#include "session/folder.h"

/* What one sweep works with. */
struct sweeping {
    struct run run;
    struct moment now;
    char boot_id[BOOT_ID_BYTES];
    uint64_t pid_namespace;
    struct error *error; /* the first failure */
    int result;
};

const char *sweep_reason(const struct record *record, bool locked,
                         struct moment now, const char *boot_id,
                         uint64_t pid_namespace)
{
    const struct peer *leader = &record->leader;

    if (boot_id[0] != '\0' && record->boot_id[0] != '\0' &&
        strcmp(boot_id, record->boot_id) != 0)
        return "it is of an earlier boot";
    if (!record->open && locked)
        return "the helper that opened it died";
    if (clock_has_passed(record->until, now))
        return record->open ? "its credentials have expired"
                            : "it was not opened within its time";
    /* A pid of another namespace says nothing here, nor does one where it is
     * not known which namespace this is: /proc is not mounted. */
    if (record->open && pid_namespace != 0 &&
        leader->pid_namespace == pid_namespace &&
        process_is_dead(leader->pid, leader->start_time))
        return "its login process is gone";
    return NULL;
}

static void remember(struct sweeping *sweeping, const struct error *error)
{
    if (sweeping->result == 0)
        *sweeping->error = *error;
    sweeping->result = -1;
}

static void sweep_record(struct sweeping *sweeping,
                         const struct session_name *name)
{
    struct error error = {0};
    struct record record;
    int lock = record_try_lock(&sweeping->run, name);
    int found = record_read(&sweeping->run, name, &record, &error);
    const char *why = NULL;

    if (found == 0)
        why = sweep_reason(&record, lock >= 0, sweeping->now, sweeping->boot_id,
                           sweeping->pid_namespace);
    else if (found < 0 && error.code == ERROR_INTERNAL)
        remember(sweeping, &error); /* it may be a living session's */
    else if (lock >= 0)
        why = "its record cannot be read";
    else if (found == 1)
        why = "its record was never finished"; /* a lone <name>.new */
    if (why != NULL &&
        session_remove(&sweeping->run, name, found == 0 ? &record : NULL,
                       "sweep", why, &error) != 0)
        remember(sweeping, &error);
    if (lock >= 0)
        (void)close(lock);
}

/* Call `each` with every name in the folder that `fd` is, but not dot names. */
static void
for_each_name(struct sweeping *sweeping, int at_fd, const char *folder_name,
              void (*each)(struct sweeping *, int, const char *, const char *))
{
    int fd = openat(at_fd, folder_name,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (folder == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return; /* removed by its own close meanwhile */
    }
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.')
            each(sweeping, dirfd(folder), folder_name, entry->d_name);
    }
    (void)closedir(folder);
}

static void each_record(struct sweeping *sweeping, int fd, const char *folder,
                        const char *file)
{
    struct session_name name;

    (void)fd;
    (void)folder;
    if (record_file_name_parse(file, &name))
        sweep_record(sweeping, &name);
}

static void each_session_folder(struct sweeping *sweeping, int fd,
                                const char *uid, const char *id)
{
    struct error error = {0};
    struct session_name name;
    struct record record;
    char text[SESSION_NAME_BYTES];

    (void)fd;
    (void)snprintf(text, sizeof(text), "%s/%s", uid, id);
    /* The record is made before the folder and removed after it: a folder
     * without one was made by a helper that a sweep had given up. */
    if (session_name_parse(text, &name) &&
        record_read(&sweeping->run, &name, &record, &error) == 1 &&
        session_remove(&sweeping->run, &name, NULL, "sweep", "it has no record",
                       &error) != 0)
        remember(sweeping, &error);
}

static void each_uid_folder(struct sweeping *sweeping, int fd,
                            const char *folder, const char *uid)
{
    uint64_t number;

    (void)folder;
    if (text_number(uid, UINT32_MAX, &number))
        for_each_name(sweeping, fd, uid, each_session_folder);
}

int sweep(uint64_t pid_namespace, struct error *error)
{
    struct sweeping sweeping = {
        .now = clock_now(), .pid_namespace = pid_namespace, .error = error};

    if (access(RUN_DIR, F_OK) != 0 && errno == ENOENT)
        return 0;
    if (run_open(&sweeping.run, error) != 0)
        return -1;
    proc_boot_id(sweeping.boot_id);
    for_each_name(&sweeping, sweeping.run.records_fd, ".", each_record);
    for_each_name(&sweeping, sweeping.run.fd, ".", each_uid_folder);
    run_close(&sweeping.run);
    return sweeping.result;
}
