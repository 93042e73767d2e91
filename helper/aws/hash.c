/* hash.c - see hash.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/hash.h"

#include <openssl/evp.h>

void hash_to_hex(const unsigned char bytes[HASH_BYTES], char hex[HASH_HEX + 1])
{
    static const char DIGITS[] = "0123456789abcdef";

    for (size_t i = 0; i < HASH_BYTES; i++) {
        hex[2 * i] = DIGITS[bytes[i] >> 4];
        hex[2 * i + 1] = DIGITS[bytes[i] & 15];
    }
    hex[HASH_HEX] = '\0';
}

bool hash_hex(const void *bytes, size_t length, char hex[HASH_HEX + 1])
{
    unsigned char digest[HASH_BYTES];
    size_t got = 0;

    if (EVP_Q_digest(NULL, "SHA256", NULL, length > 0 ? bytes : "", length,
                     digest, &got) != 1 ||
        got != HASH_BYTES)
        return false;
    hash_to_hex(digest, hex);
    return true;
}

bool hash_hmac(const void *key, size_t key_length, const void *bytes,
               size_t length, unsigned char out[HASH_BYTES])
{
    size_t got = 0;

    return EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_length, bytes,
                     length, out, HASH_BYTES, &got) != NULL &&
           got == HASH_BYTES;
}
