/* name_hash.h - the mark on a name that had to be changed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_NAME_HASH_H
#define RULES_NAME_HASH_H 1

#include <stdbool.h>
#include <stddef.h>

enum { NAME_HASH_DIGITS = 16 };

/* The first 16 hex digits (lower case, and a NUL) of SHA-256 over `text`.
 * False when libcrypto cannot compute it. Implemented in aws/, since rules/
 * is linked into the program that does without libcrypto. */
bool name_hash(const char *text, size_t length, char hex[NAME_HASH_DIGITS + 1]);

#endif
