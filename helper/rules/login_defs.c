/* login_defs.c - see login_defs.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/login_defs.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { DEFAULT_UID_MIN = 1000, LINE_BYTES = 512 };

/* "UID_MIN   1000": name, white space, number. */
static bool read_line(char *line, uid_t *uid)
{
    char *name = line + strspn(line, " \t");
    char *value = name + strcspn(name, " \t\n");
    uint64_t number;

    if (value - name != 7 || memcmp(name, "UID_MIN", 7) != 0)
        return false;
    value += strspn(value, " \t\"");
    value[strcspn(value, " \t\"\n")] = '\0';
    if (!text_number(value, UINT32_MAX - 1, &number))
        return false;
    *uid = (uid_t)number;
    return true;
}

uid_t login_defs_uid_min(const char *path)
{
    char line[LINE_BYTES];
    uid_t uid = DEFAULT_UID_MIN;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return uid;
    while (fgets(line, sizeof(line), file) != NULL)
        if (read_line(line, &uid))
            break;
    (void)fclose(file);
    return uid;
}
