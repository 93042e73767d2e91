/* limits.h - AWS's own limits on what AssumeRole is given, checked when the
 * configuration is read, not when someone logs in.
 *
 * Source: the STS service model 2011-06-15 (API_AssumeRole).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_LIMITS_H
#define RULES_LIMITS_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LIMIT_DURATION_MIN = 900,   /* seconds */
    LIMIT_DURATION_MAX = 43200, /* seconds */
    LIMIT_SESSION_NAME_MIN = 2, /* characters */
    LIMIT_SESSION_NAME_MAX = 64,
    LIMIT_EXTERNAL_ID_MIN = 2,
    LIMIT_EXTERNAL_ID_MAX = 1224,
    LIMIT_TAGS = 50,
    LIMIT_TAG_KEY_MAX = 128,
    LIMIT_TAG_VALUE_MAX = 256,
    LIMIT_POLICY_ARNS = 10,
    LIMIT_POLICY_MAX = 2048, /* inline and managed together, characters */
    LIMIT_ROLE_ARN_MIN = 20,
    LIMIT_ROLE_ARN_MAX = 2048,
    LIMIT_PROFILE_NAME_MAX = 64, /* ours */
    LIMIT_STS_REGIONS = 8,       /* ours */
};

/* [A-Za-z0-9_+=,.@-]: RoleSessionName and SourceIdentity. */
bool limit_session_name_character(char character);

/* [A-Za-z0-9_+=,.@:/-], 2 to 1224. */
bool limit_external_id(const char *text);

/* Letters, digits, spaces and _.:/=+-@ of any script, in UTF-8; key 1 to 128
 * characters and not beginning "aws:" in any case; value up to 256. */
bool limit_tag_key(const char *text);
bool limit_tag_value(const char *text);
bool limit_tag_character(uint32_t codepoint);

/* [A-Za-z0-9_.@-]+, at most 64, not "default": what every SDK reads alike in
 * a section header. Not "session" either: session.json is a file of its own
 * beside <profile>.json. */
bool limit_profile_name(const char *text);

/* The same, with these two: a section of our own configuration. */
bool limit_section_name(const char *text);

#endif
