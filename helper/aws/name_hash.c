/* name_hash.c - see rules/name_hash.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/name_hash.h"

#include <openssl/evp.h>
#include <stdio.h>

bool name_hash(const char *text, size_t length, char hex[NAME_HASH_DIGITS + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (EVP_Digest(text, length, digest, NULL, EVP_sha256(), NULL) != 1)
        return false;
    for (size_t i = 0; i < NAME_HASH_DIGITS / 2; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return true;
}
