/* network.c - see network.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/network.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#define NETWORK_LIBRARY "awsrole-aws.so"

enum { HEAP_AHEAD = 768 * 1024, PATH_BYTES = 4096 };

/* libcurl and OpenSSL touch this much heap while they start, page by page:
 * a quarter of all page faults of a login. One call takes them together;
 * where the kernel (before 5.14) or the libc does not know it, nothing is
 * lost. */
static void prepare_heap(void)
{
#if defined(__GLIBC__) && defined(MADV_POPULATE_WRITE)
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start;
    char *block;

    /* From the heap proper, and kept there when it is freed. */
    (void)mallopt(M_MMAP_THRESHOLD, 2 * HEAP_AHEAD);
    (void)mallopt(M_TRIM_THRESHOLD, 4 * HEAP_AHEAD);
    block = malloc(HEAP_AHEAD);
    if (block == NULL)
        return;
    start = ((uintptr_t)block + page - 1) & ~(page - 1);
    (void)madvise((char *)start, HEAP_AHEAD - page, MADV_POPULATE_WRITE);
    free(block);
#endif
}

/* The library lies beside the program. AT_EXECFN is the path that the kernel
 * was given for it (getauxval(3)): the module gives an absolute one. */
static bool library_path(char path[PATH_BYTES])
{
    unsigned long given = getauxval(AT_EXECFN);
    const char *program = (const char *)(uintptr_t)given;
    const char *slash = program != NULL ? strrchr(program, '/') : NULL;
    size_t length;

    if (slash == NULL || program[0] != '/')
        return false;
    length = (size_t)(slash - program) + 1;
    if (length + sizeof(NETWORK_LIBRARY) > PATH_BYTES)
        return false;
    memcpy(path, program, length);
    memcpy(path + length, NETWORK_LIBRARY, sizeof(NETWORK_LIBRARY));
    return true;
}

grant_role_function *network_load(struct error *error)
{
    char path[PATH_BYTES];
    grant_role_function *function;
    void *library;
    void *symbol;
    const char *why;

    if (!library_path(path)) {
        (void)error_set(error, ERROR_INTERNAL,
                        "awsrole-helper was not started by its full path, and "
                        "cannot find " NETWORK_LIBRARY " beside it");
        return NULL;
    }
    prepare_heap();
    /* Lazy: of the 34 libraries that come along, most is never called. */
    library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    symbol = library != NULL ? dlsym(library, "grant_role") : NULL;
    if (symbol == NULL) {
        why = dlerror();
        (void)error_set(error, ERROR_INTERNAL, "cannot load %s: %s", path,
                        why != NULL ? why : "it has no grant_role");
        return NULL;
    }
    /* ISO C has no cast from an object's pointer to a function's. */
    memcpy(&function, &symbol, sizeof(function));
    return function;
}
