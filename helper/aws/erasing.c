/* erasing.c - see erasing.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/erasing.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What stands before each block: its size, and the alignment that any type
 * may need after it. */
union head {
    size_t size;
    max_align_t align;
};

void *erasing_malloc(size_t size)
{
    union head *head;

    if (size > SIZE_MAX - sizeof(*head))
        return NULL;
    head = malloc(sizeof(*head) + size);
    if (head == NULL)
        return NULL;
    head->size = size;
    return head + 1;
}

void *erasing_calloc(size_t count, size_t size)
{
    void *memory;

    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    memory = erasing_malloc(count * size);
    if (memory != NULL)
        memset(memory, 0, count * size);
    return memory;
}

void *erasing_realloc(void *memory, size_t size)
{
    void *moved = erasing_malloc(size);
    size_t old;

    if (memory == NULL || moved == NULL)
        return moved;
    old = ((const union head *)memory - 1)->size;
    memcpy(moved, memory, old < size ? old : size);
    erasing_free(memory);
    return moved;
}

char *erasing_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = erasing_malloc(size);

    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

void erasing_free(void *memory)
{
    union head *head;

    if (memory == NULL)
        return;
    head = (union head *)memory - 1;
    explicit_bzero(memory, head->size);
    free(head);
}
