/* text.h - text from outside, made fit for a log line; and numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Replace, in place, every control character (C0, DEL, C1) and every byte
 * that is not part of valid UTF-8 by '?'; also the bidirectional overrides,
 * which make a log line read otherwise than it is. */
void text_clean(char *text);

/* Length in bytes of the UTF-8 character at `text` (1 to 4), 0 when the bytes
 * are not valid UTF-8; `*codepoint` gets its value. NUL-terminated input. */
size_t text_utf8(const char *text, uint32_t *codepoint);

/* All digits, no sign, no spaces, at most `maximum`. False when it is not. */
bool text_number(const char *text, uint64_t maximum, uint64_t *value);

/* "3600", "60s", "90m", "8h": seconds. False when it is none, or above a
 * hundred days. */
bool text_duration(const char *text, uint64_t *seconds);

#endif
