/* array.c - see array.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/array.h"

#include <stdlib.h>

void *array_room(void *items, size_t count, size_t *capacity, size_t size)
{
    size_t wanted = *capacity > 0 ? *capacity * 2 : 8;

    if (count < *capacity)
        return items;
    items = reallocarray(items, wanted, size);
    if (items != NULL)
        *capacity = wanted;
    return items;
}
