/* trust.c - see trust.h
 *
 * Since only root can change any part of the path, looking at it by name
 * leaves nobody a moment in which to exchange it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pam_awsrole/trust.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

static bool owned_by_root(const char *part, const struct stat *status,
                          struct reason *reason)
{
    bool sticky_folder = S_ISDIR(status->st_mode) && status->st_mode & S_ISVTX;

    if (status->st_uid != 0)
        return reason_set(reason,
                          "%s does not belong to root and is not trusted: "
                          "chown root it",
                          part);
    if ((status->st_mode & (S_IWGRP | S_IWOTH)) && !sticky_folder)
        return reason_set(reason,
                          "%s can be written by others than root and is not "
                          "trusted: chmod go-w it",
                          part);
    return true;
}

static bool check_part(const char *part, bool last, struct reason *reason)
{
    struct stat status;

    if (lstat(part, &status) != 0) {
        if (errno == ENOENT)
            return reason_set(reason,
                              "the helper is missing: %s does not exist: "
                              "install it, or name it with helper=PATH",
                              part);
        return reason_set(reason, "cannot look at %s: %s", part,
                          strerrordesc_np(errno));
    }
    if (S_ISLNK(status.st_mode))
        return reason_set(reason,
                          "%s is a symbolic link: name the file itself with "
                          "helper=PATH",
                          part);
    if (last ? !S_ISREG(status.st_mode) : !S_ISDIR(status.st_mode))
        return reason_set(reason, "%s is not a %s", part,
                          last ? "regular file" : "folder");
    if (!owned_by_root(part, &status, reason))
        return false;
    if (last && !(status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
        return reason_set(reason, "%s is not executable: chmod 0755 it", part);
    return true;
}

bool trusted_program(const char *path, struct reason *reason)
{
    char part[PATH_MAX];
    size_t length = strlen(path);

    if (path[0] != '/' || length >= sizeof(part) || path[length - 1] == '/')
        return reason_set(reason, "\"%.200s\" is not an absolute path", path);
    memcpy(part, path, length + 1);
    if (!check_part("/", false, reason))
        return false;
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        part[i] = '\0';
        if (!check_part(part, i == length, reason))
            return false;
        part[i] = '/';
    }
    return true;
}
