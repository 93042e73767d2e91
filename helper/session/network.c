/* network.c - see network.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/network.h"

#include <dlfcn.h>
#include <string.h>

#define NETWORK_LIBRARY "awsrole-aws.so"

grant_role_function *network_load(struct error *error)
{
    /* By name alone: the helper's RUNPATH is its own folder, $ORIGIN, and
     * the environment that could say otherwise is empty. */
    void *library = dlopen(NETWORK_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    void *symbol = library != NULL ? dlsym(library, "grant_role") : NULL;
    grant_role_function *function;
    const char *why;

    if (symbol == NULL) {
        why = dlerror();
        (void)error_set(error, ERROR_INTERNAL, "cannot load %s: %s",
                        NETWORK_LIBRARY,
                        why != NULL ? why : "it has no grant_role");
        return NULL;
    }
    /* ISO C has no cast from an object's pointer to a function's. */
    memcpy(&function, &symbol, sizeof(function));
    return function;
}
