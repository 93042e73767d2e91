/* fuzz_proc_stat.c - /proc/PID/stat: any text, and one of the kernel's own
 * shape with any name in it that a process may give itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "base/proc.h"

enum { COMM_MAX = 15 }; /* bytes of a process's name, proc(5) */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);
    char stat[512];
    uint64_t ticks = 0;

    (void)proc_parse_stat(text, &ticks);
    (void)snprintf(stat, sizeof(stat),
                   "77 (%.*s) S 1 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "
                   "123456789012 18000 900 18446744073709551615 1 1 0 0 0\n",
                   COMM_MAX, text);
    PROMISE(proc_parse_stat(stat, &ticks) && ticks == 123456789012);
    free(text);
    return 0;
}
