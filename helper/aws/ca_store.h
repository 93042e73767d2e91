/* ca_store.h - where this host keeps the certificates it trusts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_CA_STORE_H
#define AWS_CA_STORE_H 1

#include <stdbool.h>

struct ca_store {
    const char *bundle; /* file, or NULL */
    const char *folder; /* hashed folder (openssl-rehash(1)), or NULL */
};

/* The system's: a hashed folder where there is one, since OpenSSL then reads
 * the one certificate that it needs instead of all of them, else a bundle.
 * False when there is neither. The strings are constant. */
bool ca_store_find(struct ca_store *store);

/* Does `path` hold an entry named as openssl-rehash(1) does: eight hex
 * digits, a dot and a number? */
bool ca_folder_is_hashed(const char *path);

#endif
