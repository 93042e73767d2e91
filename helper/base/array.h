/* array.h - arrays that grow.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H 1

#include <stddef.h>

/* Make room for one more item after `count` items of `size` bytes: returns
 * `items` or where it was moved to, and updates `*capacity` (both start at
 * NULL and 0; free with free(3)). NULL without memory: `items` is unchanged
 * then. Not for secrets: what is moved is not erased. */
void *array_room(void *items, size_t count, size_t *capacity, size_t size);

#endif
