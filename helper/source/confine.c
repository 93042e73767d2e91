/* confine.c - see confine.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/landlock.h as of Landlock's ABI 6: the header of the host that this
 * is built on may know less than the kernel that it runs on. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scoped;
};

struct rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

enum { RULE_PATH_BENEATH = 1, ASK_VERSION = 1 };

#define EXECUTE (UINT64_C(1) << 0)
#define WRITE_FILE (UINT64_C(1) << 1)
#define READ_FILE (UINT64_C(1) << 2)
#define READ_DIR (UINT64_C(1) << 3)
#define ALL_OF_ABI_1 ((UINT64_C(1) << 13) - 1)
#define REFER (UINT64_C(1) << 13)     /* ABI 2 */
#define TRUNCATE (UINT64_C(1) << 14)  /* ABI 3 */
#define IOCTL_DEV (UINT64_C(1) << 15) /* ABI 5 */
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

#define OF_FILES (EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV)
#define TO_READ (EXECUTE | READ_FILE | READ_DIR)
#define TO_USE_DEVICES \
    (READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | IOCTL_DEV)

/* What is being made. */
struct making {
    int ruleset;
    uint64_t handled;
    struct error *error;
};

static uint64_t rights_of_abi(long abi)
{
    uint64_t rights = ALL_OF_ABI_1;

    if (abi >= 2)
        rights |= REFER;
    if (abi >= 3)
        rights |= TRUNCATE;
    if (abi >= 5)
        rights |= IOCTL_DEV;
    return rights;
}

/* Allow `rights` below `name` of `folder`. What is a symbolic link, or has
 * gone, needs no rule. */
static int allow(const struct making *making, int folder, const char *name,
                 uint64_t rights)
{
    struct rule rule = {.allowed = rights & making->handled};
    struct stat status;
    int result = 0;

    rule.parent = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (rule.parent < 0)
        return 0; /* not allowed, then */
    if (fstat(rule.parent, &status) != 0 || S_ISLNK(status.st_mode))
        goto out;
    if (!S_ISDIR(status.st_mode))
        rule.allowed &= OF_FILES;
    /* EBADFD: a file system that is no place for files. */
    if (rule.allowed != 0 &&
        syscall(SYS_landlock_add_rule, making->ruleset, RULE_PATH_BENEATH,
                &rule, 0) != 0 &&
        errno != EBADFD)
        result = error_set(making->error, ERROR_INTERNAL,
                           "landlock_add_rule for %.100s: %s", name,
                           strerror(errno));
out:
    (void)close(rule.parent);
    return result;
}

/* Allow reading below every entry of `path`, a folder, but `left_out`. */
static int allow_entries(const struct making *making, const char *path,
                         const char *left_out)
{
    DIR *folder = opendir(path);
    int result = 0;

    if (folder == NULL)
        return errno == ENOENT ? 0
                               : error_set(making->error, ERROR_INTERNAL,
                                           "%s cannot be listed: %s", path,
                                           strerror(errno));
    while (result == 0) {
        const struct dirent *entry;

        errno = 0;
        entry = readdir(folder);
        if (entry == NULL) {
            if (errno != 0)
                result =
                    error_set(making->error, ERROR_INTERNAL,
                              "%s cannot be listed: %s", path, strerror(errno));
            break;
        }
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0 &&
            strcmp(entry->d_name, left_out) != 0)
            result = allow(making, dirfd(folder), entry->d_name, TO_READ);
    }
    (void)closedir(folder);
    return result;
}

/* Down from / to `folder`, the brothers of every folder on the way. */
static int allow_all_but(const struct making *making, const char *folder)
{
    char path[PATH_MAX] = "/";
    char name[NAME_MAX + 1];
    size_t length = 0; /* of the part of `folder` that `path` is */

    if (strlen(folder) >= sizeof(path) || folder[0] != '/')
        return error_set(making->error, ERROR_INTERNAL,
                         "%.100s is no absolute path", folder);
    while (folder[length] == '/') {
        size_t begin = length + 1;
        size_t size = strcspn(folder + begin, "/");

        if (size == 0 || size > NAME_MAX)
            return error_set(making->error, ERROR_INTERNAL,
                             "%.100s is no plain path", folder);
        memcpy(name, folder + begin, size);
        name[size] = '\0';
        if (allow_entries(making, path, name) != 0)
            return -1;
        length = begin + size;
        memcpy(path, folder, length);
        path[length] = '\0';
    }
    return 0;
}

/* Writing to devices, and files that are for a while. Not where the folder
 * that is left out lies below: a rule holds for all that is below it. */
static int allow_writing(const struct making *making, const char *folder)
{
    const struct {
        const char *path;
        uint64_t rights;
    } places[] = {
        {"/dev", TO_USE_DEVICES},
        {"/tmp", making->handled},
        {"/var/tmp", making->handled},
    };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        size_t length = strlen(places[i].path);

        if (strncmp(folder, places[i].path, length) == 0 &&
            (folder[length] == '/' || folder[length] == '\0'))
            continue;
        if (allow(making, AT_FDCWD, places[i].path, places[i].rights) != 0)
            return -1;
    }
    return 0;
}

int confine_prepare(const char *folder, struct error *error)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
    struct ruleset wanted = {.files = rights_of_abi(abi)};
    struct making making = {.handled = wanted.files, .error = error};
    /* A kernel takes what it knows; more must be 0. */
    size_t size = abi >= 6   ? sizeof(wanted)
                  : abi >= 4 ? offsetof(struct ruleset, scoped)
                             : offsetof(struct ruleset, network);

    if (abi < 1)
        return error_set(error, ERROR_SOURCE,
                         "the command would run under Landlock, which keeps "
                         "it from %s, and this kernel does not offer it (%s): "
                         "boot with landlock in the list lsm= of the kernel's "
                         "command line, use a kernel that has it (from 5.13, "
                         "CONFIG_SECURITY_LANDLOCK), or another type of source",
                         folder, strerror(errno));
    if (abi >= 6)
        wanted.scoped = SCOPE_SIGNAL;
    making.ruleset =
        (int)syscall(SYS_landlock_create_ruleset, &wanted, size, 0);
    if (making.ruleset < 0)
        return error_set(error, ERROR_INTERNAL, "landlock_create_ruleset: %s",
                         strerror(errno));
    if (allow_all_but(&making, folder) != 0 ||
        allow_writing(&making, folder) != 0) {
        (void)close(making.ruleset);
        return -1;
    }
    return making.ruleset;
}

#if defined(__x86_64__)
#define HOST_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define HOST_ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define HOST_ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define HOST_ARCHITECTURE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define HOST_ARCHITECTURE AUDIT_ARCH_S390X
#else
#error "name the architecture's AUDIT_ARCH_ constant here"
#endif

#define LOAD(field)                    \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
             (unsigned)offsetof(struct seccomp_data, field))
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
/* Go on where the number is another. */
#define REFUSE_CALL(number) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), REFUSE

/* Numbers that the headers may not know yet; the same everywhere. */
enum {
    CALL_FCHMODAT2 = 452,
    CALL_SETXATTRAT = 463,
    CALL_REMOVEXATTRAT = 466,
    CALL_FILE_SETATTR = 469,
    CALL_IO_URING_SETUP = 425
};

/* Calls that change a file's mode, owner or attributes; truncate(2), which
 * Landlock does not know before ABI 3; the one that starts io_uring, which
 * makes such calls past this filter; and those by which a process leaves the
 * group that is killed at the end. */
static struct sock_filter filter[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HOST_ARCHITECTURE, 1, 0),
    REFUSE,
    LOAD(nr),
#if defined(__x86_64__)
    /* x32: the same architecture, other numbers. */
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
    REFUSE,
#endif
#ifdef SYS_chmod
    REFUSE_CALL(SYS_chmod),
    REFUSE_CALL(SYS_chown),
    REFUSE_CALL(SYS_lchown),
#endif
    REFUSE_CALL(SYS_truncate),
    REFUSE_CALL(SYS_fchmod),
    REFUSE_CALL(SYS_fchmodat),
    REFUSE_CALL(CALL_FCHMODAT2),
    REFUSE_CALL(SYS_fchown),
    REFUSE_CALL(SYS_fchownat),
    REFUSE_CALL(SYS_setxattr),
    REFUSE_CALL(SYS_lsetxattr),
    REFUSE_CALL(SYS_fsetxattr),
    REFUSE_CALL(CALL_SETXATTRAT),
    REFUSE_CALL(SYS_removexattr),
    REFUSE_CALL(SYS_lremovexattr),
    REFUSE_CALL(SYS_fremovexattr),
    REFUSE_CALL(CALL_REMOVEXATTRAT),
    REFUSE_CALL(CALL_FILE_SETATTR),
    REFUSE_CALL(CALL_IO_URING_SETUP),
    REFUSE_CALL(SYS_setsid),
    REFUSE_CALL(SYS_setpgid),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

int confine_myself(int ruleset)
{
    struct sock_fprog program = {
        .len = (unsigned short)(sizeof(filter) / sizeof(filter[0])),
        .filter = filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
