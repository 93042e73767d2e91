/* folder.c - see folder.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/folder.h"

#include <acl/libacl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/files.h"

enum { UID_BYTES = 11, FOLDER_MODE = 0711, MAKE_TRIES = 16 };

static int failed(const char *what, const struct session_name *name,
                  struct error *error)
{
    return error_set(error, ERROR_SESSION_FILES,
                     "cannot %s the folder " RUN_DIR "/%u/%s: %s", what,
                     (unsigned)name->uid, name->id, strerror(errno));
}

static int open_folder(int at_fd, const char *name)
{
    return openat(at_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* mkdir and open; the umask is 077, so the mode is set on the descriptor. */
static int make_folder(int at_fd, const char *name, bool may_exist)
{
    int fd;

    if (mkdirat(at_fd, name, 0700) != 0 && !(may_exist && errno == EEXIST))
        return -1;
    fd = open_folder(at_fd, name);
    if (fd < 0)
        return -1;
    if (fchmod(fd, FOLDER_MODE) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

int folder_make(const struct run *run, const struct session_name *name,
                struct error *error)
{
    char uid[UID_BYTES];

    (void)snprintf(uid, sizeof(uid), "%u", (unsigned)name->uid);
    /* Another login of this person may be closing, and takes the empty
     * <uid> folder away between our two steps: then both are done again. */
    for (int tries = 0; tries < MAKE_TRIES; tries++) {
        int uid_fd = make_folder(run->fd, uid, true);
        int fd;

        if (uid_fd < 0 && errno == ENOENT)
            continue;
        if (uid_fd < 0)
            return failed("make", name, error);
        fd = make_folder(uid_fd, name->id, false);
        (void)close(uid_fd);
        if (fd >= 0)
            return fd;
        if (errno != ENOENT)
            break;
    }
    return failed("make", name, error);
}

/* user::r--, user:<uid>:r--, group::---, mask::r--, other::--- */
static int let_read(int fd, uid_t uid)
{
    char text[64];
    acl_t acl;
    int result;
    int wrong;

    (void)snprintf(text, sizeof(text), "u::r,u:%u:r,g::-,m::r,o::-",
                   (unsigned)uid);
    acl = acl_from_text(text);
    if (acl == NULL)
        return -1;
    result = acl_set_fd(fd, acl);
    wrong = errno;
    (void)acl_free(acl);
    errno = wrong;
    return result;
}

static int no_acl(int fd, struct error *error)
{
    struct statfs status = {0};

    (void)fstatfs(fd, &status);
    return error_set(error, ERROR_NO_ACL,
                     "the file system of " RUN_DIR " (type 0x%lx) keeps no "
                     "POSIX ACLs; it must be a tmpfs, or another that does",
                     (unsigned long)status.f_type);
}

int folder_write(int folder_fd, const char *file, const struct buffer *content,
                 uid_t uid, struct error *error)
{
    char new_name[256 + 8];
    bool unreadable;
    int fd;
    int result = -1;

    (void)snprintf(new_name, sizeof(new_name), ".new.%s", file);
    fd = openat(folder_fd, new_name,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(error, ERROR_SESSION_FILES,
                         "cannot make the file "
                         "%s of the session: %s",
                         file, strerror(errno));
    unreadable = let_read(fd, uid) != 0;
    if (unreadable &&
        (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL))
        (void)no_acl(fd, error);
    else if (unreadable)
        (void)error_set(error, ERROR_SESSION_FILES,
                        "cannot let uid %u read the file "
                        "%s of the session: %s",
                        (unsigned)uid, file, strerror(errno));
    else if (write_all(fd, buffer_string(content), content->length) != 0 ||
             renameat(folder_fd, new_name, folder_fd, file) != 0)
        (void)error_set(error, ERROR_SESSION_FILES,
                        "cannot write the file "
                        "%s of the session: %s",
                        file, strerror(errno));
    else
        result = 0;
    (void)close(fd);
    return result;
}

static bool unlink_all(int folder_fd)
{
    int copy = open_folder(folder_fd, ".");
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    bool good = true;
    const struct dirent *entry;

    if (folder == NULL) {
        if (copy >= 0)
            (void)close(copy);
        return false;
    }
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(folder_fd, entry->d_name, 0) != 0 && errno != ENOENT)
            good = false;
    }
    (void)closedir(folder);
    return good;
}

int folder_remove(const struct run *run, const struct session_name *name,
                  struct error *error)
{
    char uid[UID_BYTES];
    int uid_fd;
    int fd;
    int result = 0;

    (void)snprintf(uid, sizeof(uid), "%u", (unsigned)name->uid);
    uid_fd = open_folder(run->fd, uid);
    if (uid_fd < 0)
        return errno == ENOENT ? 0 : failed("open", name, error);
    fd = open_folder(uid_fd, name->id);
    if (fd < 0 && errno != ENOENT)
        result = failed("open", name, error);
    if (fd >= 0) {
        if (!unlink_all(fd))
            result = failed("empty", name, error);
        else if (unlinkat(uid_fd, name->id, AT_REMOVEDIR) != 0 &&
                 errno != ENOENT)
            result = failed("remove", name, error);
        (void)close(fd);
    }
    (void)close(uid_fd);
    /* Not empty: the person has other sessions. */
    (void)unlinkat(run->fd, uid, AT_REMOVEDIR);
    return result;
}
