/* erasing.h - malloc(3) and its family for libraries that do not erase what
 * they free: every block is overwritten first.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_ERASING_H
#define AWS_ERASING_H 1

#include <stddef.h>

/* As malloc(3), calloc(3), realloc(3), strdup(3) and free(3), among
 * themselves: a block of one must go to the free of the same family. */
void *erasing_malloc(size_t size);
void *erasing_calloc(size_t count, size_t size);
void *erasing_realloc(void *memory, size_t size);
char *erasing_strdup(const char *text);
void erasing_free(void *memory);

#endif
