/* proc.c - see proc.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { STAT_BYTES = 4096, START_TIME_FIELD = 22 };

/* Read a small file of /proc whole; a line end at its end is dropped. */
static bool read_small(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t length;

    if (fd < 0)
        return false;
    do
        length = read(fd, text, size - 1);
    while (length < 0 && errno == EINTR);
    (void)close(fd);
    if (length <= 0)
        return false;
    text[length] = '\0';
    if (text[length - 1] == '\n')
        text[length - 1] = '\0';
    return true;
}

bool proc_parse_stat(const char *stat, uint64_t *ticks)
{
    /* The second field is the command's name in brackets, which may hold
     * anything, brackets and spaces too: count from the last one. */
    const char *at = strrchr(stat, ')');
    char number[24];
    size_t length;

    if (at == NULL)
        return false;
    for (int field = 2; field < START_TIME_FIELD; field++) {
        at = strchr(at, ' ');
        if (at == NULL)
            return false;
        at++;
    }
    length = strcspn(at, " \n");
    if (length == 0 || length >= sizeof(number))
        return false;
    memcpy(number, at, length);
    number[length] = '\0';
    return text_number(number, UINT64_MAX, ticks);
}

bool proc_start_time(pid_t pid, uint64_t *ticks)
{
    char path[64];
    char stat[STAT_BYTES];

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    return read_small(path, stat, sizeof(stat)) && proc_parse_stat(stat, ticks);
}

static uint32_t read_audit_number(pid_t pid, const char *name)
{
    char path[64];
    char text[32];
    uint64_t number;

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    if (!read_small(path, text, sizeof(text)) ||
        !text_number(text, PROC_UNSET, &number))
        return PROC_UNSET;
    return (uint32_t)number;
}

uint32_t proc_loginuid(pid_t pid)
{
    return read_audit_number(pid, "loginuid");
}

uint32_t proc_sessionid(pid_t pid)
{
    return read_audit_number(pid, "sessionid");
}

void proc_boot_id(char id[BOOT_ID_BYTES])
{
    if (!read_small("/proc/sys/kernel/random/boot_id", id, BOOT_ID_BYTES) ||
        strlen(id) != BOOT_ID_BYTES - 1)
        id[0] = '\0';
}

uint64_t proc_pid_namespace(void)
{
    struct stat status;

    return stat("/proc/self/ns/pid", &status) == 0 ? status.st_ino : 0;
}
