/* letters.h - letters, numbers and spaces of any script.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_LETTERS_H
#define RULES_LETTERS_H 1

#include <stdbool.h>
#include <stdint.h>

/* True for Unicode's general categories L, N and Z: the [\p{L}\p{N}\p{Z}] of
 * the STS service model. Needs no locale. */
bool letter_number_or_space(uint32_t codepoint);

#endif
