/* ca_store.c - see ca_store.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/ca_store.h"

#include <dirent.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { HASH_DIGITS = 8 };

/* Debian, SUSE; Fedora from 42 on. */
static const char *const FOLDERS[] = {
    "/etc/ssl/certs", "/etc/pki/ca-trust/extracted/pem/directory-hash"};

/* Fedora and RHEL; Debian and Alpine; SUSE. */
static const char *const BUNDLES[] = {
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

static bool is_hash_name(const char *name)
{
    return strspn(name, "0123456789abcdef") == HASH_DIGITS &&
           name[HASH_DIGITS] == '.' && name[HASH_DIGITS + 1] >= '0' &&
           name[HASH_DIGITS + 1] <= '9' && name[HASH_DIGITS + 2] == '\0';
}

bool ca_folder_is_hashed(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    bool found = false;

    if (folder == NULL)
        return false;
    while (!found && (entry = readdir(folder)) != NULL)
        found = is_hash_name(entry->d_name);
    (void)closedir(folder);
    return found;
}

bool ca_store_find(struct ca_store *store)
{
    *store = (struct ca_store){0};
    for (size_t i = 0; i < sizeof(FOLDERS) / sizeof(FOLDERS[0]); i++)
        if (ca_folder_is_hashed(FOLDERS[i])) {
            store->folder = FOLDERS[i];
            return true;
        }
    for (size_t i = 0; i < sizeof(BUNDLES) / sizeof(BUNDLES[0]); i++)
        if (access(BUNDLES[i], R_OK) == 0) {
            store->bundle = BUNDLES[i];
            return true;
        }
    return false;
}
