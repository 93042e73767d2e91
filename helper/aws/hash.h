/* hash.h - SHA-256 and HMAC-SHA-256, by OpenSSL.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_HASH_H
#define AWS_HASH_H 1

#include <stdbool.h>
#include <stddef.h>

enum { HASH_BYTES = 32, HASH_HEX = 64 };

/* SHA-256 of `bytes` (NULL with length 0 is fine) in small hex digits. False
 * when libcrypto cannot compute it. */
bool hash_hex(const void *bytes, size_t length, char hex[HASH_HEX + 1]);

/* HMAC-SHA-256; `key` and `out` may be the same memory. */
bool hash_hmac(const void *key, size_t key_length, const void *bytes,
               size_t length, unsigned char out[HASH_BYTES]);

/* Small hex digits of 32 bytes. */
void hash_to_hex(const unsigned char bytes[HASH_BYTES], char hex[HASH_HEX + 1]);

#endif
