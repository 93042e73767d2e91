/* memory_files.h - trusted files (base/files.h) that stand in memory alone.
 *
 * Linked with --wrap: whatever a target reads with trusted_read() comes from
 * here, and trusted_open() finds an empty file everywhere. No folder exists.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_FUZZ_MEMORY_FILES_H
#define TESTS_FUZZ_MEMORY_FILES_H 1

#include <stddef.h>
#include <stdint.h>

/* From now on `path` holds these bytes (both borrowed). */
void memory_file_put(const char *path, const uint8_t *data, size_t size);

/* None of the files exists any more. */
void memory_files_clear(void);

#endif
