/* role.h - type = role: a role that is assumed before the role.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_ROLE_H
#define SOURCE_ROLE_H 1

#include "source/source.h"

/* As source_fetch(), for a source of type = role. */
int role_fetch(const struct source *source,
               const struct source_context *context,
               struct credentials *credentials, struct error *error);

#endif
