/* template.h - "{user}@{host}" and what AWS allows in its place.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_TEMPLATE_H
#define RULES_TEMPLATE_H 1

#include "base/buffer.h"
#include "base/error.h"
#include "rules/facts.h"

/* Check a template when the configuration is read: only known names between
 * braces, "{{" and "}}" for braces are not needed and not known. On a mistake
 * returns false and `*what` says what was expected. */
bool template_check(const char *text, const char **what);

/* Fill in a RoleSessionName or SourceIdentity: each character that AWS
 * forbids becomes '-', an over-long name is cut, a one-letter one padded, and
 * every name so changed (or that looks as if it had been) ends in '-' and 16
 * hex digits of SHA-256 over the original, so that no two people share one.
 * `name` is of 2 to 64 characters afterwards. -1 with ERROR_TEMPLATE when it
 * names login_user and the login has none. */
int template_session_name(const char *text, const struct facts *facts,
                          struct buffer *name, struct error *error);

/* Fill in a tag value: the same with the characters and the length (256) of a
 * tag value; an empty one stays empty. */
int template_tag_value(const char *text, const struct facts *facts,
                       struct buffer *value, struct error *error);

#endif
