/* proc.h - the little of /proc that the helper reads: proc(5).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_PROC_H
#define BASE_PROC_H 1

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { BOOT_ID_BYTES = 37 };            /* with the NUL */
#define PROC_UNSET UINT32_C(4294967295) /* of loginuid and sessionid */

/* Start time of a process, in clock ticks since boot: with the pid, a name
 * that is never given twice. False when it cannot be read: the process is
 * gone, or /proc is mounted with hidepid. */
bool proc_start_time(pid_t pid, uint64_t *ticks);

/* The audit uid and session of a process; PROC_UNSET where they are unset or
 * cannot be read. */
uint32_t proc_loginuid(pid_t pid);
uint32_t proc_sessionid(pid_t pid);

/* This boot's id; "" when it cannot be read. */
void proc_boot_id(char id[BOOT_ID_BYTES]);

/* Inode of this process's pid namespace; 0 when it cannot be read. */
uint64_t proc_pid_namespace(void);

/* The start time out of the text of /proc/PID/stat. */
bool proc_parse_stat(const char *stat, uint64_t *ticks);

#endif
